package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arobase/api/auth"
	"arobase/api/auth/pgauth"
	"arobase/api/auth/sqliteauth"
)

// tokenStore is where tokens are kept.
type tokenStore interface {
	auth.Tokens
	// Restore adds tokens as they were, and gives how many are new.
	Restore(ctx context.Context, tokens []auth.Token) (added int, err error)
	Close() error
}

// openTokens opens the tokens of the ledger in a directory, and makes their file where there is none yet. Those of a ledger
// on a cluster are beside its vault.
func (o *opened) openTokens(ctx context.Context) (tokenStore, error) {
	if tokens, db, err := openBeside(ctx, o, func(db *beside) (*pgauth.Tokens, error) { return pgauth.Open(ctx, db) }); err != nil {
		return nil, err
	} else if db != nil {
		return &besideTokens{tokens, db}, nil
	}
	path := o.dir.file(authFile)
	tokens, err := sqliteauth.Open(path, o.LedgerID)
	if errors.Is(err, fs.ErrNotExist) {
		tokens, err = sqliteauth.Create(path, o.LedgerID)
	}
	return tokens, err
}

func authority(tokens auth.Tokens) *auth.Authority {
	return &auth.Authority{Tokens: tokens, Now: time.Now, Random: rand.Reader}
}

// withTokens opens the tokens of a directory. A server may be running beside: it hears of every change at once.
func withTokens(ctx context.Context, data string, f func(a *auth.Authority) error) (err error) {
	o, err := dataDir(data).readUnanswered(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	tokens, err := o.openTokens(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tokens.Close()) }()
	return f(authority(tokens))
}

func newToken() *cobra.Command {
	cmd := &cobra.Command{
		Use: "token", Short: "Give, list and revoke the tokens of those who may write",
		Long: `Give, list and revoke tokens. A token belongs to a person and has one role:

  declarant   acts for one collectivity (--for fr-commune-73008)
  registrar   the secretariat: registrations, membership, payments, sources, facts
  juror       one seat on a jury (--for 28-3: edition 28, juror 3)
  president   convenes, decides, publishes together with a second person
  auditor     reads sealed values; each reading is recorded
  admin       gives and takes tokens, erases

The log shows the role of who wrote, never the person.`,
		Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTokenCreate(), newTokenList(), newTokenRevoke())
	return cmd
}

// defaultLife is how long a token lives where nobody says.
const defaultLife = 90 * 24 * time.Hour

func newTokenCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use: "create --role ROLE --person NAME", Short: "Give a token; it is shown once",
		Long: `Give a token. It is printed once and kept nowhere: only its hash is. Whoever has it acts
in the name of the person.

    arobase token create --role juror --for 28-3 --person "Anne Martin" --expires 120d`,
		Args: noArgs,
	}
	data := dataFlag(cmd)
	f := cmd.Flags()
	role := f.String("role", "", "the `role`: declarant, registrar, juror, president, auditor, admin")
	of := f.String("for", "", "what the token is bound to: a `collectivity`, or a seat such as 28-3")
	person := f.String("person", "", "the `name` of whom the token belongs to; sealed in what they write")
	expires := f.String("expires", "90d", "how long it lives: a `time` such as 12h or 90d, at most two years")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		life, err := lifetime(*expires)
		if err != nil {
			return err
		}
		return withTokens(cmd.Context(), *data, func(a *auth.Authority) error {
			text, t, err := a.Issue(cmd.Context(), auth.Grant{Role: auth.Role(*role), For: *of, Person: *person, Life: life})
			if errors.Is(err, auth.ErrGrant) {
				return usagef("%s", strings.TrimPrefix(err.Error(), auth.ErrGrant.Error()+": "))
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "token %s of %s, %s, until %s; it is shown this once:\n", t.ID, t.Person, t.Role, t.Expires.Format(time.DateOnly))
			_, err = fmt.Fprintln(cmd.OutOrStdout(), text)
			return err
		})
	}
	return cmd
}

// lifetime reads 12h or 90d.
func lifetime(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 732 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	} else if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return d, nil
	}
	return 0, usagef("--expires is a time such as 12h or 90d, at most two years, not %q", s)
}

func newTokenList() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List every token that was given, with its state", Args: noArgs,
		Long: "List every token that was given: its id, role, person and state. The tokens themselves\nare not kept.",
	}
	data, output := dataFlag(cmd), listing(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkOutput(*output); err != nil {
			return err
		}
		return withTokens(cmd.Context(), *data, func(a *auth.Authority) error {
			all, err := a.Tokens.All(cmd.Context())
			if err != nil {
				return err
			}
			return printTokens(cmd, *output, all)
		})
	}
	return cmd
}

func printTokens(cmd *cobra.Command, output string, all []auth.Token) error {
	out := cmd.OutOrStdout()
	lines := make([]tokenLine, len(all))
	for i, t := range all {
		lines[i] = tokenLine{t.ID, string(t.Role), t.For, t.Person, t.Created.Format(time.RFC3339), t.Expires.Format(time.RFC3339), t.State(time.Now())}
	}
	switch output {
	case "json":
		return writeJSONArray(out, lines)
	case "jsonl":
		return writeJSONLines(out, lines)
	case "csv":
		return writeCSV(out, []string{"id", "role", "for", "person", "created", "expires", "state"}, func(row func(...any)) {
			for _, t := range lines {
				row(t.ID, t.Role, t.For, t.Person, t.Created, t.Expires, t.State)
			}
		})
	}
	if len(lines) == 0 {
		_, err := fmt.Fprintln(cmd.ErrOrStderr(), "arobase: no token was given yet; `arobase token create` gives one")
		return err
	}
	p := newPage(out)
	var rows [][]string
	for _, t := range lines {
		rows = append(rows, []string{t.ID, t.Role, t.For, t.State, t.Expires[:len(time.DateOnly)], t.Person})
	}
	p.table("", []column{{"id", false}, {"role", false}, {"for", false}, {"state", false}, {"until", false}, {"person", false}}, rows)
	_, err := p.WriteTo(out)
	return err
}

// tokenLine is a token as a list shows it.
type tokenLine struct {
	ID      string `json:"id"`
	Role    string `json:"role"`
	For     string `json:"for"`
	Person  string `json:"person"`
	Created string `json:"created"`
	Expires string `json:"expires"`
	State   string `json:"state"`
}

func newTokenRevoke() *cobra.Command {
	cmd := &cobra.Command{
		Use: "revoke ID", Short: "End a token at once",
		Long: "End a token at once, and for good: a server that is running hears of it with the next\nrequest. ID is what `arobase token list` shows.",
		Args: between(1, 1, "the id of one token"),
	}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withTokens(cmd.Context(), *data, func(a *auth.Authority) error {
			if err := a.Revoke(cmd.Context(), args[0]); errors.Is(err, auth.ErrUnknown) {
				return fmt.Errorf("there is no token %q; `arobase token list` shows their ids", args[0])
			} else if err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.ErrOrStderr(), "token %s is revoked\n", args[0])
			return err
		})
	}
	return cmd
}

// firstToken gives the admin token of a ledger that was just made, and shows it this once.
func (o *opened) firstToken(ctx context.Context, tokens auth.Tokens, show io.Writer) error {
	text, t, err := authority(tokens).Issue(ctx, auth.Grant{Role: auth.Admin, Person: "first administrator", Life: defaultLife})
	if err != nil {
		return fmt.Errorf("giving the first token: %w", err)
	}
	_, err = fmt.Fprintf(show, "admin token, shown this once, valid until %s:\n%s\n", t.Expires.Format(time.DateOnly), text)
	return err
}
