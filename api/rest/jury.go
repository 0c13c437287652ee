package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
)

// jury serves what the jury does together: decisions are drafted in a private room, and come out of it all at once.
func (a *api) jury() {
	a.mux.HandleFunc("POST /v1/decisions", a.private(func(w http.ResponseWriter, r *http.Request, who auth.Principal, ask ledger.Ask) error {
		expected := ask.Expected
		if expected != nil && *expected < 0 {
			expected = new(int64) // If-None-Match: *: there is no draft yet
		}
		draft, err := a.Ledger.DraftDecision(r.Context(), who, ask.Input, expected)
		if err != nil {
			return err
		}
		w.Header().Set("ETag", strconv.Quote(strconv.FormatInt(draft.Revision, 10)))
		return sendPrivate(w, http.StatusCreated, draft)
	}))
	a.mux.HandleFunc("POST /v1/deliberations", a.private(func(w http.ResponseWriter, r *http.Request, who auth.Principal, ask ledger.Ask) error {
		if err := (ledger.Operation{Resource: "deliberations", Roles: []auth.Role{auth.President}}).Allows(who); err != nil {
			return err
		}
		var in deliberationInput
		if err := strictly(ask.Input, &in); err != nil {
			return err
		}
		done, err := a.Ledger.CloseDeliberation(r.Context(), who, in.Edition, ask.Expected)
		if err != nil {
			return err
		}
		return sendPrivate(w, http.StatusCreated, Deliberated{receiptOf("deliberations", done.Receipt), done.Recusals, done.Decisions})
	}))
	a.mux.HandleFunc("POST /v1/publications", a.private(func(w http.ResponseWriter, r *http.Request, who auth.Principal, ask ledger.Ask) error {
		if err := (ledger.Operation{Resource: "publications", Roles: []auth.Role{auth.President}}).Allows(who); err != nil {
			return err
		}
		var in publicationInput
		if err := strictly(ask.Input, &in); err != nil {
			return err
		}
		done, err := a.Ledger.Publish(r.Context(), who, in.Edition, in.On, ask.Expected)
		if err != nil {
			return err
		}
		if done.Waiting {
			return sendPrivate(w, http.StatusAccepted, done)
		}
		return sendPrivate(w, http.StatusCreated, Published{receiptOf("publications", done.Receipt), done.Disclosed})
	}))
	a.mux.HandleFunc("POST /v1/erasures", a.private(func(w http.ResponseWriter, r *http.Request, who auth.Principal, ask ledger.Ask) error {
		if err := (ledger.Operation{Resource: "erasures", Roles: []auth.Role{auth.Admin}}).Allows(who); err != nil {
			return err
		}
		var in erasureInput
		if err := strictly(ask.Input, &in); err != nil {
			return err
		}
		if ask.Expected != nil {
			return headerProblem("If-Match", "unknown", "an erasure rests on no revision")
		}
		erasure := ledger.Erasure{Event: in.Event, Pointer: in.Pointer, Ground: in.Ground, Reason: in.Reason, By: who.Person}
		if err := erasure.Check(); err != nil {
			return err
		}
		done, err := a.Ledger.Erase(r.Context(), erasure)
		if err != nil {
			return err
		}
		status := http.StatusCreated
		if done.Duplicate {
			status = http.StatusOK
		}
		return sendPrivate(w, status, receiptOf("erasures", done))
	}))
	a.mux.HandleFunc("GET /v1/editions/{n}/candidacies/{id}/dossier", a.privately(func(w http.ResponseWriter, r *http.Request, who auth.Principal) error {
		c, err := candidacyIn(r)
		if err != nil {
			return err
		}
		d, err := a.Ledger.Dossier(r.Context(), who, c)
		if err != nil {
			return err
		}
		return sendPrivate(w, http.StatusOK, d)
	}))
	a.mux.HandleFunc("GET /v1/editions/{n}/candidacies/{id}/diagnosis", a.privately(func(w http.ResponseWriter, r *http.Request, who auth.Principal) error {
		c, err := candidacyIn(r)
		if err != nil {
			return err
		}
		d, err := a.Ledger.Diagnosis(r.Context(), who, c)
		if err != nil {
			return err
		}
		return sendPrivate(w, http.StatusOK, d)
	}))
	a.mux.HandleFunc("GET /v1/editions/{n}/minutes", a.minutes)
	a.mux.HandleFunc("GET /v1/editions/{n}/decisions", a.privately(func(w http.ResponseWriter, r *http.Request, who auth.Principal) error {
		edition, err := editionIn(r)
		if err != nil {
			return err
		}
		drafts, err := a.Ledger.Drafts(r.Context(), who, edition)
		if err != nil {
			return err
		}
		return sendPrivate(w, http.StatusOK, Drafts{drafts})
	}))
}

// private carries out a request of somebody with a token, whose answer nobody else may see or keep.
func (a *api) private(f func(http.ResponseWriter, *http.Request, auth.Principal, ledger.Ask) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ask, err := a.request(w, r)
		if err == nil {
			err = f(w, r, who, ask)
		}
		if err != nil {
			a.fail(w, r, nil, err)
		}
	}
}

// privately answers a question of somebody with a token.
func (a *api) privately(f func(http.ResponseWriter, *http.Request, auth.Principal) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := ledger.ErrReadOnly
		if a.Gate != nil {
			var who auth.Principal
			if who, err = a.Gate.Identify(r); err == nil && who.Is(auth.Public) {
				err = ledger.ErrUnauthenticated
			}
			if err == nil {
				err = f(w, r, who)
			}
		}
		if err != nil {
			a.fail(w, r, nil, err)
		}
	}
}

func sendPrivate(w http.ResponseWriter, status int, body any) error {
	text, err := Encode(body)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", mediaJSON)
	w.WriteHeader(status)
	_, _ = w.Write(text) // the reader may be gone
	return nil
}

// strictly reads a small request. Every member must be there, but for those that may be omitted; what is wrong is named.
func strictly(input json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(input))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return domain.Invalid{{Field: kind.Field, Rule: "kind", Message: "a " + kind.Value + " is not what is expected here"}}
	}
	if err != nil {
		if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
			return domain.Invalid{{Field: short(strings.Trim(name, `"`)), Rule: "unknown", Message: "is not a member here"}}
		}
		return domain.Invalid{{Field: "body", Rule: "json", Message: "is not the JSON object that is expected here"}}
	}
	var missing domain.Invalid
	for f, v := range reflect.ValueOf(into).Elem().Fields() {
		if name, options, _ := strings.Cut(f.Tag.Get("json"), ","); v.IsZero() && options != "omitempty" {
			missing = append(missing, domain.FieldError{Field: name, Rule: "required", Message: "is missing"})
		}
	}
	if missing != nil {
		return missing
	}
	return nil
}

func candidacyIn(r *http.Request) (domain.Candidacy, error) {
	edition, err := editionIn(r)
	return domain.Candidacy{Edition: edition, Collectivity: domain.CollectivityID(r.PathValue("id"))}, err
}

func editionIn(r *http.Request) (domain.Edition, error) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || n > 999 {
		return 0, problem(unknownEdition, "%s", kinds[unknownEdition].Says)
	}
	return domain.Edition(n), nil
}
