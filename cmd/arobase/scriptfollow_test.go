package main

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// follower is a process of a script that goes on while the script does other things.
type follower struct {
	cmd   *exec.Cmd
	lines chan string
}

// follow talks to one process in the background:
//
//	follow start COMMAND...   starts it
//	follow line PATTERN       waits for its next line, which must match
//	follow stop               interrupts it; it must end as if all were well
func (f *follower) follow(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case neg || len(args) == 0:
		ts.Fatalf("usage: follow start|line|stop")
	case args[0] == "start" && len(args) > 1:
		f.start(ts, args[1:])
	case args[0] == "line" && len(args) == 2:
		select {
		case line, ok := <-f.lines:
			if !ok || !regexp.MustCompile(args[1]).MatchString(line) {
				ts.Fatalf("the next line is %q", line)
			}
		case <-time.After(longest):
			ts.Fatalf("there is no further line")
		}
	case args[0] == "stop" && len(args) == 1:
		ts.Check(f.cmd.Process.Signal(os.Interrupt))
		for line := range f.lines {
			ts.Fatalf("there is a further line: %q", line)
		}
		ts.Check(f.cmd.Wait())
	default:
		ts.Fatalf("usage: follow start|line|stop")
	}
}

func (f *follower) start(ts *testscript.TestScript, args []string) {
	f.cmd = exec.Command(args[0], args[1:]...)
	f.cmd.Dir = ts.Getenv("WORK")
	out, err := f.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(f.cmd.Start())
	ts.Defer(func() { _ = f.cmd.Process.Kill() }) // where the script fails before it stops it
	f.lines = make(chan string, 100)
	go func() {
		defer close(f.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			f.lines <- s.Text()
		}
	}()
}

type followerKey struct{}

// following gives each script a follower of its own.
func following(ts *testscript.TestScript, neg bool, args []string) {
	ts.Value(followerKey{}).(*follower).follow(ts, neg, args)
}
