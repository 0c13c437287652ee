package pgtest

import "syscall"

// roomy tells whether a directory in memory has room for some servers at once: in a container it is often small.
func roomy(dir string) bool {
	var s syscall.Statfs_t
	return syscall.Statfs(dir, &s) == nil && s.Bavail*uint64(s.Bsize) >= 1<<30
}
