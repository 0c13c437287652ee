//go:build unix

package transparency

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock takes the file for this process until it is closed, however the process ends. Two writers would write the same
// hashes to the same places, but one that opens may truncate what the other has written.
func lock(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var locked error
	err = conn.Control(func(fd uintptr) { locked = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB) })
	if err = errors.Join(err, locked); err != nil {
		return fmt.Errorf("%w: %w", ErrInUse, err)
	}
	return nil
}
