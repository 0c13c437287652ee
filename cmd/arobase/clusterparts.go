package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"arobase/api/auth/pgauth"
	"arobase/api/auth/sqliteauth"
	"arobase/api/ledger/evidence"
	"arobase/api/ledger/evidence/sqliteevidence"
	"arobase/api/ledger/workspace"
	"arobase/api/ledger/workspace/pgworkspace"
	"arobase/api/ledger/workspace/sqliteworkspace"
	"arobase/api/tlog"
	"arobase/api/tlog/sharedlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/vault/pgvault"
)

// What the nodes of a ledger on a cluster share beside its records: the checkpoints and whose turn it is to sign, in the
// cluster; tokens and drafts, in the database of the vault.

// headsRegister names the checkpoints under an origin, by its number from 0.
func headsRegister(origin int) string {
	if origin == 0 {
		return "arobase-log-heads"
	}
	return fmt.Sprintf("arobase-log-heads-%d", origin+1)
}

const leaseRegister = "arobase-log-lease"

// sharedHeads are the checkpoints in a cluster. That records of this node are not what they were is this node's own affair:
// it is noted beside its replica, and keeps nobody else from signing.
type sharedHeads struct {
	*sharedlog.Heads
	path string

	mu sync.Mutex // held while the file is read or written
}

var _ logHeads = (*sharedHeads)(nil)

// differenceFile is a tlog.Difference as JSON, there while a node has found one.
const differenceFile = "log.difference"

// openSharedHeads opens the checkpoints of the origin in force. Where the cluster has none, although there are records, what
// was signed over them is not known, unless this node is the one that opens it. A serve that begins while the cluster is
// away waits for it.
func (o *opened) openSharedHeads(ctx context.Context, s signing) (logHeads, error) {
	heads := &sharedHeads{Heads: sharedlog.Open(o.cluster.Register(headsRegister(len(s.origins) - 1))), path: o.dir.file(differenceFile)}
	size, err := o.store.Size(ctx)
	if err != nil {
		return nil, err
	}
	why := ""
	if size > genesisRecords && !s.reopened() {
		why = "the cluster has no checkpoint of these records: they were copied there, or what was signed is lost"
	}
	for {
		err := o.beginHeads(ctx, heads, len(s.origins)-1, why)
		if err == nil && s.reopened() {
			err = heads.beginAnew(ctx)
		}
		if err == nil {
			_, err = heads.Last(ctx)
		}
		if err == nil || o.hears == nil || !errors.Is(err, eventstore.ErrUnavailable) {
			return heads, err
		}
		o.hears.Warn("waiting for the cluster, to learn what was signed last", "error", err)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(again):
		}
	}
}

// Unprove implements logHeads.
func (h *sharedHeads) Unprove(why string) error { return h.Heads.Unprove(context.Background(), why) }

// AddAbsent implements logHeads. The records of a cluster do not come from a mirror.
func (h *sharedHeads) AddAbsent(context.Context, sqlitelog.Absent) error { return nil }

// Stranger implements logHeads. A node without the key does not begin.
func (h *sharedHeads) Stranger(context.Context) (string, error) { return "", nil }

// Close implements logHeads.
func (h *sharedHeads) Close() error { return nil }

// Doubts implements tlog.Heads.
func (h *sharedHeads) Doubts(ctx context.Context) (tlog.Doubts, error) {
	doubts, err := h.Heads.Doubts(ctx)
	if err != nil {
		return doubts, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	text, err := os.ReadFile(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return doubts, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &doubts.Difference)
	}
	if err != nil {
		return doubts, fmt.Errorf("reading %s: %w", h.path, err)
	}
	return doubts, nil
}

