package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"arobase/api/auth"
	"arobase/api/auth/sqliteauth"
	"arobase/api/ledger"
	"arobase/api/ledger/workspace/sqliteworkspace"
	"arobase/api/rest"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/sqlitevault"
)

// office is a ledger on which a whole edition is run, day by day, by everybody who takes part.
type office struct {
	t *testing.T
	*ledger.Ledger
	http.Handler
	tokens map[string]string
	day    atomic.Int64
	from   atomic.Int64
	// ids are what was recorded under a name.
	ids map[string]string
	// done are the operations that were carried out, refused those that were refused by a rule of the state.
	done, refused map[string]bool
}

const firstDay = "2026-11-23"

func newOffice(t *testing.T) *office {
	t.Helper()
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store, err := sqlite.Create(t.Context(), filepath.Join(dir, "ledger.db"), testLedgerID)
	must(err)
	t.Cleanup(func() { store.Close() })
	kept, err := sqlitevault.Create(t.Context(), filepath.Join(dir, "vault.db"), testLedgerID)
	must(err)
	t.Cleanup(func() { kept.Close() })
	room, err := sqliteworkspace.Create(filepath.Join(dir, "workspace.db"), testLedgerID)
	must(err)
	t.Cleanup(func() { room.Close() })
	tokens, err := sqliteauth.Create(filepath.Join(dir, "auth.db"), testLedgerID)
	must(err)
	t.Cleanup(func() { tokens.Close() })
	f := &office{t: t, tokens: map[string]string{}, ids: map[string]string{}, done: map[string]bool{}, refused: map[string]bool{}}
	clock := func() time.Time {
		day, _ := time.Parse(time.DateOnly, firstDay)
		return day.Add(12*time.Hour).AddDate(0, 0, int(f.day.Load()))
	}
	f.Ledger, err = ledger.Create(t.Context(), ledger.Parts{Store: store, Vault: kept, Clock: clock, Workspace: room}, ledger.Genesis{LedgerID: testLedgerID, Origin: "test.example/log", MadeUp: true})
	must(err)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = f.Runner().Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	var ticks atomic.Int64 // a second each: nobody is too quick by being a test
	now := func() time.Time { return time.Unix(1_800_000_000+ticks.Add(1), 0) }
	authority := &auth.Authority{Tokens: tokens, Now: now, Random: &counter{}}
	for name, g := range map[string]auth.Grant{
		"president": {Role: auth.President}, "second": {Role: auth.President}, "registrar": {Role: auth.Registrar}, "clerk": {Role: auth.Registrar}, "admin": {Role: auth.Admin},
		"aix": {Role: auth.Declarant, For: "fr-commune-73008"}, "juror 1": {Role: auth.Juror, For: "28-1"}, "juror 2": {Role: auth.Juror, For: "28-2"},
	} {
		g.Life, g.Person = auth.MaxLife, "Camille "+name
		f.tokens[name], _, err = authority.Issue(t.Context(), g)
		must(err)
	}
	f.Handler = rest.New(rest.Deps{Ledger: f.Ledger, Gate: auth.NewGate(authority)})
	return f
}

// fill puts what was recorded, and days counted from the first, in the place of {name} and {+3}.
func (f *office) fill(body string) string {
	day, _ := time.Parse(time.DateOnly, firstDay)
	for n := -40; n <= 400; n++ {
		body = strings.ReplaceAll(body, fmt.Sprintf("{%+d}", n), day.AddDate(0, 0, n).Format(time.DateOnly))
	}
	for name, id := range f.ids {
		body = strings.ReplaceAll(body, "{"+name+"}", id)
	}
	return body
}

// send posts to a resource. Headers are pairs. It may be called by many goroutines at once.
func (f *office) send(who, resource, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/v1/"+resource, strings.NewReader(body))
	n := f.from.Add(1) // the public is counted by address
	r.RemoteAddr = fmt.Sprintf("192.0.%d.%d:1", n/250%250, n%250)
	r.Header.Set("Content-Type", "application/json")
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+f.tokens[who])
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

