package rest_test

import (
	"encoding/csv"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/projections/actions/wordindex"
)

const smallGrid = `{"grid":"grille-1","kind":"made-up","themes":[{"id":"acces","name":"Accès"}],
 "stakes":[{"id":"reseaux","theme":"acces","name":"Réseaux"},{"id":"savoirs","theme":"acces","name":"Savoirs"}],
 "services":[{"id":"wifi","stake":"reseaux","name":"Wi-Fi public"},{"id":"fibre","stake":"reseaux","name":"Fibre"},{"id":"mediatheque","stake":"savoirs","name":"Médiathèque en ligne"}],
 "thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`

// declaring is a desk with three collectivities and the actions that they declared; the last one was amended and ended.
func declaring(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	words, err := wordindex.Open(filepath.Join(t.TempDir(), "words.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { words.Close() })
	d.UseWords(words)
	must := func(role auth.Role, resource, body string) {
		t.Helper()
		if w := d.send(d.tokens[role], resource, body); w.Code != 201 {
			t.Fatalf("%s %s: %d %s", resource, body, w.Code, w.Body)
		}
	}
	must(auth.President, "grids", smallGrid)
	for _, c := range []string{
		`"fr-commune-73008","type":"commune","name":"Aix-les-Bains","insee":"73008","departement":"73","region":"84"`,
		`"fr-commune-38185","type":"commune","name":"Grenoble","insee":"38185","departement":"38","region":"84"`,
		`"fr-commune-92072","type":"commune","name":"Sèvres","insee":"92072","departement":"92","region":"11"`,
	} {
		must(auth.Registrar, "collectivities", `{"collectivity":`+c+`}`)
	}
	act := func(id, collectivity, services, title, about string) {
		t.Helper()
		must(auth.Registrar, "actions", fmt.Sprintf(`{"action":%q,"collectivity":%q,"grid":"grille-1","services":[%s],"startedOn":"2024","operatorKind":"collectivity","title":%q,"description":%q}`,
			id, collectivity, services, title, about))
	}
	act("bornes", "fr-commune-73008", `"wifi"`, "Des bornes au bord de l'eau", "Un cœur de ville connecté")
	act("ouvrages", "fr-commune-38185", `"mediatheque"`, "Œuvres d'élèves", "=cmd")
	act("tout", "fr-commune-38185", `"fibre","mediatheque"`, "La fibre à l'école", "")
	act("place", "fr-commune-92072", `"wifi"`, "Wi-Fi sur la place", "Pour tous")
	must(auth.Registrar, "endings", `{"action":"place","on":"2026-06"}`)
	return d
}

func (d *desk) get(address string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", address, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

type actionList struct {
	Items []ledger.ActionView `json:"items"`
	AsOf  uint64              `json:"asOf"`
	Next  string              `json:"next"`
}

// found are the ids of the actions that a question gives.
func (d *desk) found(t *testing.T, query string) []string {
	t.Helper()
	w := d.get("/v1/actions" + query)
	if w.Code != 200 {
		t.Fatalf("%s: %d %s", query, w.Code, w.Body)
	}
	ids := []string{}
	for _, a := range decode[actionList](t, w).Items {
		ids = append(ids, a.ID)
	}
	return ids
}

func TestActionsAreFound(t *testing.T) {
	d := declaring(t)
	for query, want := range map[string]string{
		"":                       "place tout ouvrages bornes",
		"?q=wifi":                "place bornes", // the service is written Wi-Fi
		"?q=Wi-Fi":               "place bornes",
		"?q=COEUR":               "bornes",
		"?q=c%C5%93ur":           "bornes",
		"?q=oeuvres+eleves":      "ouvrages",
		"?q=l%27eau":             "bornes",
		"?q=d%27%C3%A9cole":      "tout",
		"?q=ecol":                "tout",
		"?q=colle":               "", // only the beginnings of words
		"?q=grenoble+fibre":      "tout",
		"?q=sevres":              "place",
		"?q=mediatheque":         "tout ouvrages",
		"?q=%22+OR+*":            "",
		"?service=mediatheque":   "tout ouvrages",
		"?stake=reseaux":         "place tout bornes",
		"?stake=reseaux&q=eau":   "bornes",
		"?theme=acces&region=84": "tout ouvrages bornes",
		"?theme=autre":           "",
		"?departement=73":        "bornes",
		"?state=ended":           "place",
		"?state=running":         "tout ouvrages bornes",
		"?service=wifi&q=place":  "place",
		"?collectivity=fr-commune-38185&stake=savoirs&service=fibre": "",
	} {
		if got := strings.Join(d.found(t, query), " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if w := d.get("/v1/actions?state=paused"); w.Code != 400 {
		t.Errorf("an unknown state: %d", w.Code)
	}
	first := decode[actionList](t, d.get("/v1/actions?limit=3"))
	rest := decode[actionList](t, d.get(first.Next))
	if len(first.Items) != 3 || len(rest.Items) != 1 || rest.Items[0].ID != "bornes" || rest.Next != "" {
		t.Errorf("pages: %d, then %+v", len(first.Items), rest)
	}
}

// With an index and without one the same is found.
func TestActionsWithoutAnIndex(t *testing.T) {
	d := declaring(t)
	questions := []string{"wifi", "c%C5%93ur", "oeuvres+eleves", "ecol", "grenoble+fibre", "eau", "tous", "colle"}
	var with []string
	for _, q := range questions {
		with = append(with, strings.Join(d.found(t, "?q="+q), " "))
	}
	d.UseWords(nil)
	for i, q := range questions {
		if got := strings.Join(d.found(t, "?q="+q), " "); got != with[i] {
			t.Errorf("%s: %q with an index, %q without", q, with[i], got)
		}
	}
}

func TestActionAsOf(t *testing.T) {
	d := declaring(t)
	now := decode[actionList](t, d.get("/v1/actions"))
	before := fmt.Sprint(now.AsOf - 1)
	if got := decode[actionList](t, d.get("/v1/actions?service=wifi&as_of="+before)); got.Items[0].ID != "place" || got.Items[0].State != "running" || got.AsOf != now.AsOf-1 {
		t.Errorf("as of before its end: %+v", got)
	}
	one := decode[ledger.ActionDetail](t, d.get("/v1/actions/place"))
	if one.State != "ended" || one.EndedOn != "2026-06" || len(one.Revisions) != 2 || one.Revisions[1].Type != "action-ended" || one.Revisions[1].Recorded.IsZero() ||
		one.Services[0].StakeName != "Réseaux" || one.Services[0].ThemeName != "Accès" || one.Revision != 1 || one.Title.Text != "Wi-Fi sur la place" {
		t.Errorf("%+v", one)
	}
	if then := decode[ledger.ActionDetail](t, d.get("/v1/actions/place?as_of="+before)); then.State != "running" || len(then.Revisions) != 1 {
		t.Errorf("as of before: %+v", then)
	}
	for _, address := range []string{"/v1/actions/none", "/v1/actions/bornes?as_of=3"} {
		if w := d.get(address); w.Code != 404 || problemIn(t, w).Type != "/problems/unknown-action" {
			t.Errorf("%s: %d %s", address, w.Code, w.Body)
		}
	}
	doc := document(t)
	for _, address := range []string{"/v1/actions", "/v1/actions/place"} {
		path := address
		if address != "/v1/actions" {
			path = "/v1/actions/{id}"
		}
		v, err := read(d.get(address).Body.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range fit(doc, at(doc, "paths", path, "get", "responses", "200", "content", "application/json", "schema"), v, "") {
			t.Errorf("%s: %s", address, wrong)
		}
	}
}

func TestActionsAsRows(t *testing.T) {
	d := declaring(t)
	w := d.get("/v1/actions?collectivity=fr-commune-38185", "Accept", "text/csv")
	all, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(all) != 3 {
		t.Fatalf("%v %v", all, err)
	}
	cell := func(row int, name string) string { return all[row][slices.Index(all[0], name)] }
	if cell(1, "action") != "tout" || cell(1, "services.service") != "fibre|mediatheque" || cell(1, "departement.code") != "38" || cell(1, "endedOn") != "" {
		t.Errorf("%q", all)
	}
}

// A text that was erased is found no more, at any size, and says that it was erased.
func TestErasedActionTexts(t *testing.T) {
	d := declaring(t)
	one := decode[ledger.ActionDetail](t, d.get("/v1/actions/bornes"))
	size := fmt.Sprint(one.AsOf)
	if w := d.send(d.tokens[auth.Admin], "erasures", fmt.Sprintf(`{"event":%q,"pointer":"/data/title","ground":"request"}`, one.Event)); w.Code != 201 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, q := range []string{"?q=bornes", "?q=bornes&as_of=" + size} {
		if got := d.found(t, q); len(got) > 0 {
			t.Errorf("%s still finds %q", q, got)
		}
	}
	if got := d.found(t, "?q=coeur"); len(got) != 1 {
		t.Errorf("its description is found no more: %q", got)
	}
	one = decode[ledger.ActionDetail](t, d.get("/v1/actions/bornes?as_of="+size))
	if one.Title.Missing != "erased" || one.Title.Text != "" || one.Description.Text != "Un cœur de ville connecté" {
		t.Errorf("%+v", one.ActionState)
	}
}
