package sqlitelog

import (
	"fmt"
	"syscall"
)

func filePlace(path string) (string, error) {
	var s syscall.Stat_t
	if err := syscall.Stat(path, &s); err != nil {
		return "", fmt.Errorf("asking where %s is: %w", path, err)
	}
	return fmt.Sprintf("file %d made %d.%09d", s.Ino, s.Birthtimespec.Sec, s.Birthtimespec.Nsec), nil
}
