// Package workspace is the contract of the private room in which an edition is prepared: drafts of decisions, ballots,
// what waits for a second person. Nothing of it is an event, and nothing of it is ever public: what comes out of the room
// is recorded by a use case, all at once.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Document is one document as it stands. Its key says what it is: draft/28/fr-commune-73008.
type Document struct {
	Key string
	// Revision counts the versions, from 1.
	Revision int64
	Body     []byte // JSON
	By       string // the person who wrote this version
	At       time.Time
}

// ErrAbsent says that there is no such document.
var ErrAbsent = errors.New("there is no such document")

// Conflict says that a document is not at the revision that a change rests on.
type Conflict struct {
	Key     string
	Current int64 // 0: it is not there
}

func (e *Conflict) Error() string { return fmt.Sprintf("%s is at revision %d", e.Key, e.Current) }

// Workspace keeps documents with all their versions. All methods may be called by many goroutines at once.
type Workspace interface {
	// Get gives a document, or ErrAbsent.
	Get(ctx context.Context, key string) (Document, error)
	// Versions gives every version of a document, the first one first; none where it is not there.
	Versions(ctx context.Context, key string) ([]Document, error)
	// List gives the newest version of every document whose key begins with a prefix, in the order of their keys.
	List(ctx context.Context, prefix string) ([]Document, error)
	// Put writes the next version and returns when it is durable. Expected is the revision that the document must be at, 0
	// for one that is not there, -1 for any; where it is not the error is *Conflict.
	Put(ctx context.Context, d Document, expected int64) (Document, error)
	// Forget removes every document whose key begins with a prefix, with all versions, so that no file holds them.
	Forget(ctx context.Context, prefix string) error
}
