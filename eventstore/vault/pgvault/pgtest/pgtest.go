// Package pgtest lends tests a PostgreSQL server: a temporary one of the binaries that are on this machine, or the one of
// AROBASE_POSTGRES.
package pgtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Variable names the server that tests use instead of one of their own: postgres://... of a role that may create schemas.
const Variable = "AROBASE_POSTGRES"

// Server is a running server.
type Server struct {
	// Address is that of a database, postgres://...
	Address string
	// Dir is the directory of its data, "" where it is not at hand.
	Dir string
}

// Start gives a server, which ends with the test. Where there is none, the test is skipped and says why.
func Start(t testing.TB) *Server {
	t.Helper()
	if address := os.Getenv(Variable); address != "" {
		return &Server{Address: address}
	}
	bin, err := binaries()
	if err != nil {
		t.Skipf("no PostgreSQL: %v; install it (Debian: postgresql), or name a server in %s", err, Variable)
	}
	attributes, own, err := unprivileged()
	if err != nil {
		t.Skipf("no PostgreSQL: %v; name a server in %s", err, Variable)
	}
	// In memory where that is possible: a test looks at what is written, not at how long the disk takes. And short: the name
	// of a socket has at most 107 bytes.
	const memory = "/dev/shm"
	dir := ""
	if err = errors.ErrUnsupported; roomy(memory) {
		dir, err = os.MkdirTemp(memory, "arobase-pg-")
	}
	if err != nil {
		dir, err = os.MkdirTemp("/tmp", "arobase-pg-")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := own(dir); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	command := func(name string, arguments ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), arguments...)
		cmd.Dir, cmd.SysProcAttr = dir, attributes
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + dir}
		return cmd
	}
	if out, err := command("initdb", "-D", data, "-U", "arobase", "-A", "trust", "-E", "UTF8", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	// Removed segments of the write-ahead log are deleted, not used again: otherwise no search of the files means anything.
	server := command("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "wal_recycle=off", "-c", "max_wal_size=64MB", "-c", "min_wal_size=32MB")
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGQUIT) // at once; the data goes anyway
		_ = server.Wait()
	})
	s := &Server{Address: "postgres:///postgres?user=arobase&host=" + url.QueryEscape(dir), Dir: data}
	if err := s.await(t); err != nil {
		t.Fatalf("the server does not answer: %v\n%s", err, log.String())
	}
	return s
}

// await waits until the server answers, for two minutes or more.
func (s *Server) await(t testing.TB) (err error) {
	for range 2400 {
		var conn *pgx.Conn
		if conn, err = pgx.Connect(t.Context(), s.Address); err == nil {
			return conn.Close(t.Context())
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// binaries finds the directory of the newest server that is installed.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("initdb is neither in PATH nor below /usr/lib/postgresql")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// Schema makes a schema of its own in the database, and gives an address that uses it. It goes with the test.
func (s *Server) Schema(t testing.TB) string {
	t.Helper()
	name := "t_" + strings.ToLower(rand.Text())
	s.Exec(t, "CREATE SCHEMA "+name)
	t.Cleanup(func() { s.Exec(t, "DROP SCHEMA "+name+" CASCADE") })
	u, err := url.Parse(s.Address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", name)
	u.RawQuery = query.Encode()
	return u.String()
}

// Exec executes statements one by one, each outside of a transaction.
func (s *Server) Exec(t testing.TB, statements ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // also when the test has ended
	conn, err := pgx.Connect(ctx, s.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
