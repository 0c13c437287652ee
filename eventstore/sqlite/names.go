package sqlite

import (
	"fmt"
	"sync"

	"zombiezen.com/go/sqlite"
)

// maxNames bounds a names cache, to some megabytes. It is emptied when full: simpler than choosing what to forget, and
// a miss costs two microseconds.
const maxNames = 1 << 16

// names remembers which number stands for which name of a type. A number never changes its meaning once it is committed, and
// only readers fill a cache, so nothing ever has to be invalidated.
type names struct {
	mu   sync.RWMutex
	text map[int64]string // guarded by mu
}

// get gives the name of a number, with a query that finds it where it is not remembered.
func (n *names) get(conn *sqlite.Conn, query string, number int64) (string, error) {
	n.mu.RLock()
	text, ok := n.text[number]
	n.mu.RUnlock()
	if ok {
		return text, nil
	}
	stmt, err := conn.Prepare(query)
	if err != nil {
		return "", err
	}
	stmt.BindInt64(1, number)
	found, err := stmt.Step()
	if err != nil {
		return "", err
	}
	if !found {
		return "", fmt.Errorf("number %d has no name", number)
	}
	text = stmt.ColumnText(0)
	n.mu.Lock()
	if n.text == nil || len(n.text) >= maxNames {
		n.text = make(map[int64]string)
	}
	n.text[number] = text
	n.mu.Unlock()
	return text, stmt.Reset()
}
