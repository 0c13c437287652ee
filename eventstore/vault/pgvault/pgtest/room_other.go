//go:build !linux

package pgtest

// roomy is for Linux only: elsewhere a server keeps its files with all else that is temporary.
func roomy(string) bool { return false }
