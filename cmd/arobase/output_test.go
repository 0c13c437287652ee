package main

import (
	"bytes"
	"errors"
	"testing"
)

func TestWriteCSV(t *testing.T) {
	var b bytes.Buffer
	nothing, level, share := (*int)(nil), 5, 0.0357
	err := writeCSV(&b, []string{"text", "number"}, func(row func(...any)) {
		row("=1+1", -3)
		row("@SUM(A1)", level)
		row("+33", &level)
		row("-x", nothing)
		row("\tx", share)
		row(`a "b", c`, 41000000.0)
		row([]string{"=a", "b"}, nil)
		row("two\nlines", &share)
		row("", 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "text,number\r\n" +
		"'=1+1,-3\r\n" + "'@SUM(A1),5\r\n" + "'+33,5\r\n" + "'-x,\r\n" + "'\tx,0.0357\r\n" +
		"\"a \"\"b\"\", c\",41000000\r\n" + "'=a|b,\r\n" + "\"two\r\nlines\",0.0357\r\n" + ",0\r\n"
	if got := b.String(); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteCSVTellsThatItCouldNot(t *testing.T) {
	if err := writeCSV(fullDisk{}, []string{"a"}, func(func(...any)) {}); err == nil {
		t.Error("a full disk goes unnoticed")
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64][2]string{
		0: {"0", "0"}, 5: {"5", "5"}, 999: {"999", "999"}, 1734: {"1734", "1,734"}, 41e6: {"41000000", "41,000,000"},
		3.6: {"3.6", "3.6"}, 1234.5: {"1234.5", "1,234.5"}, -1234: {"-1234", "-1,234"}, 100: {"100", "100"},
	} {
		if got := [2]string{number(v), grouped(v)}; got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}

func TestJSONArray(t *testing.T) {
	var b bytes.Buffer
	if err := writeJSONArray(&b, []string{}); err != nil || b.String() != "[]\n" {
		t.Errorf("nothing: %q, %v", b.String(), err)
	}
	b.Reset()
	if err := writeJSONArray(&b, []string{"<a> & b", "c"}); err != nil || b.String() != "[\n\"<a> & b\",\n\"c\"\n]\n" {
		t.Errorf("two: %q, %v", b.String(), err)
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"award-recorded", "mention-recorded", "source-cited"}
	for s, want := range map[string]string{
		"award-recordd": "; did you mean award-recorded?",
		"award":         "; did you mean award-recorded?",
		"recorded":      "; did you mean award-recorded or mention-recorded?",
		"xyz":           "; there are award-recorded, mention-recorded, source-cited",
	} {
		if got := didYouMean(s, known); got != want {
			t.Errorf("%s: %q, want %q", s, got, want)
		}
	}
}
