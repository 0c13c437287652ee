package domain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// checkTelling holds that a refusal tells its particulars as what they are.
func checkTelling(t *testing.T, message string, told Telling) {
	t.Helper()
	if told.Case == nil {
		t.Fatalf("%q was not made of a case", message)
	}
	if got, want := len(told.Particulars), len(told.Case.Slots); got != want {
		t.Fatalf("%s: %d particulars for %d slots: %q", told.Case.Name, got, want, message)
	}
	for _, p := range told.Particulars {
		if why := unlikeKind(p); why != "" {
			t.Errorf("%s: {%s}: %s: %q", told.Case.Name, p.Name, why, message)
		}
	}
}

// unlikeKind says why a particular is not of its kind, or nothing.
func unlikeKind(p Particular) string {
	ok := p.Text != ""
	switch p.Kind {
	case KindNumber, KindYear, KindCents, KindEdition:
		ok = strconv.FormatInt(p.Number, 10) == p.Text
	case KindDay:
		_, err := time.Parse(time.DateOnly, p.Text)
		ok = err == nil
	case KindWhen:
		ok = partialDate(p.Text)
	case KindBody:
		ok = CollectivityID(p.Text).Valid()
	case KindRecord:
		_, err := uuid.Parse(p.Text)
		ok = err == nil
	case KindType:
		ok = slices.ContainsFunc(Types(), func(t Type) bool { return t.Name == p.Text })
	case KindWord:
		ok = slices.Contains(p.Words, p.Text)
	case KindNumbers, KindNames, KindCounts:
		ok = len(p.List) > 0
	case KindAward:
		ok = len(p.List) == 1
	case KindTyped, KindCodes:
		ok = true // whatever it is
	case KindStream, KindName, KindQuote:
	default:
		return "there is no kind " + string(p.Kind)
	}
	if !ok {
		return strconv.Quote(p.Text) + " is no " + string(p.Kind)
	}
	return ""
}

// TestCases holds that every case belongs to a rule, every rule has one, and every slot a kind.
func TestCases(t *testing.T) {
	told := map[string]bool{}
	rules := map[string]bool{}
	for _, c := range Cases() {
		if told[c.Key()] {
			t.Errorf("there are two cases %s", c.Key())
		}
		told[c.Key()] = true
		if !c.Form {
			rules[c.Rule()] = true
		}
		names := map[string]bool{}
		for _, s := range c.Slots {
			if names[s.Name] {
				t.Errorf("%s has two slots {%s}", c.Name, s.Name)
			}
			names[s.Name] = true
			if why := unlikeKind(Particular{Slot: s}); strings.HasPrefix(why, "there is no kind") {
				t.Errorf("%s: {%s}: %s", c.Name, s.Name, why)
			}
		}
	}
	for _, r := range Rules() {
		if !rules[string(r.Rule)] && r.Rule != RuleTwoPeople {
			t.Errorf("nothing breaks the rule %s", r.Rule)
		}
		delete(rules, string(r.Rule))
	}
	for r := range rules {
		t.Errorf("a case breaks a rule that there is not: %s", r)
	}
}

// refusers are the functions that make a refusal of a case, with how many arguments come before the particulars.
var refusers = map[string]int{"broken": 2, "invalid": 2, "breach": 3, "citing": 3, "cites": 2, "refuse": 1, "Broken": 1, "Fault": 1}

// TestRefusalsAreTold reads the source of the package: every refusal is made of a case, with as many particulars as it has
// slots, and every case is told by somebody.
func TestRefusalsAreTold(t *testing.T) {
	declared := map[string]int{} // slots by variable
	used := map[string]bool{}
	byName := map[string]*Case{}
	for _, c := range Cases() {
		byName[c.Key()] = c
	}
	files := parsed(t)
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			call, ok := spec.Values[0].(*ast.CallExpr)
			if !ok {
				return true
			}
			prefix := map[string]string{"RuleCase": "refusal.", "FormCase": "fault."}[called(call)]
			if prefix == "" {
				return true
			}
			name, err := strconv.Unquote(call.Args[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared[spec.Names[0].Name] = len(byName[prefix+name].Slots)
			return false
		})
	}
	if len(declared) < 200 {
		t.Fatalf("found %d declarations of cases only", len(declared))
	}
	calls := 0
	for name, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for _, v := range n.Values {
					ast.Inspect(v, func(n ast.Node) bool { return use(n, used) })
				}
				return !isDeclaration(n)
			case *ast.CompositeLit:
				if id, ok := n.Type.(*ast.Ident); ok && (id.Name == "FieldError" || id.Name == "Broken") && len(n.Elts) > 0 && name != "refusals.go" {
					t.Errorf("%s makes a %s that is not of a case", name, id.Name)
				}
			case *ast.CallExpr:
				before, ok := refusers[called(n)]
				if !ok {
					break
				}
				of, ok := caseOf(n, declared)
				if !ok {
					break
				}
				calls++
				if got := len(n.Args) - before; got != declared[of] && !n.Ellipsis.IsValid() {
					t.Errorf("%s: %s tells %d particulars of %s, which has %d slots", name, called(n), got, of, declared[of])
				}
			}
			return use(n, used)
		})
	}
	if calls < 200 {
		t.Errorf("found %d refusals only", calls)
	}
	for variable := range declared {
		if !used[variable] {
			t.Errorf("nobody tells the case %s", variable)
		}
	}
}

func parsed(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	entries, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range entries {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = f
	}
	return files
}

// called is the name of a function or a method that is called.
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// caseOf is the variable of the case that a call makes a refusal of: an argument, or what the method is of.
func caseOf(c *ast.CallExpr, declared map[string]int) (string, bool) {
	if f, ok := c.Fun.(*ast.SelectorExpr); ok {
		if of, ok := f.X.(*ast.Ident); ok {
			if _, ok := declared[of.Name]; ok {
				return of.Name, true
			}
		}
	}
	for _, a := range c.Args[:min(2, len(c.Args))] {
		if id, ok := a.(*ast.Ident); ok {
			if _, ok := declared[id.Name]; ok {
				return id.Name, true
			}
		}
	}
	return "", false
}

func isDeclaration(s *ast.ValueSpec) bool {
	if len(s.Values) != 1 {
		return false
	}
	call, ok := s.Values[0].(*ast.CallExpr)
	return ok && (called(call) == "RuleCase" || called(call) == "FormCase")
}

func use(n ast.Node, used map[string]bool) bool {
	if id, ok := n.(*ast.Ident); ok {
		used[id.Name] = true
	}
	return true
}
