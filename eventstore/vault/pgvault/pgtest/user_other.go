//go:build !unix

package pgtest

import (
	"errors"
	"syscall"
)

// unprivileged is for systems of the Unix family only.
func unprivileged() (*syscall.SysProcAttr, func(path string) error, error) {
	return nil, nil, errors.New("a temporary server is started on Unix only")
}
