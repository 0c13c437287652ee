// Command arobase keeps and serves the open ledger of the label "Territoires, Villes et Villages Internet".
//
// One binary does everything: it imports the history, answers questions in the terminal, serves the site, the API and
// the log, and checks what others serve. `arobase help` says more; docs/ says why.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes are part of the interface.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitUnproven = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process: tests call it with their own arguments and streams.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var usage *usageError
	var unproven *unprovenError
	var told *toldError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &told):
		return exitFailed
	case errors.As(err, &unproven):
		fmt.Fprintln(stderr, "arobase:", err)
		return exitUnproven
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "arobase: %v\nRun 'arobase help' for how to use it.\n", err)
		return exitUsage
	}
	fmt.Fprintln(stderr, "arobase:", err)
	return exitFailed
}

// usageError is a command line that cannot mean anything.
type usageError struct{ error }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

func (e *usageError) Unwrap() error { return e.error }

// unprovenError says that something that was to be verified is not so.
type unprovenError struct{ error }

func (e *unprovenError) Unwrap() error { return e.error }

// toldError is a failure that was already shown, line by line.
type toldError struct{ error }

func (e *toldError) Unwrap() error { return e.error }
