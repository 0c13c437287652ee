package rest_test

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"arobase/api/ledger"
	"arobase/api/rest"
)

// page is what lists have in common: their entries under one of these names.
type page struct {
	Items  []any  `json:"items"`
	Points []any  `json:"points"`
	Lines  []any  `json:"lines"`
	AsOf   uint64 `json:"asOf"`
	Next   string `json:"next"`
}

func (p page) entries() []any { return append(append(p.Items, p.Points...), p.Lines...) }

var pagedAddresses = []string{
	"/v1/editions", "/v1/editions/18/palmares", "/v1/collectivities", "/v1/collectivities?q=saint-denis", "/v1/trends?from=16&to=18",
	"/v1/reconciliation?edition=18", "/v1/events", "/v1/events?type=mention-recorded", "/v1/events?stream=ledger", "/v1/events?after=950",
	"/v1/sources", "/v1/rules",
}

// with adds parameters to an address.
func with(address string, more ...string) string {
	sep := "?"
	if strings.Contains(address, "?") {
		sep = "&"
	}
	return address + sep + strings.Join(more, "&")
}

// visit follows the pages of a list to the end.
func visit(t *testing.T, address string) (all []any, pages int) {
	t.Helper()
	for address != "" {
		w := get(t, address)
		p := decode[page](t, w)
		link := ""
		if p.Next != "" {
			link = "<" + p.Next + `>; rel="next"`
		}
		if got := w.Header().Get("Link"); got != link {
			t.Fatalf("%s: Link is %q, next %q", address, got, p.Next)
		}
		if p.Next != "" && len(p.entries()) == 0 {
			t.Fatalf("%s: an empty page before %s", address, p.Next)
		}
		all, address = append(all, p.entries()...), p.Next
		if pages++; pages > 2000 {
			t.Fatal("the pages do not end")
		}
	}
	return all, pages
}

// Following the pages visits everything once and in order, however long they are.
func TestPagesVisitEverythingOnce(t *testing.T) {
	for _, address := range pagedAddresses {
		whole, _ := visit(t, with(address, "limit=1000"))
		if len(whole) == 0 {
			t.Errorf("%s: nothing", address)
		}
		for _, limit := range []int{len(whole)/6 + 1, min(len(whole), 1000)} {
			all, pages := visit(t, with(address, fmt.Sprint("limit=", limit)))
			if fmt.Sprint(all) != fmt.Sprint(whole) {
				t.Errorf("%s, pages of %d: %d entries, want the same %d", address, limit, len(all), len(whole))
			}
			if want := max(1, (len(whole)+limit-1)/limit); pages != want {
				t.Errorf("%s: %d entries come in %d pages of %d, want %d", address, len(whole), pages, limit, want)
			}
		}
	}
}

// A list has 100 entries on a page unless another number is asked for; a document that a program takes at once is whole.
func TestLengthOfPages(t *testing.T) {
	for address, want := range map[string]int{"/v1/events": 100, "/v1/collectivities": 100, "/v1/events?limit=": 100, "/v1/events?limit=3": 3} {
		if n := len(decode[page](t, get(t, address)).entries()); n != want {
			t.Errorf("%s: %d entries, want %d", address, n, want)
		}
	}
	for _, address := range []string{"/v1/trends", "/v1/reconciliation", "/v1/trends?by=departement"} {
		p := decode[page](t, get(t, address))
		all, _ := visit(t, with(address, "limit=1000"))
		if p.Next != "" || len(p.entries()) != len(all) || len(all) < 100 {
			t.Errorf("%s: %d entries at once, %d in pages, next %q", address, len(p.entries()), len(all), p.Next)
		}
	}
}

// The pages of a list are of one moment, whatever is recorded while somebody turns them.
func TestPagesAreOfOneMoment(t *testing.T) {
	o := empty(t)
	h := rest.New(rest.Deps{Ledger: o.Ledger})
	for i := range 5 {
		o.cite(t, fmt.Sprint("source-", i))
	}
	first := decode[rest.List[ledger.SourceView]](t, ask(t, h, "GET", "/v1/sources?limit=2"))
	o.cite(t, "a-source-that-would-come-first")
	seen := first.Items
	for next := first.Next; next != ""; {
		p := decode[rest.List[ledger.SourceView]](t, ask(t, h, "GET", next))
		if p.AsOf != first.AsOf {
			t.Errorf("a page as of %d after one as of %d", p.AsOf, first.AsOf)
		}
		seen, next = append(seen, p.Items...), p.Next
	}
	if len(seen) != 5 {
		t.Errorf("%d sources, want the 5 of the moment of the first page", len(seen))
	}
	// The cursor alone keeps the moment too.
	u, _ := url.Parse(first.Next)
	alone := decode[rest.List[ledger.SourceView]](t, ask(t, h, "GET", "/v1/sources?limit=2&cursor="+u.Query().Get("cursor")))
	if alone.AsOf != first.AsOf {
		t.Errorf("the cursor alone: as of %d, want %d", alone.AsOf, first.AsOf)
	}
}

