package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"arobase/api/audit"
	"arobase/api/ledger"
	"arobase/api/rest"
	"arobase/api/tlog"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault"
)

func newAudit() *cobra.Command {
	cmd := &cobra.Command{
		Use: "audit URL|DIR --key VKEY", Short: "Verify a whole ledger from outside, and everything derived from it",
		Long: `Verify a ledger with nothing but the public key of its log (arobase log key), or a policy
that names it. URL is the address of a served ledger, DIR a static export of its log.

Every record is hashed up to the root that the key signed, parsed strictly and judged
again by the rules, from what it says that it was decided from; every tile of hashes and
every disclosed text is checked. Then every answer about the label is computed from the
records alone and compared with what the server answers: editions, results, trends,
reconciliation, every collectivity. The HTML pages are not compared.

--seen gives checkpoints that were seen elsewhere, by an earlier audit or by somebody
else: the log must hold each of them. --keep writes the checkpoint for the next time.

"verified" means that nothing was altered since it was entered and that the answers
follow from the records. It does not say that the sources are right. Exit code 3 where
anything is not as it should be; the first such thing is named.`,
		Example: `  arobase audit http://127.0.0.1:8080 --key "$(arobase log key)"
  arobase audit ./export --key "$(cat log.vkey)" --seen last-year.checkpoint`,
		Args: between(1, 1, "one address or directory"),
	}
	f := cmd.Flags()
	key := f.String("key", "", "the public `key` of the log")
	policyFile := f.String("policy", "", "a `file` with a policy (C2SP tlog-policy) instead of a key: logs, witnesses, quorum")
	seen := f.StringSlice("seen", nil, "a `file` with a checkpoint that was seen elsewhere; may be repeated")
	keep := f.String("keep", "", "write the verified checkpoint to a `file`, for --seen of the next audit")
	output := f.StringP("output", "o", "table", "how to print: table or json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if (*key == "") == (*policyFile == "") {
			return usagef("audit needs the log's key (--key) or a policy (--policy), one of them")
		}
		if *output != "table" && *output != "json" {
			return usagef("-o is table or json, not %q", *output)
		}
		opt, err := auditOptions(*key, *policyFile, *seen)
		if err != nil {
			return err
		}
		dir, err := os.MkdirTemp("", "arobase-audit-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		opt.Store = func(id uuid.UUID) (eventstore.Replica, error) {
			return sqlite.Create(cmd.Context(), filepath.Join(dir, ledgerFile), id)
		}
		opt.Progress = progressInLeaves(cmd)
		place, err := auditPlace(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		report, err := audit.New(place, opt).Run(cmd.Context())
		if err := printAudit(cmd, *output, report, err); err != nil {
			return err
		}
		if *keep != "" {
			return os.WriteFile(*keep, report.Checkpoint, 0o644)
		}
		return nil
	}
	return cmd
}

func auditPlace(ctx context.Context, where string) (audit.Place, error) {
	if strings.HasPrefix(where, "http://") || strings.HasPrefix(where, "https://") {
		return audit.AtAddress(ctx, where, &http.Client{Timeout: time.Minute})
	}
	return audit.InDirectory(where)
}

func auditOptions(key, policyFile string, seen []string) (opt audit.Options, err error) {
	if key != "" {
		if opt.Trust, err = audit.ByKey(key); err != nil {
			return opt, usagef("--key: %w", err)
		}
	} else {
		text, err := os.ReadFile(policyFile)
		if err != nil {
			return opt, err
		}
		policy, err := tlog.ParsePolicy(text)
		if err != nil {
			return opt, fmt.Errorf("reading the policy %s: %w", policyFile, err)
		}
		opt.Trust = audit.ByPolicy(policy)
	}
	for _, name := range seen {
		signed, err := os.ReadFile(name)
		if err != nil {
			return opt, err
		}
		opt.Seen = append(opt.Seen, signed)
	}
	opt.Answer = answersFrom
	return opt, nil
}

// answersFrom answers as a server does, from records and disclosed values alone.
func answersFrom(ctx context.Context, store eventstore.Replica, values audit.Values) (http.Handler, error) {
	l, err := ledger.Open(ctx, ledger.Parts{Store: store, Vault: disclosedOnly{Values: values}, Clock: time.Now})
	if err != nil {
		return nil, err
	}
	if err := l.Runner().CatchUp(ctx); err != nil {
		return nil, err
	}
	return rest.New(rest.Deps{Ledger: l, Version: programVersion()}), nil
}

// disclosedOnly is a vault that holds what a log has disclosed. Questions ask it for values and for nothing else.
type disclosedOnly struct {
	vault.Vault
	audit.Values
}

func (d disclosedOnly) Get(ctx context.Context, c vault.Commitment) (vault.Secret, error) {
	return d.Values.Get(ctx, c)
}

// progressInLeaves shows a bar on a terminal.
func progressInLeaves(cmd *cobra.Command) func(done, of int64) {
	var bar func(done, of int)
	return func(done, of int64) {
		if bar == nil {
			if bar = progressOf(cmd.ErrOrStderr(), "records", int(of)); bar == nil {
				bar = func(int, int) {}
			}
		}
		bar(int(done), int(of))
	}
}

// audited is an audit as JSON.
type audited struct {
	audit.Report
	Verified bool           `json:"verified"`
	Failure  *audit.Failure `json:"failure,omitempty"`
}

// printAudit prints one line for each check, then the verdict, which is also the error.
func printAudit(cmd *cobra.Command, output string, report audit.Report, err error) error {
	var failure *audit.Failure
	if err != nil && !errors.As(err, &failure) {
		return err
	}
	verified := failure == nil && report.Unknown == 0
	out := cmd.OutOrStdout()
	if output == "json" {
		if err := writeJSON(out, audited{report, verified, failure}); err != nil {
			return err
		}
	} else {
		for _, c := range report.Checks {
			fmt.Fprintf(out, "%-12s %s\n", c.Name, visible(c.Says))
		}
		switch {
		case failure != nil:
			fmt.Fprintf(out, "not verified: %s\n", visible(failure.Error()))
			for _, e := range failure.Evidence {
				fmt.Fprintf(out, "\n%s", e)
			}
		case verified:
			fmt.Fprintln(out, "verified")
		default:
			fmt.Fprintf(out, "tree verified, meaning not verified: %d records are of types that this program does not know\n", report.Unknown)
		}
	}
	switch {
	case failure != nil:
		return &unprovenError{errors.New("the ledger is not what it should be")}
	case !verified:
		return &unprovenError{errors.New("a newer program can tell more")}
	}
	return nil
}
