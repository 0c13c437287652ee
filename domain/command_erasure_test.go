package domain

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func erasureStories() []story {
	stream := CandidacyStream(18, aix)
	fact := awarded("one", level(4), Stated)
	fact.Note, fact.By = Text("the mayor, Anna Martin, was there"), Text("bruno")
	told := at(stream, fact).called("fact")
	erase := func(change func(*ErasePersonalData)) ErasePersonalData {
		return with(ErasePersonalData{In: stream, PersonalDataErased: PersonalDataErased{
			Event: id("fact"), Pointer: "/data/note", Ground: "request", Provenance: by("chloé"),
		}}, change)
	}
	asked := erase(func(*ErasePersonalData) {})
	erased := did(asked).called("erasure")
	shown := at(ActionStream("aix-ateliers"), &ActionDeclared{Action: "aix-ateliers", Collectivity: aix, ActionParticulars: ActionParticulars{
		Grid: grille, Services: []string{"ateliers"}, StartedOn: "2025-10", OperatorKind: "association", Title: Text("Ateliers"),
		Evidence: []Evidence{{URL: "https://aix.example/ateliers"}, {SHA256: strings.Repeat("a1", 32)}},
	}}).called("action")
	eraseFile := func(pointer string) ErasePersonalData {
		return ErasePersonalData{In: ActionStream("aix-ateliers"), PersonalDataErased: PersonalDataErased{
			Event: id("action"), Pointer: pointer, Ground: "request", Provenance: by("chloé"),
		}}
	}

	return []story{
		tell("a text about a person is erased").
			given(told).
			when(asked).
			then(&asked.PersonalDataErased),
		tell("on a ground, with a reason that is sealed itself").
			given(told).
			when(erase(func(c *ErasePersonalData) { c.Ground, c.Reason = "court", Text("judgment of the court of Chambéry") })).
			then(&PersonalDataErased{
				Event: id("fact"), Pointer: "/data/note", Ground: "court", Reason: Text("judgment of the court of Chambéry"), Provenance: by("chloé"),
			}),
		tell("once").
			given(told, erased).
			when(asked).
			refused(RuleErasedOnce, "pointer"),
		tell("and not again on another ground").
			given(told, erased).
			when(erase(func(c *ErasePersonalData) { c.Ground = "court" })).
			refused(RuleErasedOnce, "pointer"),
		tell("another text of the same event is another matter").
			given(told, erased).
			when(erase(func(c *ErasePersonalData) { c.Pointer = "/data/by" })).
			then(&PersonalDataErased{Event: id("fact"), Pointer: "/data/by", Ground: "request", Provenance: by("chloé")}),
		tell("so is the same text of another event").
			given(told, at(stream, fact).called("again"), erased).
			when(erase(func(c *ErasePersonalData) { c.Event = id("again") })).
			then(&PersonalDataErased{Event: id("again"), Pointer: "/data/note", Ground: "request", Provenance: by("chloé")}),
		tell("a fact that was taken back still holds its text").
			given(told, at(stream, &RecordRetracted{Event: id("fact"), Cause: "identity"})).
			when(asked).
			then(&asked.PersonalDataErased),
		tell("who erased is erased in turn").
			given(told, erased).
			when(erase(func(c *ErasePersonalData) { c.In, c.Event, c.Pointer = LedgerStream, id("erasure"), "/data/by" })).
			then(&PersonalDataErased{Event: id("erasure"), Pointer: "/data/by", Ground: "request", Provenance: by("chloé")}),
		tell("a file that an action names is erased, its hash stays").
			given(shown).
			when(eraseFile("/data/evidence/1")).
			then(&PersonalDataErased{Event: id("action"), Pointer: "/data/evidence/1", Ground: "request", Provenance: by("chloé")}),
		tell("once too").
			given(shown, did(eraseFile("/data/evidence/1"))).
			when(eraseFile("/data/evidence/1")).
			refused(RuleErasedOnce, "pointer"),
		tell("not while a decision that was made by it is appealed against").
			given(shown, at(CandidacyStream(28, aix), &AppealLodged{Candidacy: Candidacy{28, aix}, Of: id("sealed"), On: "2026-06-01", Grounds: Secret("one action is missing")}).called("appeal")).
			when(with(eraseFile("/data/evidence/1"), func(c *ErasePersonalData) { c.Judged = []StreamName{CandidacyStream(28, aix)} })).
			refused(RuleUnderAppeal, "event"),
		tell("afterwards it is").
			given(shown, at(CandidacyStream(28, aix), &AppealLodged{Candidacy: Candidacy{28, aix}, Of: id("sealed"), On: "2026-06-01", Grounds: Secret("one action is missing")}).called("appeal"),
				at(CandidacyStream(28, aix), &AppealRejected{Candidacy: Candidacy{28, aix}, Appeal: id("appeal"), Article: "1", Reason: Text("no grounds")})).
			when(with(eraseFile("/data/evidence/1"), func(c *ErasePersonalData) { c.Judged = []StreamName{CandidacyStream(28, aix)} })).
			then(&PersonalDataErased{Event: id("action"), Pointer: "/data/evidence/1", Ground: "request", Provenance: by("chloé")}),
		tell("an address is no file").
			given(shown).
			when(eraseFile("/data/evidence/0")).
			refused(RuleErasable, "pointer"),
		tell("nor is what is beyond the last").
			given(shown).
			when(eraseFile("/data/evidence/2")).
			refused(RuleErasable, "pointer"),
		tell("nor the member of a file").
			given(shown).
			when(eraseFile("/data/evidence/1/sha256")).
			refused(RuleErasable, "pointer"),
		tell("what was never recorded is not erased").
			given(told).
			when(erase(func(c *ErasePersonalData) { c.Event = id("another") })).
			refused(RuleErasable, "event"),
		tell("nor what stands in another stream than is said").
			given(told).
			when(erase(func(c *ErasePersonalData) { c.In = CandidacyStream(17, aix) })).
			refused(RuleErasable, "event"),
		tell("nor a text that the event does not have").
			given(told, at(stream, awarded("two", level(4), Stated)).called("bare")).
			when(erase(func(c *ErasePersonalData) { c.Event = id("bare") })).
			refused(RuleErasable, "pointer"),
		tell("nor what is not sealed").
			given(told).
			when(erase(func(c *ErasePersonalData) { c.Pointer = "/data/level" })).
			refused(RuleErasable, "pointer"),
		tell("a pointer points into the data").
			given(told).
			when(erase(func(c *ErasePersonalData) { c.Pointer = "note" })).
			malformed("pointer", "pointer"),
		tell("a ground is one of a few, never a text").
			given(told).
			when(erase(func(c *ErasePersonalData) { c.Ground = "Anna Martin asked for it" })).
			malformed("oneof", "ground"),
		tell("and is never left out").
			given(told).
			when(erase(func(c *ErasePersonalData) { c.Ground = "" })).
			malformed("required", "ground"),
	}
}

