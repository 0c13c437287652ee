package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
)

// Before the ceremony the minutes are for the jury of the edition, its secretariat and the presidency, as JSON and as a
// table; names are for the presidency. The rehearsal goes on to the ceremony.
func TestMinutes(t *testing.T) {
	d := newDesk(t)
	president := auth.Principal{Token: "p", Role: auth.President, Person: "Anne"}
	act := func(resource, input string) {
		t.Helper()
		who := president
		if resource == "collectivities" || resource == "candidacies" || resource == "submissions" {
			who.Role = auth.Registrar
		}
		if _, err := d.Ledger.Act(t.Context(), who, ledger.Ask{Resource: resource, Input: json.RawMessage(input)}); err != nil {
			t.Fatalf("%s: %v", resource, err)
		}
	}
	assumed := func(v string) string { return `{"value":` + v + `,"known":"assumed"}` }
	act("regulations", fmt.Sprintf(`{"regulation":"r1","from":28,"title":"R","sha256":"%s","articles":[{"number":"1","topic":"jury"}],"minimumLevel":%s,"quorum":%s,"tieBreak":%s,
		"jurorsPerCandidacy":%s,"notice":%s,"appealDays":%s,"elected":%s,"fee":{"perInhabitant":5,"least":5000,"most":500000,"known":"assumed"}}`,
		strings.Repeat("0", 64), assumed("1"), assumed("2"), assumed(`"chair"`), assumed("1"), assumed("0"), assumed("60"), assumed(`"no"`)))
	act("grids", `{"grid":"g1","kind":"made-up","themes":[{"id":"t","name":"T"}],"stakes":[{"id":"s","theme":"t","name":"S"}],
		"services":[{"id":"wifi","stake":"s","name":"Wi-Fi"}],"thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`)
	act("editions", `{"edition":28,"regulation":"r1","grid":"g1","calendar":{"opens":"2026-11-23","closes":"2026-11-23","jury":"2026-11-23","ceremony":"2026-11-23"}}`)
	act("collectivities", `{"collectivity":"fr-commune-73008","type":"commune","name":"Aix-les-Bains","insee":"73008"}`)
	act("candidacies", `{"edition":28,"collectivity":"fr-commune-73008","kind":"ville"}`)
	act("submissions", `{"edition":28,"collectivity":"fr-commune-73008","signedOff":"Le maire"}`)
	act("closings", `{"edition":28,"candidacies":1}`)
	for n := 1; n <= 3; n++ {
		act("jurors", fmt.Sprintf(`{"edition":28,"juror":%d,"college":"academic","person":"Un nom %d"}`, n, n))
	}
	act("juries", `{"edition":28,"jurors":[1,2,3]}`)
	act("conflicts", `{"edition":28,"juror":2,"collectivity":"fr-commune-73008","category":"family"}`)
	act("assignments", `{"edition":28,"collectivity":"fr-commune-73008","juror":1}`)
	act("sessions", `{"edition":28,"session":1,"on":"2026-11-23","present":[1,2],"quorum":2}`)
	read := func(token, path, accept string, status int) string {
		t.Helper()
		r := httptest.NewRequest("GET", path, nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		if w.Code != status || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, want %d, %v", path, w.Code, status, w.Header())
		}
		return w.Body.String()
	}
	const path = "/v1/editions/28/minutes"
	read("", path, "*/*", http.StatusUnauthorized)
	read(d.tokens[auth.Declarant], path, "*/*", http.StatusForbidden)
	read(d.give(auth.Grant{Role: auth.Juror, For: "27-3"}), path, "*/*", http.StatusForbidden)
	read(d.tokens[auth.President], "/v1/editions/27/minutes", "*/*", http.StatusNotFound)
	for _, role := range []auth.Role{auth.Juror, auth.Registrar, auth.President} {
		var m ledger.Minutes
		if err := json.Unmarshal([]byte(read(d.tokens[role], path, "application/json", http.StatusOK)), &m); err != nil {
			t.Fatal(err)
		}
		fits(t, d.look(d.tokens[role], path), "/v1/editions/{n}/minutes")
		if len(m.Decisions) != 1 || len(m.Decisions[0].Recused) != 1 || m.Decisions[0].Result != nil || m.Decisions[0].State != ledger.MinutesOpen {
			t.Errorf("%s: %+v", role, m.Decisions)
		}
		if named := m.Jury[0].Name == "Un nom 1"; named != (role == auth.President) {
			t.Errorf("%s reads the name %q", role, m.Jury[0].Name)
		}
	}
	const table = "edition,collectivity,name,state,session,on,reporting,recused,present,voters,quorum,held,distinction,level,tally.for,tally.against,tally.abstained,motivation,departure,after\r\n" +
		"28,fr-commune-73008,Aix-les-Bains,open,,,1,2,,,,,,,,,,,,\r\n"
	for _, got := range []string{read(d.tokens[auth.Registrar], path, "text/csv", http.StatusOK), read(d.tokens[auth.Registrar], path+"?format=csv", "*/*", http.StatusOK)} {
		if got != table {
			t.Errorf("the table is\n%s, want\n%s", got, table)
		}
	}
}
