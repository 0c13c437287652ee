package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"arobase/api/ledger"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
)

// Commands of the scripts that look at a ledger or act on the process that writes it.

// size notes how many records a ledger has, and when the last was recorded: size DIR NAME sets $NAME and $NAME_TIME.
func size(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: size DIR NAME")
	}
	ctx := context.Background()
	store, err := sqlite.OpenReadOnly(ctx, dataDir(ts.MkAbs(args[0])).file(ledgerFile))
	ts.Check(err)
	defer store.Close()
	n, err := store.Size(ctx)
	ts.Check(err)
	ts.Setenv(args[1], fmt.Sprint(n))
	for e, err := range store.ReadAll(ctx, n-1) {
		ts.Check(err)
		ts.Setenv(args[1]+"_TIME", e.Recorded.Format(time.RFC3339Nano))
	}
}

// edition notes the first edition that was opened in a ledger, which depends on the year: edition DIR NAME sets $NAME.
func edition(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: edition DIR NAME")
	}
	ts.Check(ts.Exec("arobase", "events", "--data", ts.MkAbs(args[0]), "--type", "edition-opened", "--limit", "1", "-o", "jsonl"))
	var e ledger.EventView
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &e))
	var opened struct{ Edition int }
	ts.Check(json.Unmarshal(e.Data, &opened))
	ts.Setenv(args[1], strconv.Itoa(opened.Edition))
}

// killmidway runs arobase and kills it, without a chance to tidy up, once the ledger in DIR has a number of records:
// killmidway DIR RECORDS ARGUMENTS... It fails if the process ended before.
func killMidway(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: killmidway DIR RECORDS ARGUMENTS...")
	}
	most, err := strconv.Atoi(args[1])
	ts.Check(err)
	cmd := exec.Command("arobase", args[2:]...)
	cmd.Dir = ts.Getenv("WORK")
	ts.Check(cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	path := dataDir(ts.MkAbs(args[0])).file(ledgerFile)
	for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		// It stands still while it is looked at, or it would be over on a loaded machine; and it runs for a millisecond
		// only in between, or it would be over on a fast one.
		_ = cmd.Process.Signal(syscall.SIGSTOP)
		if sizeOf(path) >= eventstore.Position(most) {
			break
		}
		_ = cmd.Process.Signal(syscall.SIGCONT)
	}
	_ = cmd.Process.Kill() // it may have ended just now
	<-ended
	if cmd.ProcessState.Exited() {
		ts.Fatalf("the process ended by itself: %v", cmd.ProcessState)
	}
}

// sizeOf is the size of a ledger that is perhaps not there yet.
func sizeOf(path string) eventstore.Position {
	ctx := context.Background()
	store, err := sqlite.OpenReadOnly(ctx, path)
	if err != nil {
		return 0
	}
	defer store.Close()
	n, err := store.Size(ctx)
	if err != nil {
		return 0
	}
	return n
}

// recordids writes the ids of imported records, sorted: recordids EVENTS.jsonl TO. What a ledger says of itself differs
// from one to the next and is left out.
func recordIDs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: recordids FROM TO")
	}
	var ids []string
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var e ledger.EventView
		ts.Check(json.Unmarshal([]byte(line), &e))
		if e.Stream != "ledger" {
			ids = append(ids, e.ID.String())
		}
	}
	slices.Sort(ids)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(ids, "\n")+"\n"), 0o600))
}

// holdlock holds the lock of a ledger, or another, until the script ends: holdlock DIR [FILE].
func holdLock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: holdlock DIR [FILE]")
	}
	f, err := lock(filepath.Join(ts.MkAbs(args[0]), append(args, lockFile)[1]))
	ts.Check(err)
	ts.Defer(func() { _ = f.Close() })
}

// freeport finds a port that nobody listens on: freeport NAME sets $NAME.
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	_, port, err := net.SplitHostPort(freeAddress())
	ts.Check(err)
	ts.Setenv(args[0], port)
}

// waitfor waits until an address answers 200: waitfor URL.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfor URL")
	}
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(args[0])
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	ts.Fatalf("%s does not answer", args[0])
}
