//go:build unix

package pgtest

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// unprivileged says as whom a server runs, which refuses to run as root: as oneself, or as postgres or nobody. own gives a
// file to them.
func unprivileged() (attributes *syscall.SysProcAttr, own func(path string) error, err error) {
	if os.Getuid() != 0 {
		return nil, func(string) error { return nil }, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		if errUID != nil || errGID != nil {
			continue
		}
		attributes := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		return attributes, func(path string) error { return os.Chown(path, uid, gid) }, nil
	}
	return nil, nil, fmt.Errorf("a server does not run as root, and there is no user postgres or nobody")
}
