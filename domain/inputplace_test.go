package domain

import (
	"errors"
	"testing"
)

func TestTakePlace(t *testing.T) {
	renewed, cited := TypeOf(new(DistinctionRenewed)), TypeOf(new(SourceCited))
	rest, stream, err := TakePlace(renewed, []byte(`{"until":"2027","distinction":"excellence","collectivity":"fr-commune-73008"}`))
	if err != nil || string(rest) != `{"until":"2027"}` || stream != DistinctionStream("excellence", "fr-commune-73008") {
		t.Errorf("%s, %s, %v", rest, stream, err)
	}
	if rest, stream, err := TakePlace(cited, []byte(`{"a`)); err != nil || string(rest) != `{"a` || stream != "" {
		t.Errorf("what says its place itself: %s, %s, %v", rest, stream, err)
	}
	for body, want := range map[string]string{
		`{"a`: "body json", `{"until":"2027"}`: "distinction required", `{"distinction":5,"collectivity":"fr-commune-73008"}`: "distinction kind",
		`{"distinction":"Ça","collectivity":"fr-commune-73008","until":"2027"}`:                    "distinction mention",
		`{"distinction":"excellence","collectivity":"fr-commune-73008","collectivity":"x"}`:        "body json",
		`{"distinction":"excellence","collectivity":"nobody","until":"tomorrow"}`:                  "until partialdate",
		`{"distinction":"excellence","collectivity":"nobody","until":"2027","level":5,"by":"Eve"}`: "level unknown",
	} {
		_, _, err := TakePlace(renewed, []byte(body))
		var wrong Invalid
		errors.As(err, &wrong)
		found := false
		for _, w := range wrong {
			found = found || w.Field+" "+w.Rule == want
		}
		if !found {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
	for typ, want := range map[string]bool{"distinction-renewed": true, "distinction-lapsed": true, "source-cited": false} {
		e := map[string]Event{"distinction-renewed": new(DistinctionRenewed), "distinction-lapsed": new(DistinctionLapsed), "source-cited": new(SourceCited)}[typ]
		if _, there := RequestSchema(TypeOf(e))["properties"].(map[string]any)["collectivity"]; there != want {
			t.Errorf("whom it is about is asked for %s: %t", typ, there)
		}
	}
}
