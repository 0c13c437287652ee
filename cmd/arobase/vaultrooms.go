package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/auth/sqliteauth"
	"arobase/api/ledger/evidence"
	"arobase/api/ledger/evidence/sqliteevidence"
	"arobase/api/ledger/workspace"
	"arobase/api/ledger/workspace/sqliteworkspace"
	"arobase/eventstore/vault/vaultbackup"
)

// What lies beside the vault and is as private: the jury's workspace, uploaded files, tokens. It is in the backups of the
// vault, and in no other.

// The rooms of a backup, and what an item of each is.
const (
	roomDocuments = "workspace"
	roomFiles     = "evidence"
	roomTokens    = "tokens"
)

type documentItem struct {
	Key      string    `json:"key"`
	Revision int64     `json:"revision"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Body     []byte    `json:"body"`
}

type fileItem struct {
	SHA256   string    `json:"sha256"`
	Erased   bool      `json:"erased,omitempty"`
	Media    string    `json:"media,omitempty"`
	Uploaded time.Time `json:"uploaded,omitzero"`
	Young    time.Time `json:"young,omitzero"`
	Owners   []string  `json:"owners,omitempty"`
	Content  []byte    `json:"content,omitempty"`
}

type tokenItem struct {
	ID      string    `json:"id"`
	Hash    []byte    `json:"hash"`
	Role    auth.Role `json:"role"`
	For     string    `json:"for,omitempty"`
	Person  string    `json:"person"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Revoked time.Time `json:"revoked,omitzero"`
}

// roomCounts says how much there is in each.
type roomCounts struct{ documents, files, tokens int }

func (c roomCounts) String() string {
	return fmt.Sprintf("%d documents in preparation, %d uploaded files, %d tokens", c.documents, c.files, c.tokens)
}

