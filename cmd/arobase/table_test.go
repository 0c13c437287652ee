package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestTableAligns lines columns up as a terminal shows them: an accent takes no place, a wide letter two.
func TestTableAligns(t *testing.T) {
	p := newPage(new(bytes.Buffer))
	p.table("  ", []column{{"name", false}, {"@", true}, {"source", false}}, [][]string{
		{"Sèvres", "5", "one"},
		{"Se\u0300vres", "12", "two"},
		{"東京", "", ""},
	})
	want := strings.Join([]string{
		"  name     @  source",
		"  Sèvres   5  one",
		"  Se\u0300vres  12  two",
		"  東京",
		"",
	}, "\n")
	if got := p.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestTableWrapsItsLastColumn keeps what is long within the width of the page.
func TestTableWrapsItsLastColumn(t *testing.T) {
	p := newPage(new(bytes.Buffer))
	p.table("", []column{{"ed", true}, {"note", false}}, [][]string{{"17", strings.Repeat("mot ", 60)}, {"18", "court"}})
	lines := strings.Split(strings.TrimSuffix(p.String(), "\n"), "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[2], "    mot") || lines[4] != "18  court" {
		t.Errorf("got\n%s", p.String())
	}
	for _, l := range lines {
		if len(l) > pageWidth {
			t.Errorf("%d columns: %s", len(l), l)
		}
	}
}

// TestVisible takes the sting out of text from a file or a server: it can neither move the cursor nor turn the line.
func TestVisible(t *testing.T) {
	p := newPage(new(bytes.Buffer))
	evil := "a\x1b[2Jb\u202Ec\r\nd"
	p.heading(evil)
	p.text("", evil)
	p.table("", []column{{"x", true}, {"y", false}}, [][]string{{evil, evil}})
	for _, r := range p.String() {
		if r == '\x1b' || r == '\r' || r == '\u202E' {
			t.Fatalf("%q is shown in %q", r, p.String())
		}
	}
	if got := visible("Vandœuvre-lès-Nancy\u00A0: œ Se\u0300vres"); got != "Vandœuvre-lès-Nancy\u00A0: œ Se\u0300vres" {
		t.Errorf("French text became %q", got)
	}
}

func TestBoldOnlyWhereWanted(t *testing.T) {
	plain, bold := page{}, page{bold: true}
	if got := plain.strong("17"); got != "17" {
		t.Errorf("plain: %q", got)
	}
	if got := bold.strong("17"); got != "\x1b[1m17\x1b[0m" {
		t.Errorf("bold: %q", got)
	}
	if newPage(new(bytes.Buffer)).bold {
		t.Error("bold letters go to a file")
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text string
		to   int
		want string
	}{
		{"short", 5, "short"}, {"longer", 5, "lo..."}, {"e\u0301e\u0301e\u0301e\u0301", 4, "e\u0301e\u0301e\u0301e\u0301"},
		{"e\u0301e\u0301e\u0301e\u0301e\u0301", 4, "e\u0301..."}, {"東京東京", 6, "東..."},
	} {
		if got := cut(c.text, c.to); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.text, c.to, got, c.want)
		}
	}
}
