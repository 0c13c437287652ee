package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/api/tlog"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
	"arobase/projections"
)

// Every error of the layers below has its problem, however deep it is wrapped, and no other has any.
func TestErrorsBecomeProblems(t *testing.T) {
	unknown := &operation{unknown: unknownSource}
	for _, c := range []struct {
		err   error
		op    *operation
		code  code
		after string // Retry-After
		field string // of the first of errors
	}{
		{ledger.ErrUnknown, unknown, unknownSource, "", ""},
		{ledger.ErrUnknown, nil, notFound, "", ""},
		{vault.ErrUnknown, unknown, unknownSource, "", ""},
		{eventstore.ErrNotFound, unknown, unknownSource, "", ""},
		{ledger.ErrAsOf, nil, invalidAsOf, "", "as_of"},
		{ledger.ErrQuery, nil, invalidQuery, "", ""},
		{domain.Invalid{{Field: "level", Rule: "level", Message: "9: too great"}}, nil, invalidInput, "", "level"},
		{&domain.Broken{Rule: domain.RuleSourceFirst, Field: "source", Message: "unknown"}, nil, ruleBroken, "", "source"},
		{&eventstore.RevisionConflict{}, nil, conflict, "", ""},
		{&eventstore.IDConflict{ID: uuid.Nil}, nil, conflict, "", ""},
		{ledger.ErrKeyReused, nil, keyReused, "", ""},
		{vault.ErrErased, nil, erased, "", ""},
		{&tlog.NotSignedYet{}, nil, notSigned, "1", ""},
		{tlog.ErrNoHead, nil, notSigned, "1", ""},
		{ledger.ErrReadOnly, nil, readOnly, "", ""},
		{eventstore.ErrReadOnly, nil, readOnly, "", ""},
		{projections.ErrStopped, nil, projectionsStopped, "", ""},
		{eventstore.ErrClosed, nil, storeUnavailable, "5", ""},
		{vault.ErrAway, nil, storeUnavailable, "5", ""},
		{eventstore.ErrPoisoned, nil, storeUnavailable, "", ""},
		{fmt.Errorf("%w: %w", eventstore.ErrUnavailable, context.DeadlineExceeded), nil, storeUnavailable, "5", ""},
		{eventstore.ErrDiverged, nil, storeUnavailable, "", ""},
		{eventstore.ErrHalted, nil, storeUnavailable, "", ""},
		{eventstore.ErrForeign, nil, storeUnavailable, "", ""},
		{context.DeadlineExceeded, nil, timedOut, "1", ""},
		{errors.New("password=hunter2"), nil, internal, "", ""},
		{tlog.ErrDisagree, nil, internal, "", ""},
	} {
		var log bytes.Buffer
		a := &api{Deps: Deps{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
		w := httptest.NewRecorder()
		a.fail(w, httptest.NewRequest("GET", "/v1/x", nil), c.op, fmt.Errorf("outer: %w", fmt.Errorf("inner: %w", c.err)))
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if p.Type != "/problems/"+string(c.code) || p.Status != kinds[c.code].Status || w.Code != p.Status || p.Title == "" || p.Detail == "" {
			t.Errorf("%v: %d %+v, want %s", c.err, w.Code, p, c.code)
		}
		if w.Header().Get("Retry-After") != c.after || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%v: headers %v, want Retry-After %q", c.err, w.Header(), c.after)
		}
		if c.field != "" && (len(p.Errors) == 0 || p.Errors[0].Field != c.field || p.Errors[0].Message == "") {
			t.Errorf("%v: errors %v, want one of %q", c.err, p.Errors, c.field)
		}
		if p.Status < 500 {
			if p.Instance != "/v1/x" || log.Len() > 0 {
				t.Errorf("%v: instance %s, log %s", c.err, p.Instance, &log)
			}
			continue
		}
		// On our side: the reader hears an id, and only the log what happened.
		id := strings.TrimPrefix(p.Instance, "urn:uuid:")
		if uuid.Validate(id) != nil || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), c.err.Error()) {
			t.Errorf("%v: instance %s, log %s", c.err, p.Instance, &log)
		}
		if strings.Contains(w.Body.String(), "inner") || strings.Contains(w.Body.String(), "hunter2") {
			t.Errorf("%v: the reader hears %s", c.err, w.Body)
		}
	}
}

// Somebody who left is not answered, and nothing is logged about it.
func TestWhoLeftIsNotAnswered(t *testing.T) {
	var log bytes.Buffer
	a := &api{Deps: Deps{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	a.fail(w, httptest.NewRequestWithContext(ctx, "GET", "/v1/x", nil), nil, ctx.Err())
	if w.Body.Len() > 0 || log.Len() > 0 {
		t.Errorf("answered %s, logged %s", w.Body, &log)
	}
}

// A panic below is a problem like any other.
func TestPanicBecomesProblem(t *testing.T) {
	var log bytes.Buffer
	h := New(Deps{Logger: slog.New(slog.NewTextHandler(&log, nil))}) // without a ledger every question panics
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/v1/editions", nil))
	if w.Code != 500 || w.Header().Get("Content-Type") != "application/problem+json" || strings.Contains(w.Body.String(), "nil pointer") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if !strings.Contains(log.String(), "nil pointer") {
		t.Errorf("the log says %s", &log)
	}
}

// Every kind of problem has a page of its own.
func TestEveryProblemIsExplained(t *testing.T) {
	h := New(Deps{})
	for c, k := range kinds {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/problems/"+string(c), nil)
		r.Header.Set("Accept", "application/json")
		h.ServeHTTP(w, r)
		var got ProblemKind
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got != (ProblemKind{"/problems/" + string(c), k.Title, k.Status, k.Says}) {
			t.Errorf("%s: %s", c, w.Body)
		}
		if k.Title == "" || k.Says == "" || k.Status < 400 {
			t.Errorf("%s is not described: %+v", c, k)
		}
	}
}
