package domain

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestByHand holds that what is written by hand matches what its expression matches: of texts that the expression makes,
// of the same with something changed, and of any others.
func TestByHand(t *testing.T) {
	for expression, hand := range byHand {
		t.Run(expression, func(t *testing.T) {
			form := regexp.MustCompile(expression)
			took := map[bool]int{}
			check := func(t interface{ Fatalf(string, ...any) }, s string) {
				if !utf8.ValidString(s) {
					return
				}
				if got, want := hand(s), form.MatchString(s); got != want {
					t.Fatalf("%q: by hand %t, by the expression %t", s, got, want)
				} else {
					took[want]++
				}
			}
			for _, s := range nearTexts() {
				check(t, s)
			}
			rapid.Check(t, func(t *rapid.T) {
				s := rapid.StringMatching(expression).Draw(t, "text")
				check(t, s)
				check(t, nearTo(t, s))
				check(t, nearTo(t, nearTo(t, s)))
				check(t, anyText(t))
			})
			// A short run draws a fifth of the texts, too few to tell.
			if !testing.Short() && (took[true] < 20 || took[false] < 20) {
				t.Errorf("%d texts were taken and %d refused", took[true], took[false])
			}
		})
	}
}

// FuzzByHand is TestByHand for texts that nobody thought of.
func FuzzByHand(f *testing.F) {
	for _, s := range nearTexts() {
		f.Add(s)
	}
	forms := map[string]*regexp.Regexp{}
	for expression := range byHand {
		forms[expression] = regexp.MustCompile(expression)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		for expression, hand := range byHand {
			if got, want := hand(s), forms[expression].MatchString(s); got != want {
				t.Fatalf("%s: %q: by hand %t, by the expression %t", expression, s, got, want)
			}
		}
		checkKind(t, s)
		checkDate(t, s)
		checkLine(t, s)
	})
}

// nearTexts are texts at the borders of the forms.
func nearTexts() []string {
	all := []string{
		"", "\n", "a", "-", "a-", "-a", "a--b", "A", "é", "a\n", "a b", " a", "a ", "\ta", "a\t", "a\tb", "a\rb", "\r", "a\r", "a\nb", "a\u2028b", "\u00a0",
		"2017", "2017?", "2017+", "2017-", "2017-2018", "2017-02", "2017-13", "2017-00", "2017-02-29", "2016-02-29", "2017-02-32", "2017-02-00", "2017|2018",
		"2017|2018|2019", "2017|", "2017|201", "201", "20170201", "2017/02/01", "2017-02_01", "0000-02-29", "1900-02-29", "2000-02-29",
		"http://", "https://", "HTTP://a", "hTtPs://a", "httpx://a", "ftp://a", "http:/a", "http//:a", "\u017f", "HTTP\u017f://a", "\u212a",
		"region:", "region:a", "region:a:b", "regions:a", "kind:" + strings.Repeat("é", 80), "kind:" + strings.Repeat("é", 81), "holder:a\nb", "mention: ",
		strings.Repeat("é", 40), strings.Repeat("é", 41), "a" + strings.Repeat("-", 39), "aÉ", "ß", "ª", "ǅ", "a" + strings.Repeat("_", 59), "a" + strings.Repeat("_", 60),
		"other-a", "other-", "other", "unsettled-a", "fr-epci-200041507", "fr-epci-200041508", "fr-epci-x-a", "fr-epci-x-", "fr-x-a", "fr-a", "ca-bromont", "c-a", "Ca-a",
		"fr-commune-2A004", "fr-commune-2a004", "fr-commune-2C004", "fr-commune-73008-2015", "fr-commune-73008-1815", "fr-commune-73008-20150", "fr-commune-00000",
		"fr-commune-A2004", "fr-commune-73008-", "fr-commune-2A004-2015", "fr-commune-7300", "fr-commune-", "97", "97A", "99", "2A", "2C", "988", "998", "1", "1234",
		strings.Repeat("a", 64), strings.Repeat("g", 64), strings.Repeat("A", 64), strings.Repeat("A", 43) + "=", strings.Repeat("A", 42) + "B=", strings.Repeat("A", 44),
		strings.Repeat("A", 41) + "-A=", "5f0c1d2e-3b4a-4c5d-8e6f-708192a3b4c5", "5F0C1D2E-3B4A-4C5D-8E6F-708192A3B4C5", "5f0c1d2e-3b4a-4c5d-8e6f-708192a3b4c", "5f0c1d2e03b4a-4c5d-8e6f-708192a3b4c5",
		"5f0c1d2e-3b4a-4c5d-8e6f--08192a3b4c5", logKey1, newKey1, logKey1[:len(logKey1)-1], strings.ToUpper(logKey1),
	}
	for _, d := range []string{"00", "01", "19", "20", "21", "29", "2A", "2B", "2C", "39", "89", "90", "95", "96", "97", "98", "99", "A1"} {
		for _, n := range []string{"000", "099", "100", "300", "400", "800", "899", "900", "999", "00", "0000", "0A0"} {
			all = append(all, d+n, "fr-commune-"+d+n)
		}
	}
	return all
}

