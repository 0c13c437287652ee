package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"arobase/api/ledger"
	"arobase/domain"
)

func newErase() *cobra.Command {
	var e ledger.Erasure
	var admin string
	cmd := &cobra.Command{
		Use: "erase EVENT POINTER --ground GROUND", Short: "Destroy a sealed text or name for good",
		Long: `Destroy a sealed value for good: the value at POINTER of the record EVENT, such as
/data/note or /data/by; or the uploaded file that it names at /data/evidence/0, wherever
else that is named too. The record stays, with its proof; the value and its salt
are gone from every file of the directory when the command ends. That a value was
erased, and on what ground, is recorded and public; who erased it, and the reason,
are sealed. Results are never erased: a distinction, a level, mentions, a tally.

GROUND is one of
  request    the person concerned asked for it
  objection  the person concerned objected to its use
  retention  the time for which it was kept is over
  court      a court or an authority ordered it
  other

While serve runs on the directory, it is asked to do it, at its own --admin. Backups
of the vault keep what was erased until they end; see vault backup and vault prune.

    arobase events -o jsonl | grep 'Anna Martin'     finds records by a public text
    arobase erase 0190b5a0-0000-7000-8000-000000000001 /data/note --ground request`,
		Args: between(2, 2, "a record and the place of a value in it, such as /data/note"),
	}
	data := dataFlag(cmd)
	storeFlag(cmd.Flags())
	f := cmd.Flags()
	f.StringVar(&e.Ground, "ground", "", "why: request, objection, retention, court or other")
	f.StringVar(&e.By, "by", "", "the `person` who erases; kept sealed")
	f.StringVar(&e.Reason, "reason", "", "what the ground does not say, as `text`; kept sealed")
	f.StringVar(&admin, "admin", "", "where serve listens for operators, if not at the `address` that it\nnotes in the directory")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		id, err := uuid.Parse(args[0])
		if err != nil {
			return usagef("%q is not the id of a record", args[0])
		}
		e.Event, e.Pointer = id, args[1]
		var invalid domain.Invalid
		if err := e.Check(); errors.As(err, &invalid) {
			return &usageError{err}
		} else if err != nil {
			return err
		}
		r, err := dataDir(*data).erase(cmd.Context(), e, admin)
		if err != nil {
			return err
		}
		if r.Duplicate {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s of %s was erased before, by record %d (%s)\n", e.Pointer, e.Event, r.Index, r.Record)
		} else {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "erased %s of %s; it is record %d (%s)\n", e.Pointer, e.Event, r.Index, r.Record)
		}
		return err
	}
	return cmd
}

// erasedAs is the record of an erasure.
type erasedAs struct {
	Record    uuid.UUID `json:"record"`
	Index     uint64    `json:"index"`
	Recorded  time.Time `json:"recorded"`
	Duplicate bool      `json:"duplicate"` // it was erased before, by that record
}

func erasedBy(r ledger.Receipt) erasedAs {
	return erasedAs{r.Events[0], uint64(r.Position), r.Recorded, r.Duplicate}
}

// erase carries an erasure out, or has it carried out by the process that writes in the directory.
func (d dataDir) erase(ctx context.Context, e ledger.Erasure, admin string) (_ erasedAs, err error) {
	o, err := d.change(ctx, "nothing was erased")
	var held *heldError
	if errors.As(err, &held) {
		return d.eraseAt(ctx, e, held, admin)
	}
	if err != nil {
		return erasedAs{}, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	r, err := o.Erase(ctx, e)
	if len(r.Events) == 0 {
		return erasedAs{}, err
	}
	return erasedBy(r), errors.Join(err, o.signNow(ctx)) // what is recorded is signed, come what may
}

// eraseAt asks the process that holds the lock.
func (d dataDir) eraseAt(ctx context.Context, e ledger.Erasure, held *heldError, admin string) (erasedAs, error) {
	if admin == "" {
		admin = held.admin
	}
	if admin == "" {
		return erasedAs{}, fmt.Errorf("%w, or wait for it to end; a serve that is there can be asked with --admin ADDRESS", held)
	}
	base, err := adminBase(admin)
	if err != nil {
		return erasedAs{}, err
	}
	o, err := d.readUnanswered(ctx)
	if err != nil {
		return erasedAs{}, err
	}
	secret, err := readSecret(d.file(secretFile), o.LedgerID)
	if err := errors.Join(err, o.close()); err != nil {
		return erasedAs{}, err
	}
	var r erasedAs
	at := &remote{base, &http.Client{Timeout: time.Minute}}
	if err := at.post(ctx, erasuresPath, adminToken(secret), erasureRequest(e), &r); err != nil {
		return erasedAs{}, err
	}
	return r, nil
}

// adminBase reads the address of an admin listener, with or without its scheme.
func adminBase(s string) (string, error) {
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", usagef("--admin is an address such as http://127.0.0.1:9090, not %q", s)
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}
