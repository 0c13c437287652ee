package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"arobase/api/auth"
	"arobase/api/rehearsal"
)

func newSimulate() *cobra.Command {
	cmd := &cobra.Command{
		Use: "simulate", Short: "Rehearse whole editions on a made-up ledger",
		Long: `Rehearse whole editions on a made-up ledger: a server is started on it, and everything is
asked of it over HTTP, as clerks, collectivities, jurors and presidents would: regulation,
grid, calendar, memberships, actions, candidacies, opinions, decisions, a ceremony that is
put off, a rectification, an appeal, an erasure, and what an office gets wrong and puts right.
Then the whole log is audited.

The collectivities are real, all else is made up, and every page says so. The ledger stays in
--data: serve it to look at it. Its clock ends some months or years ahead of this machine's.`,
		Args: noArgs,
	}
	f := cmd.Flags()
	data := f.String("data", "./arobase-rehearsal", "the `directory` of the made-up ledger; there must be none yet")
	opt := rehearsal.Options{Clock: time.Now}
	f.IntVar(&opt.Collectivities, "collectivities", 300, "how many collectivities take part")
	f.IntVar(&opt.Editions, "editions", 2, "how many editions, one after the other")
	f.Uint64Var(&opt.Seed, "seed", 1, "the same `number` makes up the same")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if opt.Collectivities < 20 || opt.Collectivities > 5000 || opt.Editions < 1 || opt.Editions > 10 {
			return usagef("from 20 to 5000 collectivities, and from 1 to 10 editions")
		}
		return simulate(cmd.Context(), *data, opt, cmd.OutOrStdout(), cmd.ErrOrStderr())
	}
	return cmd
}

// simulate serves a new made-up ledger, rehearses on it, and audits it.
func simulate(ctx context.Context, data string, opt rehearsal.Options, out, progress io.Writer) (err error) {
	if there, err := dataDir(data).exists(); err != nil || there {
		return errors.Join(err, fmt.Errorf("there is a ledger in %s: a rehearsal makes its own", data))
	}
	clock := filepath.Join(data, "rehearsal.clock")
	admin, err := prepareRehearsal(ctx, data, clock)
	if err != nil {
		return err
	}
	public, private, err := freeAddresses()
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(progress, &slog.HandlerOptions{Level: slog.LevelWarn}))
	serving, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		ended <- serve(serving, settings{data: data, listen: public, admin: private, clock: clock, trust: trustFlags{scrub: 24 * time.Hour}}, logger)
	}()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	url := "http://" + public
	if err := answering(ctx, url, ended); err != nil {
		return err
	}
	var ahead atomic.Int64
	server := &rehearsal.Server{
		URL: url, Admin: admin, Client: &http.Client{Timeout: 10 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
		Advance: func(d time.Duration) error {
			to := time.Duration(ahead.Add(int64(d)))
			return replaceFile(clock, to.String())
		},
	}
	// It begins at noon of tomorrow, so that no midnight comes between a question and what rests on its answer.
	now := time.Now().UTC()
	if err := server.Advance(time.Date(now.Year(), now.Month(), now.Day()+1, 11, 0, 0, 0, time.UTC).Sub(now)); err != nil {
		return err
	}
	opt.Progress = func(line string) { fmt.Fprintln(progress, line) }
	counts, err := rehearsal.Run(ctx, server, opt)
	if err != nil {
		return err
	}
	fmt.Fprintln(progress, "auditing")
	key, err := logKeyOf(data)
	if err != nil {
		return err
	}
	auditing := newAudit()
	auditing.SetArgs([]string{url, "--key", key, "--state", filepath.Join(data, "audit")})
	auditing.SetOut(out)
	auditing.SetErr(progress)
	auditing.SilenceUsage, auditing.SilenceErrors = true, true
	if err := auditing.ExecuteContext(ctx); err != nil {
		return fmt.Errorf("the audit: %w", err)
	}
	return tellRehearsal(out, opt, counts)
}

// tellRehearsal prints what was done; the last line counts it.
func tellRehearsal(out io.Writer, opt rehearsal.Options, c rehearsal.Counts) error {
	var all []string
	for _, resource := range slices.Sorted(maps.Keys(c.Done)) {
		all = append(all, fmt.Sprintf("%d %s", c.Done[resource], resource))
	}
	rate := float64(len(c.Took)) / c.Whole.Seconds()
	fmt.Fprintf(out, "requests     %d to record, %.0f a second with all else; p50 %v, p99 %v\n", len(c.Took), rate, c.At(0.5).Round(100*time.Microsecond), c.At(0.99).Round(100*time.Microsecond))
	_, err := fmt.Fprintf(out, "rehearsed    %d editions of %d collectivities in %v: %s\n", opt.Editions, opt.Collectivities, c.Whole.Round(time.Second), strings.Join(all, ", "))
	return err
}

// prepareRehearsal makes the ledger, with a clock at the time of the machine, and gives a token for its administration.
func prepareRehearsal(ctx context.Context, data, clock string) (token string, err error) {
	o, _, err := dataDir(data).write(ctx, genesis{origin: "rehearsal.localhost/log", madeUp: true})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if err := replaceFile(clock, "0s"); err != nil {
		return "", err
	}
	tokens, err := o.openTokens(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, tokens.Close()) }()
	token, _, err = authority(tokens).Issue(ctx, auth.Grant{Role: auth.Admin, Person: "Répétition", Life: auth.MaxLife})
	return token, err
}

// replaceFile puts a file in the place of another, so that whoever reads it finds the one or the other whole.
func replaceFile(path, content string) error {
	if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// freeAddresses gives two addresses of this machine that nobody listens on.
func freeAddresses() (a, b string, err error) {
	var all [2]string
	for i := range all {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", "", fmt.Errorf("looking for a free address: %w", err)
		}
		defer func() { _ = l.Close() }()
		all[i] = l.Addr().String()
	}
	return all[0], all[1], nil
}

// answering returns once a server answers, or with what it ended with.
func answering(ctx context.Context, url string, ended chan error) error {
	for {
		if r, err := http.Get(url + "/v1/editions"); err == nil { //nolint:noctx // ends by itself
			r.Body.Close()
			return nil
		}
		select {
		case err := <-ended:
			ended <- nil
			return fmt.Errorf("the server ended: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// logKeyOf is the public key of the log in a directory.
func logKeyOf(data string) (string, error) {
	var key strings.Builder
	cmd := newLog()
	cmd.SetArgs([]string{"key", "--data", data})
	cmd.SetOut(&key)
	if err := cmd.Execute(); err != nil {
		return "", fmt.Errorf("reading the key of the log: %w", err)
	}
	return strings.TrimSpace(key.String()), nil
}