// another says that the same once more, under another key, is another record: two payments, two observations.
const another = "another"

// does has something recorded, and holds what is true of every operation: of two people who rest on the same revision one
// is quicker and the other is told the current one; the same request with the same key adds nothing; the key with
// another request is refused; and the same with another key is refused by a rule, or is another record.
func (f *office) does(who, resource, body, again string) {
	t := f.t
	t.Helper()
	body = f.fill(body)
	f.done[resource] = true
	size := f.Size()
	grown := func(by uint64, why string) {
		t.Helper()
		if f.Size() != size+by {
			t.Fatalf("%s: %s: the ledger grew by %d records, want %d", resource, why, f.Size()-size, by)
		}
	}
	// At which revision is the stream? A wrong one is told.
	w := f.send(who, resource, body, "If-Match", `"999999"`)
	p := problemIn(t, w)
	if w.Code != http.StatusConflict || p.Current == nil {
		t.Fatalf("%s: on a revision that is not there: %d %s", resource, w.Code, w.Body)
	}
	precondition := []string{"If-None-Match", "*"}
	if *p.Current >= 0 {
		precondition = []string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(*p.Current))}
	}
	grown(0, "on a revision that is not there")

	var both sync.WaitGroup
	answers := make([]*httptest.ResponseRecorder, 2)
	key := func(i int) []string { return []string{"Idempotency-Key", fmt.Sprintf("%s-%d-%d", resource, size, i)} }
	for i := range answers {
		both.Go(func() { answers[i] = f.send(who, resource, body, slices.Concat(precondition, key(i))...) })
	}
	both.Wait()
	won := slices.IndexFunc(answers, func(w *httptest.ResponseRecorder) bool { return w.Code == http.StatusCreated })
	if won < 0 {
		t.Fatalf("%s: %d %s", resource, answers[0].Code, answers[0].Body)
	}
	done := receiptIn(t, answers[won], http.StatusCreated)
	lost := answers[1-won]
	if p := problemIn(t, lost); lost.Code != http.StatusConflict || p.Current == nil || *p.Current != done.Revision || !strings.HasSuffix(p.Type, "/conflict") {
		t.Errorf("%s: the one who was slower hears %d %s, want 409 with the revision %d", resource, lost.Code, lost.Body, done.Revision)
	}
	grown(uint64(len(done.Events)), "two at once")
	f.ids[resource] = done.Events[0].String()

	same := receiptIn(t, f.send(who, resource, body, key(won)...), http.StatusOK)
	if !same.Duplicate || !slices.Equal(same.Events, done.Events) || same.Position != done.Position {
		t.Errorf("%s: once more with the same key: %+v, want %+v", resource, same, done)
	}
	if w := f.send(who, resource, body+" ", key(won)...); w.Code != http.StatusUnprocessableEntity || !strings.HasSuffix(problemIn(t, w).Type, "/key-reused") {
		t.Errorf("%s: another request with the same key: %d %s", resource, w.Code, w.Body)
	}
	grown(uint64(len(done.Events)), "the same key")

	w = f.send(who, resource, body, key(2)...)
	if again == another {
		if w.Code != http.StatusCreated {
			t.Errorf("%s, the same with another key: %d %s, want another record", resource, w.Code, w.Body)
			return
		}
		grown(2*uint64(len(done.Events)), "the same with another key")
		return
	}
	f.rule(w, resource+", the same with another key", again)
	grown(uint64(len(done.Events)), "the same with another key")
}

// rule holds that a request was refused by a rule, which the problem names.
func (f *office) rule(w *httptest.ResponseRecorder, what, rule string) {
	f.t.Helper()
	if w.Code < 400 {
		f.t.Errorf("%s: %d %s, want a refusal by %s", what, w.Code, w.Body, rule)
		return
	}
	p := problemIn(f.t, w)
	if len(p.Errors) == 0 || p.Errors[0].Rule != rule || p.Errors[0].Message == "" || p.Detail == "" {
		f.t.Errorf("%s: %d %s, want a refusal by %s", what, w.Code, w.Body, rule)
	}
}

