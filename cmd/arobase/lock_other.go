//go:build !unix

package main

import "os"

// lock takes the lock of a data directory: one process writes, and for any other it is a *heldError. Here the system has
// no lock that ends with the process, so a second process is kept out by the exclusive use of the file.
func lock(path string) (*os.File, error) {
	_ = os.Remove(path) // fails while another process holds it open
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, holder(path)
	}
	if err := announce(f, ""); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
