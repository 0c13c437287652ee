package domain

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"arobase/eventstore/envelope"
)

func FuzzCollectivityID(f *testing.F) {
	for _, s := range []string{"", "fr-commune-73008", "fr-commune-76476-2015", "fr-epci-200041507", "fr-epci-x-a", "ca-bromont", "other-argi", "unsettled-bassens"} {
		f.Add(s)
	}
	form := patternOf("collectivity")
	f.Fuzz(func(t *testing.T, s string) {
		id := CollectivityID(s)
		kind := id.Kind()
		if (kind != "") != id.Valid() {
			t.Fatalf("%q is %s and valid: %t", s, kind, id.Valid())
		}
		if (id.INSEE() != "") != (kind == Commune || kind == FormerCommune) {
			t.Fatalf("%q is %s with the code %q", s, kind, id.INSEE())
		}
		if kind == "" {
			return
		}
		if !matches(form, s) || len(s) > 100 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyzAB0123456789-") != "" {
			t.Fatalf("%q is accepted", s)
		}
		if code := id.INSEE(); code != "" && !ValidINSEE(code) {
			t.Fatalf("%q has the code %q", s, code)
		}
		c := Candidacy{18, id}
		if got, ok := ParseCandidacyStream(c.Stream()); !ok || got != c {
			t.Fatalf("%s is read as %+v", c.Stream(), got)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"", "56", "3.6", "-2", "-0.5", "1.2.3", "000.000", "9999999999999999", "0.0000001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			if n != (Number{}) {
				t.Fatalf("%q is refused as %+v", s, n)
			}
			return
		}
		if want, err := strconv.ParseFloat(s, 64); err != nil || n.Float() != want {
			t.Fatalf("%q is read as %v, not as %v, %v", s, n.Float(), want, err)
		}
		figure := FigurePublished{Metric: "labelled", Number: n, Precision: Exact, Source: "a"}
		if err := Validate(&figure); err != nil {
			t.Fatalf("%q has no valid form: %v", s, err)
		}
	})
}

func FuzzCheckStatedYear(f *testing.F) {
	for _, s := range []string{"", "2017", "2010", "2002?", "2017+", "2018|2024", "2000-2005", "1998"} {
		f.Add(0, s)
		f.Add(11, s)
		f.Add(18, s)
	}
	f.Fuzz(func(t *testing.T, e int, stated string) {
		if err := CheckStatedYear(Edition(e), stated); err != nil || e == 0 {
			return
		}
		// An edition is accepted with its own year alone, and the eleventh with 2010 too.
		if e < 1 || stated != strconv.Itoa(Edition(e).Year()) && (e != 11 || stated != "2010") {
			t.Fatalf("edition %d is accepted with %q", e, stated)
		}
	})
}

func FuzzDecode(f *testing.F) {
	types := Types()
	for i, typ := range types {
		data := golden(f, typ)
		f.Add(i, data)
		f.Add(i, bytes.ToUpper(data))
		f.Add(i, bytes.ReplaceAll(data, []byte(`"`), nil))
	}
	f.Add(0, []byte(`null`))
	f.Add(1, []byte(`{"name":"a","name":"b"}`))
	f.Fuzz(func(t *testing.T, i int, data []byte) {
		if i < 0 || i >= len(types) {
			return
		}
		typ := types[i]
		checkAccepted(t, typ, data)
	})
}

// TestWhatIsAccepted puts values of many forms in the place of one member of a sample at a time.
func TestWhatIsAccepted(t *testing.T) {
	accepted := make(map[string]int)
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom(Types()).Draw(t, "type")
		e := samples()[typ.String()]
		m := rapid.SampledFrom(walk(reflect.TypeOf(e).Elem(), "")).Draw(t, "member")
		v := reach(reflect.ValueOf(e).Elem(), m.path)
		switch {
		case v.Kind() == reflect.String:
			v.SetString(anyText(t))
		case v.CanInt():
			v.SetInt(rapid.Int64().Draw(t, "number"))
		case v.Kind() == reflect.Slice && v.Index(0).Kind() == reflect.String:
			v.Index(0).SetString(anyText(t))
		case v.Kind() == reflect.Slice && v.Index(0).CanInt():
			v.Index(0).SetInt(rapid.Int64().Draw(t, "number"))
		}
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if checkAccepted(t, typ, data) {
			accepted[m.name]++
		}
	})
	if len(accepted) == 0 {
		t.Error("nothing was accepted")
	}
}

// anyText draws texts that are near to the forms, or to their borders.
func anyText(t *rapid.T) string {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringN(1, 3, -1),
		rapid.StringMatching(`https?://[^ ]{1,9}`),
		rapid.StringMatching(`(region|holder):.{0,9}`),
		rapid.StringMatching(`[0-9]{4}(-[01][0-9](-[0-3][0-9])?)?[?+]?`),
		rapid.StringMatching(`fr-(commune|epci)-[0-9AB]{5,9}(-20[0-9]{2})?`),
		rapid.StringMatching(`[a-zé0-9 _/-]{1,9}`),
		rapid.Custom(func(t *rapid.T) string { return strings.Repeat("é", rapid.IntRange(199, 201).Draw(t, "length")) }),
	).Draw(t, "text")
}

// checkAccepted tells whether DecodeStrict accepts data. If so, Decode reads the same of it, it can be written in
// canonical form, it fits the schema, and what is written of it is read as the same again.
func checkAccepted(t interface {
	Helper()
	Fatalf(string, ...any)
}, typ Type, data []byte,
) bool {
	t.Helper()
	quick, quickErr := Decode(typ.String(), data)
	e, err := DecodeStrict(typ.String(), data)
	if err != nil {
		return false
	}
	if quickErr != nil {
		t.Fatalf("accepted strictly but not quickly: %v", quickErr)
	}
	if diff := cmp.Diff(e, quick, sealedAlike); diff != "" {
		t.Fatalf("read strictly and quickly (-strict +quick):\n%s", diff)
	}
	again, err := envelope.Canonical(e)
	if err != nil {
		t.Fatalf("accepted, but cannot be written: %v\n%s", err, data)
	}
	if why := misfit(Schema(typ), data); why != "" {
		t.Fatalf("accepted, but does not fit the schema: %s\n%s", why, data)
	}
	second, err := DecodeStrict(typ.String(), again)
	if err != nil {
		t.Fatalf("accepted, but not what is written of it: %v\n%s", err, again)
	}
	if diff := cmp.Diff(e, second, sealedAlike); diff != "" {
		t.Fatalf("written and read again:\n%s", diff)
	}
	return true
}
