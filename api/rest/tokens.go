package rest

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
)

// Granted is a new token. The text is given once and kept nowhere.
type Granted struct {
	ID      string    `json:"id" doc:"The id of the token, by which it is revoked."`
	Token   string    `json:"token" doc:"The token itself: shown this once."`
	Role    string    `json:"role" doc:"What it allows."`
	For     string    `json:"for,omitempty" doc:"The collectivity or the seat that it is bound to."`
	Expires time.Time `json:"expires" doc:"When it ends by itself."`
}

// tokens serves the giving and taking of tokens, for the role admin.
func (a *api) tokens() {
	admin := ledger.Operation{Resource: "tokens", Roles: []auth.Role{auth.Admin}}
	a.mux.HandleFunc("POST /v1/tokens", a.private(func(w http.ResponseWriter, r *http.Request, who auth.Principal, ask ledger.Ask) error {
		if err := admin.Allows(who); err != nil {
			return err
		}
		var in tokenInput
		if err := strictly(ask.Input, &in); err != nil {
			return err
		}
		text, t, err := a.Gate.Authority().Issue(r.Context(), auth.Grant{Role: in.Role, For: in.For, Person: in.Person, Life: time.Duration(in.Days) * 24 * time.Hour})
		if errors.Is(err, auth.ErrGrant) {
			return domain.Invalid{{Field: "body", Rule: "grant", Message: strings.TrimPrefix(err.Error(), auth.ErrGrant.Error()+": ")}}
		}
		if err != nil {
			return err
		}
		return sendPrivate(w, http.StatusCreated, Granted{t.ID, text, string(t.Role), t.For, t.Expires})
	}))
	a.mux.HandleFunc("POST /v1/token-revocations", a.private(func(w http.ResponseWriter, r *http.Request, who auth.Principal, ask ledger.Ask) error {
		if err := admin.Allows(who); err != nil {
			return err
		}
		var in revocationInput
		if err := strictly(ask.Input, &in); err != nil {
			return err
		}
		if err := a.Gate.Authority().Revoke(r.Context(), in.ID); errors.Is(err, auth.ErrUnknown) {
			return domain.Invalid{{Field: "id", Rule: "known", Message: "there is no such token"}}
		} else if err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}))
}
