package forms

import (
	"net/url"
	"reflect"
	"testing"
)

// TestTyped reads numbers, amounts and days as people write them, and nothing else.
func TestTyped(t *testing.T) {
	for in, want := range map[string]int64{
		"12": 1200, "1 234,5": 123450, "1\u202f234.05 €": 123405, "0,05": 5, "": -1, "-1": -1, "1,234": -1, "1e3": -1, "12345678901": -1, "0x10": -1,
	} {
		got, ok := parseAmount(in)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("parseAmount(%q) = %d, want %d", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"1/2/2017": "2017-02-01", "01.02.2017": "2017-02-01", "2/2017": "2017-02", "2017-02-01": "2017-02-01", "2017": "2017", "hier": "hier", "1/2/17": "1/2/17",
	} {
		if got := ISODate(in); got != want {
			t.Errorf("isoDate(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestRows numbers rows anew without those that are empty, whatever numbers somebody sends.
func TestRows(t *testing.T) {
	form := url.Values{
		"articles[0].number": {" "}, "articles[3].number": {"12"}, "articles[3].topic": {""}, "articles[10].topic": {"jury"}, "articles[-1].number": {"x"},
		"articles[99999999999999999999].number": {"x"}, "articles[400].number": {"x"}, "articles[x].number": {"x"}, "title": {"T"},
	}
	tidy([]blank{{Name: "articles", Kind: rows}}, form)
	for _, key := range []string{"articles[-1].number", "articles[99999999999999999999].number", "articles[400].number", "articles[x].number"} {
		form.Del(key) // they are read by nobody
	}
	want := url.Values{"articles[0].number": {"12"}, "articles[0].topic": {""}, "articles[1].topic": {"jury"}, "title": {"T"}}
	if !reflect.DeepEqual(form, want) {
		t.Errorf("it becomes %v", form)
	}
	if got := rowsOf(form, "articles"); !reflect.DeepEqual(got, []int{0, 1}) {
		t.Errorf("its rows are %v", got)
	}
}

// TestFlatten writes what was drafted as a form sends it, and reads it back.
func TestFlatten(t *testing.T) {
	values := url.Values{}
	Flatten(values, "", map[string]any{"edition": float64(28), "tally": map[string]any{"for": float64(3)}, "mentions": []any{"a", "b"}, "rows": []any{map[string]any{"x": "1"}}, "none": nil})
	want := url.Values{"edition": {"28"}, "tally.for": {"3"}, "mentions": {"a", "b"}, "rows[0].x": {"1"}}
	if !reflect.DeepEqual(values, want) {
		t.Errorf("it becomes %v", values)
	}
}
