package main

import (
	"fmt"
	"os"
	"strings"
)

// The lock of a data directory is a file that the one process that writes holds open. The file says who that is, in one
// line, and in a second one the address at which it takes what only it can carry out, where it has one.

// heldError says that another process writes in a directory.
type heldError struct {
	process string // its number, where known
	admin   string // the address of its admin listener, or ""
}

func (e *heldError) Error() string {
	if e.process == "" {
		return "another arobase is using this directory; stop it first"
	}
	return fmt.Sprintf("another arobase is using this directory (process %s); stop it first", e.process)
}

// Is says that this is errInUse.
func (e *heldError) Is(target error) bool { return target == errInUse }

// holder reads who holds a lock.
func holder(path string) *heldError {
	content, _ := os.ReadFile(path) // without it nobody is named
	process, admin, _ := strings.Cut(strings.TrimSpace(string(content)), "\n")
	return &heldError{process, admin}
}

// announce writes into a lock who holds it, and where it can be asked; admin may be "".
func announce(f *os.File, admin string) error {
	content := fmt.Sprintf("%d\n", os.Getpid())
	if admin != "" {
		content += admin + "\n"
	}
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	if _, err := f.WriteAt([]byte(content), 0); err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	return nil
}
