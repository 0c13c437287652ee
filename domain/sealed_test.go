package domain

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var encode = base64.StdEncoding.EncodeToString

func TestSealed(t *testing.T) {
	commitment := encode([]byte(strings.Repeat("c", 32)))
	s := Secret("a name")
	if s.Value() != "a name" || s.Commitment() != "" {
		t.Errorf("before: %v, %q", s.Value(), s.Commitment())
	}
	if b, err := json.Marshal(s); err == nil {
		t.Errorf("what was not sealed is written as %s", b)
	}
	s.Seal(commitment)
	if s.Commitment() != commitment {
		t.Errorf("after: %v, %q", s.Value(), s.Commitment())
	}
	b, err := json.Marshal(s)
	if want := `{"sealed":"` + commitment + `"}`; err != nil || string(b) != want {
		t.Errorf("written as %s, %v; want %s", b, err, want)
	}
	var read Sealed
	if err := json.Unmarshal(b, &read); err != nil || read.Commitment() != commitment || read.Value() != nil {
		t.Errorf("read as %q, %v, %v", read.Commitment(), read.Value(), err)
	}
	again := encode([]byte(strings.Repeat("d", 32)))
	if s.Seal(again); s.Commitment() != again {
		t.Errorf("sealing again leaves %s", s.Commitment())
	}
	var none *Sealed
	if none.Value() != nil || none.Commitment() != "" {
		t.Error("nothing sealed has a value or a commitment")
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]any{"": nil, " \n\t": nil, "a": "a", " a b\n": "a b"} {
		if got := Text(in).Value(); got != want {
			t.Errorf("Text(%q) holds %q", in, got)
		}
	}
}

func TestSealedRefusesOtherForms(t *testing.T) {
	good := encode([]byte(strings.Repeat("c", 32)))
	for what, leaf := range map[string]string{
		"plain text":       `"text"`,
		"a number":         `5`,
		"nothing":          `{}`,
		"31 bytes":         `{"sealed":"` + encode(make([]byte, 31)) + `"}`,
		"33 bytes":         `{"sealed":"` + encode(make([]byte, 33)) + `"}`,
		"44 letters":       `{"sealed":"Anna Martin, 12 rue du Port, 73100 Aix-les-B"}`,
		"bits left over":   `{"sealed":"` + strings.TrimSuffix(encode(make([]byte, 32)), "A=") + `B="}`,
		"a URL's alphabet": `{"sealed":"` + base64.URLEncoding.EncodeToString([]byte(strings.Repeat("\xff", 32))) + `"}`,
		"a line break":     `{"sealed":"` + good[:20] + `\n` + good[20:] + `"}`,
	} {
		var s Sealed
		if err := json.Unmarshal([]byte(leaf), &s); err == nil {
			t.Errorf("%s is accepted: %s", what, leaf)
		}
	}
	more := `{"on":"2027-02-04","cause":"term","by":{"sealed":"` + good + `","salt":"x"}}`
	if _, err := DecodeStrict("arobase.distinction-lapsed.v1", []byte(more)); err == nil {
		t.Error("a sealed field with another member is accepted")
	}
}

// TestNoUnsealedFieldIsWritten leaves each sealed field of each event open once.
func TestNoUnsealedFieldIsWritten(t *testing.T) {
	for _, typ := range Types() {
		for f := range SealedFields(sample(t, typ)) {
			e := sample(t, typ)
			for g := range SealedFields(e) {
				if g.Pointer == f.Pointer {
					*g.Field = *Secret("the name of a person")
				}
			}
			if b, err := json.Marshal(e); err == nil {
				t.Errorf("%s is written with %s open: %s", typ, f.Pointer, b)
			}
		}
	}
}

