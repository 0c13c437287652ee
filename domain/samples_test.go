package domain

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// samples gives one event of each type and version, with every member that it can have. The golden files hold their
// bytes: a sample may be added, but none is ever changed.
func samples() map[string]Event {
	fact := uuid.MustParse("0190b5a0-0000-7000-8000-000000000001")
	entered := func(occurred string) Provenance { return Provenance{Occurred: occurred, By: sealed('b')} }
	particulars := SourceParticulars{
		Publisher: "Localtis", Title: "Labels Villes Internet 2016: 163 collectivités", URL: "https://example.org/labels?année=2016&p=1",
		PublishedOn: "2016-02", SHA256: strings.Repeat("0123456789abcdef", 4), OriginOf: "villes-internet-2016",
	}
	holding := Holding{
		Edition: 18, YearAsStated: "2017", Collectivity: "fr-commune-59378", Holder: "Marcq-en-Barœul", Certainty: Stated,
		Source: "villes-internet-2017-palmares", Note: sealed('n'), Provenance: entered("2017-02-01"),
	}

	all := map[string]Event{
		"arobase.ledger-opened.v1": &LedgerOpened{
			LedgerID: uuid.MustParse("5f0c1d2e-3b4a-4c5d-8e6f-708192a3b4c5"), Origin: "log.label.example/arobase", Envelope: "arobase.envelope.v1", Kind: "made-up",
		},
		"arobase.reference-adopted.v1": &ReferenceAdopted{
			Name: "territories", Version: "cog-2026", SHA256: strings.Repeat("0123456789abcdef", 4),
		},
		"arobase.personal-data-erased.v1": &PersonalDataErased{
			Event: fact, Pointer: "/data/note", Ground: "request", Reason: sealed('r'), Provenance: entered("2026-05-31"),
		},
		"arobase.sealed-value-read.v1": &SealedValueRead{
			Event: fact, Pointer: "/data/by", Purpose: "request", Provenance: entered("2026-11-26"),
		},
		"arobase.key-rotated.v1": &KeyRotated{
			From: "log.label.example/arobase+7e7fb3be+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
			To:   "log.label.example/arobase+c52c3fe3+AQICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC",
		},
		"arobase.origin-opened.v1": &OriginOpened{
			Origin: "log.label.example/arobase-2", Key: "log.label.example/arobase-2+112b0871+AQMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD",
			Closed: ClosedOrigin{
				Origin: "log.label.example/arobase", Size: 1234, Root: "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=",
				Key: "log.label.example/arobase+c52c3fe3+AQICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC",
			},
			Cause: "history-lost",
		},
		"arobase.source-cited.v1": &SourceCited{
			Source: "localtis-2016-labels", SourceParticulars: particulars, Note: sealed('n'), Provenance: entered("2016-02"),
		},
		"arobase.source-corrected.v1": &SourceCorrected{
			Source: "localtis-2016-labels", SourceParticulars: particulars, Reason: sealed('r'), Provenance: entered("2016"),
		},
		"arobase.collectivity-registered.v1": &CollectivityRegistered{
			Collectivity: "fr-commune-76276", Type: "commune", Name: "Forges-les-Eaux", INSEE: "76276", SIREN: "200054674",
			Departement: "76", Region: "28", InForce: &InForce{From: "2016-01-01", To: "2030"}, Reference: "territories",
			Note: sealed('n'), Provenance: entered("2016-01-01"),
		},
		"arobase.name-recorded.v1": &NameRecorded{
			Collectivity: "fr-commune-54547", Name: "Vandœuvre", Note: sealed('n'), Provenance: entered("2006"),
		},
		"arobase.collectivity-renamed.v1": &CollectivityRenamed{
			Collectivity: "fr-commune-54547", Name: "Vandœuvre-lès-Nancy", On: "2006-01", Provenance: entered("2006-01"),
		},
		"arobase.collectivity-succeeded.v1": &CollectivitySucceeded{
			From: []CollectivityID{"fr-commune-76476-2015"}, To: []CollectivityID{"fr-commune-76476"}, On: "2016-01-01",
			Reference: "territories", Provenance: entered("2016-01-01"),
		},
		"arobase.epci-members-recorded.v1": &EPCIMembersRecorded{
			Collectivity: "fr-epci-200041507", Members: []CollectivityID{"fr-commune-97113", "fr-commune-97125"}, On: "2026", Provenance: entered("2026"),
		},
		"arobase.population-recorded.v1": &PopulationRecorded{
			Collectivity: "fr-commune-76276", Value: 3642, Year: 2026, Source: "insee-2026", Reference: "territories", Provenance: entered("2026"),
		},
		"arobase.identity-contested.v1": &IdentityContested{
			Collectivity: "unsettled-bassens", Name: "Bassens", Candidates: []CollectivityID{"fr-commune-33032", "fr-commune-73031"},
			Note: sealed('n'), Provenance: entered("2017"),
		},
		"arobase.identity-settled.v1": &IdentitySettled{
			Collectivity: "unsettled-bassens", As: "fr-commune-33032", Reason: sealed('r'), Provenance: entered("2017"),
		},
		"arobase.award-recorded.v1": &AwardRecorded{
			Award: Award{Distinction: "level", Level: 5}, Holding: holding,
		},
		"arobase.mention-recorded.v1": &MentionRecorded{
			Mention: "gouvernement-ouvert", Label: sealed('l'), Holding: holding,
		},
		"arobase.award-arbitrated.v1": &AwardArbitrated{
			Candidacy: Candidacy{Edition: 18, Collectivity: "fr-commune-59378"}, Chosen: Award{Distinction: "level", Level: 4},
			Reason: sealed('r'), Provenance: entered("2026-06-01"),
		},
		"arobase.record-retracted.v1": &RecordRetracted{
			Event: fact, Cause: "transcription", Reason: sealed('r'), Provenance: entered("2026-06-01"),
		},
		"arobase.fact-disputed.v1": &FactDisputed{
			Event: fact, Claim: sealed('c'), Provenance: entered("2026-06-01"),
		},
		"arobase.dispute-answered.v1": &DisputeAnswered{
			Dispute: fact, Outcome: "upheld", Answer: sealed('a'), Provenance: entered("2026-06-02"),
		},
		"arobase.ceremony-fact-recorded.v1": &CeremonyFactRecorded{
			Edition: 20, Attribute: "date", On: "2019-01-29", Until: "2019-01-30", Number: 20, Value: sealed('v'), Precision: "stated",
			Source: "yvelines-infos-2019", Note: sealed('n'), Provenance: entered("2019"),
		},
		"arobase.edition-enumerated.v1": &EditionEnumerated{
			Edition: 18, Source: "villes-internet-2017-palmares", Count: 163, Provenance: entered("2017"),
		},
		"arobase.figure-published.v1": &FigurePublished{
			Edition: 17, YearAsStated: "2016", Metric: "labelled", Scope: "region:Île-de-France", Number: Number{Value: 36, Scale: 1},
			Precision: "more_than", Unit: "collectivités", Source: "sodigital-2016", Note: sealed('n'), Provenance: entered("2016"),
		},
		"arobase.figure-retracted.v1": &FigureRetracted{
			Event: fact, Cause: "source-corrected", Reason: sealed('r'), Provenance: entered("2026-06-01"),
		},
		"arobase.explanation-proposed.v1": &ExplanationProposed{
			Edition: 17, Metric: "level4to5", Scope: "kind:epci", Kind: "established", Test: "plus-hors-concours",
			Text: sealed('t'), TextEN: sealed('e'), Source: "sodigital-2016", Provenance: entered("2016"),
		},
		"arobase.rule-recorded.v1": &RuleRecorded{
			Edition: 17, YearAsStated: "2016", Topic: "grid", Statement: sealed('s'), Source: "sodigital-2016", Provenance: entered("2016"),
		},
		"arobase.distinction-granted.v1": &DistinctionGranted{
			Distinction: "territoire-excellence-numerique", Collectivity: "fr-epci-200041507", Term: Term{From: "2021-02-04", Until: "2024-02-04"},
			Source: "localtis-2021", Provenance: entered("2021-02-04"),
		},
		"arobase.distinction-renewed.v1": &DistinctionRenewed{
			Until: "2027-02-04", Source: "localtis-2024", Provenance: entered("2024-02-04"),
		},
		"arobase.distinction-lapsed.v1": &DistinctionLapsed{
			On: "2027-02-04", Cause: "term", Provenance: entered("2027-02-04"),
		},
	}
	maps.Copy(all, editionSamples())
	return all
}