// nearTo changes a text a little.
func nearTo(t *rapid.T, s string) string {
	runes := []rune(s)
	at := rapid.IntRange(0, len(runes)).Draw(t, "at")
	another := rapid.SampledFrom([]rune("aAzZ09-_:/+=?| .\n\té𝄞ſ\u2028\u00a0\u00ad")).Draw(t, "another")
	switch rapid.IntRange(0, 4).Draw(t, "change") {
	case 0:
		return string(slices.Insert(runes, at, another))
	case 1:
		if at < len(runes) {
			return string(slices.Delete(runes, at, at+1))
		}
	case 2:
		if at < len(runes) {
			runes[at] = another
		}
	case 3:
		return string(runes[:at]) + s
	case 4:
		return strings.ToUpper(string(runes[:at])) + string(runes[at:])
	}
	return string(runes)
}

// TestFormsAndExpressions holds what shape.go takes for granted: a text has a form if it fits the schema and what is beyond
// its expression, and where nothing is beyond it, the expression tells the form wholly.
func TestFormsAndExpressions(t *testing.T) {
	for tag := range beyondExpression {
		if formInWords(tag) == "" {
			t.Errorf("%s is no form", tag)
		}
	}
	for _, f := range forms {
		t.Run(f.tag, func(t *testing.T) {
			expression := patternOf(f.tag)
			form := regexp.MustCompile(expression)
			took := map[bool]int{}
			check := func(t interface{ Fatalf(string, ...any) }, s string) {
				if s == "" { // a text that is not there is told by "required", and no expression takes it
					return
				}
				most, bound := longest[f.tag]
				fits := utf8.ValidString(s) && form.MatchString(s) && (!bound || int64(utf8.RuneCountInString(s)) <= most)
				if beyond := beyondExpression[f.tag]; fits && beyond != nil {
					fits = beyond(s)
				}
				if f.valid(s) != fits {
					t.Fatalf("%q has the form: %t; fits its schema and what is beyond: %t", s, !fits, fits)
				}
				took[fits]++
			}
			for _, s := range nearTexts() {
				check(t, s)
			}
			rapid.Check(t, func(t *rapid.T) {
				s := rapid.StringMatching(expression).Draw(t, "text")
				check(t, s)
				check(t, nearTo(t, s))
				check(t, strings.Repeat(s, rapid.IntRange(2, 20).Draw(t, "times")))
				check(t, anyText(t))
			})
			if took[true] == 0 || took[false] == 0 {
				t.Errorf("%d texts were taken and %d refused", took[true], took[false])
			}
		})
	}
}

// TestFormsByTheLibraries holds the forms that are written by hand against the libraries that know them.
func TestFormsByTheLibraries(t *testing.T) {
	for _, s := range nearTexts() {
		checkKind(t, s)
		checkDate(t, s)
		checkLine(t, s)
		checkCommitment(t, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		for _, expression := range []string{anyIDForm(), partPattern, linePattern, sealedPattern} {
			s := rapid.StringMatching(expression).Draw(t, "text")
			if rapid.Bool().Draw(t, "changed") {
				s = nearTo(t, s)
			}
			checkKind(t, s)
			checkDate(t, s)
			checkLine(t, s)
			checkCommitment(t, s)
		}
	})
}

type failing interface{ Fatalf(string, ...any) }

// checkKind holds the kind of an id against the list of expressions.
func checkKind(t failing, s string) {
	want := BodyKind("")
	for _, f := range idForms {
		if m := f.form.FindStringSubmatch(s); m != nil && len(s) <= 100 {
			want = f.kind
			if (f.kind == Commune || f.kind == FormerCommune) && !insee.MatchString(m[1]) || f.kind == EPCI && !ValidSIREN(m[1]) ||
				f.kind == Foreign && strings.HasPrefix(s, "fr-") {
				want = ""
			}
			break
		}
	}
	if got := CollectivityID(s).Kind(); got != want {
		t.Fatalf("%q is %q, want %q", s, got, want)
	}
}

func checkDate(t failing, s string) {
	layout, ok := map[int]string{4: "2006", 7: "2006-01", 10: "2006-01-02"}[len(s)]
	if ok {
		_, err := time.Parse(layout, s)
		ok = err == nil
	}
	if got := partialDate(s); got != ok {
		t.Fatalf("%q is a date: %t, want %t", s, got, ok)
	}
}

// checkLine holds the short way to a line of ASCII against the long one, which a character beyond ASCII at the end takes.
func checkLine(t failing, s string) {
	if s != strings.TrimRight(s, " \t\r\n\v\f") { // which the letter would hide
		return
	}
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 && validLine(s) != validLine(s+"é") {
		t.Fatalf("%q is a line: %t, with a letter after it: %t", s, validLine(s), !validLine(s))
	}
}

func checkCommitment(t failing, s string) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if want := err == nil && len(b) == 32 && len(s) == 44; isCommitment(s) != want {
		t.Fatalf("%q is a commitment: %t, want %t", s, !want, want)
	}
}
