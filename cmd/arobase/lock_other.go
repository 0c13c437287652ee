//go:build !unix

package main

import (
	"fmt"
	"os"
)

// lock takes the lock of a data directory: one process writes. Here the system has no lock that ends with the process,
// so a second process is kept out by the exclusive use of the file.
func lock(path string) (*os.File, error) {
	_ = os.Remove(path) // fails while another process holds it open
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w; stop it first: %w", errInUse, err)
	}
	return f, nil
}
