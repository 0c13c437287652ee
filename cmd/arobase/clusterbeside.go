package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/google/uuid"

	"arobase/api/auth/pgauth"
	"arobase/api/auth/sqliteauth"
	"arobase/api/ledger/evidence"
	"arobase/api/ledger/evidence/pgevidence"
	"arobase/api/ledger/evidence/sqliteevidence"
	"arobase/api/ledger/workspace"
	"arobase/api/ledger/workspace/pgworkspace"
	"arobase/api/ledger/workspace/sqliteworkspace"
	"arobase/eventstore/vault/pgvault"
)

// Tokens, drafts and uploaded files: on a cluster they are in the database of the vault, where all nodes have them, and else
// files of the directory.

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

// openBeside opens a part of the ledger in that database; db is nil, and nothing is opened, where the part is a file.
func openBeside[S any](ctx context.Context, o *opened, open func(db *beside) (S, error)) (part S, db *beside, err error) {
	if db, err = o.besideVault(ctx); err != nil || db == nil {
		return part, nil, err
	}
	if part, err = open(db); err != nil {
		return part, nil, errors.Join(err, db.Close())
	}
	return part, db, nil
}

// ifAny opens a part of the ledger and makes none: fs.ErrNotExist. On a cluster all nodes have it, and there always is one.
func ifAny[S any](ctx context.Context, o *opened, shared func(context.Context) (S, error), file func() (S, error)) (part S, err error) {
	node, err := o.dir.isNode()
	if err != nil {
		return part, err
	}
	if node {
		return shared(ctx)
	}
	opened, err := file()
	if err != nil {
		return part, err // and not a nil of another type
	}
	return opened, nil
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

type besideFiles struct {
	*pgevidence.Store
	db *beside
}

func (f *besideFiles) Close() error { return f.db.Close() }

// tokensIfAny opens the tokens, if there are any.
func (o *opened) tokensIfAny(ctx context.Context) (tokenStore, error) {
	return ifAny(ctx, o, o.openTokens, func() (tokenStore, error) { return sqliteauth.Open(o.dir.file(authFile), o.LedgerID) })
}

// workspaceIfAny opens the workspace, if there is one.
func (o *opened) workspaceIfAny(ctx context.Context) (room, error) {
	return ifAny(ctx, o, o.openWorkspace, func() (room, error) { return sqliteworkspace.Open(o.dir.file(roomFile), o.LedgerID) })
}

// filesIfAny opens the uploaded files for reading, if there are any.
func (o *opened) filesIfAny(ctx context.Context) (fileStore, error) {
	return ifAny(ctx, o, o.openFiles, func() (fileStore, error) {
		return sqliteevidence.OpenReadOnly(o.dir.file(evidenceFile), o.LedgerID)
	})
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

// move has a part of the ledger brought elsewhere out of its file, if there is one, and removes the file.
func move[S io.Closer](o *opened, file string, open func(path string, ledger uuid.UUID) (S, error), bring func(from S) error) error {
	path := o.dir.file(file)
	from, err := open(path, o.LedgerID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := errors.Join(bring(from), from.Close()); err != nil {
		return err
	}
	return removeDatabase(path)
}

func (o *opened) moveFiles(ctx context.Context) error {
	return move(o, evidenceFile, sqliteevidence.Open, func(from *sqliteevidence.Store) error {
		to := &roomRestore{files: o.files}
		var moved []evidence.Hash
		err := from.Each(ctx, func(k evidence.Kept) error {
			moved = append(moved, k.Hash)
			return to.takeFile(ctx, k)
		})
		if err != nil {
			return err
		}
		return from.Erase(ctx, moved...) // overwritten before the file goes
	})
}

func (o *opened) moveTokens(ctx context.Context, db *pgvault.Vault) error {
	return move(o, authFile, sqliteauth.Open, func(from *sqliteauth.Tokens) error {
		all, err := from.All(ctx)
		if err != nil {
			return err
		}
		to, err := pgauth.Open(ctx, db)
		if err != nil {
			return err
		}
		_, err = to.Restore(ctx, all)
		return err
	})
}

func (o *opened) moveDrafts(ctx context.Context, db *pgvault.Vault) error {
	return move(o, roomFile, sqliteworkspace.Open, func(from *sqliteworkspace.Workspace) error {
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
	})
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
