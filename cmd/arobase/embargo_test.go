package main

import (
	"encoding/json"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/eventstore/vault"
)

// embargoSeed is the seed of the worlds: the same one each time, so that a test passes or fails for everybody.
// AROBASE_SEED=random looks at others, and AROBASE_SEED=N makes those of a run that failed again.
func embargoSeed(t *testing.T) *mathrand.Rand {
	t.Helper()
	seed := uint64(2027)
	if asked := os.Getenv("AROBASE_SEED"); asked == "random" {
		seed = mathrand.Uint64() >> 1
	} else if n, err := strconv.ParseUint(asked, 10, 63); err == nil {
		seed = n
	}
	t.Logf("AROBASE_SEED=%d", seed)
	return mathrand.New(mathrand.NewPCG(seed, 18))
}

// twins are two worlds with the same public declarations, deliberated on up to the drafts of other decisions.
func twins(t *testing.T, towns int) (a, b *world) {
	t.Helper()
	random := embargoSeed(t)
	d := declare(random, towns)
	one, other := outcomes(random, towns)
	begun := filepath.Join(t.TempDir(), "begun")
	opened, _, err := dataDir(begun).write(t.Context(), genesis{origin: "embargo.localhost/log", madeUp: true})
	if err == nil {
		err = opened.close()
	}
	if err != nil {
		t.Fatal(err)
	}
	a, b = newWorld(t, begun, d, one), newWorld(t, begun, d, other)
	both(a, b, (*world).deliberate)
	return a, b
}

// both does the same in two worlds.
func both(a, b *world, f func(w *world)) {
	f(a)
	f(b)
}

// comparison asks the same of two worlds.
type comparison struct {
	t     *testing.T
	stage string
	a, b  *world
	an    names
	bn    names
	seals map[int][]string
	// differs are the addresses that answered otherwise; where it is nil each is an error.
	differs map[string]string
	asked   int
	// shown counts the addresses that were answered, by their first part.
	shown map[string]int
}

func compare(t *testing.T, stage string, a, b *world) *comparison {
	t.Helper()
	both(a, b, (*world).settle)
	c := &comparison{t: t, stage: stage, a: a, b: b, shown: map[string]int{}}
	c.an, c.seals = a.named()
	var seals map[int][]string
	c.bn, seals = b.named()
	if fmt.Sprint(c.seals) != fmt.Sprint(seals) {
		t.Fatalf("%s: the two ledgers have other records: %v and %v", stage, c.seals, other)
	}
	return c
}

// ask asks the same of both, and gives what the first answered.
func (c *comparison) ask(method, who, address string, body []byte, headers ...string) heard {
	c.t.Helper()
	c.asked++
	a, b := c.a.hear(c.an, method, who, address, body, headers...), c.b.hear(c.bn, method, who, address, body, headers...)
	c.hold(strings.TrimSpace(method+" "+address+" "+who+" "+string(body)), a, b)
	if a.status == http.StatusOK {
		path, _, _ := strings.Cut(strings.TrimPrefix(address, "/en"), "?")
		first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		c.shown[first]++
	}
	return a
}

func (c *comparison) hold(what string, a, b heard) {
	c.t.Helper()
	if a == b {
		return
	}
	var why string
	switch {
	case a.status != b.status:
		why = fmt.Sprintf("the status is %d and %d", a.status, b.status)
	case a.headers != b.headers:
		why = "the headers are\n" + apart(a.headers, b.headers)
	case a.body != b.body:
		why = "the body is\n" + apart(a.body, b.body)
	case a.length != b.length:
		why = fmt.Sprintf("it has %d and %d bytes", a.length, b.length)
	default:
		why = fmt.Sprintf("for it was read: %s and %s", a.read, b.read)
	}
	if c.differs != nil {
		c.differs[what] = why
		return
	}
	c.t.Errorf("%s: %s tells the worlds apart: %s", c.stage, what, why)
}

// apart shows two texts from a little before where they part.
func apart(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	n = max(0, n-60)
	cut := func(s string) string { return strconv.Quote(s[n:min(len(s), n+200)]) }
	return cut(a) + " and\n" + cut(b)
}

// crawl asks for all that is public, as far as take allows.
func (c *comparison) crawl(take func(address string) bool) {
	c.t.Helper()
	size, err := c.a.store.Size(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	queue := append(c.a.begin(int(size)), c.a.described(c.seals)...)
	known := map[string]bool{}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		if known[address] || !take(address) {
			continue
		}
		known[address] = true
		a := c.ask("GET", "", address, nil)
		if kind := a.headers; strings.Contains(kind, "html") || strings.Contains(kind, "xml") || strings.Contains(kind, "/json") || strings.Contains(kind, "ld+json") {
			queue = append(queue, leads(address, a.body)...)
		}
	}
	if take("/v1/events/live") {
		c.hold("the live events", heard{body: c.a.live(c.an, int(size)-40)}, heard{body: c.b.live(c.bn, int(size)-40)})
	}
	c.hold("the metrics", heard{body: c.a.metricsOf()}, heard{body: c.b.metricsOf()})
}