// sealed is a field with the commitment of which every byte is c.
func sealed(c byte) *Sealed {
	s := new(Sealed)
	s.Seal(encode([]byte(strings.Repeat(string(rune(c)), 32))))
	return s
}

// sample is that of a type.
func sample(t testing.TB, typ Type) Event {
	t.Helper()
	e, ok := samples()[typ.String()]
	if !ok {
		t.Fatalf("%s has no sample", typ)
	}
	return e
}

func TestSamplesAreComplete(t *testing.T) {
	if got, want := len(samples()), len(Types()); got != want {
		t.Errorf("%d samples for %d types", got, want)
	}
	for _, typ := range Types() {
		e := sample(t, typ)
		if e.EventName() != typ.Name {
			t.Errorf("the sample of %s is a %s", typ, e.EventName())
		}
		checkComplete(t, typ.Name, reflect.ValueOf(e).Elem())
	}
}

// checkComplete holds that no field has its zero value.
func checkComplete(t *testing.T, at string, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		f, name := v.Field(i), at+"."+v.Type().Field(i).Name
		if f.IsZero() {
			t.Errorf("the sample leaves %s out", name)
			continue
		}
		if f.Kind() == reflect.Pointer && f.Type() != sealedType {
			f = f.Elem()
		}
		if f.Kind() == reflect.Struct {
			checkComplete(t, name, f)
		}
		if f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct {
			checkComplete(t, name+"[0]", f.Index(0))
		}
	}
}
