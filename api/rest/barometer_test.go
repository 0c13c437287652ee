package rest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"arobase/api/auth"
)

// look asks a desk for something.
func (d *desk) look(token, address string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", address, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// candidates runs an edition at a desk until its candidacies are submitted: five, of which two render the one service.
func candidates(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	post := func(role auth.Role, resource, format string, args ...any) {
		t.Helper()
		receiptIn(t, d.send(d.tokens[role], resource, fmt.Sprintf(format, args...)), http.StatusCreated)
	}
	post(auth.President, "regulations", `{"regulation":"r1","from":28,"title":"R","sha256":"%s","articles":[{"number":"1","topic":"jury"}],
		"minimumLevel":{"value":1,"known":"assumed"},"quorum":{"value":1,"known":"assumed"},"tieBreak":{"value":"chair","known":"assumed"},
		"jurorsPerCandidacy":{"value":1,"known":"assumed"},"notice":{"value":1,"known":"assumed"},"appealDays":{"value":60,"known":"assumed"},
		"elected":{"value":"no","known":"assumed"},"fee":{"perInhabitant":5,"least":5000,"most":500000,"known":"assumed"}}`, strings.Repeat("0", 64))
	post(auth.President, "grids", `{"grid":"g1","kind":"made-up","themes":[{"id":"t","name":"T"}],"stakes":[{"id":"s","theme":"t","name":"S"}],
		"services":[{"id":"wifi","stake":"s","name":"Wi-Fi"}],"thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`)
	post(auth.President, "editions", `{"edition":28,"regulation":"r1","grid":"g1","calendar":{"opens":"2026-11-23","closes":"2026-12-23","jury":"2027-01-10","ceremony":"2027-02-02"}}`)
	for i, code := range []string{"73008", "02408", "18033", "73031", "92072"} {
		id := "fr-commune-" + code
		post(auth.Registrar, "collectivities", `{"collectivity":%q,"type":"commune","name":"Commune %d","insee":%q}`, id, i, code)
		post(auth.Registrar, "candidacies", `{"edition":28,"collectivity":%q,"kind":"ville","population":%d,"populationYear":2023}`, id, 20_000+i)
		actions := ""
		if i < 2 {
			post(auth.Registrar, "actions", `{"action":"wifi-%d","collectivity":%q,"grid":"g1","operatorKind":"collectivity","services":["wifi"],"startedOn":"2026-01-01","title":"Wi-Fi"}`, i, id)
			actions = fmt.Sprintf(`,"actions":[{"action":"wifi-%d","revision":0}]`, i)
		}
		post(auth.Registrar, "submissions", `{"edition":28,"collectivity":%q,"signedOff":"Le maire"%s}`, id, actions)
	}
	return d
}

// fits holds that an answer is what the document describes.
func fits(t *testing.T, w *httptest.ResponseRecorder, path string) {
	t.Helper()
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	schema := at(document(t), "paths", path, "get", "responses", "200", "content", "application/json", "schema")
	for _, wrong := range fit(document(t), schema, must(read(w.Body.Bytes())), "") {
		t.Errorf("%s: %s", path, wrong)
	}
}

// The barometer is for everyone; dossier, diagnosis and drafts for those with a token. Each is what the document says.
func TestWhatCandidaciesCover(t *testing.T) {
	d := candidates(t)
	barometer := d.look("", "/v1/editions/28/barometer")
	fits(t, barometer, "/v1/editions/{n}/barometer")
	if !strings.Contains(barometer.Body.String(), `"candidacies":5,"first":0,"median":0,"third":100`) || !strings.Contains(barometer.Body.String(), `"collectivities":null,"withheld":"`) {
		t.Errorf("the barometer is %s", barometer.Body)
	}
	for address, want := range map[string]string{
		"/v1/editions/28/barometer":                                        "edition,kind,size,stake,candidacies,first,median,third\r\n28,,,s,5,0,0,100\r\n28,ville,,s,5,0,0,100\r\n28,ville,10000-29999,s,5,0,0,100\r\n",
		"/v1/editions/28/barometer?by=collectivities":                      "edition,collectivity,name,kind,population,peers,stake,covered,applies,share,median\r\n",
		fmt.Sprintf("/v1/editions/28/barometer?as_of=%d", d.Ledger.Size()): "edition,kind,size,stake,candidacies,first,median,third\r\n28,,,s,5,0,0,100\r\n28,ville,,s,5,0,0,100\r\n28,ville,10000-29999,s,5,0,0,100\r\n",
	} {
		if w := d.look("", address, "Accept", "text/csv"); w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s: %d %q", address, w.Code, w.Body)
		}
	}
	for address, status := range map[string]int{
		"/v1/editions/18/barometer": 404, "/v1/editions/x/barometer": 404, "/v1/editions/28/barometer?as_of=3": 404, "/v1/editions/28/barometer?by=region": 400,
	} {
		if w := d.look("", address); w.Code != status {
			t.Errorf("%s: %d, want %d", address, w.Code, status)
		}
	}
	const own = "/v1/editions/28/candidacies/fr-commune-73008"
	for _, role := range []auth.Role{auth.Registrar, auth.President, auth.Juror, auth.Declarant} {
		fits(t, d.look(d.tokens[role], own+"/dossier"), "/v1/editions/{n}/candidacies/{id}/dossier")
		diagnosis := d.look(d.tokens[role], own+"/diagnosis")
		fits(t, diagnosis, "/v1/editions/{n}/candidacies/{id}/diagnosis")
		if want := `{"edition":28,"collectivity":"fr-commune-73008","name":"Commune 0","kind":"ville","population":20000,"grid":"g1","peers":4,"stakes":[{"name":"S","stake":"s","covered":1,"applies":1,"share":100,"median":0}],"recommendations":[]}` + "\n"; diagnosis.Body.String() != want {
			t.Errorf("%s: %s", role, diagnosis.Body)
		}
	}
	for _, path := range []string{own + "/dossier", own + "/diagnosis", "/v1/editions/28/decisions"} {
		if w := d.look("", path); w.Code != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d", path, w.Code)
		}
	}
}
