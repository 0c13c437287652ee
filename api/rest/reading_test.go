package rest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/rest"
)

func (d *desk) read(token, address string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, address, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// What nobody else may read an auditor reads, and everybody sees that it was read.
func TestReadingASealedValue(t *testing.T) {
	d := newDesk(t)
	cited := receiptIn(t, d.send(d.tokens[auth.Registrar], "sources", `{"source":"gazette-2017","publisher":"La Gazette","title":"Palmarès"}`), http.StatusCreated)
	at := "/v1/events/" + cited.Events[0].String() + "/sealed"
	asked := at + "?pointer=/data/by&purpose=request"
	before := d.Ledger.Size()

	for _, r := range append(auth.Roles(), auth.Public) {
		want := map[bool]int{true: http.StatusUnauthorized, false: http.StatusForbidden}[r == auth.Public]
		if r == auth.Auditor {
			continue
		}
		if w := d.read(d.tokens[r], asked); w.Code != want || strings.Contains(w.Body.String(), "Camille") {
			t.Errorf("%s: %d %s", r, w.Code, w.Body)
		}
	}
	for address, want := range map[string]int{
		at: http.StatusBadRequest, asked + "&more=1": http.StatusBadRequest, at + "?pointer=/data/by": http.StatusBadRequest,
		at + "?pointer=/data/by&purpose=curiosity":                                              http.StatusUnprocessableEntity,
		at + "?pointer=/data/title&purpose=audit":                                               http.StatusConflict,
		"/v1/events/01234567-0000-7000-8000-000000000000/sealed?pointer=/data/by&purpose=audit": http.StatusNotFound,
		"/v1/events/none/sealed?pointer=/data/by&purpose=audit":                                 http.StatusNotFound,
	} {
		if w := d.read(d.tokens[auth.Auditor], address); w.Code != want {
			t.Errorf("%s: %d, want %d: %s", address, w.Code, want, w.Body)
		}
	}
	if got := d.Ledger.Size(); got != before {
		t.Fatalf("what was refused was recorded: %d events, want %d", got, before)
	}

	w := d.read(d.tokens[auth.Auditor], asked)
	var read rest.Read
	if err := json.Unmarshal(w.Body.Bytes(), &read); err != nil || w.Code != http.StatusOK || string(read.Value) != `"Camille registrar"` {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("a cache may keep it")
	}
	record := d.read("", "/v1/events/"+read.Recorded.String())
	for _, want := range []string{"arobase.sealed-value-read.v1", cited.Events[0].String(), `"actor":"auditor:ledger"`, `"purpose":"request"`, `"/data/by"`} {
		if !strings.Contains(record.Body.String(), want) {
			t.Errorf("the record does not say %s: %s", want, record.Body)
		}
	}
	if strings.Contains(record.Body.String(), "Camille") {
		t.Errorf("the record names a person: %s", record.Body)
	}
}
