package domain

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestForms gives examples of every form that this package adds, good and bad.
func TestForms(t *testing.T) {
	examples := map[string]struct{ good, bad []string }{
		"insee":        {[]string{"73008", "2A004"}, []string{"99999"}}, // more in identity_test.go
		"siren":        {[]string{"217300086"}, []string{"217300087"}},
		"collectivity": {[]string{"fr-commune-73008"}, []string{"Aix"}},
		"sourceid":     {[]string{"localtis-2009"}, []string{"Localtis 2009", strings.Repeat("a", 81)}},
		"mention":      {[]string{"teletravail"}, []string{"télétravail", strings.Repeat("a", 61)}},
		"slug":         {[]string{"cog-2026", "a"}, []string{"6.0.0", "a_b", "-", "A"}},
		"line": {
			[]string{"Marcq-en-Barœul", "L'Isle-Adam", "La Riviéra", "@", "Vandœuvre (54)", "東京"},
			[]string{" a", "a ", "a\nb", "a\tb", "a\x00", "a\u0085b", "a\u2028b", "a\u2029b", "e\u0301", "\xff", "a\ufffd", "a\ufffe", "a\ufdd0", "a\U0010ffff"},
		},
		"partialdate": {
			[]string{"2017", "2017-02", "2017-02-01", "2020-02-29", "0001"},
			[]string{"", "17", "201", "2017-2", "2017-13", "2017-00", "2017-02-30", "2019-02-29", "2017-02-01T00:00:00Z", "2017/02/01", "01-02-2017", "abcd", "-017"},
		},
		"date":      {[]string{"2017-02-01"}, []string{"2017", "2017-02", "2017-02-30", "2017-02-01 "}},
		"year":      {[]string{"2017", "2002?", "2017+", "2018|2024", "2000-2005"}, []string{"", "17", "2017 ", "in 2017", "2017??"}},
		"pointer":   {[]string{"/data/note", "/data/a/0"}, []string{"/note", "/data/", "/data", "/data/the name of a person", "/data/a/b/c/d/e", "/data//a"}},
		"sha256hex": {[]string{strings.Repeat("0f", 32)}, []string{strings.Repeat("0F", 32), strings.Repeat("0", 63), strings.Repeat("g", 64)}},
		"weburl": {
			[]string{"https://example.org/", "http://example.org/a?b=é#c", "https://example.org:8080"},
			[]string{"example.org", "ftp://example.org/", "javascript:alert(1)", "https://", "https:///a", "https://anna:secret@example.org/", "//example.org", "https://example.org/\n", "https://e\u0301.org/", "HTTPS"},
		},
		"origin": {
			[]string{"log.example", "label.example/log/2026"},
			[]string{"https://log.example", "log example", "log+example", "log.example/", "/log", "Log.example", "é.example"},
		},
		"vkey": {
			[]string{logKey1, newKey2, verifierKey("localhost", 255)},
			[]string{
				"", logKey1 + "\n", logKey1[:len(logKey1)-1], logKey1 + "A", logKey1 + "=", "b" + logKey1[1:], "a b" + logKey1[1:],
				strings.Replace(logKey1, "+", " ", 1), strings.Replace(logKey1, "+AQ", "+Ag", 1), strings.Replace(logKey1, "+AQ", "+Aw", 1),
				logKey1[:len(logKey1)-1] + "-", strings.ToUpper(logKey1[:len(logKey1)-45]) + logKey1[len(logKey1)-45:], "PRIVATE+KEY+" + logKey1,
				verifierKey("Label.example/log", 1), verifierKey("label example", 1), verifierKey("", 1),
			},
		},
		"treehash": {
			[]string{emptyTree, strings.Repeat("A", 43) + "="},
			[]string{"", strings.Repeat("A", 44), strings.Repeat("A", 42) + "B=", strings.Repeat("A", 42) + "==", strings.Repeat("_", 43) + "=", strings.Repeat("0f", 32)},
		},
		"metric":      {[]string{"labelled", "level4to5"}, []string{"4to5", "Labelled", "level-5", strings.Repeat("a", 61)}},
		"unit":        {[]string{"communes", "collectivités", "labels v2"}, []string{"Communes", "2", " communes", "communes\n", strings.Repeat("a", 41)}},
		"scope":       {[]string{"region:Île-de-France", "kind:epci", "population:3000-20000"}, []string{"", "region:", "town:Aix", "Region:x", "region:a\nb", "region:a ", "region:" + strings.Repeat("a", 81)}},
		"departement": {[]string{"73", "2A", "2B", "971", "988"}, []string{"7", "073", "AB", "2a", "9711", "960"}},
		"region":      {[]string{"84", "01", "988"}, []string{"8", "ARA", "8400"}},
		"actionid":    {[]string{"wifi-public-73008-1", "a"}, []string{"", "Wifi", "a--b", strings.Repeat("a", 81)}},
		"article":     {[]string{"1", "12", "R.5", "3-bis", "A1.2"}, []string{"", "article 12", "-1", ".", "é", "a1", strings.Repeat("1", 21), "1\n"}},
		"salt":        {[]string{strings.Repeat("A", 43) + "="}, []string{"", strings.Repeat("A", 44), strings.Repeat("A", 42) + "B=", strings.Repeat("0f", 32)}},
	}
	for _, f := range forms {
		examples, ok := examples[f.tag]
		if !ok {
			t.Errorf("%s has no examples", f.tag)
		}
		for _, s := range examples.good {
			if !f.valid(s) {
				t.Errorf("%s refuses %q", f.tag, s)
			}
		}
		for _, s := range examples.bad {
			if f.valid(s) {
				t.Errorf("%s accepts %q", f.tag, s)
			}
		}
	}
	if len(examples) != len(forms) {
		t.Errorf("examples of %d forms for %d", len(examples), len(forms))
	}
}

