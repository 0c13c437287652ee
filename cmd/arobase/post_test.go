package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"arobase/api/ledger"
	"arobase/api/rest"
	"arobase/domain"
)

// What is shown as an example is right in form, so that only its values have to be changed.
func TestExamplesAreRightInForm(t *testing.T) {
	for _, r := range rest.Requests() {
		body, err := json.Marshal(exampleOf(r.Body))
		if err != nil {
			t.Fatal(err)
		}
		typ, one := r.Type()
		if r.Resource == "decisions" {
			typ, one = ledger.Operation{Event: "decision-sealed"}.Type(), true
		}
		if !one {
			continue
		}
		e, err := domain.DecodeInput(typ, body)
		if err == nil && r.Resource != "decisions" { // the assessment and the departure are filled in
			err = domain.Validate(e)
		}
		if err != nil {
			t.Errorf("%s: %v in %s", r.Resource, err, body)
		}
	}
}

// A request is sent again when the server says so, and one without a key only where it cannot have been carried out.
func TestSentAgain(t *testing.T) {
	for _, c := range []struct {
		says     string
		statuses []int // of the answers, one after the other
		key      string
		want     int
		asked    int
		waited   time.Duration
	}{
		{"at once", []int{201}, "", 201, 1, 0},
		{"too many", []int{429, 429, 201}, "", 201, 3, 6 * time.Second},
		{"away, with a key", []int{503, 200}, "k", 200, 2, 3 * time.Second},
		{"away, without one", []int{503, 200}, "", 503, 1, 0},
		{"refused", []int{409, 201}, "k", 409, 1, 0},
	} {
		t.Run(c.says, func(t *testing.T) {
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Idempotency-Key") != c.key || r.Header.Get("Authorization") != "Bearer aro_t" {
					t.Errorf("asked with %v", r.Header)
				}
				w.Header().Set("Retry-After", "3")
				w.WriteHeader(c.statuses[asked])
				asked++
				_, _ = w.Write([]byte(`{"type":"/problems/x","title":"No"}`))
			}))
			defer server.Close()
			var waited time.Duration
			d := desk{&remote{server.URL, server.Client()}, "aro_t", func(_ context.Context, d time.Duration) error { waited += d; return nil }}
			headers := map[string]string{}
			if c.key != "" {
				headers["Idempotency-Key"] = c.key
			}
			status, _, err := d.post(t.Context(), "sources", []byte("{}"), headers)
			var no *refused
			if status != c.want || asked != c.asked || waited != c.waited || (err == nil) != (c.want < 300) || err != nil && !errors.As(err, &no) {
				t.Errorf("%d after %d requests and %v: %v", status, asked, waited, err)
			}
		})
	}
}