// sealedFields are those of every event, in the order of the struct, with who sees them.
var sealedFields = map[string][]string{
	"ledger-opened":           nil,
	"reference-adopted":       nil,
	"personal-data-erased":    {"reason restricted", "by restricted"},
	"sealed-value-read":       {"by restricted"},
	"key-rotated":             nil,
	"origin-opened":           nil,
	"source-cited":            {"note public", "by restricted"},
	"source-corrected":        {"reason public", "by restricted"},
	"collectivity-registered": {"note public", "by restricted"},
	"name-recorded":           {"note public", "by restricted"},
	"collectivity-renamed":    {"by restricted"},
	"collectivity-succeeded":  {"by restricted"},
	"epci-members-recorded":   {"by restricted"},
	"population-recorded":     {"by restricted"},
	"identity-contested":      {"note public", "by restricted"},
	"identity-settled":        {"reason public", "by restricted"},
	"award-recorded":          {"note public", "by restricted"},
	"mention-recorded":        {"label public", "note public", "by restricted"},
	"award-arbitrated":        {"reason public", "by restricted"},
	"record-retracted":        {"reason public", "by restricted"},
	"fact-disputed":           {"claim public", "by restricted"},
	"dispute-answered":        {"answer public", "by restricted"},
	"ceremony-fact-recorded":  {"value public", "note public", "by restricted"},
	"edition-enumerated":      {"by restricted"},
	"figure-published":        {"note public", "by restricted"},
	"figure-retracted":        {"reason public", "by restricted"},
	"explanation-proposed":    {"text public", "textEn public", "by restricted"},
	"rule-recorded":           {"statement public", "by restricted"},
	"distinction-granted":     {"by restricted"},
	"distinction-renewed":     {"by restricted"},
	"distinction-lapsed":      {"by restricted"},

	"regulation-published": {"by restricted"}, "grid-published": {"by restricted"}, "edition-opened": {"by restricted"},
	"deadline-extended": {"reason public", "by restricted"}, "declarations-closed": {"by restricted"}, "jury-list-published": {"by restricted"},
	"jury-session-held": {"by restricted"}, "deliberation-closed": {"by restricted"}, "ceremony-postponed": {"reason public", "by restricted"},
	"palmares-published": {"second restricted", "by restricted"}, "edition-closed": {"by restricted"},
	"juror-appointed":   {"person restricted", "affiliation public", "by restricted"},
	"conflict-declared": {"nature restricted", "by restricted"}, "juror-term-ended": {"by restricted"},
	"membership-corrected": {"reason public", "why public", "by restricted"},
	"membership-retracted": {"why public", "by restricted"}, "payment-retracted": {"why public", "by restricted"},
	"membership-recorded": {"reason public", "by restricted"}, "payment-recorded": {"reference restricted", "by restricted"},
	"action-declared":  {"title public", "description public", "by restricted"},
	"action-amended":   {"title public", "description public", "by restricted"},
	"action-confirmed": {"by restricted"}, "action-ended": {"by restricted"},
	"candidacy-registered": {"by restricted"}, "candidacy-submitted": {"signedOff restricted", "by restricted"},
	"candidacy-withdrawn": {"reason restricted", "by restricted"}, "candidacy-ruled-inadmissible": {"reason public", "by restricted"},
	"information-requested": {"question restricted", "by restricted"}, "information-answered": {"answer restricted", "by restricted"},
	"juror-assigned": {"by restricted"}, "juror-recused": {"by restricted"}, "opinion-sealed": {"opinion restricted", "by restricted"},
	"decision-deferred": {"reason restricted", "by restricted"},
	"decision-sealed": {
		"distinction ceremony kept", "level ceremony kept", "mentions ceremony kept", "tally ceremony kept",
		"assessment ceremony", "departure ceremony", "motivation ceremony", "votes restricted", "by restricted",
	},
	"decision-superseded": {"reason restricted", "by restricted"}, "decision-disclosed": {"by restricted"}, "decision-notified": {"by restricted"},
	"decision-rectified": {"reason public", "by restricted"}, "label-withdrawn": {"reason public", "by restricted"},
	"appeal-lodged": {"grounds restricted", "by restricted"}, "appeal-admitted": {"by restricted"},
	"appeal-rejected": {"reason public", "by restricted"}, "appeal-decided": {"reason public", "by restricted"},
}

