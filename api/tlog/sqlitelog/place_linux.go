package sqlitelog

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func filePlace(path string) (string, error) {
	var s unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, 0, unix.STATX_INO|unix.STATX_BTIME, &s); err != nil {
		return "", fmt.Errorf("asking where %s is: %w", path, err)
	}
	if s.Mask&unix.STATX_BTIME == 0 {
		return fmt.Sprintf("device %d:%d file %d", s.Dev_major, s.Dev_minor, s.Ino), nil
	}
	return fmt.Sprintf("file %d made %d.%09d", s.Ino, s.Btime.Sec, s.Btime.Nsec), nil
}