// verdict stands for an event that holds a result beside a text.
type verdict struct {
	Level      *Sealed `json:"level" seal:"ceremony" erase:"never"`
	Motivation *Sealed `json:"motivation" seal:"ceremony"`
}

func (*verdict) EventName() string { return "verdict" }

// A result is never erased, whatever the ground; the words beside it can be.
func TestResultsAreNeverErased(t *testing.T) {
	stream := CandidacyStream(18, aix)
	in := Input{Now: today, Others: map[StreamName][]Recorded{
		stream: {{ID: id("verdict"), Stream: stream, Event: &verdict{sealed('l'), sealed('m')}}},
	}}
	erase := func(pointer string) error {
		_, err := Decide(in, ErasePersonalData{In: stream, PersonalDataErased: PersonalDataErased{Event: id("verdict"), Pointer: pointer, Ground: "court"}})
		return err
	}
	var broken *Broken
	if err := erase("/data/level"); !errors.As(err, &broken) || broken.Rule != RuleErasable || !strings.Contains(broken.Message, "never erased") {
		t.Errorf("a level: %v", err)
	}
	if err := erase("/data/motivation"); err != nil {
		t.Errorf("a motivation: %v", err)
	}
}

// The fold finds the erasure of a place and of no other.
func TestErasure(t *testing.T) {
	history := []Recorded{
		{Position: 0, Event: &LedgerOpened{}}, {Position: 5, Event: &PersonalDataErased{Event: id("a"), Pointer: "/data/note"}},
		{Position: 9, Event: &PersonalDataErased{Event: id("a"), Pointer: "/data/by"}},
	}
	for _, tt := range []struct {
		event   uuid.UUID
		pointer string
		want    uint64
	}{{id("a"), "/data/note", 5}, {id("a"), "/data/by", 9}, {id("b"), "/data/note", 0}, {id("a"), "/data/reason", 0}} {
		if r, ok := Erasure(history, tt.event, tt.pointer); r.Position != tt.want || ok != (tt.want > 0) {
			t.Errorf("%s of %s: %d, %t; want %d", tt.pointer, tt.event, r.Position, ok, tt.want)
		}
	}
}
