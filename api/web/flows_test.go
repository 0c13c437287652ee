package web_test

import (
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// The drawing of who went where, the table under it and the counts by group say the same as the question that they answer.
func TestFlows(t *testing.T) {
	h := history(t)
	v, err := past.ledger.Transitions(t.Context(), 17, 18, "kind", past.ledger.Size())
	if err != nil {
		t.Fatal(err)
	}
	if v.N == 0 {
		v, err = past.ledger.Transitions(t.Context(), 16, 18, "kind", past.ledger.Size())
		if err != nil || v.N == 0 {
			t.Fatal("nobody to compare", err)
		}
	}
	doc := open(t, h, "/tendances?from="+strconv.Itoa(v.From)+"&to="+strconv.Itoa(v.To)+"&moves=kind")
	bands, cells, groups := 0, 0, [][]string{}
	for _, n := range elements(doc) {
		class, _ := attr(n, "class")
		switch {
		case n.Data == "path" && strings.HasPrefix(class, "band"):
			bands++
		case n.Data == "td" && within(n, "matrix") && (strings.Contains(class, "rose") || strings.Contains(class, "fell") || strings.Contains(class, "same")):
			count, err := strconv.Atoi(text(n))
			if err != nil {
				t.Error(err)
			}
			cells += count
		case n.Data == "tr" && within(n, "series") && !within(n, "matrix") && within(n, "moves"):
			var row []string
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				if c.Type == html.ElementNode {
					row = append(row, text(c))
				}
			}
			groups = append(groups, row)
		}
	}
	if bands != len(v.Flows) || bands == 0 {
		t.Errorf("%d bands for %d ways between levels", bands, len(v.Flows))
	}
	if cells != v.N {
		t.Errorf("the table adds up to %d of %d", cells, v.N)
	}
	if len(groups) != len(v.Groups)+1 {
		t.Fatalf("%d rows for %d groups: %v", len(groups), len(v.Groups), groups)
	}
	seen := 0
	for i, g := range v.Groups {
		row := groups[i+1]
		if row[1] != strconv.Itoa(g.Seen) || row[3] != strconv.Itoa(g.Rose) || row[5] != strconv.Itoa(g.Fell) || row[6] != "?" {
			t.Errorf("%s: %v for %+v", g.Group, row, g)
		}
		seen += g.Seen
	}
	if seen != v.Seen {
		t.Errorf("the groups have %d of the %d that are in both", seen, v.Seen)
	}
}

// within tells whether an element stands in one of a class or an id.
func within(n *html.Node, name string) bool {
	for ; n != nil; n = n.Parent {
		class, _ := attr(n, "class")
		id, _ := attr(n, "id")
		if id == name || strings.Contains(" "+class+" ", " "+name+" ") {
			return true
		}
	}
	return false
}