// everything is public.
func everything(string) bool { return true }

// summaries are all addresses but those of single records, and of the log. Of the many breakdowns of the trends it is one
// figure.
func summaries(address string) bool {
	if strings.Contains(address, "&metric=") && !strings.Contains(address, "&metric=level5") {
		return false
	}
	for _, raw := range []string{"/v1/events", "/log/", "/inscriptions/", "/en/records/"} {
		if strings.HasPrefix(address, raw) {
			return false
		}
	}
	return true
}

// results are the summaries without the table of the records.
func results(address string) bool {
	return summaries(address) && !strings.HasPrefix(address, "/exports/events.") && !strings.HasPrefix(address, "/exports/arobase.")
}

// probe asks what anybody may ask who may not know the results, for each candidacy: the files of the jury, and every
// request to record something. What is refused must be refused alike.
func (c *comparison) probe() {
	c.t.Helper()
	for i, town := range c.a.towns {
		for _, who := range []string{"", "registrar", "admin", fmt.Sprintf("declarant-%d", i), fmt.Sprintf("declarant-%d", (i+1)%len(c.a.towns)), "juror-1", "juror-3"} {
			at := fmt.Sprintf("/v1/editions/%d/", c.a.edition)
			for _, address := range []string{at + "candidacies/" + town.ID + "/dossier", at + "candidacies/" + town.ID + "/diagnosis", at + "decisions"} {
				c.ask("GET", who, address, nil)
			}
			seal := c.sealedOf(i)
			c.ask("GET", who, "/v1/events/"+seal+"/sealed?pointer=/data/departure&purpose=audit", nil)
			attempts := c.attempts(i, seal)
			for _, resource := range slices.Sorted(maps.Keys(attempts)) {
				c.ask("POST", who, "/v1/"+resource, attempts[resource])
			}
		}
	}
}

// sealedOf is the record of the decision on a town, in plain names; before the deliberation is closed it is another record.
func (c *comparison) sealedOf(town int) string {
	return fill(fmt.Sprintf("E%06d", c.sealedAt(town)), 36)
}

func (c *comparison) sealedAt(town int) int {
	var all []int // in the order of the ids, as the towns
	for index, fields := range c.seals {
		if slices.ContainsFunc(fields, func(f string) bool { return strings.Contains(f, ".departure") }) {
			all = append(all, index)
		}
	}
	slices.Sort(all)
	if len(all) == 0 {
		return 3
	}
	return all[town]
}

// attempts are requests about the decision on a town, none of which is allowed before the ceremony.
func (c *comparison) attempts(town int, seal string) map[string][]byte {
	all := map[string][]byte{}
	add := func(resource string, fields map[string]any) {
		fields["edition"], fields["collectivity"] = c.a.edition, c.a.towns[town].ID
		body, err := json.Marshal(fields)
		if err != nil {
			c.t.Fatal(err)
		}
		all[resource] = body
	}
	for _, o := range ledger.Operations() { // as little as names the candidacy, for the first: the rest is like it
		if town == 0 && !slices.Contains(o.Roles, auth.Public) {
			all[o.Resource] = []byte(fmt.Sprintf(`{"edition":%d,"collectivity":%q,"of":%q}`, c.a.edition, c.a.towns[town].ID, seal))
		}
	}
	today, level := c.a.day(2), map[string]any{"distinction": "level", "level": 3}
	add("appeals", map[string]any{"of": seal, "on": today, "grounds": "Un doute"})
	add("notifications", map[string]any{"of": seal, "on": today, "channel": "letter"})
	add("rectifications", map[string]any{"of": seal, "from": level, "to": map[string]any{"distinction": "level", "level": 4}, "reason": "Une erreur"})
	add("label-withdrawals", map[string]any{"of": seal, "article": "1", "reason": "Une raison"})
	add("opinions", map[string]any{"juror": 1, "opinion": "Une autre"})
	add("recusals", map[string]any{"juror": 6, "category": "other"})
	add("submissions", map[string]any{"signedOff": "Le maire"})
	for resource, body := range map[string]string{
		"retractions": `{"event":%q,"cause":"transcription"}`, "erasures": `{"event":%q,"pointer":"/data/level","ground":"request"}`,
	} {
		all[resource] = fmt.Appendf(nil, body, seal)
	}
	for _, resource := range []string{"decisions", "deliberations", "publications"} {
		all[resource] = fmt.Appendf(nil, `{"edition":%d}`, c.a.edition)
	}
	return all
}

