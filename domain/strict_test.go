package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// decodeSlowly is how DecodeStrict came to its verdict before it read the bytes once: by reading them with encoding/json,
// checking every field and writing the event again. It is kept as the judge of what DecodeStrict takes.
func decodeSlowly(typ string, data []byte) (Event, error) {
	e := byType[typ].New()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(e); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the data")
	}
	if err := Validate(e); err != nil {
		return nil, err
	}
	again, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	if !sameJSON(data, again) {
		return nil, fmt.Errorf("a member is repeated, empty or written in another way than %s", again)
	}
	return e, nil
}

// sameJSON tells whether two JSON texts, of which b has no member twice, say the same, up to spaces and the order of
// members. encoding/json alone takes "Level" for "level", the last of two equal members, and null for nothing at all.
func sameJSON(a, b []byte) bool {
	va, na, erra := readJSON(a)
	vb, nb, errb := readJSON(b)
	return erra == nil && errb == nil && na == nb && reflect.DeepEqual(va, vb)
}

// readJSON gives the value of a JSON text and the count of its tokens.
func readJSON(b []byte) (value any, tokens int, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, 0, err
	}
	d = json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	for {
		if _, err := d.Token(); err == io.EOF {
			return value, tokens, nil
		} else if err != nil {
			return nil, 0, err
		}
		tokens++
	}
}

// sameEvent holds that DecodeStrict takes what decodeSlowly takes and reads the same event, and that Decode reads what
// encoding/json reads.
func sameEvent(t failing, typ Type, data []byte) bool {
	got, err := DecodeStrict(typ.String(), data)
	want, slow := decodeSlowly(typ.String(), data)
	if (err == nil) != (slow == nil) {
		t.Fatalf("%s\nnow: %v\nbefore: %v", data, err, slow)
	}
	if diff := cmp.Diff(want, got, sealedAlike); diff != "" {
		t.Fatalf("%s is read as another event than before (-before +now):\n%s", data, diff)
	}
	quick, err := Decode(typ.String(), data)
	trusting := typ.New()
	slow = json.Unmarshal(data, trusting)
	if (err == nil) != (slow == nil) {
		t.Fatalf("%s\nDecode: %v\nencoding/json: %v", data, err, slow)
	}
	if diff := cmp.Diff(trusting, quick, sealedAlike); err == nil && diff != "" {
		t.Fatalf("%s is not what encoding/json reads (-json +Decode):\n%s", data, diff)
	}
	return got != nil
}

// drawWell is drawObject with texts that are mostly what their form asks for, also beyond its expression.
func drawWell(t *rapid.T, typ Type) map[string]any {
	data := drawObject(t, Schema(typ))
	least := 1 // of ten texts all are well,
	if rapid.IntRange(0, 4).Draw(t, "all well") == 0 {
		least = 0 // or nine
	}
	well(t, data, least)
	if typ.Name == "key-rotated" && rapid.IntRange(0, 9).Draw(t, "keys") > 0 { // "from" is a day in other events
		data["from"], data["to"] = logKey1, logKey2
	}
	for name := range inside(data, "inForce") {
		inside(data, "inForce")[name] = "2016-01-01"
	}
	if closed := inside(data, "closed"); closed != nil {
		closed["key"] = logKey1
	}
	sortItems(inside(inside(data, "opened"), "mentions")["value"])
	sortItems(inside(data, "from")["mentions"])
	sortItems(inside(data, "to")["mentions"])
	thresholds, _ := data["thresholds"].([]any)
	for i, threshold := range thresholds {
		threshold.(map[string]any)["level"] = int64(i%5 + 1)
	}
	if typ.Name == "ceremony-postponed" {
		data["to"] = "2017-02-08"
	}
	return data
}

// well puts, in most places where it can, a text in which nothing is wrong.
func well(t *rapid.T, data map[string]any, least int) {
	texts := map[string][]any{
		"collectivity": {"fr-commune-73008", "fr-epci-200041507", "fr-commune-76476-2015", "ca-bromont", "other-argi"}, "as": {"fr-commune-2A004"},
		"siren": {"217300086", "200041507"}, "url": {"https://example.org/é?a=\"b\"&c=<d>", "http://a"},
		"on": {"2017-02-01", "2016-02-29", "2017"}, "occurred": {"2017-02-01", "2017-02", "2017"}, "from": {"2017", logKey1, []any{"fr-commune-76476-2015"}}, "until": {"2017-12-31"}, "publishedOn": {"2017-02-28"},
		"holder": {"Marcq-en-Barœul", "L'Haÿ-les-Roses", "\"Aix\" \\ Savoie"}, "name": {"Vandœuvre", "territories"}, "sha256": {strings.Repeat("0a", 32)}, "title": {"Labels « 2016 »"}, "publisher": {"Localtis"},
		"scope": {"region:Île-de-France"}, "candidates": {[]any{"fr-commune-33032", "fr-commune-73031"}}, "members": {[]any{"fr-commune-73008"}},
		"to": {logKey2, []any{"fr-commune-76476", "fr-commune-76276"}}, "version": {"cog-2026"}, "key": {newKey1}, "origin": {"label.example/log"},
		"reference": {"territories"},
	}
	for _, name := range slices.Sorted(maps.Keys(data)) {
		switch v := data[name].(type) {
		case map[string]any:
			well(t, v, least)
		case []any:
			for i, item := range v {
				object, ok := item.(map[string]any)
				if ok && name != "mapping" { // its "from" and "to" are something else
					well(t, object, least)
				}
				if _, named := object["id"].(string); named { // no two alike
					object["id"] = fmt.Sprintf("id-%d", i)
				}
			}
		}
		alike := slices.DeleteFunc(slices.Clone(texts[name]), func(v any) bool { return reflect.TypeOf(v) != reflect.TypeOf(data[name]) })
		if len(alike) > 0 && rapid.IntRange(least, 9).Draw(t, "well") > 0 {
			data[name] = rapid.SampledFrom(alike).Draw(t, name)
		}
	}
}

