package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/tlog"
	"arobase/domain"
	"arobase/domain/territory"
	"arobase/eventstore"
	"arobase/eventstore/vault"
)

// declarations are the public half of an edition: two worlds have the same.
type declarations struct {
	start   time.Time
	edition int
	towns   []territory.Territory // in the order of their ids
	// services are those of each town's actions; deferred are the towns that are put off to the second session.
	services [][]string
	deferred []int
}

// outcome is the secret half for one candidacy. A length is one of a text, in characters.
type outcome struct {
	departs              bool
	level                int // where it departs; 0: beyond competition
	mentions             []string
	tally                map[string]int
	motivation, reason   int
	votes, opinion       int
	revotes, heldAgainst int
}

const embargoServices = 10

func declare(random *mathrand.Rand, towns int) declarations {
	d := declarations{start: time.Now().UTC().Truncate(24 * time.Hour).Add(60 * time.Hour)}
	d.edition = d.start.Year() + 1 - 1999
	var all []territory.Territory
	for t := range territory.Official().All() {
		if t.Kind == territory.KindCommune && t.PopulationKnown && t.Population > 400 && t.Departement != "" && t.Region != "" {
			all = append(all, t)
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	d.towns = slices.SortedFunc(slices.Values(all[:towns]), func(a, b territory.Territory) int { return cmp.Compare(a.ID, b.ID) })
	for i := range d.towns {
		var services []string
		for _, n := range random.Perm(embargoServices)[:1+random.IntN(embargoServices-1)] {
			services = append(services, fmt.Sprintf("service-%d", n))
		}
		d.services = append(d.services, services)
		if random.IntN(3) == 0 {
			d.deferred = append(d.deferred, i)
		}
	}
	return d
}

// outcomes makes two secret halves up. Whoever departs in the one does not in the other, so that whatever can be told of a
// candidacy from outside has to differ between the two; and each has as many votes that were taken again.
func outcomes(random *mathrand.Rand, towns int) (one, other []outcome) {
	departing := map[int]bool{}
	for _, i := range random.Perm(towns)[:towns/2] {
		departing[i] = true
	}
	length := func(long bool) int {
		if long {
			return 8_000 + random.IntN(12_000)
		}
		return 1 + random.IntN(40)
	}
	draw := func(departs bool) outcome {
		o := outcome{departs: departs, mentions: []string{}, motivation: length(departs), votes: length(!departs), opinion: length(departs)}
		if departs {
			o.reason, o.revotes, o.heldAgainst = length(true), 2, 1
			o.level = random.IntN(int(domain.MaxLevel) + 1)
			o.mentions = []string{"inclusion", "sobriete"}[:1+random.IntN(2)]
		}
		n := random.IntN(3) // of five votes most are for it
		o.tally = map[string]int{"for": 5 - n, "against": n, "abstained": 0}
		return o
	}
	for i := range towns {
		one, other = append(one, draw(departing[i])), append(other, draw(!departing[i]))
	}
	return one, other
}

// world is a whole node in this process, as serve makes it, with the people of an edition.
type world struct {
	t *testing.T
	declarations
	outcomes []outcome
	*node
	public, admin http.Handler
	store         *countedStore
	vault         *countedVault
	tokens        map[string]string
	seconds       atomic.Int64 // that the ledger's clock is ahead of the start
	from          int          // addresses that the public came from
}

// countedVault counts what is read of it: how many values, and how many bytes.
type countedVault struct {
	vault.Vault
	values, bytes, places atomic.Int64
}

func (v *countedVault) Get(ctx context.Context, c vault.Commitment) (vault.Secret, error) {
	s, err := v.Vault.Get(ctx, c)
	v.values.Add(1)
	v.bytes.Add(int64(len(s.Value)))
	return s, err
}

func (v *countedVault) Place(ctx context.Context, c vault.Commitment) (vault.Secret, error) {
	v.places.Add(1)
	return v.Vault.Place(ctx, c)
}

// countedStore counts how often the application asks it, and can end before an append.
type countedStore struct {
	eventstore.Store
	asked atomic.Int64
	left  atomic.Int64 // appends until it ends; negative: never
}

var errEnded = errors.New("the process ended")

func (s *countedStore) Append(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Proposed) (eventstore.Appended, error) {
	if n := s.left.Load(); n == 0 {
		return eventstore.Appended{}, errEnded
	} else if n > 0 {
		s.left.Add(-1)
	}
	return s.Store.Append(ctx, stream, expected, events)
}

func (s *countedStore) Lookup(ctx context.Context, id uuid.UUID) (eventstore.Event, error) {
	s.asked.Add(1)
	return s.Store.Lookup(ctx, id)
}

// newWorld makes a node on a copy of a directory. Nothing runs beside it but the projections.
func newWorld(t *testing.T, from string, d declarations, o []outcome) *world {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	logger := slog.New(slog.DiscardHandler)
	opened, _, err := dataDir(copied(t, from)).write(ctx, genesis{})
	must(err)
	t.Cleanup(func() { _ = opened.close() })
	w := &world{t: t, declarations: d, outcomes: o, tokens: map[string]string{}, store: &countedStore{Store: opened.store}, vault: &countedVault{Vault: opened.vault}}
	w.store.left.Store(-1)
	clock := func() time.Time { return d.start.Add(time.Duration(w.seconds.Load()) * time.Second) }
	opened.Ledger, err = ledger.Open(ctx, ledger.Parts{Store: w.store, Vault: w.vault, Secret: opened.secret, Clock: clock})
	must(err)
	room, err := opened.openWorkspace(t.Context())
	must(err)
	t.Cleanup(func() { _ = room.Close() })
	opened.UseWorkspace(room)
	must(opened.takeEvidence(ctx, ledger.DefaultEvidenceLimits()))
	kept, err := opened.openTokens(t.Context())
	must(err)
	t.Cleanup(func() { _ = kept.Close() })
	var ticks atomic.Int64 // a tenth of a second each: nobody is too quick by being a test
	now := func() time.Time { return d.start.Add(time.Duration(ticks.Add(1)) * 100 * time.Millisecond) }
	tokens := &auth.Authority{Tokens: kept, Now: now, Random: rand.Reader}
	parts, err := opened.openLog(ctx, logger)
	must(err)
	t.Cleanup(func() { _ = parts.close() })
	w.node = &node{opened: opened, logParts: parts, gate: auth.NewGate(tokens), signer: tlog.NewSigner(parts.key, parts.tree, parts.heads, clock), logger: logger}
	w.collector, err = parts.attend(nil, w.signer, logger)
	must(err)
	parts.log.Now = clock // an answer that says how old a checkpoint is would tell the two apart by when they were asked
	running, stop := context.WithCancel(context.Background())
	var beside sync.WaitGroup
	beside.Go(func() { _ = w.Runner().Run(running) })
	t.Cleanup(func() { stop(); beside.Wait() })
	m := newMetrics(w.node)
	w.public, w.admin = m.measure(w.publicHandler(settings{}, nil)), w.adminHandler(m)

	give := func(name string, g auth.Grant) {
		t.Helper()
		g.Life, g.Person = auth.MaxLife, "Camille "+name
		text, _, err := tokens.Issue(ctx, g)
		must(err)
		w.tokens[name] = text
	}
	give("admin", auth.Grant{Role: auth.Admin})
	give("registrar", auth.Grant{Role: auth.Registrar})
	give("president", auth.Grant{Role: auth.President})
	give("second", auth.Grant{Role: auth.President})
	for i, town := range d.towns {
		give(fmt.Sprintf("declarant-%d", i), auth.Grant{Role: auth.Declarant, For: town.ID})
	}
	for n := 1; n <= embargoJurors; n++ {
		give(fmt.Sprintf("juror-%d", n), auth.Grant{Role: auth.Juror, For: fmt.Sprintf("%d-%d", d.edition, n)})
	}
	return w
}

// embargoJurors sit on the jury. The first two report on every candidacy; the third gives no opinion.
const embargoJurors = 5

// ask sends one request and gives the answer. Headers are pairs.
func (w *world) ask(method, who, address string, body []byte, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://site.test"+address, bytes.NewReader(body))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if w.from++; who == "" { // the public is counted by address
		r.RemoteAddr = fmt.Sprintf("192.0.%d.%d:1", w.from/250%250, w.from%250)
	} else {
		r.Header.Set("Authorization", "Bearer "+w.tokens[who])
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	w.public.ServeHTTP(answer, r)
	return answer
}

// post asks for something to be recorded, a second after the last time, and wants a status.
func (w *world) post(who, resource string, status int, fields map[string]any) *httptest.ResponseRecorder {
	w.t.Helper()
	w.seconds.Add(1)
	body, err := json.Marshal(fields)
	if err != nil {
		w.t.Fatal(err)
	}
	answer := w.ask("POST", who, "/v1/"+resource, body)
	if answer.Code != status {
		w.t.Fatalf("%s by %s: %d %s", resource, who, answer.Code, answer.Body)
	}
	return answer
}

func (w *world) day(n int) string {
	return domain.DayInParis(w.start.AddDate(0, 0, n))
}

// textOf is a text of so many characters.
func textOf(n int) string {
	if n == 0 {
		return ""
	}
	return strings.Repeat("é", n)
}

// deliberate runs the edition up to the drafts of all decisions.
func (w *world) deliberate() {
	w.t.Helper()
	w.publishRules()
	w.post("president", "editions", 201, map[string]any{
		"edition": w.edition, "regulation": "r1", "grid": "g1", "mentions": []any{map[string]any{"mention": "inclusion", "name": "Inclusion"}, map[string]any{"mention": "sobriete", "name": "Sobriété"}},
		"calendar": map[string]any{"opens": w.day(0), "closes": w.day(0), "jury": w.day(1), "ceremony": w.day(3)},
	})
	for i, town := range w.towns {
		w.apply(i, town)
	}
	w.post("president", "closings", 201, map[string]any{"edition": w.edition, "candidacies": len(w.towns)})
	var list []int
	for n := 1; n <= embargoJurors; n++ {
		juror := map[string]any{"edition": w.edition, "juror": n, "college": "academic", "person": fmt.Sprintf("Juré %d", n)}
		if n == 1 {
			juror["chair"] = "yes"
		}
		w.post("president", "jurors", 201, juror)
		list = append(list, n)
	}
	w.post("president", "juries", 201, map[string]any{"edition": w.edition, "jurors": list})
	for i, town := range w.towns {
		for n := 1; n <= 2; n++ {
			c := map[string]any{"edition": w.edition, "collectivity": town.ID, "juror": n}
			w.post("president", "assignments", 201, c)
			c["opinion"] = "Ce que le premier écrit, il le sait" // so that what he reads again is the same in both worlds
			if n == 2 {
				c["opinion"] = textOf(w.outcomes[i].opinion)
			}
			w.post(fmt.Sprintf("juror-%d", n), "opinions", 201, c)
		}
	}
	for session := 1; session <= 2; session++ {
		w.seconds.Store(int64(session) * 24 * 3600)
		w.post("president", "sessions", 201, map[string]any{"edition": w.edition, "session": session, "on": w.day(session), "present": list, "quorum": 3})
		if session == 1 {
			for _, i := range w.deferred {
				w.post("president", "deferrals", 201, map[string]any{"edition": w.edition, "collectivity": w.towns[i].ID, "session": 1, "reason": textOf(w.outcomes[i].motivation)})
			}
		}
	}
	for i := range w.towns {
		w.draft(i)
	}
}

func (w *world) publishRules() {
	assumed := func(v any) map[string]any { return map[string]any{"value": v, "known": "assumed"} }
	w.post("president", "regulations", 201, map[string]any{
		"regulation": "r1", "from": w.edition, "title": "Règlement", "sha256": strings.Repeat("0", 64),
		"articles":     []any{map[string]any{"number": "1", "topic": "jury"}, map[string]any{"number": "2", "topic": "embargo"}},
		"minimumLevel": assumed(1), "quorum": assumed(3), "tieBreak": assumed("chair"), "jurorsPerCandidacy": assumed(2), "notice": assumed(0),
		"appealDays": assumed(60), "elected": assumed("no"), "fee": map[string]any{"perInhabitant": 5, "least": 5000, "most": 500000, "known": "assumed"},
	})
	var services, thresholds []any
	for n := range embargoServices {
		services = append(services, map[string]any{"id": fmt.Sprintf("service-%d", n), "stake": "s", "name": fmt.Sprintf("Service %d", n)})
	}
	for level := 1; level <= 5; level++ {
		thresholds = append(thresholds, map[string]any{"level": level, "services": 20 * (level - 1), "stakes": 0, "known": "assumed"})
	}
	w.post("president", "grids", 201, map[string]any{
		"grid": "g1", "kind": "made-up", "themes": []any{map[string]any{"id": "t", "name": "T"}}, "stakes": []any{map[string]any{"id": "s", "theme": "t", "name": "S"}},
		"services": services, "thresholds": thresholds,
	})
}

// apply has a town declare, register and submit.
func (w *world) apply(i int, town territory.Territory) {
	w.post("registrar", "collectivities", 201, map[string]any{"collectivity": town.ID, "type": "commune", "name": town.Name, "insee": town.Code, "departement": town.Departement, "region": town.Region})
	agent := fmt.Sprintf("declarant-%d", i)
	action := "action-" + strings.ToLower(town.Code)
	w.post(agent, "actions", 201, map[string]any{
		"action": action, "collectivity": town.ID, "grid": "g1", "services": w.services[i], "startedOn": w.day(-100)[:7], "operatorKind": "collectivity", "title": "Une action de " + town.Name,
		"description": "Elle est inventée.",
	})
	c := map[string]any{"edition": w.edition, "collectivity": town.ID}
	w.post(agent, "candidacies", 201, map[string]any{"edition": w.edition, "collectivity": town.ID, "kind": "ville", "population": town.Population, "populationYear": 2023})
	c["signedOff"], c["actions"] = "Le maire", []any{map[string]any{"action": action, "revision": 0}}
	w.post(agent, "submissions", 201, c)
}

// draft writes the decision on a town, as often as the jury votes.
func (w *world) draft(i int) {
	w.t.Helper()
	town, o := w.towns[i], w.outcomes[i]
	var file struct {
		Assessment struct {
			Possible int `json:"possible"`
		} `json:"assessment"`
	}
	answer := w.ask("GET", "president", fmt.Sprintf("/v1/editions/%d/candidacies/%s/dossier", w.edition, town.ID), nil)
	if err := json.Unmarshal(answer.Body.Bytes(), &file); err != nil || file.Assessment.Possible == 0 {
		w.t.Fatalf("the dossier: %d %s", answer.Code, answer.Body)
	}
	possible := file.Assessment.Possible
	decision := map[string]any{
		"edition": w.edition, "collectivity": town.ID, "session": 1, "distinction": "level", "level": possible, "mentions": o.mentions,
		"tally": o.tally, "motivation": textOf(o.motivation), "votes": textOf(o.votes), "departure": textOf(o.reason),
	}
	if slices.Contains(w.deferred, i) {
		decision["session"] = 2
	}
	switch {
	case !o.departs:
	case o.level == 0 || o.level == possible:
		decision["distinction"], decision["level"] = "hors-concours", 0
	default:
		decision["level"] = o.level
	}
	for range o.heldAgainst { // more votes than voters: the rules refuse it
		wrong := map[string]any{"for": 9, "against": 0, "abstained": 0}
		right := decision["tally"]
		decision["tally"] = wrong
		w.post("president", "decisions", 409, decision)
		decision["tally"] = right
	}
	for range 1 + o.revotes {
		w.post("president", "decisions", 201, decision)
	}
}

// settle has the tree and the signed checkpoint come after the last record.
func (w *world) settle() {
	w.t.Helper()
	ctx := w.t.Context()
	size, err := w.store.Size(ctx)
	if err == nil {
		err = w.Runner().Wait(ctx, size)
	}
	if err == nil {
		err = w.tree.CatchUp(ctx)
	}
	if err == nil {
		_, err = w.signer.Sign(ctx)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}
