package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/rest"
)

const sourceList = "source,publisher,title,publishedOn,originOf\n" +
	"gazette-2026,La Gazette,Le palmarès,2026-02-01,\n" +
	"lemonde-2026,Le Monde,Les villes,2026-02-02,\n"

func listIn(t testing.TB, body []byte) rest.ListReceipt {
	t.Helper()
	var l rest.ListReceipt
	if err := json.Unmarshal(body, &l); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return l
}

// A list is looked at whole, recorded row by row, and recorded once.
func TestAList(t *testing.T) {
	d := newDesk(t)
	send := func(list string, headers ...string) (int, []byte) {
		w := d.send(d.tokens[auth.Registrar], "sources", list, append([]string{"Content-Type", "text/csv; charset=utf-8"}, headers...)...)
		return w.Code, w.Body.Bytes()
	}
	size := d.Ledger.Size()
	code, body := send(strings.Replace(sourceList, "2026-02-02", "the second", 1))
	var p rest.Problem
	if err := json.Unmarshal(body, &p); err != nil || code != 422 || len(p.Errors) != 1 || p.Errors[0].Line != 3 || p.Errors[0].Field != "publishedOn" || d.Ledger.Size() != size {
		t.Fatalf("a bad row: %d %s", code, body)
	}
	code, body = send(sourceList)
	l := listIn(t, body)
	if code != 201 || l.Rows != 2 || l.Appended != 2 || l.Skipped != 0 || len(l.Receipts) != 2 || l.Receipts[1].Line != 3 || l.Receipts[1].Stream != "source-lemonde-2026" || d.Ledger.Size() != size+2 {
		t.Fatalf("%d %s", code, body)
	}
	for _, wrong := range fit(document(t), at(document(t), "paths", "/v1/sources", "post", "responses", "201", "content", "application/json", "schema"), must(read(body)), "") {
		t.Error(wrong)
	}
	// The same list in the dialect of the French Excel adds nothing.
	code, body = send("\ufeff" + strings.ReplaceAll(sourceList, ",", ";"))
	if l := listIn(t, body); code != 200 || l.Skipped != 2 || l.Appended != 0 || !l.Receipts[0].Duplicate || d.Ledger.Size() != size+2 {
		t.Fatalf("again: %d %s", code, body)
	}
	// A row that a rule refuses keeps no other from being recorded, and is named.
	code, body = send(sourceList + "gazette-2026,Une autre,Le palmarès,,\nfigaro-2026,Le Figaro,Les villes,,\n")
	if err := json.Unmarshal(body, &p); err != nil || code != 409 || len(p.Errors) != 1 || p.Errors[0].Line != 4 || p.Errors[0].Rule != "once" ||
		!strings.HasPrefix(p.Detail, "3 of 4 rows are recorded, 2 of them before") || d.Ledger.Size() != size+3 {
		t.Fatalf("a refused row: %d %s", code, body)
	}
	for _, c := range []struct {
		says, list string
		status     int
		headers    []string
	}{
		{"with a key", sourceList, 400, []string{"Idempotency-Key", "k"}},
		{"on a revision", sourceList, 400, []string{"If-Match", `"1"`}},
		{"too much", sourceList + strings.Repeat("x", 1<<20), 413, nil},
		{"too many", sourceList + strings.Repeat("a,b,c,,\n", 2001), 422, nil},
		{"no list", "PK\x03\x04", 422, []string{"Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}},
		{"nothing", "", 422, nil},
	} {
		if code, body := send(c.list, c.headers...); code != c.status {
			t.Errorf("%s: %d %.300s", c.says, code, body)
		}
	}
	for role, status := range map[auth.Role]int{auth.Public: 401, auth.President: 403} {
		if w := d.send(d.tokens[role], "sources", sourceList, "Content-Type", "text/csv"); w.Code != status {
			t.Errorf("%s: %d %s", role, w.Code, w.Body)
		}
	}
	if w := d.send("", "disputes", "event,claim\n", "Content-Type", "text/csv"); w.Code != http.StatusUnauthorized {
		t.Errorf("whoever has no token objects to one fact: %d", w.Code)
	}
	if d.Ledger.Size() != size+3 {
		t.Errorf("%d records were written by refused lists", d.Ledger.Size()-size-3)
	}
}

// Of a declarant's list only the own rows are recorded.
func TestAListOfOthers(t *testing.T) {
	d := newDesk(t)
	list := "edition,collectivity,kind\n28,fr-commune-73008,ville\n28,fr-commune-73031,ville\n"
	w := d.send(d.tokens[auth.Declarant], "candidacies", list, "Content-Type", "text/csv")
	p := problemIn(t, w)
	got := ""
	for _, f := range p.Errors {
		got += fmt.Sprintf("%d %s; ", f.Line, f.Rule)
	}
	if w.Code != 409 || !strings.Contains(got, "3 forbidden; ") || strings.Contains(got, "2 forbidden; ") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func must(v any, err error) any {
	if err != nil {
		panic(err)
	}
	return v
}