// rooms are those of a directory that are there, for a backup. They are open for as long as it is written.
func (o *opened) rooms(c *roomCounts) ([]vaultbackup.Room, error) {
	d := o.dir
	node, err := d.isNode()
	if err != nil {
		return nil, err
	}
	var all []vaultbackup.Room
	add := func(file, name string, each func(ctx context.Context, put func(any) error) error) {
		if _, err := os.Stat(d.file(file)); !errors.Is(err, fs.ErrNotExist) || node {
			all = append(all, vaultbackup.Room{Name: name, Each: each})
		}
	}
	add(roomFile, roomDocuments, func(ctx context.Context, put func(any) error) (err error) {
		room, err := o.workspaceIfAny(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, room.Close()) }()
		newest, err := room.List(ctx, "")
		if err != nil {
			return err
		}
		for _, n := range newest {
			versions, err := room.Versions(ctx, n.Key)
			if err != nil {
				return err
			}
			c.documents++
			for _, v := range versions {
				if err := put(documentItem{v.Key, v.Revision, v.At, v.By, v.Body}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	add(evidenceFile, roomFiles, func(ctx context.Context, put func(any) error) (err error) {
		files, err := o.filesIfAny(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, files.Close()) }()
		return files.Each(ctx, func(k evidence.Kept) error {
			if !k.Erased {
				c.files++
			}
			return put(fileItem{k.Hash.String(), k.Erased, k.Media, k.Uploaded, k.Young, k.Owners, k.Content})
		})
	})
	add(authFile, roomTokens, func(ctx context.Context, put func(any) error) (err error) {
		tokens, err := o.tokensIfAny(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, tokens.Close()) }()
		given, err := tokens.All(ctx)
		if err != nil {
			return err
		}
		for _, t := range given {
			c.tokens++
			if err := put(tokenItem{t.ID, t.Hash[:], t.Role, t.For, t.Person, t.Created, t.Expires, t.Revoked}); err != nil {
				return err
			}
		}
		return nil
	})
	return all, nil
}

// roomItem is what an item says: one of the three is there.
type roomItem struct {
	document *workspace.Document
	file     *evidence.Kept
	token    *auth.Token
}

// readRoomItem reads an item strictly. A file is held against its hash.
func readRoomItem(room string, text json.RawMessage) (item roomItem, err error) {
	switch room {
	case roomDocuments:
		var i documentItem
		err = json.Unmarshal(text, &i)
		item.document = &workspace.Document{Key: i.Key, Revision: i.Revision, At: i.At, By: i.By, Body: i.Body}
		if err == nil && (i.Key == "" || i.Revision < 1) {
			err = errors.New("a document without a key or a revision")
		}
	case roomFiles:
		var i fileItem
		if err = json.Unmarshal(text, &i); err != nil {
			return item, err
		}
		item.file = &evidence.Kept{File: evidence.File{Media: i.Media, Uploaded: i.Uploaded, Content: i.Content}, Owners: i.Owners, Young: i.Young, Erased: i.Erased}
		item.file.Hash, err = evidence.ParseHash(i.SHA256)
		if err == nil && !i.Erased && evidence.HashOf(i.Content) != item.file.Hash {
			err = fmt.Errorf("the file %s is not what it was", i.SHA256)
		}
	case roomTokens:
		var i tokenItem
		if err = json.Unmarshal(text, &i); err != nil {
			return item, err
		}
		item.token = &auth.Token{ID: i.ID, Role: i.Role, For: i.For, Person: i.Person, Created: i.Created, Expires: i.Expires, Revoked: i.Revoked}
		if len(i.Hash) != len(item.token.Hash) || i.ID == "" {
			err = errors.New("a token without its id or its hash")
		} else {
			item.token.Hash = [32]byte(i.Hash)
		}
	default:
		err = errors.New("this program does not know what that is; a newer one can restore it")
	}
	return item, err
}

// checkRoomItem tells whether an item can be restored.
func checkRoomItem(room string, text json.RawMessage) error {
	_, err := readRoomItem(room, text)
	return err
}

// roomRestore brings back what lies beside the vault. A file that is missing gets its name once it is whole; into one that
// is there what it lacks is added, and what it has stays.
type roomRestore struct {
	dir      dataDir
	ledger   uuid.UUID
	room     room
	files    fileStore // of its own, or that of the ledger
	ours     bool      // that files are of its own
	tokens   tokenStore
	missing  []string // of which the file is being made
	versions []workspace.Document
	given    []auth.Token
	added    roomCounts
}

// path is where a file is, or is being made.
func (r *roomRestore) path(file string) (path string, missing bool, err error) {
	_, err = os.Stat(r.dir.file(file))
	if errors.Is(err, fs.ErrNotExist) {
		r.missing = append(r.missing, file)
		return r.dir.file(file) + restoring, true, nil
	}
	return r.dir.file(file), false, err
}

// take adds an item. Documents and tokens are few, and are added all at once when all are there.
func (r *roomRestore) take(ctx context.Context, o *opened, room string, text json.RawMessage) error {
	item, err := readRoomItem(room, text)
	switch {
	case err != nil:
		return err
	case item.document != nil:
		r.versions = append(r.versions, *item.document)
		return nil
	case item.token != nil:
		r.given = append(r.given, *item.token)
		return nil
	}
	if r.files == nil {
		if err := r.openFiles(ctx, o); err != nil {
			return err
		}
	}
	return r.takeFile(ctx, *item.file)
}

// openFiles opens the store of uploaded files, which knows what was erased before any file comes.
func (r *roomRestore) openFiles(ctx context.Context, o *opened) error {
	if r.files = o.files; r.files != nil {
		return nil // its erasures were redone as it was opened
	}
	path, _, err := r.path(evidenceFile)
	if err != nil {
		return err
	}
	r.ours = true
	files, err := sqliteevidence.Create(path, r.ledger)
	if err != nil {
		return err
	}
	r.files = files
	erased, err := o.ErasedFiles(ctx)
	if err != nil {
		return err
	}
	for h := range erased {
		if err := r.files.Erase(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

func (r *roomRestore) takeFile(ctx context.Context, k evidence.Kept) error {
	if k.Erased {
		return r.files.Erase(ctx, k.Hash)
	}
	_, known := r.files.Get(ctx, k.Hash)
	for _, owner := range k.Owners {
		if err := r.files.Put(ctx, k.File, owner); errors.Is(err, evidence.ErrErased) {
			return nil // since the backup was made
		} else if err != nil {
			return err
		}
	}
	if errors.Is(known, evidence.ErrAbsent) {
		r.added.files++
	}
	return r.files.Renew(ctx, k.Hash, k.Young)
}

// finish adds documents and tokens and closes what was opened.
func (r *roomRestore) finish(ctx context.Context, o *opened) (err error) {
	if len(r.versions) > 0 {
		if r.room, err = r.openRoom(ctx, o); err != nil {
			return err
		}
		if r.added.documents, err = r.room.Restore(ctx, r.versions); err != nil {
			return err
		}
	}
	if len(r.given) > 0 {
		if r.tokens, err = r.openTokens(ctx, o); err != nil {
			return err
		}
		if r.added.tokens, err = r.tokens.Restore(ctx, r.given); err != nil {
			return err
		}
	}
	return r.close()
}

// openRoom opens the workspace that is restored into: that which the nodes of a cluster share, or the file.
func (r *roomRestore) openRoom(ctx context.Context, o *opened) (room, error) {
	if node, err := r.dir.isNode(); err != nil {
		return nil, err
	} else if node {
		return o.openWorkspace(ctx)
	}
	path, missing, err := r.path(roomFile)
	if err != nil {
		return nil, err
	}
	open := sqliteworkspace.Open
	if missing {
		open = sqliteworkspace.Create
	}
	w, err := open(path, r.ledger)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// openTokens opens the tokens that are restored into, as openRoom does.
func (r *roomRestore) openTokens(ctx context.Context, o *opened) (tokenStore, error) {
	if node, err := r.dir.isNode(); err != nil {
		return nil, err
	} else if node {
		return o.openTokens(ctx)
	}
	path, missing, err := r.path(authFile)
	if err != nil {
		return nil, err
	}
	open := sqliteauth.Open
	if missing {
		open = sqliteauth.Create
	}
	tokens, err := open(path, r.ledger)
	if err != nil {
		return nil, err
	}
	return tokens, nil
}

// close closes the files, without which they are not whole.
func (r *roomRestore) close() error {
	var errs []error
	if r.room != nil {
		errs = append(errs, r.room.Close())
	}
	if r.files != nil && r.ours {
		errs = append(errs, r.files.Close())
	}
	if r.tokens != nil {
		errs = append(errs, r.tokens.Close())
	}
	r.room, r.files, r.tokens = nil, nil, nil
	return errors.Join(errs...)
}
