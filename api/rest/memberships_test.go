package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
)

// A fee is shown with its calculation; what was wrong is corrected by a record that says why, and stays readable.
func TestAMembershipIsCorrected(t *testing.T) {
	d := candidates(t)
	const aix = "/v1/collectivities/fr-commune-73008/memberships"
	shown := func(address string) (v ledger.MembershipsView) {
		t.Helper()
		w := d.look("", address)
		fits(t, w, "/v1/collectivities/{id}/memberships")
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	post := func(status int, resource, format string, args ...any) string {
		t.Helper()
		w := d.send(d.tokens[auth.Registrar], resource, fmt.Sprintf(format, args...))
		if status != http.StatusCreated {
			if w.Code != status {
				t.Fatalf("%s: %d %s", resource, w.Code, w.Body)
			}
			return problemIn(t, w).Errors[0].Rule
		}
		return receiptIn(t, w, status).Events[0].String()
	}
	before := shown(aix)
	if len(before.Items) != 0 || before.Quote.Fee == nil || before.Quote.Source != "cog" || before.Quote.Calculation.Population*5 != *before.Quote.Fee {
		t.Errorf("before: %+v", before.Quote)
	}
	first := post(201, "memberships", `{"collectivity":"fr-commune-73008","year":2027,"regulation":"r1","fee":150000,"population":30000,"populationYear":2020}`)
	payment := post(201, "payments", `{"collectivity":"fr-commune-73008","year":2027,"amount":150000,"on":"2026-11-20"}`)
	size := d.Ledger.Size()
	correction := `{"collectivity":"fr-commune-73008","year":2027,"of":%q,"cause":"population","regulation":"r1","fee":160000,"population":32000,"populationYear":2023,"why":"La population légale est celle de 2023."}`
	second := post(201, "membership-corrections", correction, first)
	if rule := post(409, "membership-corrections", correction, first); rule != "membership-stands" {
		t.Errorf("of what no longer stands: %s", rule)
	}
	v := shown(aix)
	m := v.Items[0]
	if len(v.Items) != 1 || m.Fee != 160000 || m.Paid != 150000 || m.Event.String() != second || len(m.Corrected) != 1 || m.Corrected[0].Event.String() != first ||
		m.Corrected[0].Fee != 150000 || m.Corrected[0].By.String() != second || m.Corrected[0].Why != "La population légale est celle de 2023." {
		t.Errorf("corrected: %+v", m)
	}
	if want := "32000 inhabitants (2023) at 0.05 EUR make 1600.00 EUR; at least 50.00 and at most 5000.00: 1600.00 EUR"; m.Calculation == nil || m.Calculation.Text != want {
		t.Errorf("the calculation is %+v", m.Calculation)
	}
	post(201, "membership-corrections", `{"collectivity":"fr-commune-73008","year":2027,"of":%q,"cause":"reduction","regulation":"r1","fee":0,"reason":"Membre fondateur","why":"Décision du bureau"}`, second)
	if m := shown(aix).Items[0]; m.Fee != 0 || m.Calculation != nil || m.Reason != "Membre fondateur" || len(m.Corrected) != 2 || m.Corrected[1].Fee != 160000 {
		t.Errorf("by hand: %+v", m)
	}
	if m := shown(fmt.Sprintf("%s?as_of=%d", aix, size)).Items[0]; m.Fee != 150000 || m.Paid != 150000 || len(m.Corrected) != 0 {
		t.Errorf("as of the size before: %+v", m)
	}
	w := d.look("", aix, "Accept", "text/csv")
	if want := "fr-commune-73008,Commune 0,2027,r1,0,,,Membre fondateur,150000,2,"; !strings.Contains(w.Body.String(), want) {
		t.Errorf("as rows: %s, want %s", w.Body, want)
	}
	// What was entered for the wrong collectivity is taken back, the payment first, and nothing of it counts any more.
	third := shown(aix).Items[0].Event.String()
	if rule := post(409, "membership-retractions", `{"collectivity":"fr-commune-73008","year":2027,"of":%q,"cause":"collectivity","why":"C'est l'EPCI qui adhère."}`, third); rule != "payment-stands" {
		t.Errorf("while it is paid: %s", rule)
	}
	post(201, "payment-retractions", `{"collectivity":"fr-commune-73008","year":2027,"of":%q,"cause":"collectivity","why":"C'est l'EPCI qui a payé."}`, payment)
	if m := shown(aix).Items[0]; m.Paid != 0 {
		t.Errorf("what was paid and taken back is %d", m.Paid)
	}
	gone := post(201, "membership-retractions", `{"collectivity":"fr-commune-73008","year":2027,"of":%q,"cause":"collectivity","why":"C'est l'EPCI qui adhère."}`, third)
	v = shown(aix)
	if len(v.Items) != 0 || len(v.Retracted) != 2 || v.Retracted[0].What != "payment" || v.Retracted[0].Amount != 150000 || v.Retracted[0].Event.String() != payment ||
		v.Retracted[1].What != "membership" || v.Retracted[1].By.String() != gone || v.Retracted[1].Why != "C'est l'EPCI qui adhère." {
		t.Errorf("taken back: %+v", v)
	}
	post(201, "memberships", `{"collectivity":"fr-commune-73008","year":2027,"regulation":"r1","fee":150000,"population":30000,"populationYear":2020}`)
	if v := shown(aix); len(v.Items) != 1 || len(v.Items[0].Corrected) != 0 || v.Items[0].Paid != 0 {
		t.Errorf("recorded anew: %+v", v.Items)
	}
	// Without a population there is no fee, which is not 0.
	post(201, "collectivities", `{"collectivity":"ca-bromont","type":"foreign","name":"Bromont"}`)
	if q := shown("/v1/collectivities/ca-bromont/memberships").Quote; q.Fee != nil || !strings.HasPrefix(q.Reason, "population needed") {
		t.Errorf("without a population: %+v", q)
	}
	if rule := post(409, "memberships", `{"collectivity":"ca-bromont","year":2027,"regulation":"r1","fee":0}`); rule != "population-needed" {
		t.Errorf("without a population: %s", rule)
	}
}