// refuses holds that a well-formed request is refused in this state, by a rule, and that nothing is written.
func (f *office) refuses(who, resource, body, rule string) {
	f.t.Helper()
	size := f.Size()
	w := f.send(who, resource, f.fill(body))
	f.rule(w, resource, rule)
	if w.Code != http.StatusConflict {
		f.t.Errorf("%s: %d, want 409: %s", resource, w.Code, w.Body)
	}
	if f.Size() != size {
		f.t.Errorf("%s: %d records were written although it was refused", resource, f.Size()-size)
	}
	f.refused[resource] = true
}

// takes has something recorded and looks at nothing else.
func (f *office) takes(who, resource, body, name string) {
	f.t.Helper()
	w := f.send(who, resource, f.fill(body))
	if w.Code != http.StatusCreated {
		f.t.Fatalf("%s: %d %s", resource, w.Code, w.Body)
	}
	var done struct{ Events []string }
	if json.Unmarshal(w.Body.Bytes(), &done) == nil && len(done.Events) > 0 {
		f.ids[name] = done.Events[0]
	}
}

// refuse holds that an answer has a status and, where one is told, names a rule.
func (f *office) refuse(w *httptest.ResponseRecorder, what string, status int, rule string) {
	f.t.Helper()
	p := problemIn(f.t, w)
	if w.Code != status || rule != "" && (len(p.Errors) == 0 || p.Errors[0].Rule != rule) {
		f.t.Errorf("%s: %d %s, want %d by %s", what, w.Code, w.Body, status, rule)
	}
}

// slower is what the one of two hears who was slower.
type slower struct{ current int64 }

// oneIsQuicker sends two requests at once that rest on the same, by two people, and holds that one of them is carried out
// and the other is told where things stand.
func (f *office) oneIsQuicker(resource string, bodies []string, headers ...string) (s slower) {
	f.t.Helper()
	var both sync.WaitGroup
	answers := make([]*httptest.ResponseRecorder, 2)
	for i, who := range []string{"president", "second"} {
		both.Go(func() { answers[i] = f.send(who, resource, f.fill(bodies[i]), headers...) })
	}
	both.Wait()
	if answers[0].Code > answers[1].Code {
		answers[0], answers[1] = answers[1], answers[0]
	}
	p := problemIn(f.t, answers[1])
	if answers[0].Code != http.StatusCreated || answers[1].Code != http.StatusConflict || p.Current == nil {
		f.t.Errorf("%s: two at once hear %d and %d %s", resource, answers[0].Code, answers[1].Code, answers[1].Body)
		return s
	}
	return slower{*p.Current}
}

// revision is where the stream of a request stands.
func (f *office) revision(who, resource, body string) int64 {
	f.t.Helper()
	p := problemIn(f.t, f.send(who, resource, f.fill(body), "If-Match", `"999999"`))
	if p.Current == nil {
		f.t.Fatalf("%s: %+v", resource, p)
	}
	return *p.Current
}

// recordedEvent is an event as the API lists it.
type recordedEvent struct{ ID, Stream string }

func (f *office) events(typ string) []recordedEvent {
	f.t.Helper()
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest("GET", "/v1/events?type="+typ, nil))
	var list struct{ Items []recordedEvent }
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list.Items) == 0 {
		f.t.Fatalf("no %s: %d %s", typ, w.Code, w.Body)
	}
	return list.Items
}

// private are the operations that are not in the table: what the jury does together, and what administrators do.
var private = []string{"decisions", "deliberations", "publications", "erasures"}

// Every operation, once in the state that it is for and once in another. An operation that is added without both is an
// error here.
func TestCommands(t *testing.T) {
	f := newOffice(t)
	f.history()
	f.prepare()
	f.declare()
	f.judge()
	f.celebrate()
	all := slices.Clone(private)
	for _, o := range ledger.Operations() {
		all = append(all, o.Resource)
	}
	for _, resource := range all {
		if !f.done[resource] {
			t.Errorf("%s is never carried out here", resource)
		}
		if !f.refused[resource] {
			t.Errorf("%s is never refused for the state here", resource)
		}
	}
}
