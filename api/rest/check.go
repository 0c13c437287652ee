package rest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// check looks at the parameters before huma does, by the same description, and answers in our own words: huma would
// answer 422 in the form that Accept asks for, take the first of a parameter given twice, and skip what it cannot read.
//
// A parameter that is there and empty counts as left out: a form without JavaScript sends all its fields.
func (a *api) check(hc huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(hc)
	wrong := checkQuery(hc.Operation().Parameters, r.URL.RawQuery)
	if len(wrong) > 0 {
		a.refuse(w, r, wrong)
		return
	}
	next(hc)
}

func (a *api) refuse(w http.ResponseWriter, r *http.Request, wrong []ProblemField) {
	p := problem(invalidQuery, "%s %s", wrong[0].Field, wrong[0].Message)
	p.Errors = wrong
	a.write(w, r, p)
}

func checkQuery(params []*huma.Param, raw string) []ProblemField {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return []ProblemField{{Field: "?", Rule: "encoding", Message: "the part after the question mark is not in the form name=value&name=value, with %XX for special characters"}}
	}
	var wrong []ProblemField
	var known []string
	for _, p := range params {
		if p.In != "query" {
			continue
		}
		known = append(known, p.Name)
		all := values[p.Name]
		switch {
		case len(all) > 1:
			wrong = append(wrong, ProblemField{Field: p.Name, Rule: "once", Message: fmt.Sprintf("is given %d times; once is enough", len(all))})
		case len(all) == 1 && all[0] != "":
			if rule, message := checkValue(p.Schema, all[0]); rule != "" {
				wrong = append(wrong, ProblemField{Field: p.Name, Rule: rule, Message: message})
			}
		case p.Required:
			wrong = append(wrong, ProblemField{Field: p.Name, Rule: "required", Message: "is missing"})
		}
	}
	for name := range values {
		if !slices.Contains(known, name) {
			wrong = append(wrong, ProblemField{Field: short(name), Rule: "unknown", Message: "is not a parameter of this address; " + list(known)})
		}
	}
	slices.SortFunc(wrong, func(a, b ProblemField) int { return strings.Compare(a.Field, b.Field) })
	return wrong
}

func list(known []string) string {
	if len(known) == 0 {
		return "it takes none"
	}
	return "it takes " + strings.Join(known, ", ")
}

// checkValue holds one value against its schema, and gives the rule that it breaks.
func checkValue(s *huma.Schema, v string) (rule, message string) {
	if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
		return "text", "is not text in UTF-8"
	}
	if s.MaxLength != nil && utf8.RuneCountInString(v) > *s.MaxLength {
		return "maxLength", fmt.Sprintf("has %d characters; the most is %d", utf8.RuneCountInString(v), *s.MaxLength)
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, any(v)) {
		var all []string
		for _, e := range s.Enum {
			all = append(all, fmt.Sprint(e))
		}
		return "enum", fmt.Sprintf("%q is none of %s", short(v), strings.Join(all, ", "))
	}
	if s.Type != huma.TypeInteger {
		return "", ""
	}
	n, err := strconv.ParseInt(v, 10, 64)
	switch {
	case err != nil:
		return "integer", fmt.Sprintf("%q is not a whole number", short(v))
	case s.Minimum != nil && float64(n) < *s.Minimum:
		return "minimum", fmt.Sprintf("%d: the least is %.0f", n, *s.Minimum)
	case s.Maximum != nil && float64(n) > *s.Maximum:
		return "maximum", fmt.Sprintf("%d: the greatest is %.0f", n, *s.Maximum)
	}
	return "", ""
}
