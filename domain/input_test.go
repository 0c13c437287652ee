package domain

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asInput turns a sample into what somebody would ask for: texts for sealed fields, and no person.
func asInput(t testing.TB, typ Type) map[string]any {
	t.Helper()
	var data map[string]any
	if err := json.Unmarshal(golden(t, typ), &data); err != nil {
		t.Fatal(err)
	}
	for _, p := range parts(reflect.TypeOf(typ.New()).Elem()) {
		if _, given := data[p.name]; given && p.kind == sealedType {
			data[p.name] = plainOf(p.value, p.name)
		}
	}
	delete(data, "by")
	return data
}

// plainOf is a value of a kind, as JSON has it.
func plainOf(kind ValueKind, name string) any {
	switch kind {
	case ValueDistinction:
		return "level"
	case ValueLevel:
		return 4.0
	case ValueMentions:
		return []any{"e-sante", "teletravail"}
	case ValueTally:
		return map[string]any{"for": 3.0, "against": 1.0, "abstained": 0.0}
	case ValueFinding:
		return map[string]any{"possible": 4.0, "text": "the text of " + name}
	}
	return "the text of " + name
}

func inputText(t testing.TB, data map[string]any) []byte {
	t.Helper()
	b, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every event can be asked for by its data, and what is read back is the same but for the seals.
func TestDecodeInput(t *testing.T) {
	for _, typ := range Types() {
		t.Run(typ.Name, func(t *testing.T) {
			in := asInput(t, typ)
			e, err := DecodeInput(typ, inputText(t, in))
			if err != nil {
				t.Fatal(err)
			}
			SetBy(e, "Anne Martin")
			sealed := 0
			for f := range SealedFields(e) {
				name := strings.TrimPrefix(f.Pointer, "/data/")
				want := any("the text of " + name)
				if name == "by" {
					want = "Anne Martin"
				}
				if f.Value != ValueText && f.Value != ValueRemark {
					want = plainOf(f.Value, name)
				}
				var got any
				if text, err := json.Marshal(f.Field.Value()); err != nil || json.Unmarshal(text, &got) != nil {
					t.Fatal(err)
				}
				if !cmp.Equal(got, want) {
					t.Errorf("%s is %v, want %v", f.Pointer, got, want)
				}
				f.Field.Seal(commitmentTo(t, Opening{Pointer: f.Pointer}, name))
				sealed++
			}
			again, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(again, &got); err != nil {
				t.Fatal(err)
			}
			want := maps.Clone(in)
			for name, v := range got {
				if o, ok := v.(map[string]any); ok && o["sealed"] != nil {
					want[name] = v
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-asked +read):\n%s", diff)
			}
			if why := misfit(InputSchema(typ), inputText(t, in)); why != "" {
				t.Errorf("the schema of the input does not take it: %s", why)
			}
		})
	}
}

func TestDecodeInputRefuses(t *testing.T) {
	typ := TypeOf(&IdentitySettled{})
	right := `"collectivity":"unsettled-bassens","as":"fr-commune-33032","reason":"a letter"`
	for body, want := range map[string]struct{ Field, Rule string }{
		``:                                     {"body", "json"},
		`[]`:                                   {"body", "json"},
		`null`:                                 {"body", "json"},
		`{` + right + `} {}`:                   {"body", "json"},
		`{` + right + `,`:                      {"body", "json"},
		`{` + right + `,"as":"x"}`:             {"body", "json"},
		`{` + right + `,"As":"x"}`:             {"As", "unknown"},
		`{` + right + `,"by":"Anne"}`:          {"by", "unknown"},
		`{` + right + `,"who":"Anne"}`:         {"who", "unknown"},
		`{"collectivity":7,"as":"x"}`:          {"collectivity", "kind"},
		`{"reason":{"sealed":"x"}}`:            {"reason", "value"},
		`{"reason":null}`:                      {"reason", "value"},
		strings.Repeat(`{"a":`, 9) + "1" + `}`: {"body", "json"},
	} {
		_, err := DecodeInput(typ, []byte(body))
		var wrong Invalid
		if !errors.As(err, &wrong) || !slices.ContainsFunc(wrong, func(f FieldError) bool { return f.Field == want.Field && f.Rule == want.Rule }) {
			t.Errorf("%s: %v, want %s at %s", body, err, want.Rule, want.Field)
		}
	}
	e, err := DecodeInput(typ, []byte(`{"collectivity":"unsettled-bassens","as":"fr-commune-33032","reason":" "}`))
	if err != nil || e.(*IdentitySettled).Reason != nil {
		t.Errorf("a blank text: %+v, %v", e, err)
	}
	e, err = DecodeInput(typ, []byte("{\"reason\":\"e\u0301te\u0301\"}"))
	if err != nil || e.(*IdentitySettled).Reason.Value() != "été" {
		t.Errorf("a text that is not in normal form C: %+v, %v", e, err)
	}
}

func FuzzDecodeInput(f *testing.F) {
	for _, typ := range Types() {
		f.Add(typ.Name, inputText(f, asInput(f, typ)))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		typ, ok := byName[name]
		if !ok {
			return // no type: nothing to hold
		}
		e, err := DecodeInput(typ, data)
		var wrong Invalid
		switch {
		case err == nil:
			SetBy(e, "Anne")
			_ = Validate(e) // whatever it says, it does not panic
		case !errors.As(err, &wrong) || len(wrong) == 0:
			t.Errorf("%v names no field", err)
		}
	})
}

// A number that nobody gave is missing, and not 0. What else is wrong is told with it.
func TestNumbersAreGiven(t *testing.T) {
	membership := Type{Name: "membership-recorded", Version: 1, New: func() Event { return new(MembershipRecorded) }}
	for _, c := range []struct{ input, want string }{
		{`{"collectivity":"fr-commune-73008","year":2027,"regulation":"r1","reason":"Un geste","fee":0}`, ""},
		{`{"collectivity":"fr-commune-73008","year":2027,"regulation":"r1","reason":"Un geste"}`, "fee: is missing"},
		{`{"collectivity":"73008","regulation":"r1","fee":0}`, "year: is missing; collectivity: \"73008\": an id"},
	} {
		_, err := DecodeInput(membership, []byte(c.input))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.input, err, c.want)
		}
	}
}
