package domain

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
	"golang.org/x/text/unicode/norm"
)

// validate is safe for concurrent use once its rules are registered.
var validate = newValidate()

// patterns are the forms that an expression tells wholly or, for a scope, in part.
var patterns = map[string]*regexp.Regexp{
	"pointer":     regexp.MustCompile(`^/data(/[A-Za-z0-9]{1,40}){1,4}$`),
	"sha256hex":   regexp.MustCompile(`^[0-9a-f]{64}$`),
	"vkey":        regexp.MustCompile(`^[a-z0-9.-]+(/[a-zA-Z0-9._-]+)*\+[0-9a-f]{8}\+A[Q-Za-f][A-Za-z0-9+/]{42}$`),
	"treehash":    regexp.MustCompile(sealedPattern),
	"origin":      regexp.MustCompile(`^[a-z0-9.-]+(/[a-zA-Z0-9._-]+)*$`),
	"metric":      regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`),
	"unit":        regexp.MustCompile(`^\p{Ll}[\p{Ll}0-9 _-]{0,39}$`),
	"scope":       regexp.MustCompile(`^(region|departement|holder|population|mention|kind):.{1,80}$`),
	"departement": regexp.MustCompile(`^([0-9][0-9AB]|9[78][0-9])$`),
	"region":      regexp.MustCompile(`^[0-9]{2,3}$`),
	"article":     regexp.MustCompile(`^[A-Z0-9][A-Za-z0-9.-]{0,19}$`),
	"salt":        regexp.MustCompile(sealedPattern),
}

// forms are the rules of the field that validator does not know, each with the message that a person reads.
var forms = []struct {
	tag, message string
	valid        func(string) bool
}{
	{"insee", "a commune's code has five characters, such as 73008, 2A004 or 97103", ValidINSEE},
	{"siren", "a SIREN has nine digits of which the last is the check digit", ValidSIREN},
	{"collectivity", "an id is fr-commune-<INSEE>, fr-epci-<SIREN> or another form of the identity rules, with valid codes",
		func(s string) bool { return CollectivityID(s).Valid() }},
	{"sourceid", "a source's id has lower-case letters, digits and hyphens", func(s string) bool { return SourceID(s).Valid() }},
	{"mention", "a mention's id has lower-case letters, digits and hyphens", func(s string) bool { return MentionID(s).Valid() }},
	{"slug", "only lower-case letters, digits and hyphens", func(s string) bool { return len(s) <= 100 && isSlug(s) }},
	{"line", "one line of text without control or invisible characters, in Unicode normal form C", validLine},
	{"year", "a year (2017), or an uncertain one (2002?, 2017+, 2018|2024, 2000-2005)", isStatedYear},
	{"pointer", "a place in its event, such as /data/note or /data/evidence/0", patterns["pointer"].MatchString},
	{"partialdate", "a day, a month or a year: 2017-02-01, 2017-02 or 2017", func(s string) bool { return partialDate(s) }},
	{"date", "a day: 2017-02-01", func(s string) bool { return len(s) == 10 && partialDate(s) }},
	{"sha256hex", "64 hexadecimal digits in lower case", isSHA256},
	{"weburl", "an address that begins with http:// or https://", validURL},
	{"origin", "a log's origin is a host name with an optional path, without spaces or plus signs", patterns["origin"].MatchString},
	{"vkey", "a verifier key of a signed note, with Ed25519: the log's origin, a plus, 8 hexadecimal digits that fit, a plus, 44 characters of base64", validVerifierKey},
	{"treehash", "a hash of the tree as a checkpoint writes it: 32 bytes in base64", isCommitment},
	{"metric", "a metric's name has lower-case letters, digits and underscores", isMetric},
	{"unit", "a unit is what the source counts, in lower-case letters: communes, sheets", isUnit},
	{"scope", "a scope is region:, departement:, holder:, population:, mention: or kind: and a value", validScope},
	{"departement", "a département's code, such as 73, 2A or 971", isDepartement},
	{"region", "a region's code, such as 84", isRegion},
	{"actionid", "an action's id has lower-case letters, digits and hyphens", func(s string) bool { return ActionID(s).Valid() }},
	{"article", "the number of an article, of letters, digits, dots and hyphens: 12, R.5, 3-bis", patterns["article"].MatchString},
	{"salt", "the salt of a commitment: 32 bytes in base64", isCommitment},
}

// formCases are the cases of the forms, by their tags.
var formCases = func() map[string]*Case {
	all := make(map[string]*Case, len(forms))
	for _, f := range forms {
		all[f.tag] = FormCase(f.tag, "{value:typed}: "+f.message)
	}
	return all
}()

func validScope(s string) bool { return hasScopeForm(s) && validLine(s) }

func validLine(s string) bool {
	if consistsOf(s, func(c byte) bool { return ' ' <= c && c <= '~' }) { // most lines, and all that is below is true of them
		return s == strings.Trim(s, " ")
	}
	if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) || s != strings.TrimSpace(s) {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError || noncharacter(r) || unicode.Is(unicode.Cf, r)
	}) < 0
}

// noncharacter tells whether Unicode reserves r for the inside of programs. The bytes of the log hold none.
func noncharacter(r rune) bool { return r&0xfffe == 0xfffe || 0xfdd0 <= r && r <= 0xfdef }

func validURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && validLine(s)
}

// partialDate tells whether s is a real day, month or year of ISO 8601.
func partialDate(s string) bool {
	if !hasDateForm(s) || len(s) < len("2006-01-02") {
		return hasDateForm(s)
	}
	year := 100*twoDigits(s) + twoDigits(s[2:])
	day := time.Date(year, time.Month(twoDigits(s[5:])), twoDigits(s[8:]), 0, 0, 0, 0, time.UTC)
	return day.Day() == twoDigits(s[8:])
}

func newValidate() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	for _, f := range forms {
		must(v.RegisterValidation(f.tag, func(fl validator.FieldLevel) bool { return f.valid(fl.Field().String()) }))
	}
	must(v.RegisterValidation("level", func(fl validator.FieldLevel) bool { return Level(fl.Field().Int()).Valid() }))
	must(v.RegisterValidation("edition", func(fl validator.FieldLevel) bool {
		return fl.Field().Int() >= int64(FirstEdition) && fl.Field().Int() <= int64(lastEdition)
	}))
	return v
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// maxText bounds a sealed text, in characters.
const maxText = 20000

// Validate checks the form of an event, or of a command: every field by its own rule. All wrong fields are reported.
func Validate(e Event) error {
	found, err := wrongFields(e)
	if err != nil {
		return fmt.Errorf("validating %s: %w", e.EventName(), err)
	}
	found = append(found, together(e)...)
	for f := range SealedFields(e) {
		value := f.Field.Value()
		if value == nil {
			continue // it was sealed before, by somebody else
		}
		if wrong := checkValue(f.Value, value); wrong != nil {
			wrong.Field = strings.TrimPrefix(f.Pointer, "/data/")
			if wrong.Rule == "text" && f.Value != ValueText {
				wrong.Rule = "value" // as of every other value
			}
			found = append(found, *wrong)
		}
	}
	if len(found) > 0 {
		return found
	}
	return nil
}

// wrongFields gives the fields of a struct that break their own rule.
func wrongFields(x any) (found Invalid, err error) {
	if err := validate.Struct(x); err != nil {
		var wrong validator.ValidationErrors
		if !errors.As(err, &wrong) {
			return nil, err
		}
		for _, w := range wrong {
			found = append(found, faultOf(w))
		}
	}
	return found, nil
}

// together checks what the form of one member asks of another.
func together(e Event) Invalid {
	switch e := e.(type) {
	case *FigurePublished:
		if e.Scale > 0 && e.Value%10 == 0 {
			return invalid(numberZeros, "value")
		}
	case *ActionDeclared:
		return e.checkEvidence()
	case *ActionAmended:
		return e.checkEvidence()
	case *EditionOpened:
		for i, m := range e.Mentions {
			if m.Follows == m.Mention {
				return invalid(followsForm, fmt.Sprintf("mentions[%d].follows", i))
			}
		}
	case *DecisionDisclosed:
		return inOrder("opened.mentions.value", e.Opened.Mentions.Value)
	case *DecisionRectified:
		return append(inOrder("from.mentions", e.From.Mentions), inOrder("to.mentions", e.To.Mentions)...)
	case *AppealDecided:
		if e.To != nil {
			return inOrder("to.mentions", e.To.Mentions)
		}
	}
	return nil
}

// inOrder holds that mentions have one form.
func inOrder(field string, mentions []MentionID) Invalid {
	if !slices.IsSorted(mentions) {
		return invalid(orderForm, field)
	}
	return nil
}

// checkEvidence holds that whatever is called evidence can be found.
func (p *ActionParticulars) checkEvidence() Invalid {
	for i, e := range p.Evidence {
		if e == (Evidence{}) {
			return invalid(evidenceForm, fmt.Sprintf("evidence[%d]", i))
		}
	}
	return nil
}

// checkText says what is wrong with a text that is to be sealed, or nil.
func checkText(s string) *FieldError {
	switch {
	case !utf8.ValidString(s) || !norm.NFC.IsNormalString(s):
		return new(textForm.Fault(""))
	case utf8.RuneCountInString(s) > maxText:
		return new(textLong.Fault("", maxText))
	case strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' || noncharacter(r) }) >= 0:
		return new(textControl.Fault(""))
	}
	return nil
}

// fieldName is the path of a field as in JSON, without the names of embedded structs, which JSON does not show.
func fieldName(w validator.FieldError) string {
	parts := strings.Split(w.Namespace(), ".")
	kept := parts[:0]
	for _, p := range parts[1:] {
		if p != "" && !unicode.IsUpper(rune(p[0])) {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ".")
}

// faultOf tells which rule a field breaks.
func faultOf(w validator.FieldError) FieldError {
	field, value := fieldName(w), shorten(fmt.Sprint(w.Value()))
	if c := formCases[w.Tag()]; c != nil {
		return c.Fault(field, value)
	}
	switch w.Tag() {
	case "required":
		return requiredForm.Fault(field)
	case "level":
		return levelRange.Fault(field, w.Value(), MinLevel, MaxLevel)
	case "edition":
		return editionOrdinal.Fault(field, w.Value())
	case "oneof":
		return oneofForm.Fault(field, value, strings.Fields(w.Param()))
	case "max":
		return byKind(w, maxCharacters, maxItems, maxNumber).Fault(field, w.Param())
	case "min":
		return byKind(w, minCharacters, minItems, minNumber).Fault(field, w.Param())
	case "eq":
		return eqForm.Fault(field, value, w.Param())
	case "unique":
		return uniqueForm.Fault(field)
	}
	fault := valueOther.Fault(field, value, w.Tag(), w.Param())
	fault.Rule = w.Tag()
	return fault
}

// byKind is the case of a bound: of a text, of a list, or of a number.
func byKind(w validator.FieldError, text, list, number *Case) *Case {
	switch w.Kind() {
	case reflect.String:
		return text
	case reflect.Slice:
		return list
	}
	return number
}

func shorten(s string) string {
	if utf8.RuneCountInString(s) > 80 {
		return string([]rune(s)[:80]) + "..."
	}
	return s
}
