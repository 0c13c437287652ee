package envelope_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"arobase/eventstore/envelope"
)

func TestCheckCanonical(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct{ rule, good, bad string }{
		{"one value", `1`, ``},
		{"nothing after it", `{}`, `{}{}`},
		{"no newline", `{}`, "{}\n"},
		{"no white space before", `{}`, ` {}`},
		{"no white space in objects", `{"a":1,"b":2}`, `{"a":1, "b":2}`},
		{"no white space before a colon", `{"a":1}`, `{"a" :1}`},
		{"no white space in arrays", `[1,2]`, `[1 ,2]`},
		{"no white space in empty objects", `{}`, `{ }`},
		{"no comma at the end of an object", `{"a":1}`, `{"a":1,}`},
		{"no comma at the end of an array", `[1]`, `[1,]`},
		{"no comma at the beginning", `[1]`, `[,1]`},
		{"objects end", `{"a":1}`, `{"a":1`},
		{"arrays end", `[1]`, `[1`},
		{"arrays end as arrays", `[1]`, `[1}`},
		{"members have values", `{"a":null}`, `{"a":}`},
		{"members have names", `{"a":1}`, `{1:1}`},
		{"literals", `[true,false,null]`, `[True]`},
		{"literals in full", `null`, `nul`},
		{"members in order", `{"a":1,"b":2}`, `{"b":2,"a":1}`},
		{"a prefix first", `{"a":1,"aa":2}`, `{"aa":2,"a":1}`},
		{"the empty name first", `{"":1,"a":2}`, `{"a":2,"":1}`},
		{"capitals before small letters", `{"B":1,"a":2}`, `{"a":2,"B":1}`},
		{"no member twice", `{"a":1,"b":1}`, `{"a":1,"a":1}`},
		{"no member twice behind an escape", `{"\n":1,"\u000b":2}`, `{"\n":1,"\n":2}`},
		{"order of what escapes stand for", `{"\r":1,"1":2}`, `{"1":2,"\r":1}`},
		{"order of escapes among them", `{"\u0001":1,"\b":2,"\t":3,"\n":4,"\u000b":5,"\f":6,"\r":7,"\u000e":8}`, `{"\u000b":5,"\n":4}`},
		{"a quote after a bang", `{"!":1,"\"":2,"#":3,"[":4,"\\":5,"]":6}`, `{"\\":5,"[":4}`},
		{"surrogates before U+E000", `{"😀":1,"Ａ":2}`, `{"Ａ":2,"😀":1}`},
		{"surrogates among them", `{"𐀀":1,"😀":2,"😁":3}`, `{"😁":3,"😀":2}`},
		{"after the basic plane below U+D800", `{"é":1,"€":2,"😀":3}`, `{"😀":3,"€":2}`},
		{"order within nested objects", `{"z":{"a":1,"b":2}}`, `{"z":{"b":2,"a":1}}`},
		{"order within arrays", `[{"a":1,"b":2}]`, `[{"b":2,"a":1}]`},
		{"zero", `0`, `-0`},
		{"no leading zero", `10`, `010`},
		{"no leading zero below zero", `-10`, `-010`},
		{"no plus", `1`, `+1`},
		{"a digit after the sign", `-1`, `-`},
		{"no fraction", `1`, `1.5`},
		{"no fraction of nothing", `1`, `1.0`},
		{"no exponent", `1000`, `1e3`},
		{"no capital exponent", `1000`, `1E3`},
		{"less than 2^53", `9007199254740991`, `9007199254740992`},
		{"more than -2^53", `-9007199254740991`, `-9007199254740992`},
		{"no number beyond 64 bits", `1`, `18446744073709551617`},
		{"no other numbers", `1`, `NaN`},
		{"no infinity", `1`, `Infinity`},
		{"strings end", `"a"`, `"a`},
		{"strings end after an escape", `"\\"`, `"\"`},
		{"escapes end", `"\n"`, `"\`},
		{"a solidus is not escaped", `"/"`, `"\/"`},
		{"letters are not escaped", `"é"`, `"\u00e9"`},
		{"ASCII is not escaped", `"a"`, `"\u0061"`},
		{"DEL is not escaped", "\"\x7f\"", `"\u007f"`},
		{"line separators are not escaped", "\"\u2028\"", `"\u2028"`},
		{"surrogates are not escaped", `"😀"`, `"\ud83d\ude00"`},
		{"no lone surrogate", `"😀"`, `"\ud83d"`},
		{"a quote has the short form", `"\""`, `"\u0022"`},
		{"a tab has the short form", `"\t"`, `"\u0009"`},
		{"backspace has the short form", `"\b"`, `"\u0008"`},
		{"form feed has the short form", `"\f"`, `"\u000c"`},
		{"control characters in lower case", `"\u001f"`, `"\u001F"`},
		{"control characters are escaped", `"\u0000"`, "\"\x00\""},
		{"newlines are escaped", `"\n"`, "\"\n\""},
		{"an unknown escape", `"a"`, `"\a"`},
		{"a short escape", `"\u0001"`, `"\u001"`},
		{"UTF-8", `"é"`, "\"\xe9\""},
		{"no overlong form", `"/"`, "\"\xc0\xaf\""},
		{"no surrogate in UTF-8", `"😀"`, "\"\xed\xa0\xbd\xed\xb8\x80\""},
		{"no character in parts", `"é"`, "\"\xc3\""},
		{"nothing above U+10FFFF", "\"\U0010fffd\"", "\"\xf4\x90\x80\x80\""},
		{"no noncharacter", "\"\ufffd\"", "\"\uffff\""},
		{"no noncharacter in a higher plane", "\"\U0001fffd\"", "\"\U0001fffe\""},
		{"no noncharacter among the letters", "\"\ufdcf\"", "\"\ufdd0\""},
		{"NFC", "\"\u00e9\"", "\"e\u0301\""},
		{"NFC in names", "{\"\u00e9\":1}", "{\"e\u0301\":1}"},
		{"NFC after an escape", "\"\\n\u0301\"", "\"\\ne\u0301\""},
		{"NFC before an escape", "\"\u00e9\\n\"", "\"e\u0301\\n\""},
		{"NFC of singletons", "\"\u03a9\"", "\"\u2126\""},
		{"NFC of the order of marks", "\"q\u0323\u0307\"", "\"q\u0307\u0323\""},
		{"NFC of Hangul", "\"\uac00\"", "\"\u1100\u1161\""},
		{"depth", deep(32), deep(33)},
		{"depth of objects", strings.Repeat(`{"a":`, 32) + `1` + strings.Repeat(`}`, 32), strings.Repeat(`{"a":`, 33) + `1` + strings.Repeat(`}`, 33)},
		{"no byte order mark", `1`, "\ufeff1"},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			if err := envelope.CheckCanonical([]byte(tt.good)); err != nil {
				t.Errorf("%q: %v", tt.good, err)
			}
			err := envelope.CheckCanonical([]byte(tt.bad))
			var syntax *envelope.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("%q: error %v, want a *SyntaxError", tt.bad, err)
			}
			if syntax.Offset < 0 || syntax.Offset > len(tt.bad) {
				t.Errorf("%q: offset %d", tt.bad, syntax.Offset)
			}
		})
	}
}

// Where jcs stands for RFC 8785, both agree, whatever way the bytes are written.
func TestCheckCanonicalAgreesWithJCS(t *testing.T) {
	canonical := 0
	rapid.Check(t, func(t *rapid.T) {
		b := []byte(write(t, anyValue(4).Draw(t, "value")))
		want, err := jcs.Transform(b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		same := bytes.Equal(want, b)
		if same {
			canonical++
		}
		if err := envelope.CheckCanonical(b); (err == nil) != same {
			t.Fatalf("%s: error %v, but RFC 8785 writes %s", b, err, want)
		}
		if err := envelope.CheckCanonical(want); err != nil {
			t.Fatalf("%s: %v", want, err)
		}
	})
	if canonical == 0 {
		t.Error("no generated text was canonical: the test shows nothing")
	}
}

// anyValue generates JSON values as Go values, within the limits of the package.
func anyValue(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		rapid.Map(rapid.Int64Range(-1<<53+1, 1<<53-1), func(n int64) any { return n }),
		rapid.Map(anyString(), func(s string) any { return s }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Just[any](nil),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	return rapid.OneOf(append(scalars,
		rapid.Map(rapid.SliceOfN(rapid.Deferred(func() *rapid.Generator[any] { return anyValue(depth - 1) }), 0, 4),
			func(s []any) any { return s }),
		rapid.Map(rapid.MapOfN(anyString(), rapid.Deferred(func() *rapid.Generator[any] { return anyValue(depth - 1) }), 0, 4),
			func(m map[string]any) any { return m }),
	)...)
}

// anyString generates strings in NFC, most of them of characters that have something about them.
func anyString() *rapid.Generator[string] {
	odd := []rune("\x00\x01\b\t\n\v\f\r\x1f !\"#/[\\]a\x7f\u0080éœ€\u0301\u2028\ud7ff\ue000\uff21\ufffd😀\U00010000\U0010fffd")
	return rapid.Map(rapid.StringOfN(rapid.OneOf(rapid.SampledFrom(odd), rapid.Rune()), 0, 6, -1), func(s string) string {
		s = strings.Map(func(r rune) rune {
			if r&0xfffe == 0xfffe || 0xfdd0 <= r && r <= 0xfdef {
				return -1
			}
			return r
		}, s)
		return norm.NFC.String(s)
	})
}

// write writes a value as JSON, and in half the cases deviates from the canonical form in many places.
func write(t *rapid.T, v any) string {
	w := writer{deviate: rapid.Bool().Draw(t, "deviate"), rand: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))}
	w.value(v)
	return w.String()
}

type writer struct {
	strings.Builder
	deviate bool
	rand    *rand.Rand
}

func (w *writer) maybe() bool { return w.deviate && w.rand.IntN(20) == 0 }

func (w *writer) space() {
	if w.maybe() {
		w.WriteString([]string{" ", "\n", "\t", "\r\n"}[w.rand.IntN(4)])
	}
}

func (w *writer) value(v any) {
	switch v := v.(type) {
	case nil:
		w.WriteString("null")
	case bool, int64:
		if v == int64(0) && w.maybe() {
			w.WriteString("-")
		}
		fmt.Fprint(w, v)
		if _, ok := v.(int64); ok && w.maybe() {
			w.WriteString([]string{".0", "e0", "E+00"}[w.rand.IntN(3)])
		}
	case string:
		w.text(v)
	case []any:
		w.WriteString("[")
		for i, element := range v {
			if i > 0 {
				w.WriteString(",")
			}
			w.space()
			w.value(element)
			w.space()
		}
		w.WriteString("]")
	case map[string]any:
		keys := slices.Collect(func(yield func(string) bool) {
			for key := range v {
				if !yield(key) {
					return
				}
			}
		})
		slices.SortFunc(keys, utf16Compare)
		if w.maybe() {
			slices.Sort(keys) // by bytes: wrong only for some keys
		}
		if w.maybe() {
			slices.Reverse(keys)
		}
		w.WriteString("{")
		for i, key := range keys {
			if i > 0 {
				w.WriteString(",")
			}
			w.space()
			w.text(key)
			w.space()
			w.WriteString(":")
			w.space()
			w.value(v[key])
		}
		w.space()
		w.WriteString("}")
	}
	// Around a scalar at the top there is no white space: jcs would take it for a part of the scalar.
}

func (w *writer) text(s string) {
	w.WriteString(`"`)
	for _, r := range s {
		short := map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`}[r]
		switch {
		case w.maybe() && r < 0x10000:
			fmt.Fprintf(w, []string{`\u%04x`, `\u%04X`}[w.rand.IntN(2)], r)
		case w.maybe() && r == '/':
			w.WriteString(`\/`)
		case short != "":
			w.WriteString(short)
		case r < ' ':
			fmt.Fprintf(w, `\u%04x`, r)
		default:
			w.WriteRune(r)
		}
	}
	w.WriteString(`"`)
}

// utf16Compare is the order of RFC 8785, section 3.2.3, the plain way.
func utf16Compare(a, b string) int {
	units := func(s string) []byte {
		var out []byte
		for _, r := range s {
			if r < 0x10000 {
				out = append(out, byte(r>>8), byte(r))
				continue
			}
			r -= 0x10000
			high, low := 0xd800+r>>10, 0xdc00+r&0x3ff
			out = append(out, byte(high>>8), byte(high), byte(low>>8), byte(low))
		}
		return out
	}
	return bytes.Compare(units(a), units(b))
}

// Strings are checked for NFC exactly as the decoded text would be.
func TestCheckCanonicalNFC(t *testing.T) {
	letters := []rune("aeo\n\"\\\u0300\u0301\u0323\u0307\u0327éçœ\u1100\u1161\uac00\u2126\u0958😀\x01/")
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.SampledFrom(letters), 0, 5, -1).Draw(t, "text")
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		b, err := jcs.Transform(raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := envelope.CheckCanonical(b); (err == nil) != norm.NFC.IsNormalString(s) {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

// The shortcut past the normalisation tables holds: nothing below U+0300 changes under NFC, alone or after anything
// else below it.
func TestBelowU0300IsNFC(t *testing.T) {
	var all []rune
	for r := rune(0); r < 0x300; r++ {
		all = append(all, r)
	}
	for _, r := range all {
		for _, next := range all {
			if s := string([]rune{r, next}); !norm.NFC.IsNormalString(s) {
				t.Fatalf("%q changes under NFC", s)
			}
		}
	}
}

func TestCheckCanonicalDoesNotAllocate(t *testing.T) {
	b := encode(t, decision())
	odd := []byte(`{"a\n\"":[1,-2,true,null,{"é":"Vandœuvre-lès-Nancy ệ € 😀 각 \u001f","😀":0}]}`)
	for _, b := range [][]byte{b, odd} {
		if err := envelope.CheckCanonical(b); err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { _ = envelope.CheckCanonical(b) }); n != 0 {
			t.Errorf("%v allocations for %s", n, b)
		}
	}
}

func TestCanonical(t *testing.T) {
	type record struct {
		Name  string `json:"name"`
		Count int    `json:"count"`
	}
	good := []struct {
		value any
		want  string
	}{
		{record{"<b> & \u2028 L'Haÿ-les-Roses", 5}, `{"count":5,"name":"<b> & ` + "\u2028" + ` L'Haÿ-les-Roses"}`},
		{map[string]any{"b": nil, "a": []int{3, 1}}, `{"a":[3,1],"b":null}`},
		{"\x00\n\ufffd", `"\u0000\n` + "\ufffd" + `"`},
		{`\ufffd \ud800`, `"\\ufffd \\ud800"`},
		{json.RawMessage(` { "b" : "\ud83d\ude00\/", "a" : 1.0 } `), `{"a":1,"b":"😀/"}`},
		{1e3, `1000`},
		{math.Copysign(0, -1), `0`},
		{uint64(1<<53 - 1), `9007199254740991`},
	}
	for _, tt := range good {
		got, err := envelope.Canonical(tt.value)
		if err != nil || string(got) != tt.want {
			t.Errorf("Canonical(%v) = %s, %v; want %s", tt.value, got, err, tt.want)
		}
	}
	bad := map[string]any{
		"a fraction":                1.5,
		"2^53":                      uint64(1 << 53),
		"2^53+1, which JSON rounds": uint64(1<<53 + 1),
		"not NFC":                   "e\u0301",
		"not UTF-8":                 "\xe9",
		"not UTF-8 in a name":       map[string]int{"\xe9": 1},
		"not UTF-8 and an escape":   "\\\xe9",
		"a lone surrogate":          json.RawMessage(`"\ud83d"`),
		"a lone low surrogate":      json.RawMessage(`"\ude00"`),
		"two high surrogates":       json.RawMessage(`"\ud83d\ud83d"`),
		"a surrogate in a name":     json.RawMessage(`{"\ud83dxx":1}`),
		"a surrogate in a hurry":    json.RawMessage(`"\ud83dA"`),
		"a member twice":            json.RawMessage(`{"a":1,"\u0061":2}`),
		"a channel":                 make(chan int),
		"too deep":                  json.RawMessage(strings.Repeat("[", 33) + strings.Repeat("]", 33)),
	}
	for why, value := range bad {
		if got, err := envelope.Canonical(value); err == nil {
			t.Errorf("%s: Canonical gave %s", why, got)
		}
	}
}

// Canonical never changes what a value says.
func TestCanonicalKeepsTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(4).Draw(t, "value")
		b, err := envelope.Canonical(v)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := decode(t, b), decode(t, plain); got != want {
			t.Fatalf("Canonical(%s) = %s", plain, b)
		}
		if !utf8.Valid(b) {
			t.Fatalf("%q is not UTF-8", b)
		}
	})
}

// decode gives a text that is the same for equal JSON values.
func decode(t *rapid.T, b []byte) string {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%#v", v)
}
