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
	// lent holds the one connection; who has taken it may use it, and what follows.
	lent chan *sqlite.Conn
	// keys are those of the texts by their place, places the other way: what is found is told without a text being read.
	keys   map[int64]string
	places map[string]int64
}

// The full-text extension of SQLite (FTS5): with secure-delete it takes what is removed out of its own pages, and with
// secure_delete SQLite overwrites the pages. There is no journal that could keep them: a torn file is made again.
var pragmas = []string{"PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA secure_delete = ON"}

const schema = `
CREATE VIRTUAL TABLE texts USING fts5(words, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3', columnsize = 0);
INSERT INTO texts (texts, rank) VALUES ('secure-delete', 1);
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
	x := &Index{path: path, lent: make(chan *sqlite.Conn, 1), keys: map[int64]string{}, places: map[string]int64{}}
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
	err := x.use(ctx, func(conn *sqlite.Conn) error {
		added := map[string]int64{}
		err := together(conn, func() error {
			for key, text := range texts {
				if _, known := x.places[key]; known {
					continue
				}
				if err := sqlitex.Execute(conn, "INSERT INTO texts (words) VALUES (?)", &sqlitex.ExecOptions{Args: []any{Fold(text)}}); err != nil {
					return err
				}
				added[key] = conn.LastInsertRowID()
			}
			return nil
		})
		if err != nil {
			return err
		}
		for key, place := range added {
			x.keys[place], x.places[key] = key, place
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
	err := x.use(ctx, func(conn *sqlite.Conn) error {
		err := together(conn, func() error {
			for _, key := range keys {
				place, known := x.places[key]
				if !known {
					continue
				}
				if err := sqlitex.Execute(conn, "DELETE FROM texts WHERE rowid = ?", &sqlitex.ExecOptions{Args: []any{place}}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, key := range keys {
			delete(x.keys, x.places[key])
			delete(x.places, key)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("removing texts from the index of words: %w", err)
	}
	return nil
}

// together makes several changes, or none.
func together(conn *sqlite.Conn, f func() error) (err error) {
	defer sqlitex.Save(conn)(&err)
	return f()
}

// Find gives the keys of the texts that have every word of a question, in no order. A question without a word finds
// nothing.
func (x *Index) Find(ctx context.Context, question string) ([]string, error) {
	var terms []string
	for _, word := range strings.FieldsFunc(Fold(question), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		terms = append(terms, `"`+word+`"*`)
	}
	if len(terms) == 0 {
		return nil, nil
	}
	var keys []string
	err := x.use(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "SELECT rowid FROM texts WHERE texts MATCH ?", &sqlitex.ExecOptions{
			Args:       []any{strings.Join(terms, " ")},
			ResultFunc: func(s *sqlite.Stmt) error { keys = append(keys, x.keys[s.ColumnInt64(0)]); return nil },
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