func TestSealedFields(t *testing.T) {
	for _, typ := range Types() {
		want, listed := sealedFields[typ.Name]
		if !listed {
			t.Errorf("%s is not listed", typ.Name)
		}
		var got []string
		for f := range SealedFields(sample(t, typ)) {
			is := fmt.Sprintf("%s %s", strings.TrimPrefix(f.Pointer, "/data/"), f.Visibility)
			if f.Kept {
				is += " kept"
			}
			got = append(got, is)
			if at := pointed(t, golden(t, typ), f.Pointer); at != f.Field.Commitment() {
				t.Errorf("%s: %s does not point at its field", typ.Name, f.Pointer)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", typ.Name, diff)
		}
		for f := range SealedFields(typ.New()) {
			t.Errorf("%s gives %s, which is not there", typ.Name, f.Pointer)
		}
	}
}

// pointed gives the commitment at a pointer into the envelope whose data is given.
func pointed(t *testing.T, data []byte, pointer string) string {
	t.Helper()
	name, ok := strings.CutPrefix(pointer, "/data/")
	if !ok {
		t.Fatalf("%s does not point into the data", pointer)
	}
	var field struct{ Sealed string }
	if err := json.Unmarshal(memberOf(t, data, name), &field); err != nil {
		t.Fatal(err)
	}
	return field.Sealed
}

func TestSealedFieldsCanBeLeftEarly(t *testing.T) {
	for range SealedFields(samples()["arobase.mention-recorded.v1"]) {
		break
	}
}

// TestSealedFieldsAreWithinReach holds that no sealed field is hidden deeper than SealedFields looks, and that all have
// one of the three visibilities.
func TestSealedFieldsAreWithinReach(t *testing.T) {
	visibilities := []string{string(VisiblePublic), string(VisibleCeremony), string(VisibleRestricted)}
	for _, typ := range Types() {
		for _, m := range walk(reflect.TypeOf(typ.New()).Elem(), "") {
			tag, tagged := m.field.Tag.Lookup("seal")
			erase, erasure := m.field.Tag.Lookup("erase")
			switch isSealed := m.field.Type == sealedType; {
			case erasure && (!isSealed || erase != neverErased):
				t.Errorf("%s: %s has the tag erase:%q", typ.Name, m.path, erase)
			case isSealed && strings.Contains(m.path, "."):
				t.Errorf("%s: %s is sealed where SealedFields does not see it", typ.Name, m.path)
			case isSealed && !slices.Contains(visibilities, tag):
				t.Errorf("%s: %s is visible to %q", typ.Name, m.path, tag)
			case !isSealed && tagged:
				t.Errorf("%s: %s has a visibility but is not sealed", typ.Name, m.path)
			case !isSealed && strings.Contains(m.field.Type.String(), "Sealed"):
				t.Errorf("%s: %s holds sealed fields in a %s", typ.Name, m.path, m.field.Type)
			}
		}
	}
}

// lines are the only members of the log that hold a line of words: names of public bodies, publishers and titles of
// published works. A person's name has no place in any of them.
var lines = map[string]bool{
	"source-cited publisher": true, "source-cited title": true,
	"source-corrected publisher": true, "source-corrected title": true,
	"collectivity-registered name": true, "name-recorded name": true, "collectivity-renamed name": true, "identity-contested name": true,
	"award-recorded holder": true, "mention-recorded holder": true,
	"figure-published scope": true, "explanation-proposed scope": true, // holder:<name> and region:<name>
	"regulation-published title": true, "grid-published themes[].name": true, "grid-published stakes[].name": true, "grid-published services[].name": true,
	"edition-opened mentions[].name": true,
}

// bounding are the rules of a form that leaves no room for free text.
var bounding = []string{
	"oneof", "eq", "insee", "siren", "collectivity", "sourceid", "mention", "slug", "partialdate", "date", "year", "pointer", "sha256hex",
	"weburl", "origin", "vkey", "treehash", "metric", "unit", "departement", "region", "actionid", "article", "salt",
}

func TestNoFreeTextInTheLog(t *testing.T) {
	used := make(map[string]bool)
	for _, typ := range Types() {
		for _, m := range walk(reflect.TypeOf(typ.New()).Elem(), "") {
			kind, rules := m.field.Type.Kind(), m.field.Tag.Get("validate")
			if kind == reflect.Slice {
				kind = m.field.Type.Elem().Kind()
				_, rules, _ = strings.Cut(rules, "dive,")
			}
			if kind == reflect.Interface || kind == reflect.Map {
				t.Errorf("%s: %s may hold anything", typ.Name, m.path)
			}
			if kind != reflect.String {
				continue
			}
			var names []string
			for r := range strings.SplitSeq(rules, ",") {
				name, _, _ := strings.Cut(r, "=")
				names = append(names, name)
			}
			has := func(name string) bool { return slices.Contains(names, name) }
			where := typ.Name + " " + m.path
			switch {
			case has("line") || has("scope"):
				used[where] = true
				if !lines[where] {
					t.Errorf("%s holds a line of words and is not among those that may", where)
				}
				if has("line") && !has("max") {
					t.Errorf("%s has no greatest length", where)
				}
			case !slices.ContainsFunc(bounding, has):
				t.Errorf("%s holds free text: its rules are %q", where, rules)
			}
		}
	}
	for where := range lines {
		if !used[where] {
			t.Errorf("%s is allowed to hold a line but does not", where)
		}
	}
}
