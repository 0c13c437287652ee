package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"arobase/eventstore/sqlite/sqlitefile"
)

// CopyTo writes the events that there are at one moment into a new file, while other processes write on, and returns when
// it is durable. The copy is a ledger file like this one. O(n).
func (s *Store) CopyTo(ctx context.Context, path string) error {
	err := s.read(ctx, func(conn *sqlite.Conn) error { return sqlitefile.Copy(ctx, conn, path) })
	if err != nil {
		return fmt.Errorf("copying the ledger: %w", err)
	}
	return nil
}