func TestValidate(t *testing.T) {
	award := func(change func(*AwardRecorded)) Event {
		return new(with(*awarded("localtis-2009", level(5), Stated), change))
	}
	tests := []struct {
		name  string
		event Event
		want  []wrongField
	}{
		{"all is well", award(func(*AwardRecorded) {}), nil},
		{"a level", award(func(e *AwardRecorded) { e.Level = 6 }), []wrongField{{"level", "level", "6: a level is an integer from 1 to 5"}}},
		{"a level below", award(func(e *AwardRecorded) { e.Level = -1 }), []wrongField{{"level", "level", "-1: a level is an integer from 1 to 5"}}},
		{"an edition", award(func(e *AwardRecorded) { e.Edition = -3 }), []wrongField{{"edition", "edition", "-3: an edition is an ordinal from 1 (1999) on"}}},
		{"an edition far away", award(func(e *AwardRecorded) { e.Edition = 1000 }), []wrongField{{"edition", "edition", "1000: an edition is an ordinal from 1 (1999) on"}}},
		{"the first edition", award(func(e *AwardRecorded) { e.Edition = 1 }), nil},
		{"the last edition", award(func(e *AwardRecorded) { e.Edition = 999 }), nil},
		{"a missing member", award(func(e *AwardRecorded) { e.Holder = "" }), []wrongField{{"holder", "required", "is missing"}}},
		{"a word", award(func(e *AwardRecorded) { e.Distinction = "gold" }),
			[]wrongField{{"distinction", "oneof", `"gold" is none of: level, hors-concours, unspecified`}}},
		{"a long line", award(func(e *AwardRecorded) { e.Holder = strings.Repeat("é", 201) }),
			[]wrongField{{"holder", "max", "is too long or too great; the most is 200"}}},
		{"a line that is just not too long", award(func(e *AwardRecorded) { e.Holder = strings.Repeat("é", 200) }), nil},
		{"a long value is shortened", award(func(e *AwardRecorded) { e.Source = SourceID(strings.Repeat("é", 90)) }),
			[]wrongField{{"source", "sourceid", `"` + strings.Repeat("é", 80) + `...": a source's id has lower-case letters, digits and hyphens`}}},
		{"two fields", award(func(e *AwardRecorded) { e.Holder, e.Level = "", 9 }),
			[]wrongField{{"level", "level", "9: a level is an integer from 1 to 5"}, {"holder", "required", "is missing"}}},
		{"a field inside another", &AwardArbitrated{Candidacy: Candidacy{18, aix}, Chosen: Award{"level", 7}, Reason: Text("r")},
			[]wrongField{{"chosen.level", "level", "7: a level is an integer from 1 to 5"}}},
		{"nothing chosen", &AwardArbitrated{Candidacy: Candidacy{18, aix}, Reason: Text("r")}, []wrongField{{"chosen", "required", "is missing"}}},
		{"an item of a list", &EPCIMembersRecorded{Collectivity: "fr-epci-200041507", Members: []CollectivityID{aix, "x", aix}, On: "2026"},
			[]wrongField{{"members", "unique", "names the same thing twice"}}},
		{"a wrong item of a list", &EPCIMembersRecorded{Collectivity: "fr-epci-200041507", Members: []CollectivityID{aix, "x"}, On: "2026"},
			[]wrongField{{"members[1]", "collectivity", `"x": an id is fr-commune-<INSEE>, fr-epci-<SIREN> or another form of the identity rules, with valid codes`}}},
		{"an empty list", &EPCIMembersRecorded{Collectivity: "fr-epci-200041507", Members: []CollectivityID{}, On: "2026"},
			[]wrongField{{"members", "min", "is too short or too small; the least is 1"}}},
		{"a part of an object", &CollectivityRegistered{Collectivity: aix, Type: "commune", Name: "Aix", InForce: &InForce{To: "soon"}},
			[]wrongField{{"inForce.to", "partialdate", `"soon": a day, a month or a year: 2017-02-01, 2017-02 or 2017`}}},
		{"another envelope", &LedgerOpened{LedgerID: nth(1), Origin: "a", Envelope: "v2", Kind: "real"},
			[]wrongField{{"envelope", "eq", `"v2" must be arobase.envelope.v1`}}},
		{"the zero id", &RecordRetracted{Event: uuid.Nil, Cause: "identity"}, []wrongField{{"event", "required", "is missing"}}},

		{"no text", award(func(e *AwardRecorded) { e.Note = Secret("") }), []wrongField{{"note", "required", "is missing"}}},
		{"a text of two lines", award(func(e *AwardRecorded) { e.Note = Secret("a\n\tb") }), nil},
		{"a long text", award(func(e *AwardRecorded) { e.Note = Secret(strings.Repeat("é", maxText)) }), nil},
		{"too long a text", award(func(e *AwardRecorded) { e.Note = Secret(strings.Repeat("é", maxText+1)) }),
			[]wrongField{{"note", "text", "the text has more than 20000 characters"}}},
		{"a text with a bell", award(func(e *AwardRecorded) { e.By = Secret("a\a") }), []wrongField{{"by", "text", "the text has control characters"}}},
		{"a text that is not composed", award(func(e *AwardRecorded) { e.By = Secret("e\u0301") }),
			[]wrongField{{"by", "text", "the text is not UTF-8 in Unicode normal form C"}}},
		{"a text that Unicode keeps for programs", award(func(e *AwardRecorded) { e.By = Secret("a\uffff") }),
			[]wrongField{{"by", "text", "the text has control characters"}}},
		{"bytes", award(func(e *AwardRecorded) { e.By = Secret("\xff") }),
			[]wrongField{{"by", "text", "the text is not UTF-8 in Unicode normal form C"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Validate(tt.event)
			var got Invalid
			if err != nil && !errors.As(err, &got) {
				t.Fatal(err)
			}
			for _, f := range got {
				checkTelling(t, f.Message, f.Telling)
			}
			if !slices.Equal(wrongFieldsOf(got), tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// wrongField is what a person is told of a field.
type wrongField struct{ field, rule, message string }

func wrongFieldsOf(all Invalid) (told []wrongField) {
	for _, f := range all {
		told = append(told, wrongField{f.Field, f.Rule, f.Message})
	}
	return told
}

func TestErrorsSpeakOfFields(t *testing.T) {
	for want, err := range map[string]error{
		"level: is missing; holder: is too long": Invalid{{Field: "level", Rule: "required", Message: "is missing"}, {Field: "holder", Rule: "max", Message: "is too long"}},
		"by: say who":                            &Broken{Rule: RuleFourEyes, Field: "by", Message: "say who"},
		"the ledger is already open":             &Broken{Rule: RuleGenesis, Field: "", Message: "the ledger is already open"},
	} {
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}

// TestEveryMemberIsChecked spoils each member of each sample with a value that no form takes, and holds that exactly this
// member is named, as in JSON, with one of the rules in its tag.
func TestEveryMemberIsChecked(t *testing.T) {
	for _, typ := range Types() {
		if err := Validate(sample(t, typ)); err != nil {
			t.Errorf("the sample of %s: %v", typ, err)
		}
		for _, m := range walk(reflect.TypeOf(typ.New()).Elem(), "") {
			e := sample(t, typ)
			want := strings.ReplaceAll(m.path, "[]", "[0]")
			switch v := reach(reflect.ValueOf(e).Elem(), m.path); {
			case v.Kind() == reflect.String:
				v.SetString("\n")
			case v.CanInt():
				v.SetInt(math.MinInt64)
			case v.Kind() == reflect.Slice && v.Index(0).Kind() == reflect.String:
				v.Index(0).SetString("\n")
				want += "[0]"
			case v.Kind() == reflect.Slice && v.Index(0).CanInt():
				v.Index(0).SetInt(math.MinInt64)
				want += "[0]"
			case v.Kind() == reflect.Slice && strings.Contains(m.field.Tag.Get("validate"), "required"):
				v.SetZero()
			case v.Kind() == reflect.Slice:
				continue // its items are checked
			case v.Type() == reflect.TypeFor[uuid.UUID]():
				v.SetZero()
			case v.Type() == sealedType:
				v.Set(reflect.ValueOf(Secret("\n")))
			case v.Kind() == reflect.Struct || v.Kind() == reflect.Pointer:
				continue // its own members are checked
			default:
				t.Fatalf("%s: %s is a %s, which nobody checks", typ, m.path, v.Type())
			}
			var got Invalid
			if err := Validate(e); !errors.As(err, &got) {
				t.Errorf("%s: nothing is wrong with %s: %v", typ, m.path, err)
				continue
			}
			tag := "," + m.field.Tag.Get("validate")
			if len(got) != 1 || got[0].Field != want || m.field.Type != sealedType && !strings.Contains(tag, ","+got[0].Rule) {
				t.Errorf("%s: %s is reported as %+v; its rules are %s", typ, want, got, tag)
			}
			if strings.Contains(got[0].Message, "breaks the rule") {
				t.Errorf("%s: %s: no person understands %q", typ, m.path, got[0].Message)
			}
		}
	}
}

// TestEveryOptionalMemberMayBeMissing takes away, from each sample, one member that is not always there.
func TestEveryOptionalMemberMayBeMissing(t *testing.T) {
	for _, typ := range Types() {
		for _, m := range walk(reflect.TypeOf(typ.New()).Elem(), "") {
			if !strings.Contains(m.field.Tag.Get("json"), ",omitempty") {
				continue
			}
			e := sample(t, typ)
			reach(reflect.ValueOf(e).Elem(), m.path).SetZero()
			if err := Validate(e); err != nil {
				t.Errorf("%s without %s: %v", typ, m.path, err)
			}
		}
	}
}

// reach gives the field at a path of names as in JSON, in the first item of a list.
func reach(v reflect.Value, path string) reflect.Value {
	name, rest, more := strings.Cut(path, ".")
	name, isList := strings.CutSuffix(name, "[]")
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	for _, f := range reflect.VisibleFields(v.Type()) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name && !f.Anonymous {
			switch field := v.FieldByIndex(f.Index); {
			case isList:
				return reach(field.Index(0), rest)
			case more:
				return reach(field, rest)
			default:
				return field
			}
		}
	}
	panic("no field " + path)
}