func sortItems(list any) {
	items, _ := list.([]any)
	slices.SortFunc(items, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
}

func inside(data map[string]any, name string) map[string]any {
	object, _ := data[name].(map[string]any)
	return object
}

// TestDecodeStrictTakesWhatItTook holds the verdict of DecodeStrict against the one that it had when it wrote every event
// again, over data that is right and data that is spoiled in every way.
func TestDecodeStrictTakesWhatItTook(t *testing.T) {
	for _, typ := range Types() {
		t.Run(typ.String(), func(t *testing.T) {
			took := map[bool]int{}
			check := func(t failing, data []byte) { took[sameEvent(t, typ, data)]++ }
			check(t, golden(t, typ))
			for _, spoiled := range spoiledSamples(t, typ) {
				check(t, spoiled)
			}
			// Some types are drawn wrongly more often than others: they are drawn again, until there is enough of both.
			for round := 0; round < 5 && (round == 0 || took[true] < 50 || took[false] < 50); round++ {
				rapid.Check(t, func(t *rapid.T) {
					data := drawWell(t, typ)
					for changes := rapid.IntRange(0, 1).Draw(t, "changes"); ; changes-- {
						text, err := json.Marshal(data)
						if err != nil {
							t.Fatal(err)
						}
						check(t, text)
						check(t, spoiledBytes(t, text))
						if changes == 0 {
							return
						}
						name := rapid.SampledFrom(slices.Sorted(maps.Keys(spoilers))).Draw(t, "change")
						spoil(t, Schema(typ), data, spoilers[name])
					}
				})
			}
			// A short run draws a fifth of the texts, too few to tell.
			if !testing.Short() && (took[true] < 50 || took[false] < 50) {
				t.Errorf("%d texts were taken and %d refused", took[true], took[false])
			}
		})
	}
}

// spoiledBytes changes a JSON text where it stands.
func spoiledBytes(t *rapid.T, text []byte) []byte {
	at := rapid.IntRange(0, len(text)-1).Draw(t, "byte")
	switch rapid.IntRange(0, 4).Draw(t, "how") {
	case 0:
		return slices.Concat(text[:at], text[at+1:])
	case 1:
		piece := rapid.SampledFrom([]string{" ", "\n", "\"", "\\", ",", ":", "{", "}", "0", ".0", "e1", "\x00", "\xff", "\xed\xa0\x80", "\\u0061", "\\ud800", "\\/", "null"}).Draw(t, "piece")
		return slices.Concat(text[:at], []byte(piece), text[at:])
	case 2: // a member twice
		if pair, _, ok := bytes.Cut(text[1:], []byte(",")); ok {
			return slices.Concat([]byte("{"), pair, []byte(","), text[1:])
		}
	case 3: // a letter as an escape
		if c := text[at]; 'a' <= c && c <= 'z' {
			return slices.Concat(text[:at], fmt.Appendf(nil, `\u%04x`, c), text[at+1:])
		}
	}
	return append(slices.Clone(text), rapid.SampledFrom([]string{" ", "\n", "{}", "null", "x", "\x00"}).Draw(t, "end")...)
}

// FuzzDecodeStrict is TestDecodeStrictTakesWhatItTook for bytes that nobody thought of.
func FuzzDecodeStrict(f *testing.F) {
	types := Types()
	for i, typ := range types {
		f.Add(i, golden(f, typ))
		f.Add(i, bytes.ReplaceAll(golden(f, typ), []byte(`"sealed"`), []byte(`"Sealed"`)))
	}
	f.Add(2, []byte(`{"event":"0190b5a0-0000-7000-8000-000000000001","pointer":"/data/note","ground":"\u0072equest"}`))
	f.Fuzz(func(t *testing.T, i int, data []byte) {
		if 0 <= i && i < len(types) {
			sameEvent(t, types[i], data)
		}
	})
}
