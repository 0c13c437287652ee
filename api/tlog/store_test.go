package tlog_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
	"arobase/projections/transparency"
)

// The whole way, with every file on disk and twice over: events are appended, become leaves, come under a checkpoint
// within a second, and are proved.
func TestFromEventToProof(t *testing.T) {
	dir := t.TempDir()
	ledgerFile, logFile := filepath.Join(dir, "ledger.db"), filepath.Join(dir, "log.db")
	store, err := sqlite.Create(t.Context(), ledgerFile, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := sqlitelog.Create(logFile, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t, 1)
	made := newEvents(t, "whole-way", 60).bytes()

	for round := range 2 {
		if round > 0 {
			if store, err = sqlite.OpenFor(t.Context(), ledgerFile, ledgerID); err != nil {
				t.Fatal(err)
			}
			if heads, err = sqlitelog.Open(logFile, ledgerID); err != nil {
				t.Fatal(err)
			}
		}
		tree, _, err := transparency.Open(t.Context(), filepath.Join(dir, "log.hashes"), store)
		if err != nil {
			t.Fatal(err)
		}
		log := &tlog.Log{Tree: tree, Events: store, Heads: heads}
		signer := tlog.NewSigner(key, tree, heads, clock)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			if err := tree.Run(ctx); err != nil {
				t.Errorf("tree: %v", err)
			}
		})
		running.Go(func() {
			if err := signer.Run(ctx); err != nil {
				t.Errorf("signer: %v", err)
			}
		})

		for i := 30 * round; i < 30*(round+1); i++ {
			appendTo(t, store, made[i], i)
		}
		last := int64(30*(round+1) - 1)
		for wait := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			_, err := log.Proof(t.Context(), last)
			if _, notYet := errors.AsType[*tlog.NotSignedYet](err); !notYet || time.Now().After(wait) {
				break
			}
		}
		for index := range last + 1 {
			proof, err := log.Proof(t.Context(), index)
			if err != nil {
				t.Fatal(err)
			}
			v, err := tlog.VerifyProof(proof, key.VerifierKey())
			if err != nil || v.Index != index || v.Envelope.Revision != index {
				t.Fatalf("event %d: %+v, %v", index, v, err)
			}
		}

		cancel()
		running.Wait()
		if err := errors.Join(tree.Close(), heads.Close(), store.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

func appendTo(t *testing.T, store eventstore.Store, b []byte, i int) {
	t.Helper()
	e := parse(t, b)
	_, err := store.Append(t.Context(), e.Subject, eventstore.Revision(i-1), []eventstore.Proposed{{ID: e.ID, Type: e.Type, Recorded: e.Time, Bytes: b}})
	if err != nil {
		t.Fatal(err)
	}
}
