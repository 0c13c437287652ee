//go:build !unix

package transparency

import "os"

// lock relies on the ledger's own lock where the system has no advisory locks.
func lock(*os.File) error { return nil }
