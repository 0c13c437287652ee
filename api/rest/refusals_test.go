package rest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"arobase/api/rest"
)

// trouble reads a problem, and fails the test on any other answer.
func trouble(t testing.TB, w *httptest.ResponseRecorder) rest.Problem {
	t.Helper()
	var p rest.Problem
	if w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%d %v: %s", w.Code, w.Header(), w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != w.Code || p.Title == "" || p.Detail == "" || p.Instance == "" || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" {
		t.Errorf("the problem is not whole: %d %v %+v", w.Code, w.Header(), p)
	}
	if kind := get(t, p.Type, "Accept", "application/json"); kind.Code != 200 {
		t.Errorf("the type %s leads to %d", p.Type, kind.Code)
	}
	return p
}

func TestRefusals(t *testing.T) {
	first := firstEvent(t)
	for _, c := range []struct {
		address string
		status  int
		code    string
		field   string // of the first of errors
		rule    string
	}{
		// What does not exist.
		{"/v1/", 404, "unknown-address", "", ""},
		{"/v1/nothing", 404, "unknown-address", "", ""},
		{"/v1/editions/", 404, "unknown-address", "", ""},
		{"/v1/editions/99", 404, "unknown-edition", "", ""},
		{"/v1/editions/0", 404, "unknown-edition", "", ""},
		{"/v1/editions/018", 404, "unknown-edition", "", ""},
		{"/v1/editions/x/palmares", 404, "unknown-edition", "", ""},
		{"/v1/editions/18/run", 404, "unknown-edition", "", ""},
		{"/v1/editions/018/run", 404, "unknown-edition", "", ""},
		{"/v1/editions/18/palmares?as_of=0", 404, "unknown-edition", "", ""},
		{"/v1/reconciliation?edition=99", 404, "unknown-edition", "", ""},
		{"/v1/collectivities/fr-commune-00000", 404, "unknown-collectivity", "", ""},
		{"/v1/collectivities/%2e%2e%2f/history", 404, "unknown-collectivity", "", ""},
		{"/v1/collectivities/%ff", 404, "unknown-collectivity", "", ""},
		{"/v1/events/0192f0a0-0000-7000-8000-00000000ffff", 404, "unknown-event", "", ""},
		{"/v1/events/1", 404, "unknown-event", "", ""},
		{"/v1/events/" + strings.ToUpper(first), 404, "unknown-event", "", ""},
		{"/v1/events/" + first + "?as_of=3", 404, "unknown-event", "", ""},
		{"/v1/events/1/proof", 404, "unknown-event", "", ""},
		{"/v1/sources/nobody", 404, "unknown-source", "", ""},
		{"/v1/sources/gazette-communes-2000?as_of=1", 404, "unknown-source", "", ""},
		{"/log/disclosed/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 404, "unknown-commitment", "", ""},
		{"/log/disclosed/short", 404, "unknown-commitment", "", ""},
		{"/schemas/award-recorded/v99", 404, "unknown-schema", "", ""},
		{"/schemas/nothing/v1", 404, "unknown-schema", "", ""},
		{"/problems/nothing", 404, "unknown-problem", "", ""},
		{"/docs/nothing.js", 404, "unknown-address", "", ""},
		// What cannot be asked.
		{"/v1/editions?foo=1", 400, "invalid-query", "foo", "unknown"},
		{"/v1/editions?asof=1", 400, "invalid-query", "asof", "unknown"},
		{"/v1/editions/18?limit=3", 400, "invalid-query", "limit", "unknown"},
		{"/openapi.json?x=1", 400, "invalid-query", "x", "unknown"},
		{"/schemas/award-recorded/v1?as_of=1", 400, "invalid-query", "as_of", "unknown"},
		{"/v1/events/" + first + "/proof?as_of=1", 400, "invalid-query", "as_of", "unknown"},
		{"/v1/events?limit=1&limit=1", 400, "invalid-query", "limit", "once"},
		{"/v1/events?limit=0", 400, "invalid-query", "limit", "minimum"},
		{"/v1/events?limit=1001", 400, "invalid-query", "limit", "maximum"},
		{"/v1/events?limit=ten", 400, "invalid-query", "limit", "integer"},
		{"/v1/events?limit=99999999999999999999", 400, "invalid-query", "limit", "integer"},
		{"/v1/events?after=-1", 400, "invalid-query", "after", "minimum"},
		{"/v1/events?type=award-recordet", 400, "invalid-query", "type", "catalogue"},
		{"/v1/events/live?type=nothing", 400, "invalid-query", "type", "catalogue"},
		{"/v1/trends?by=colour", 400, "invalid-query", "by", "enum"},
		{"/v1/trends?from=1000", 400, "invalid-query", "from", "maximum"},
		{"/v1/trends?from=18&to=17", 400, "invalid-query", "", ""},
		{"/v1/trends/transitions", 400, "invalid-query", "from", "required"},
		{"/v1/trends/transitions?from=17&to=", 400, "invalid-query", "to", "required"},
		{"/v1/trends/transitions?from=18&to=18", 400, "invalid-query", "", ""},
		{"/v1/trends/transitions?from=17&to=18&by=level", 400, "invalid-query", "by", "enum"},
		{"/v1/trends?dialect=tsv", 400, "invalid-query", "dialect", "enum"},
		{"/v1/collectivities?q=" + strings.Repeat("%C3%A9", 201), 400, "invalid-query", "q", "maxLength"},
		{"/v1/collectivities?q=%ff", 400, "invalid-query", "q", "text"},
		{"/v1/collectivities?q=a%00b", 400, "invalid-query", "q", "text"},
		{"/v1/collectivities?q=%zz", 400, "invalid-query", "?", "encoding"},
		{"/v1/collectivities?q=a;b", 400, "invalid-query", "?", "encoding"},
		{"/v1/editions?as_of=tomorrow", 400, "invalid-as-of", "as_of", "moment"},
		{"/v1/editions?as_of=1000000", 400, "invalid-as-of", "as_of", "moment"},
		{"/v1/editions?as_of=-1", 400, "invalid-as-of", "as_of", "moment"},
		{"/v1/editions?as_of=" + strings.Repeat("1", 41), 400, "invalid-query", "as_of", "maxLength"},
	} {
		p := trouble(t, get(t, c.address))
		if p.Status != c.status || p.Type != "/problems/"+c.code {
			t.Errorf("%s: %+v, want %d %s", c.address, p, c.status, c.code)
		}
		if c.field != "" && (len(p.Errors) == 0 || p.Errors[0].Field != c.field || p.Errors[0].Rule != c.rule || p.Errors[0].Message == "") {
			t.Errorf("%s: errors %+v, want %s of %s", c.address, p.Errors, c.rule, c.field)
		}
	}
}

// All that is wrong is said at once, with what would be right.
func TestEveryWrongParameterIsNamed(t *testing.T) {
	p := trouble(t, get(t, "/v1/trends?form=17&to=x&by=kind&by=size"))
	got := map[string]string{}
	for _, e := range p.Errors {
		got[e.Field] = e.Rule
	}
	if len(got) != 3 || got["form"] != "unknown" || got["to"] != "integer" || got["by"] != "once" {
		t.Errorf("errors %+v", p.Errors)
	}
	for _, e := range p.Errors {
		if e.Field == "form" && !strings.Contains(e.Message, "from, to, by, as_of") {
			t.Errorf("%q does not name the parameters that are known", e.Message)
		}
	}
}

// A problem is sent whatever form was asked for.
func TestProblemsInAnyForm(t *testing.T) {
	for _, accept := range []string{"text/csv", "text/html", "application/json", "image/png"} {
		w := get(t, "/v1/editions?foo=1", "Accept", accept)
		if p := trouble(t, w); p.Status != 400 {
			t.Errorf("Accept %s: %+v", accept, p)
		}
	}
}

func TestMethods(t *testing.T) {
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		for _, address := range []string{"/v1/trends", "/v1/events/live", "/openapi.json", "/docs", "/problems/erased"} {
			w := ask(t, handler, method, address)
			p := trouble(t, w)
			if p.Type != "/problems/method-not-allowed" || p.Status != 405 || w.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %+v, Allow %q", method, address, p, w.Header().Get("Allow"))
			}
		}
	}
	w := ask(t, handler, "OPTIONS", "/v1/trends", "Origin", "https://example.org", "Access-Control-Request-Headers", "if-none-match")
	if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Methods") != "GET, HEAD, POST" ||
		!strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "If-None-Match") {
		t.Errorf("OPTIONS: %d %v", w.Code, w.Header())
	}
}

func TestForms(t *testing.T) {
	for _, c := range []struct{ address, accept, want string }{
		{"/v1/editions", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"},
		{"/v1/editions", "text/csv;q=0.9, application/json;q=0.1", "text/csv; charset=utf-8; header=present"},
		{"/v1/editions?dialect=excel-fr", "text/html,*/*;q=0.8", "text/csv; charset=utf-8; header=present"},
		{"/v1/editions?dialect=excel-fr", "application/json", "application/problem+json"},
		{"/v1/editions", "application/xml", "application/problem+json"},
		{"/problems/erased", "application/json", "application/json"},
		{"/schemas/award-recorded/1", "application/json", "application/json"},
	} {
		w := get(t, c.address, "Accept", c.accept)
		if got := w.Header().Get("Content-Type"); got != c.want {
			t.Errorf("%s, Accept %s: %s, want %s", c.address, c.accept, got, c.want)
		}
		if c.want == "application/problem+json" && trouble(t, w).Type != "/problems/not-acceptable" {
			t.Errorf("%s, Accept %s: %s", c.address, c.accept, w.Body)
		}
	}
}
