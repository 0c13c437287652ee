package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"arobase/eventstore/vault/pgvault/pgtest"
)

// The scripts in testdata run the program as people do: its own process, its arguments, its streams, its exit code.
// Each tells one story.

func TestMain(m *testing.M) { testscript.Main(prepared{m}, map[string]func(){"arobase": main}) }

// prepared runs the tests of this process, where nothing depends on who runs them. The program itself, which this binary is
// too when it is called so, is not prepared.
type prepared struct{ *testing.M }

func (m prepared) Run() int {
	for _, variable := range os.Environ() { // what would be a default of some flag
		switch name, _, _ := strings.Cut(variable, "="); name {
		case "AROBASE_SEED", "AROBASE_ESDB", pgtest.Variable:
		default:
			if strings.HasPrefix(name, "AROBASE_") {
				_ = os.Unsetenv(name)
			}
		}
	}
	cache, err := os.MkdirTemp("", "arobase-cache") // where audits keep what they have verified
	if err == nil {
		defer os.RemoveAll(cache)
		err = os.Setenv("XDG_CACHE_HOME", cache)
	}
	if err == nil && os.Getenv("GOMEMLIMIT") == "" {
		err = os.Setenv("GOMEMLIMIT", "off") // an audit sets a limit for its process, which is that of all tests
	}
	flag.Parse()
	if f := flag.Lookup("test.parallel"); err == nil && f.Value.String() == f.DefValue {
		err = f.Value.Set(strconv.Itoa(parallelTests(runtime.GOMAXPROCS(0))))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.M.Run()
}

// parallelTests is how many tests run at once: some wait most of their time, for a cluster that is away or for a server, so
// that there are more than processors; and never so many that they are in each other's way.
func parallelTests(processors int) int { return min(max(4, processors), 12) }

func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of processes: too slow with the race detector in each")
	}
	t.Parallel()
	testscript.Run(t, newStories(t).params("script", nil))
}

// Those that need a database get one of their own: $VAULT.
func TestScriptsOnPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("the vault itself is tested elsewhere")
	}
	t.Parallel()
	server := pgtest.Start(t)
	testscript.Run(t, newStories(t).params("postgres", func(env *testscript.Env) { env.Setenv("VAULT", server.Schema(t)) }))
}

func newStories(t *testing.T) *stories {
	t.Helper()
	history, err := filepath.Abs(filepath.Join("..", "..", "history"))
	if err != nil {
		t.Fatal(err)
	}
	return &stories{history: history, dir: t.TempDir()}
}

// params says how to run the scripts of a directory.
func (s *stories) params(dir string, setup func(*testscript.Env)) testscript.Params {
	return testscript.Params{
		Dir: filepath.Join("testdata", dir),
		Setup: func(env *testscript.Env) error {
			env.Setenv("HISTORY", s.history)
			env.Values[followerKey{}] = new(follower)
			if setup != nil {
				setup(env)
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":       exits,
			"ledger":      s.ledger,
			"size":        size,
			"edition":     edition,
			"write":       write,
			"grow":        grow,
			"longline":    longLine,
			"windows1252": windows1252,
			"workbook":    workbook,
			"killmidway":  killMidway,
			"recordids":   recordIDs,
			"whole":       whole,
			"json":        validJSON,
			"csv":         validCSV,
			"narrow":      narrow,
			"freeport":    freePort,
			"allrows":     allRows,
			"waitfor":     waitFor,
			"follow":      following,
			"holdlock":    holdLock,
			"recordof":    recordOf,
			"nowhere":     nowhere,
			"somewhere":   somewhere,
			"agekey":      ageKey,
			"readkey":     readKey,
			"private":     private,
			"halve":       halve,
			"falsify":     falsify,
			"ended":       ended,
			"posts":       posts,
			"paste":       paste,
			"partcopy":    partCopy,
			"tamper":      tamper,
		},
	}
}

// stories keeps what scripts share: the history, imported once.
type stories struct {
	history string
	dir     string
	once    sync.Once
	failed  error
}

// ledger makes a copy of a ledger into which the whole history was imported: ledger DIR.
func (s *stories) ledger(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ledger DIR")
	}
	made := filepath.Join(s.dir, "made")
	s.once.Do(func() {
		if out, err := exec.Command("arobase", "import", "--data", made, s.history).CombinedOutput(); err != nil {
			s.failed = fmt.Errorf("importing the history: %w\n%s", err, out)
		}
	})
	ts.Check(s.failed)
	ts.Check(copyPrivately(made, ts.MkAbs(args[0])))
	ts.Check(takePlace(ts.MkAbs(args[0])))
}

// copyPrivately copies a directory without directories in it; what the copy holds is for its owner only, as in a ledger.
func copyPrivately(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, e.Name()), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// exits runs a command and holds it to an exit code: exits CODE COMMAND...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("running %s: %v", strings.Join(args[1:], " "), err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
