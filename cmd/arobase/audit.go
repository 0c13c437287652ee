package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arobase/api/audit"
	"arobase/api/ledger"
	"arobase/api/rest"
	"arobase/api/tlog"
	"arobase/api/web"
)

// auditFlags are the flags of audit.
type auditFlags struct {
	key, policy, state, output, keep string
	policyText                       string // what the file of the policy says
	seen                             []string
	fresh, follow, whole             bool
	every                            time.Duration
	metrics                          string
}

func newAudit() *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use: "audit URL|DIR --key VKEY", Short: "Verify a whole ledger from outside, and everything derived from it",
		Long: `Verify a ledger with nothing but the public key of its log (arobase log key), or a policy
that names it. URL is the address of a served ledger, DIR a static export of its log.

Every record is hashed up to the root that the key signed, parsed strictly and judged
again by the rules, from what it says that it was decided from; every tile of hashes and
every disclosed text is checked. Then every answer about the label is computed from the
records alone and compared with what the server answers: editions, results, trends,
reconciliation, every collectivity; and so is what its pages say, French and English,
its feeds, badges, tables and files. Some of all that is asked for as of earlier sizes
and in other ways, as browsers ask, chosen at random: nobody can know which.

Verified records are kept in --state, so that the next audit reads only what is new, and
holds the log to what it showed before. --seen gives checkpoints that were seen elsewhere,
by somebody else: the log must hold each of them.

--follow keeps watching: one audit after the other, until something is not as it should be.

"verified" means that nothing was altered since it was entered and that what the server
says follows from the records. It does not say that the sources are right. Exit code 3
where anything is not as it should be, the first such thing is named; 1 where the server
cannot be read, which proves nothing.`,
		Example: `  arobase audit http://127.0.0.1:8080 --key "$(arobase log key)"
  arobase audit ./export --key "$(cat log.vkey)" --seen last-year.checkpoint
  arobase audit https://label.example --key "$(cat log.vkey)" --follow --metrics 127.0.0.1:9091`,
		Args: between(1, 1, "one address or directory"),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.key, "key", "", "the public `key` of the log")
	flags.StringVar(&f.policy, "policy", "", "a `file` with a policy (C2SP tlog-policy) instead of a key: logs, witnesses, quorum")
	flags.StringSliceVar(&f.seen, "seen", nil, "a `file` with a checkpoint that was seen elsewhere; may be repeated")
	flags.StringVar(&f.state, "state", "", "the `directory` of what audits of this log have verified\n(default: one for each log, in the user's cache directory)")
	flags.BoolVar(&f.fresh, "fresh", false, "forget what earlier audits verified and saw, and begin anew")
	flags.StringVar(&f.keep, "keep", "", "write the verified checkpoint to a `file`, for somebody else's --seen")
	flags.BoolVar(&f.whole, "whole", false, "take for a failure what cannot be compared: answers and pages where\nthere is only a log, pages of another version of the program")
	flags.BoolVar(&f.follow, "follow", false, "keep watching")
	flags.DurationVar(&f.every, "every", time.Minute, "with --follow: the `time` between two rounds")
	flags.StringVar(&f.metrics, "metrics", "", "with --follow: the `address` of metrics for Prometheus")
	flags.StringVarP(&f.output, "output", "o", "table", "how to print: table or json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) }
	return cmd
}

func (f *auditFlags) check() error {
	switch {
	case (f.key == "") == (f.policy == ""):
		return usagef("audit needs the log's key (--key) or a policy (--policy), one of them")
	case f.output != "table" && f.output != "json":
		return usagef("-o is table or json, not %q", f.output)
	case f.metrics != "" && !f.follow:
		return usagef("--metrics needs --follow: a single audit ends with its exit code")
	case f.every <= 0:
		return usagef("--every is a time such as 1m, not %v", f.every)
	}
	return nil
}

// memoryGoal is the memory, in bytes, from which on an audit collects garbage sooner rather than growing.
const memoryGoal = 1100 << 20

func (f *auditFlags) run(cmd *cobra.Command, where string) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryGoal))
	}
	opt, err := f.options(cmd)
	if err != nil {
		return err
	}
	place, err := auditPlace(cmd.Context(), where)
	if err != nil {
		return err
	}
	a := audit.New(place, opt)
	defer func() { err = errors.Join(err, a.Close()) }()
	if f.follow {
		return f.watch(cmd, a)
	}
	report, err := a.Round(cmd.Context())
	if err := printVerdict(cmd.OutOrStdout(), f.output, report, err); err != nil {
		return err
	}
	return f.keepCheckpoint(report)
}

func (f *auditFlags) keepCheckpoint(report audit.Report) error {
	if f.keep == "" {
		return nil
	}
	return os.WriteFile(f.keep, report.Checkpoint, 0o644)
}

