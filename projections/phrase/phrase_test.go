package phrase_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"arobase/projections/phrase"
)

func TestNew(t *testing.T) {
	for _, test := range []struct {
		fr, en string
		args   []any
		want   phrase.Phrase
	}{
		{"Bonjour.", "Hello.", nil, phrase.Phrase{FR: "Bonjour.", EN: "Hello."}},
		{"%d noms", "%d names", []any{41000000}, phrase.Phrase{FR: "41\u00a0000\u00a0000 noms", EN: "41,000,000 names"}},
		{"%v", "%v", []any{3.6}, phrase.Phrase{FR: "3,6", EN: "3.6"}},
		{"%[2]s, %[1]d", "%[1]d, %[2]s", []any{4, "x"}, phrase.Phrase{FR: "x, 4", EN: "4, x"}},
		{"%[1]s", "%[2]s", []any{"communes (fr)", "communes (en)"}, phrase.Phrase{FR: "communes (fr)", EN: "communes (en)"}},
		{"%s", "%s", []any{"100 % of %d"}, phrase.Phrase{FR: "100 % of %d", EN: "100 % of %d"}},
	} {
		if got := phrase.New(test.fr, test.en, test.args...); got != test.want {
			t.Errorf("%+q, want %+q", got, test.want)
		}
	}
}

// The same printers serve everybody at once.
func TestNewSideBySide(t *testing.T) {
	done := make(chan string)
	for i := range 8 {
		go func() {
			for n := range 200 {
				want := fmt.Sprintf("%d,%03d", i+1, n)
				if p := phrase.New("%d", "%d", 1000*(i+1)+n); p.EN != want {
					done <- p.EN + ", want " + want
					return
				}
			}
			done <- ""
		}()
	}
	for range 8 {
		if problem := <-done; problem != "" {
			t.Error(problem)
		}
	}
}

func TestJoin(t *testing.T) {
	a, b := phrase.Phrase{FR: "Un.", EN: "One."}, phrase.Phrase{FR: "Deux.", EN: "Two."}
	for _, test := range []struct {
		parts []phrase.Phrase
		want  phrase.Phrase
	}{
		{nil, phrase.Phrase{}},
		{[]phrase.Phrase{{}, {}}, phrase.Phrase{}},
		{[]phrase.Phrase{a}, a},
		{[]phrase.Phrase{{}, a, {}, b, {}}, phrase.Phrase{FR: "Un. Deux.", EN: "One. Two."}},
	} {
		if got := phrase.Join(test.parts...); got != test.want || got.Empty() != (test.want == phrase.Phrase{}) {
			t.Errorf("%v: %+v", test.parts, got)
		}
	}
}

func TestIn(t *testing.T) {
	p := phrase.Phrase{FR: "Un.", EN: "One."}
	for lang, want := range map[string]string{"fr": "Un.", "en": "One.", "": "One.", "de": "One."} {
		if got := p.In(lang); got != want {
			t.Errorf("%q: %q", lang, got)
		}
	}
}

// verb is one verb of a format; with an index or without.
var verb = regexp.MustCompile(`%(?:\[([0-9]+)\])?([a-zA-Z%])|%`)

// fits says what is wrong with a format for a number of arguments, and which of them it uses.
func fits(format string, args int) (used map[int]bool, problem string) {
	used = map[int]bool{}
	next, indexed := 0, false
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		switch {
		case m[2] == "%":
			continue
		case m[2] == "":
			return nil, "a % that is no verb"
		case !strings.Contains("dsv", m[2]):
			return nil, "the verb " + m[0]
		case m[1] != "":
			n, _ := strconv.Atoi(m[1])
			next, indexed = n, true
		default:
			next++
		}
		if next < 1 || next > args {
			return nil, "no argument for " + m[0]
		}
		used[next] = true
	}
	if !indexed && len(used) != args {
		return nil, fmt.Sprintf("%d verbs for %d arguments", len(used), args)
	}
	return used, ""
}

// wrong says what is wrong with both formats of a phrase.
func wrong(fr, en string, args int) string {
	inFR, problem := fits(fr, args)
	if problem != "" {
		return "French: " + problem
	}
	inEN, problem := fits(en, args)
	if problem != "" {
		return "English: " + problem
	}
	for n := 1; n <= args; n++ {
		if !inFR[n] && !inEN[n] {
			return fmt.Sprintf("argument %d is not used", n)
		}
	}
	if fr == "" || en == "" || fr == en && args == 0 {
		return "a language is missing"
	}
	return ""
}

func TestWrong(t *testing.T) {
	for _, test := range []struct {
		fr, en string
		args   int
		ok     bool
	}{
		{"un %d", "one %d", 1, true}, {"%[2]s %[1]s", "%s %s", 2, true}, {"%[1]s", "%[2]s", 2, true}, {"5 %% de %d", "5 %% of %d", 1, true}, {"un", "one", 0, true},
		{"un %d", "one", 1, false}, {"un", "one %d", 0, false}, {"%[3]s", "%s %s", 2, false}, {"%[1]s", "%[1]s", 2, false}, {"5 % de %d", "5 of %d", 1, false},
		{"%x", "%x", 1, false}, {"", "one", 0, false}, {"un", "", 0, false}, {"one", "one", 0, false}, {"%[0]d", "%d", 1, false}, {"fin %", "end", 0, false},
	} {
		if got := wrong(test.fr, test.en, test.args); (got == "") != test.ok {
			t.Errorf("%q, %q with %d: %q", test.fr, test.en, test.args, got)
		}
	}
}

// Every phrase in the source has formats that fit its arguments, and both languages. Whether an argument is of the
// kind that its verb wants shows when the phrase is made: the tests of the projections look for "%!" in every answer.
func TestCallSites(t *testing.T) {
	files, calls := token.NewFileSet(), 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if !named(n.Fun, "New") {
					return true
				}
				calls++
				at := files.Position(n.Pos())
				if len(n.Args) < 2 || n.Ellipsis.IsValid() {
					t.Errorf("%s: the arguments cannot be counted", at)
					return true
				}
				fr, okFR := text(n.Args[0])
				en, okEN := text(n.Args[1])
				if !okFR || !okEN {
					t.Errorf("%s: a format that is not written there cannot be checked", at)
				} else if problem := wrong(fr, en, len(n.Args)-2); problem != "" {
					t.Errorf("%s: %s", at, problem)
				}
			case *ast.CompositeLit:
				if named(n.Type, "Phrase") && len(n.Elts) == 1 {
					t.Errorf("%s: one language only", files.Position(n.Pos()))
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if calls < 20 {
		t.Errorf("only %d phrases were found: does the test still look in the right place?", calls)
	}
}

// named tells whether an expression is phrase.<name>.
func named(x ast.Expr, name string) bool {
	s, ok := x.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	pkg, ok := s.X.(*ast.Ident)
	return ok && pkg.Name == "phrase"
}

// text gives a string that is written out, perhaps in pieces.
func text(x ast.Expr) (string, bool) {
	switch x := x.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return s, err == nil && x.Kind == token.STRING
	case *ast.BinaryExpr:
		a, okA := text(x.X)
		b, okB := text(x.Y)
		return a + b, okA && okB && x.Op == token.ADD
	}
	return "", false
}
