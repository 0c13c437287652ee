// Package wordindex finds texts by their words, in a file that can be thrown away: the titles and descriptions of declared
// actions. It holds copies of texts that are public, and none longer than it must: what is removed is overwritten, the
// file is made empty when it is opened, and it goes when it is closed.
//
// Words are compared without accents, ligatures and case, and a word of a question is the beginning of a word of a text.
package wordindex

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Index is an index of texts by key. Its methods may be called by many goroutines at once.
type Index struct {
	path string
	// lent holds the one connection; who has taken it may use it.
	lent chan *sqlite.Conn
}

// The full-text extension of SQLite (FTS5): with secure-delete it takes what is removed out of its own pages, and with
// secure_delete SQLite overwrites the pages. There is no journal that could keep them: a torn file is made again.
var pragmas = []string{"PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA secure_delete = ON"}

const schema = `
CREATE VIRTUAL TABLE texts USING fts5(words, key UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
INSERT INTO texts (texts, rank) VALUES ('secure-delete', 1);
CREATE TABLE places (key TEXT PRIMARY KEY, place INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`

// Open makes an empty index in a file, in the place of whatever is there. An empty path keeps it in memory.
func Open(path string) (*Index, error) {
	at := path
	if at == "" {
		at = ":memory:"
	} else if err := os.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("emptying the index of words: %w", err)
	}
	conn, err := sqlite.OpenConn(at, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, fmt.Errorf("opening the index of words: %w", err)
	}
	for _, p := range pragmas {
		err = errors.Join(err, sqlitex.ExecuteTransient(conn, p, nil))
	}
	if err == nil {
		err = sqlitex.ExecuteScript(conn, schema, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("making the index of words: %w", errors.Join(err, conn.Close()))
	}
	x := &Index{path: path, lent: make(chan *sqlite.Conn, 1)}
	x.lent <- conn
	return x, nil
}

// use lends the connection to f, which stops where the context ends.
func (x *Index) use(ctx context.Context, f func(*sqlite.Conn) error) error {
	select {
	case conn := <-x.lent:
		conn.SetInterrupt(ctx.Done())
		defer func() {
			conn.SetInterrupt(nil)
			x.lent <- conn
		}()
		return f(conn)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Put enters texts by their keys. A key that is there keeps the text that it has: texts do not change.
func (x *Index) Put(ctx context.Context, texts map[string]string) error {
	err := x.use(ctx, func(conn *sqlite.Conn) (err error) {
		defer sqlitex.Save(conn)(&err)
		for key, text := range texts {
			known := false
			if err := sqlitex.Execute(conn, "SELECT 1 FROM places WHERE key = ?", &sqlitex.ExecOptions{
				Args: []any{key}, ResultFunc: func(*sqlite.Stmt) error { known = true; return nil },
			}); err != nil || known {
				if err != nil {
					return err
				}
				continue
			}
			if err := sqlitex.Execute(conn, "INSERT INTO texts (words, key) VALUES (?, ?)", &sqlitex.ExecOptions{Args: []any{Fold(text), key}}); err != nil {
				return err
			}
			if err := sqlitex.Execute(conn, "INSERT INTO places (key, place) VALUES (?, ?)", &sqlitex.ExecOptions{Args: []any{key, conn.LastInsertRowID()}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("entering texts into the index of words: %w", err)
	}
	return nil
}

// Remove takes texts out, so that the file holds nothing of them. Keys that are not there are passed over.
func (x *Index) Remove(ctx context.Context, keys ...string) error {
	err := x.use(ctx, func(conn *sqlite.Conn) (err error) {
		defer sqlitex.Save(conn)(&err)
		for _, key := range keys {
			for _, statement := range []string{
				"DELETE FROM texts WHERE rowid = (SELECT place FROM places WHERE key = ?)",
				"DELETE FROM places WHERE key = ?",
			} {
				if err := sqlitex.Execute(conn, statement, &sqlitex.ExecOptions{Args: []any{key}}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("removing texts from the index of words: %w", err)
	}
	return nil
}

// Find gives the keys of the texts that have every word of a question, the best first, at most limit. A question
// without a word finds nothing.
func (x *Index) Find(ctx context.Context, question string, limit int) ([]string, error) {
	var terms []string
	for _, word := range strings.FieldsFunc(Fold(question), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		terms = append(terms, `"`+word+`"*`)
	}
	if len(terms) == 0 || limit <= 0 {
		return nil, nil
	}
	var keys []string
	err := x.use(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "SELECT key FROM texts WHERE texts MATCH ? ORDER BY rank, rowid LIMIT ?", &sqlitex.ExecOptions{
			Args:       []any{strings.Join(terms, " "), limit},
			ResultFunc: func(s *sqlite.Stmt) error { keys = append(keys, s.ColumnText(0)); return nil },
		})
	})
	if err != nil {
		return nil, fmt.Errorf("searching the index of words: %w", err)
	}
	return keys, nil
}

// Close ends the index and removes its file.
func (x *Index) Close() error {
	err := (<-x.lent).Close()
	if x.path != "" {
		err = errors.Join(err, os.Remove(x.path))
	}
	return err
}

// Fold brings a text into the form in which words are compared: without case, accents and ligatures.
func Fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		switch r = unicode.ToLower(r); {
		case unicode.Is(unicode.Mn, r):
		case r == 'œ':
			b.WriteString("oe")
		case r == 'æ':
			b.WriteString("ae")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