// Before the ceremony nothing that anybody can reach tells how a candidacy was decided: two ledgers with the same public
// declarations and other decisions answer everything alike, byte for byte once what is random has a name, to the public, to
// collectivities, to the secretariat and to jurors. After the ceremony they do not, so that the comparison can see.
func TestEmbargo(t *testing.T) {
	if testing.Short() {
		t.Skip("reads all that two worlds show, four times")
	}
	t.Parallel()
	a, b := twins(t, 6)
	questions := func(stage string) *comparison {
		t.Helper()
		c := compare(t, stage, a, b)
		c.probe()
		for _, address := range c.a.described(c.seals) {
			if summaries(address) {
				c.ask("GET", "", address, nil)
			}
		}
		return c
	}
	asked := 0
	hold := func(stage string, take func(string) bool) {
		t.Helper()
		c := compare(t, stage, a, b)
		c.probe()
		c.crawl(take)
		asked += c.asked
		for _, face := range []string{
			"", "v1", "collectivites", "collectivities", "editions", "exports", "feed.atom", "sitemap.xml", "registre", "ledger", "tendances",
			"trends", "departements", "carte", "map", "recherche", "search", "schemas", "datapackage.json", "catalog.jsonld", "docs", "openapi.json",
		} {
			if c.shown[face] == 0 {
				t.Errorf("%s: nothing below /%s was answered: %v", stage, face, c.shown)
			}
		}
	}
	hold("while decisions are drafted", summaries)

	edition := map[string]any{"edition": a.edition}
	both(a, b, func(w *world) { w.post("president", "deliberations", 201, edition) })
	hold("once the deliberation is closed", everything)

	publication := map[string]any{"edition": a.edition, "on": a.day(3)}
	both(a, b, func(w *world) {
		w.seconds.Store(3 * 24 * 3600)
		w.post("president", "publications", 202, publication)
	})
	asked += questions("when one person asked for the ceremony").asked // what one person asks for is no record: it is enough to ask the API

	both(a, b, func(w *world) {
		w.store.left.Store(int64(len(w.towns) / 2))
		w.post("second", "publications", 500, publication)
	})
	hold("when the ceremony ended half-way", results) // the records of what was opened are in the log, and nothing is made of them

	both(a, b, func(w *world) {
		w.store.left.Store(-1)
		w.post("second", "publications", 201, publication)
	})
	t.Logf("%d questions", asked)

	after := compare(t, "after the ceremony", a, b)
	after.differs = map[string]string{}
	record := after.sealedOf(0)
	after.crawl(func(address string) bool {
		return summaries(address) || strings.Contains(address, record) || strings.HasPrefix(address, "/log/disclosed/C"+record[1:7])
	})
	for _, face := range []string{
		"/v1/collectivities/", "/v1/editions/", "/v1/trends", "/v1/events", "/log/disclosed/", "/badge/", "/panel/", "/exports/",
		"/editions/", "/en/editions/", "/collectivites/", "/en/collectivities/", "/inscriptions/", "/en/records/",
	} {
		seen := false
		for what := range after.differs {
			seen = seen || strings.HasPrefix(what, "GET "+face)
		}
		if !seen {
			t.Errorf("after the ceremony nothing below %s differs: the comparison does not see it", face)
		}
	}
}

// What would tell is seen: each of these is a leak, and the comparison finds it.
func TestEmbargoIsHeld(t *testing.T) {
	t.Parallel()
	a, b := twins(t, 2)
	both(a, b, func(w *world) { w.post("president", "deliberations", 201, map[string]any{"edition": w.edition}) })
	asking := "/v1/collectivities/" + a.towns[0].ID
	for name, leak := range map[string]func(w *world, answer http.ResponseWriter, r *http.Request, next http.Handler){
		"a byte more where the texts are long": func(w *world, answer http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(answer, r)
			if w.outcomes[0].departs {
				_, _ = answer.Write([]byte(" "))
			}
		},
		"a header": func(w *world, answer http.ResponseWriter, r *http.Request, next http.Handler) {
			answer.Header().Set("Arobase-Revision", fmt.Sprint(w.outcomes[0].revotes))
			next.ServeHTTP(answer, r)
		},
		"another status": func(w *world, answer http.ResponseWriter, r *http.Request, next http.Handler) {
			if w.outcomes[0].departs {
				answer.WriteHeader(http.StatusConflict)
				return
			}
			next.ServeHTTP(answer, r)
		},
		"a look into the vault": func(w *world, answer http.ResponseWriter, r *http.Request, next http.Handler) {
			_ = w.vault.Each(r.Context(), func(s vault.Secret) error {
				if s.Pointer == "/data/motivation" {
					_, _ = w.vault.Get(r.Context(), s.Commitment)
				}
				return nil
			})
			next.ServeHTTP(answer, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := compare(t, name, a, b)
			if c.ask("GET", "", asking, nil); c.t.Failed() {
				t.Fatal("it leaks before")
			}
			for _, w := range []*world{a, b} {
				next := w.public
				w.public = http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) { leak(w, answer, r, next) })
				defer func() { w.public = next }()
			}
			c.differs = map[string]string{}
			c.ask("GET", "", asking, nil)
			if len(c.differs) != 1 {
				t.Error("nothing was found")
			}
		})
	}
}
