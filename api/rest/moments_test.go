package rest_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"

	"arobase/api/ledger"
	"arobase/api/rest"
	"arobase/domain"
)

// cite enters a source and waits until it is answered from.
func (o opened) cite(t testing.TB, id string) ledger.Receipt {
	t.Helper()
	r, err := o.Execute(t.Context(), ledger.Request{Actor: ledger.RegistrarActor, Command: domain.CiteSource{SourceCited: domain.SourceCited{
		Source: domain.SourceID(id), SourceParticulars: domain.SourceParticulars{Publisher: "Somebody", Title: "Something"}, Note: domain.Text("a remark"),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Applied {
		t.Fatal("the ledger does not answer from what was written")
	}
	return r
}

// Every answer can be had again as of its size, and says which that is.
func TestAnswersAsOfEarlierSizes(t *testing.T) {
	o := empty(t)
	h := rest.New(rest.Deps{Ledger: o.Ledger})
	type said struct {
		body string
		at   time.Time
	}
	var then []said
	for i := range 4 {
		receipt := o.cite(t, fmt.Sprint("source-", i))
		then = append(then, said{ask(t, h, "GET", "/v1/sources").Body.String(), receipt.Recorded})
	}
	for i, s := range then {
		size := 3 + i // the ledger begins with two events
		for _, asOf := range []string{
			fmt.Sprint(size), s.at.Format(time.RFC3339), url.QueryEscape(s.at.In(time.FixedZone("", 3600)).Format(time.RFC3339)),
			s.at.In(time.FixedZone("", 3600)).Format(time.RFC3339), // with its plus sign as it is
		} {
			w := ask(t, h, "GET", "/v1/sources?as_of="+asOf)
			if w.Body.String() != s.body || w.Header().Get("Arobase-Size") != fmt.Sprint(size) {
				t.Errorf("as of %s: %s %s, want %s", asOf, w.Header().Get("Arobase-Size"), w.Body, s.body)
			}
			var v struct{ AsOf int }
			if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || v.AsOf != size {
				t.Errorf("as of %s: asOf is %d, want %d", asOf, v.AsOf, size)
			}
		}
	}
	if w := ask(t, h, "GET", "/v1/sources?as_of=1999-01-01T00:00:00Z"); w.Header().Get("Arobase-Size") != "0" {
		t.Errorf("before the ledger: %v %s", w.Header(), w.Body)
	}
}

// As of a size that grows, nothing that was known is forgotten, and every address answers or says that it is not known.
func TestEverySizeAnswers(t *testing.T) {
	whole := decode[page](t, get(t, "/v1/editions")).AsOf
	known := 0
	for size := uint64(0); size <= whole; size += whole / 4 {
		n := len(decode[page](t, get(t, fmt.Sprint("/v1/collectivities?limit=1000&as_of=", size))).Items)
		if n < known {
			t.Errorf("as of %d the ledger knows %d bodies, before %d", size, n, known)
		}
		known = n
		for _, a := range addresses(t) {
			if a.fixed || a.media != "" {
				continue
			}
			w := get(t, with(a.address, fmt.Sprint("as_of=", size)))
			if w.Code != 200 && w.Code != 404 || w.Code == 200 && w.Header().Get("Arobase-Size") != fmt.Sprint(size) {
				t.Errorf("%s as of %d: %d %v", a.address, size, w.Code, w.Header())
			}
		}
	}
	if known < 100 {
		t.Errorf("only %d bodies in the end", known)
	}
}

// An event belongs to every size greater than its index.
func TestEventsAsOf(t *testing.T) {
	for _, size := range []int{0, 1, 2, 500} {
		p := decode[rest.List[ledger.EventView]](t, get(t, fmt.Sprint("/v1/events?limit=1000&as_of=", size)))
		if len(p.Items) != size || p.Next != "" {
			t.Errorf("as of %d: %d events, next %q", size, len(p.Items), p.Next)
		}
	}
	e := decode[rest.List[ledger.EventView]](t, get(t, "/v1/events?after=500&limit=1")).Items[0]
	for asOf, want := range map[int]int{500: 404, 501: 200} {
		if w := get(t, fmt.Sprintf("/v1/events/%s?as_of=%d", e.ID, asOf)); e.Index != 500 || w.Code != want {
			t.Errorf("event %d as of %d: %d, want %d", e.Index, asOf, w.Code, want)
		}
	}
}