func auditPlace(ctx context.Context, where string) (audit.Place, error) {
	if !strings.HasPrefix(where, "http://") && !strings.HasPrefix(where, "https://") {
		return audit.InDirectory(where)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64 // many questions at once: each would open a connection of its own
	return audit.AtAddress(ctx, where, &http.Client{Timeout: time.Minute, Transport: transport})
}

// unhurried is how many addresses about single collectivities and records a monitor asks for in a round in which nothing
// is new: so many that all come in turn, so few that the server does not mind.
const unhurried = 200

func (f *auditFlags) options(cmd *cobra.Command) (opt audit.Options, err error) {
	trusted := f.key
	if f.key != "" {
		if err := checkVerifierKey(f.key); err != nil {
			return opt, err
		}
		if opt.Trust, err = audit.ByKey(f.key); err != nil {
			return opt, usagef("--key: %w", err)
		}
	} else {
		text, err := os.ReadFile(f.policy)
		if err != nil {
			return opt, err
		}
		policy, err := tlog.ParsePolicy(text)
		if err != nil {
			return opt, fmt.Errorf("reading the policy %s: %w", f.policy, err)
		}
		opt.Trust, trusted, f.policyText = audit.ByPolicy(policy), string(text), string(text)
	}
	for _, name := range f.seen {
		signed, err := os.ReadFile(name)
		if err != nil {
			return opt, err
		}
		opt.Seen = append(opt.Seen, signed)
	}
	opt.Workspace = func(origin string) (audit.Workspace, error) {
		dir := f.state
		if dir == "" {
			if dir, err = defaultStateDir(origin, trusted); err != nil {
				return nil, err
			}
		}
		return openAuditState(dir, f.fresh)
	}
	opt.Answer, opt.Program, opt.Unhurried, opt.Whole = f.answersFrom, programVersion(), unhurried, f.whole
	opt.Progress = progressOfStages(cmd.ErrOrStderr())
	if f.output == "table" && !f.follow {
		opt.Checked = func(c audit.Check) { printCheck(cmd.OutOrStdout(), c) }
	}
	return opt, nil
}

// answersFrom answers as a server does, from records and disclosed values alone.
func (f *auditFlags) answersFrom(ctx context.Context, rests audit.Rests) (audit.Answers, error) {
	l, err := ledger.Open(ctx, ledger.Parts{Store: rests.Store, Vault: rests.Values, Clock: time.Now})
	if err != nil {
		return audit.Answers{}, err
	}
	api := rest.New(rest.Deps{Ledger: l, Version: programVersion()})
	site := web.New(web.Deps{
		Ledger: l, Version: programVersion(),
		Key: func(context.Context) string { return cmp.Or(rests.Key(), f.keyOf(l.Origin)) },
		// What stands in the place of a proof is not compared: it tells of the moment. Proofs are verified by themselves.
		Proof: func(context.Context, uint64) ([]byte, error) { return []byte("proof"), nil },
		Checkpoint: func() (uint64, bool, []byte) {
			size, signed := rests.Checkpoint()
			return size, true, signed
		},
	})
	mux := http.NewServeMux()
	for _, pattern := range rest.Patterns {
		mux.Handle(pattern, api)
	}
	mux.Handle("/", site)
	return audit.Answers{Handler: mux, CatchUp: l.Runner().CatchUp, OfSomeNodes: web.OfSomeNodes()}, nil
}

// keyOf is the key that is believed for the log of an origin: the one that was given, or that of the policy.
func (f *auditFlags) keyOf(origin string) string {
	if f.key != "" {
		return f.key
	}
	for line := range strings.Lines(f.policyText) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "log" && strings.HasPrefix(words[1], origin+"+") {
			return words[1]
		}
	}
	return ""
}

// progressOfStages shows a bar for one stage after the other, on a terminal.
func progressOfStages(w io.Writer) func(stage string, done, of int64) {
	var stage string
	var bar func(done, of int)
	return func(now string, done, of int64) {
		if now != stage || done == 0 {
			stage, bar = now, progressOf(w, now, int(of))
		}
		if bar != nil {
			bar(int(done), int(of))
		}
	}
}

// audited is an audit as JSON.
type audited struct {
	audit.Report
	Verified bool           `json:"verified"`
	Failure  *audit.Failure `json:"failure,omitempty"`
}

func printCheck(out io.Writer, c audit.Check) {
	fmt.Fprintf(out, "%-12s %s\n", c.Name, visible(c.Says))
}

// verdict says in one line what an audit came to.
func verdict(report audit.Report, failure *audit.Failure) string {
	switch {
	case failure != nil:
		return "not verified: " + visible(failure.Error())
	case report.Unknown > 0:
		return fmt.Sprintf("tree verified, meaning not verified: %d records are of types that this program does not know", report.Unknown)
	case len(report.Uncompared) > 0:
		return "verified, except what could not be compared: " + visible(strings.Join(report.Uncompared, "; "))
	}
	return "verified"
}

// printVerdict prints what an audit came to, and makes the error of it that decides the exit code. The lines of the single
// checks were printed as they were finished.
func printVerdict(out io.Writer, output string, report audit.Report, err error) error {
	var failure *audit.Failure
	if err != nil && !errors.As(err, &failure) {
		return err
	}
	found := audited{report, failure == nil && report.Unknown == 0, failure}
	switch output {
	case "json":
		if err := writeJSON(out, found); err != nil {
			return err
		}
	case "jsonl":
		if err := writeJSONLines(out, []audited{found}); err != nil {
			return err
		}
	default:
		fmt.Fprintln(out, verdict(report, failure))
		if failure != nil {
			for _, e := range failure.Evidence {
				fmt.Fprintf(out, "\n%s", e)
			}
		}
	}
	switch {
	case failure != nil && failure.Check == "whole":
		return &unprovenError{errors.New("nothing wrong was found, and --whole asks for more than could be compared")}
	case failure != nil:
		return &unprovenError{errors.New("the ledger is not what it should be")}
	case report.Unknown > 0:
		return &unprovenError{errors.New("a newer program can tell more")}
	}
	return nil
}