// A cursor belongs to one question and one moment.
func TestCursorsAreNotMixedUp(t *testing.T) {
	u, _ := url.Parse(decode[page](t, get(t, "/v1/events?type=mention-recorded&limit=5")).Next)
	cursor := u.Query().Get("cursor")
	for _, address := range []string{
		"/v1/events?cursor=" + cursor,
		"/v1/events?type=award-recorded&cursor=" + cursor,
		"/v1/sources?cursor=" + cursor,
		"/v1/events?type=mention-recorded&as_of=10&cursor=" + cursor,
		"/v1/events?type=mention-recorded&cursor=" + cursor[1:],
		"/v1/events?type=mention-recorded&cursor=" + cursor + "AAAA",
		"/v1/events?cursor=nonsense",
		"/v1/events?type=mention-recorded&cursor=__________________________8", // a ledger of 2^64 events
	} {
		if p := trouble(t, get(t, address)); p.Type != "/problems/invalid-cursor" || p.Status != 400 {
			t.Errorf("%s: %+v", address, p)
		}
	}
	if w := get(t, "/v1/events?type=mention-recorded&limit=9&cursor="+cursor); w.Code != 200 {
		t.Errorf("another length of page is refused: %s", w.Body)
	}
}

// CSV is the same page as rows.
func TestRowsAreThePage(t *testing.T) {
	for _, a := range addresses(t) {
		if !a.rows {
			w := get(t, a.address, "Accept", "text/csv")
			if p := trouble(t, w); p.Type != "/problems/not-acceptable" {
				t.Errorf("%s as CSV: %+v", a.address, p)
			}
			continue
		}
		want := count(t, a)
		for _, excelFR := range []bool{false, true} {
			var header []string
			var rows [][]string
			if excelFR {
				header, rows = table(t, with(a.address, "dialect=excel-fr"), true)
			} else {
				header, rows = table(t, a.address, false, "Accept", "text/csv")
			}
			if len(rows) != want || len(header) < 5 {
				t.Errorf("%s as CSV (excel-fr %t): %d rows of %d columns, want %d rows", a.address, excelFR, len(rows), len(header), want)
			}
			for _, row := range rows {
				for i, cell := range row {
					if strings.HasSuffix(header[i], "level") && cell != "" && !strings.Contains("12345", cell) {
						t.Errorf("%s: the level %q is no integer", a.address, cell)
					}
					if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
						t.Errorf("%s: the cell %q begins like a formula", a.address, cell)
					}
				}
			}
		}
		if get(t, a.address).Header().Get("Link") != get(t, a.address, "Accept", "text/csv").Header().Get("Link") {
			t.Errorf("%s: CSV leads to another next page", a.address)
		}
	}
}

// count is how many rows the JSON form has.
func count(t *testing.T, a address) int {
	w := get(t, a.address)
	switch a.path {
	case "/v1/collectivities/{id}/history":
		v := decode[ledger.CollectivityView](t, w)
		return len(v.Editions) + len(v.Undated)
	case "/v1/trends/transitions":
		v := decode[ledger.TransitionsView](t, w)
		return len(v.Rose) + len(v.Fell) + len(v.Same) + len(v.Entered) + len(v.Left)
	}
	return len(decode[page](t, w).entries())
}

// table reads a CSV answer.
func table(t *testing.T, address string, excelFR bool, headers ...string) (header []string, rows [][]string) {
	t.Helper()
	w := get(t, address, headers...)
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/csv; charset=utf-8; header=present" {
		t.Fatalf("%s: %d %v %s", address, w.Code, w.Header(), w.Body)
	}
	if d := w.Header().Get("Content-Disposition"); !strings.HasPrefix(d, `attachment; filename="arobase-`) || !strings.HasSuffix(d, `.csv"`) {
		t.Errorf("%s: Content-Disposition %q", address, d)
	}
	text, marked := strings.CutPrefix(w.Body.String(), "\uFEFF")
	if marked != excelFR {
		t.Errorf("%s: byte order mark %t", address, marked)
	}
	r := csv.NewReader(strings.NewReader(text))
	if excelFR {
		r.Comma = ';'
	}
	all, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return all[0], all[1:]
}

// A number is written as the reader's spreadsheet reads it.
func TestDecimalComma(t *testing.T) {
	for _, c := range []struct {
		address string
		excelFR bool
		sign    string
	}{
		{"/v1/trends?from=17&to=17&dialect=excel-fr", true, "0,"},
		{"/v1/trends?from=17&to=17&dialect=rfc4180", false, "0."},
	} {
		header, rows := table(t, c.address, c.excelFR)
		found := false
		for _, row := range rows {
			for i, name := range header {
				found = found || name == "coverage" && strings.HasPrefix(row[i], c.sign)
			}
		}
		if !found {
			t.Errorf("%s: no coverage begins with %q", c.address, c.sign)
		}
	}
}