// SetDifference implements tlog.Heads.
func (h *sharedHeads) SetDifference(_ context.Context, d *tlog.Difference) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d == nil {
		if err := os.Remove(h.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if _, err := os.Stat(h.path); err == nil {
		return nil // the first one is kept
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return writeDurably(h.path, text, 0o600)
}

// turn is a node's part in taking turns to sign.
type turn struct {
	cluster *esdb.Store

	mu    sync.Mutex // a lease is used by one goroutine
	lease *sharedlog.Lease
}

// leaseTerm is how long the others wait for a node that is gone before one of them signs.
const leaseTerm = 3 * time.Second

func newTurn(c *esdb.Store) *turn {
	host, _ := os.Hostname() // for people who read the register; the rest makes it unique
	owner := fmt.Sprintf("%s/%d/%s", host, os.Getpid(), uuid.NewString())
	return &turn{cluster: c, lease: sharedlog.NewLease(c.Register(leaseRegister), owner, leaseTerm, time.Now)}
}

// confirm reads again what is to be signed, if it is this node's turn. That may take longer than the turn lasts: then it is
// asked for once more.
func (t *turn) confirm(ctx context.Context, size int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.hold(ctx); err != nil {
		return err
	}
	if err := t.cluster.Confirm(ctx, eventstore.Position(size)); err != nil {
		return err
	}
	return t.hold(ctx)
}

func (t *turn) hold(ctx context.Context) error {
	held, err := t.lease.Hold(ctx)
	if err == nil && !held {
		err = tlog.ErrElsewhere
	}
	return err
}

// end gives the turn to whoever wants it. A cluster that is away will find that it is over.
func (t *turn) end() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = t.lease.Release(ctx) // the term ends by itself
	return nil
}

// beside is the database of the vault, for what lies there beside it. Close closes it, unless it is the ledger's own vault.
type beside struct {
	*pgvault.Vault
	own bool
}

func (b *beside) Close() error {
	if !b.own {
		return nil
	}
	return b.Vault.Close()
}

// besideVault gives the database that holds tokens, drafts and files, or nil where they are files.
func (o *opened) besideVault(ctx context.Context) (*beside, error) {
	if v, ok := o.vault.(*pgvault.Vault); ok && o.cluster != nil {
		return &beside{Vault: v}, nil
	}
	if node, err := o.dir.isNode(); err != nil || !node {
		return nil, err
	}
	place := vaultOf(ctx)
	if !place.shared() {
		return nil, o.dir.errNode("say with --vault where its tokens, drafts and uploaded files are")
	}
	v, err := pgvault.Open(ctx, string(place), o.local.LedgerID())
	if err != nil {
		return nil, err
	}
	return &beside{v, true}, nil
}

type besideTokens struct {
	*pgauth.Tokens
	db *beside
}

func (t *besideTokens) Close() error { return t.db.Close() }

type besideRoom struct {
	*pgworkspace.Workspace
	db *beside
}

func (r *besideRoom) Close() error { return r.db.Close() }

// tokensIfAny opens the tokens, and makes none: fs.ErrNotExist.
func (o *opened) tokensIfAny(ctx context.Context) (tokenStore, error) {
	if node, err := o.dir.isNode(); err != nil || node {
		if err != nil {
			return nil, err
		}
		return o.openTokens(ctx)
	}
	tokens, err := sqliteauth.Open(o.dir.file(authFile), o.LedgerID)
	if err != nil {
		return nil, err
	}
	return tokens, nil
}

// workspaceIfAny opens the workspace, and makes none: fs.ErrNotExist.
func (o *opened) workspaceIfAny(ctx context.Context) (room, error) {
	if node, err := o.dir.isNode(); err != nil || node {
		if err != nil {
			return nil, err
		}
		return o.openWorkspace(ctx)
	}
	w, err := sqliteworkspace.Open(o.dir.file(roomFile), o.LedgerID)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// moveBeside brings the tokens and the drafts of a directory that becomes a node to where all nodes have them, and removes
// their files. What an attempt that was interrupted brought there already stays as it is.
func (o *opened) moveBeside(ctx context.Context) error {
	db, ok := o.vault.(*pgvault.Vault)
	if !ok {
		return fmt.Errorf("the vault is not shared")
	}
	if err := o.moveTokens(ctx, db); err != nil {
		return err
	}
	if err := o.moveDrafts(ctx, db); err != nil {
		return err
	}
	return o.moveFiles(ctx)
}

func (o *opened) moveFiles(ctx context.Context) (err error) {
	path := o.dir.file(evidenceFile)
	from, err := sqliteevidence.Open(path, o.LedgerID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, from.Close()); err == nil {
			err = removeDatabase(path)
		}
	}()
	to := &roomRestore{files: o.files}
	var moved []evidence.Hash
	err = from.Each(ctx, func(k evidence.Kept) error {
		moved = append(moved, k.Hash)
		return to.takeFile(ctx, k)
	})
	if err != nil {
		return err
	}
	return from.Erase(ctx, moved...) // overwritten before the file goes
}

func (o *opened) moveTokens(ctx context.Context, db *pgvault.Vault) error {
	path := o.dir.file(authFile)
	from, err := sqliteauth.Open(path, o.LedgerID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := from.All(ctx)
	if err = errors.Join(err, from.Close()); err != nil {
		return err
	}
	to, err := pgauth.Open(ctx, db)
	if err != nil {
		return err
	}
	if _, err := to.Restore(ctx, all); err != nil {
		return err
	}
	return removeDatabase(path)
}

func (o *opened) moveDrafts(ctx context.Context, db *pgvault.Vault) (err error) {
	path := o.dir.file(roomFile)
	from, err := sqliteworkspace.Open(path, o.LedgerID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, from.Close()); err == nil {
			err = removeDatabase(path)
		}
	}()
	to, err := pgworkspace.Open(ctx, db)
	if err != nil {
		return err
	}
	newest, err := from.List(ctx, "")
	if err != nil {
		return err
	}
	var all []workspace.Document
	for _, n := range newest {
		versions, err := from.Versions(ctx, n.Key)
		if err != nil {
			return err
		}
		all = append(all, versions...)
	}
	if _, err := to.Restore(ctx, all); err != nil {
		return err
	}
	return from.Forget(ctx, "") // overwritten before the file goes
}

// removeDatabase removes a file with what SQLite keeps beside it.
func removeDatabase(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
