package rest

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/ledger/evidence"
	"arobase/api/tlog"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
	"arobase/projections"
)

// fail answers an error. This is the one place that decides what a reader hears of it; o is the address that was asked,
// where there is one.
func (a *api) fail(w http.ResponseWriter, r *http.Request, o *operation, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody listens
	}
	p := problemOf(o, err)
	if p == nil {
		p = problem(internal, "The server could not answer. The id in \"instance\" leads to the details in its log.")
	}
	if p.Status >= 500 {
		id := uuid.NewString()
		p.Instance = "urn:uuid:" + id
		level := slog.LevelError
		if p.retryAfter > 0 {
			level = slog.LevelWarn
		}
		a.Logger.Log(r.Context(), level, "a question could not be answered", slog.String("id", id), slog.String("method", r.Method),
			slog.String("path", short(r.URL.Path)), slog.Int("status", p.Status), slog.Any("error", err))
	}
	a.write(w, r, p)
}

// problemOf translates an error, or gives nil where it is ours alone and the reader hears an id only.
func problemOf(o *operation, err error) *Problem {
	var (
		said     *Problem
		invalid  domain.Invalid
		broken   *domain.Broken
		revision *eventstore.RevisionConflict
		id       *eventstore.IDConflict
		unsigned *tlog.NotSignedYet
		stale    *ledger.Stale
		often    *auth.TooMany
	)
	switch {
	case errors.As(err, &said):
		return said
	case errors.Is(err, ledger.ErrUnknown), errors.Is(err, eventstore.ErrNotFound), errors.Is(err, vault.ErrUnknown):
		c := notFound
		if o != nil && o.unknown != "" {
			c = o.unknown
		}
		return problem(c, "%s", kinds[c].Says)
	case errors.Is(err, ledger.ErrAsOf):
		p := problem(invalidAsOf, "%s", without(err, ledger.ErrAsOf))
		p.Errors = []ProblemField{{Field: "as_of", Rule: "moment", Message: p.Detail}}
		return p
	case errors.Is(err, ledger.ErrQuery):
		return problem(invalidQuery, "%s", without(err, ledger.ErrQuery))
	case errors.As(err, &invalid):
		p := problem(invalidInput, "%s", invalid)
		for _, f := range invalid {
			p.Errors = append(p.Errors, ProblemField{Field: f.Field, Rule: f.Rule, Message: f.Message})
		}
		return p
	case errors.As(err, &broken):
		// The form is right and the state forbids it; after another event the same request may be fine. So it is a
		// conflict with the state, not an error of form.
		p := problem(ruleBroken, "%s", broken)
		p.Errors = []ProblemField{{Field: broken.Field, Rule: string(broken.Rule), Message: broken.Message, Article: broken.Article}}
		return p
	case errors.Is(err, ledger.ErrUnauthenticated):
		return problem(unauthenticated, "%s", kinds[unauthenticated].Says)
	case errors.Is(err, auth.ErrDenied):
		return problem(invalidToken, "%s", kinds[invalidToken].Says)
	case errors.Is(err, ledger.ErrForbidden):
		return problem(forbidden, "%s", without(err, ledger.ErrForbidden))
	case errors.As(err, &often):
		p := problem(tooMany, "%s", kinds[tooMany].Says)
		p.retryAfter = max(1, int(math.Ceil(often.After.Seconds())))
		return p
	case errors.As(err, &stale):
		p := problem(conflict, "%s", stale)
		p.Current = &stale.Current
		return p
	case errors.As(err, &revision), errors.As(err, &id):
		return problem(conflict, "%s", kinds[conflict].Says)
	case errors.Is(err, ledger.ErrKeyReused):
		return problem(keyReused, "%s", kinds[keyReused].Says)
	case errors.Is(err, ledger.ErrEvidenceKind):
		return problem(unsupportedMedia, "%s", without(err, ledger.ErrEvidenceKind))
	case errors.Is(err, ledger.ErrEvidenceSize):
		return problem(tooLarge, "%s", without(err, ledger.ErrEvidenceSize))
	case errors.Is(err, ledger.ErrEvidenceRoom):
		return problem(noRoom, "%s", without(err, ledger.ErrEvidenceRoom))
	case errors.Is(err, evidence.ErrErased):
		return problem(erased, "The file was destroyed on purpose, on a ground that the ledger names. It is not taken again; its hash stays in the log.")
	case errors.Is(err, vault.ErrErased):
		return problem(erased, "%s", kinds[erased].Says)
	case errors.As(err, &unsigned), errors.Is(err, tlog.ErrNoHead):
		return later(notSigned, 1)
	case errors.Is(err, ledger.ErrLocked):
		return problem(locked, "%s", kinds[locked].Says)
	case errors.Is(err, ledger.ErrReadOnly), errors.Is(err, ledger.ErrNoWorkspace), errors.Is(err, ledger.ErrNoEvidence), errors.Is(err, eventstore.ErrReadOnly):
		return later(readOnly, 0)
	case errors.Is(err, projections.ErrStopped):
		return later(projectionsStopped, 0)
	case errors.Is(err, eventstore.ErrUnavailable):
		return later(storeUnavailable, 5) // the cluster is being looked for; the same request with the same key is safe
	case errors.Is(err, eventstore.ErrClosed), errors.Is(err, vault.ErrAway):
		return later(storeUnavailable, 5) // a restart is under way
	case errors.Is(err, eventstore.ErrPoisoned), errors.Is(err, eventstore.ErrHalted), errors.Is(err, eventstore.ErrForeign), errors.Is(err, eventstore.ErrDiverged):
		return later(storeUnavailable, 0) // somebody has to look at it first
	case errors.Is(err, context.DeadlineExceeded):
		return later(timedOut, 1)
	}
	return nil
}

// later is a problem that passes: by itself after some seconds, or, with 0, when somebody has acted.
func later(c code, seconds int) *Problem {
	p := problem(c, "%s", kinds[c].Says)
	p.retryAfter = seconds
	return p
}

// without is the message of an error without the words that only tell programs which one it is.
func without(err, sentinel error) string {
	return strings.TrimPrefix(err.Error(), sentinel.Error()+": ")
}
