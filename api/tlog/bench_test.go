package tlog_test

import (
	"path/filepath"
	"testing"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore"
)

// BenchmarkSign adds an event and signs a checkpoint that is kept in a file: the cost of a quiet log's event.
func BenchmarkSign(b *testing.B) {
	key, e := newKey(b, 1), newEvents(b, "bench", 1000)
	tree := treeOf(b, e)
	heads, err := sqlitelog.Create(filepath.Join(b.TempDir(), "log.db"), ledgerID)
	if err != nil {
		b.Fatal(err)
	}
	signer := tlog.NewSigner(key, tree, heads, clock)
	leaf := e.bytes()[0]
	for b.Loop() {
		if err := tree.Append(eventstore.Position(tree.Size()), leaf); err != nil {
			b.Fatal(err)
		}
		if _, err := signer.Sign(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	if err := heads.Close(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkProof(b *testing.B) {
	log, _ := signedLog(b, newKey(b, 1), 10_000, 10_000)
	for i := int64(0); b.Loop(); i++ {
		if _, err := log.Proof(b.Context(), i*7919%10_000); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyProof(b *testing.B) {
	key := newKey(b, 1)
	log, _ := signedLog(b, key, 10_000, 10_000)
	proof, err := log.Proof(b.Context(), 4321)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := tlog.VerifyProof(proof, key.VerifierKey()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEntries serves a full entry bundle, hashed again.
func BenchmarkEntries(b *testing.B) {
	log, _ := signedLog(b, newKey(b, 1), 10_000, 10_000)
	handler := log.Handler()
	for b.Loop() {
		if w := request(handler, "GET", "/log/tile/entries/007"); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

func BenchmarkCheckpoint(b *testing.B) {
	heads, err := sqlitelog.Create(filepath.Join(b.TempDir(), "log.db"), ledgerID)
	if err != nil {
		b.Fatal(err)
	}
	e := newEvents(b, "bench", 10)
	tree := treeOf(b, e)
	if _, err := tlog.NewSigner(newKey(b, 1), tree, heads, clock).Sign(b.Context()); err != nil {
		b.Fatal(err)
	}
	handler := (&tlog.Log{Tree: tree, Events: e, Heads: heads}).Handler()
	for b.Loop() {
		if w := request(handler, "GET", "/log/checkpoint"); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
	if err := heads.Close(); err != nil {
		b.Fatal(err)
	}
}
