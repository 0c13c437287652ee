package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"arobase/eventstore"
)

// Some tests need another process: one that can be killed, or that has the same file open. It is this test binary,
// started again with a role and a file.
const (
	childRole = "AROBASE_TEST_CHILD"
	childFile = "AROBASE_TEST_FILE"
)

func runChild(role string) int {
	path := os.Getenv(childFile)
	var err error
	switch role {
	case "append":
		err = childAppend(path)
	case "fill":
		err = childFill(path)
	default:
		err = fmt.Errorf("no role %q", role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// child starts a child and gives the lines that it prints.
func child(t *testing.T, role, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRole+"="+role, childFile+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

const childWriters = 8

// childAppend appends without end, by several writers that each go on where their stream ends, and prints the number of
// each event as soon as it is acknowledged.
func childAppend(path string) error {
	ctx := context.Background()
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	var mu sync.Mutex // guards the output
	failed := make(chan error)
	for w := range childWriters {
		go func() {
			stream := fmt.Sprintf("stream-%d", w)
			revision := eventstore.NoStream
			for _, err := range s.ReadStream(ctx, stream, 0) {
				if err != nil {
					failed <- err
					return
				}
				revision++
			}
			for {
				n := (int(revision)+1)*childWriters + w
				if _, err := s.Append(ctx, stream, revision, []eventstore.Proposed{event(n)}); err != nil {
					failed <- err
					return
				}
				mu.Lock()
				fmt.Println(n)
				mu.Unlock()
				revision++
			}
		}()
	}
	return <-failed
}
