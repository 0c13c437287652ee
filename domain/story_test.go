package domain

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"arobase/eventstore/envelope"
)

// A story is one example of a command, told as given, when, then:
//
//	tell("a source is cited once").
//		given(cited("localtis-2016")).
//		when(CiteSource{...}).
//		refused(RuleOnce, "source")
type story struct {
	name  string
	past  []past
	asked Command
	want  []Event
	rule  Rule   // that refuses the command, or ""
	wrong string // the rule of the form of a field that refuses it, or ""
	field string
}

// past is something that happened before: an event at a stream, or a command that was accepted.
type past struct {
	name    string
	stream  StreamName
	event   Event
	command Command
}

func tell(name string) story               { return story{name: name} }
func (s story) given(before ...past) story { s.past = slices.Concat(s.past, before); return s }
func (s story) when(c Command) story       { s.asked = c; return s }
func (s story) then(events ...Event) story { s.want = events; return s }

// refused ends a story with the rule of the ledger that is broken.
func (s story) refused(r Rule, field string) story { s.rule, s.field = r, field; return s }

// malformed ends a story with the rule of the form that a field breaks.
func (s story) malformed(rule, field string) story { s.wrong, s.field = rule, field; return s }

func at(stream StreamName, e Event) past { return past{stream: stream, event: e} }

// did is a command that was accepted earlier in the story.
func did(c Command) past { return past{command: c} }

// called names what happened, so that commands can point at it with id.
func (p past) called(name string) past { p.name = name; return p }

// id is the id of what was called by a name.
func id(name string) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(name)) }

// today is when all commands of the stories are given.
var today = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// book is the ledger of a story: the events in their order, and the vault with the sealed texts.
type book struct {
	t     *testing.T
	log   []Recorded
	vault map[Opening]string
}

func newBook(t *testing.T) *book { return &book{t: t, vault: make(map[Opening]string)} }

func (b *book) stream(s StreamName) []Recorded {
	var found []Recorded
	for _, r := range b.log {
		if r.Stream == s {
			found = append(found, r)
		}
	}
	return found
}

// append seals a copy of an event and makes it a part of the ledger.
func (b *book) append(s StreamName, e Event, name string) {
	b.t.Helper()
	if name == "" {
		name = fmt.Sprintf("event %d", len(b.log))
	}
	if !slices.Contains(TypeOf(e).Streams, s.Category()) {
		b.t.Fatalf("%s does not belong into the stream %s", e.EventName(), s)
	}
	e = copyOf(e)
	r := Recorded{ID: id(name), Position: b.next(e), Stream: s, Revision: int64(len(b.stream(s))), Actor: "registrar", Time: today, Event: e}
	for f := range SealedFields(e) {
		o := Opening{r.ID, f.Pointer}
		b.vault[o], _ = f.Field.Value().(string)
		f.Field.Seal(commitmentTo(b.t, o, f.Field.Value()))
	}
	b.log = append(b.log, roundTrip(b.t, r))
}

// next is the position of the next event. Stories that do not tell how the ledger was opened begin after that.
func (b *book) next(e Event) uint64 {
	if _, opens := e.(*LedgerOpened); opens && len(b.log) == 0 {
		return 0
	}
	return uint64(len(b.log)) + 1
}

// accept makes what a command decided a part of the ledger, with the basis as it is written: the streams that the command
// asks for and that are there.
func (b *book) accept(c Command, events []Event, name string) {
	b.t.Helper()
	basis := b.basis(c)
	for _, e := range events {
		b.append(c.Stream(), e, name)
		b.log[len(b.log)-1].Basis = basis
	}
}

func (b *book) basis(c Command) map[StreamName]int64 {
	basis := map[StreamName]int64{}
	for _, s := range c.Basis() {
		if n := len(b.stream(s)); n > 0 {
			basis[s] = int64(n - 1)
		}
	}
	return basis
}

// copyOf gives an event whose sealed fields can be sealed without touching those of the story.
func copyOf(e Event) Event {
	c := reflect.New(reflect.TypeOf(e).Elem())
	c.Elem().Set(reflect.ValueOf(e).Elem())
	for _, f := range reflect.VisibleFields(c.Elem().Type()) {
		if field := c.Elem().FieldByIndex(f.Index); f.Type == sealedType && !field.IsNil() {
			field.Set(reflect.ValueOf(new(*field.Interface().(*Sealed))))
		}
	}
	return c.Interface().(Event)
}

// storyLedger is the ledger of the stories.
var storyLedger = id("ledger")

// commitmentTo is that of the vault, with the salt of the stories.
func commitmentTo(t *testing.T, o Opening, value any) string {
	t.Helper()
	text, err := envelope.Canonical(value)
	if err != nil {
		t.Fatal(err)
	}
	return commitment(saltOf(o), storyLedger, o.Event, o.Pointer, text)
}

// roundTrip holds that what a command said can be written, read strictly, and is then the same.
func roundTrip(t *testing.T, r Recorded) Recorded {
	t.Helper()
	data, err := envelope.Canonical(r.Event)
	if err != nil {
		t.Fatalf("writing %s: %v", r.Event.EventName(), err)
	}
	read, err := DecodeStrict(TypeOf(r.Event).String(), data)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if diff := cmp.Diff(r.Event, read, committedAlike); diff != "" {
		t.Fatalf("%s is read as another (-written +read):\n%s", r.Event.EventName(), diff)
	}
	r.Event = read
	return r
}

// decide gives a command what it asks for and nothing else: a stream that is not in its basis is empty to it, a sealed
// value that it does not open is unknown to it.
func (b *book) decide(c Command) ([]Event, error) {
	in := Input{Now: today, History: b.stream(c.Stream()), Others: map[StreamName][]Recorded{}, Opened: map[Opening]string{}, LedgerID: storyLedger}
	for _, s := range c.Basis() {
		in.Others[s] = b.stream(s)
	}
	for _, o := range c.Opens(in.History) {
		if text, ok := b.vault[o]; ok {
			in.Opened[o] = text
		}
	}
	return Decide(in, c)
}

// sealedAlike compares sealed fields by what they hold, committedAlike by what the log shows of it.
var (
	sealedAlike = cmp.Comparer(func(a, b *Sealed) bool {
		return (a == nil) == (b == nil) && a.Commitment() == b.Commitment() && reflect.DeepEqual(a.Value(), b.Value())
	})
	committedAlike = cmp.Comparer(func(a, b *Sealed) bool {
		return (a == nil) == (b == nil) && a.Commitment() == b.Commitment()
	})
)

// begin gives the ledger in which a story begins.
func (s story) begin(t *testing.T) *book {
	t.Helper()
	b := newBook(t)
	for _, p := range s.past {
		if p.command == nil {
			b.append(p.stream, p.event, p.name)
			continue
		}
		events, err := b.decide(p.command)
		if err != nil {
			t.Fatalf("%T was refused: %v", p.command, err)
		}
		b.accept(p.command, events, p.name)
	}
	return b
}

func (s story) play(t *testing.T) {
	b := s.begin(t)
	got, err := b.decide(s.asked)
	switch {
	case s.rule != "":
		s.checkBroken(t, err)
	case s.wrong != "":
		s.checkInvalid(t, err)
	case err != nil:
		t.Fatalf("refused: %v", err)
	}
	if diff := cmp.Diff(s.want, got, sealedAlike); diff != "" {
		t.Fatalf("events (-want +got):\n%s", diff)
	}
	b.accept(s.asked, got, "")
}

func (s story) checkBroken(t *testing.T, err error) {
	t.Helper()
	var broken *Broken
	if !errors.As(err, &broken) {
		t.Fatalf("got %v (%T), want the rule %s broken", err, err, s.rule)
	}
	if broken.Rule != s.rule || broken.Field != s.field {
		t.Errorf("got rule %q at %q, want %q at %q: %v", broken.Rule, broken.Field, s.rule, s.field, err)
	}
	if !strings.Contains(broken.Message, " ") {
		t.Errorf("the message tells a person nothing: %q", broken.Message)
	}
	checkTelling(t, broken.Message, broken.Telling)
}

func (s story) checkInvalid(t *testing.T, err error) {
	t.Helper()
	var invalid Invalid
	if !errors.As(err, &invalid) {
		t.Fatalf("got %v (%T), want the form %s refused", err, err, s.wrong)
	}
	if !slices.ContainsFunc(invalid, func(f FieldError) bool { return f.Field == s.field && f.Rule == s.wrong }) {
		t.Errorf("got %+v, want the rule %q at %q", invalid, s.wrong, s.field)
	}
	for _, f := range invalid {
		checkTelling(t, f.Message, f.Telling)
	}
}

// allStories are the stories of all commands.
func allStories() map[string][]story {
	return map[string][]story{
		"ledger":       ledgerStories(),
		"key":          keyStories(),
		"erasure":      erasureStories(),
		"reading":      readingStories(),
		"source":       sourceStories(),
		"collectivity": collectivityStories(),
		"identity":     identityStories(),
		"award":        awardStories(),
		"arbitration":  arbitrationStories(),
		"dispute":      disputeStories(),
		"edition":      editionStories(),
		"figures":      figureStories(),
		"distinction":  distinctionStories(),
		"regulation":   regulationStories(),
		"campaign":     campaignStories(),
		"jury":         juryStories(),
		"action":       actionStories(),
		"membership":   membershipStories(),
		"application":  applicationStories(),
		"report":       reportStories(),
		"decision":     decisionStories(),
		"outcome":      outcomeStories(),
		"appeal":       appealStories(),
		"real":         realStories(),
	}
}

func TestStories(t *testing.T) {
	for about, stories := range allStories() {
		t.Run(about, func(t *testing.T) {
			for _, s := range stories {
				t.Run(s.name, s.play)
			}
		})
	}
}

// What the stories have in common.

func cited(s SourceID) past {
	return at(SourceStream(s), &SourceCited{Source: s, SourceParticulars: SourceParticulars{Publisher: "Localtis", Title: "Les labels"}})
}

func registered(c CollectivityID) past {
	types := map[BodyKind]string{Commune: "commune", FormerCommune: "commune", EPCI: "epci", FormerEPCI: "epci", Foreign: "foreign", Other: "other"}
	return at(CollectivityStream(c), &CollectivityRegistered{Collectivity: c, Type: types[c.Kind()], Name: "Name of " + string(c)})
}

func by(person string) Provenance { return Provenance{By: Text(person)} }

const (
	aix  CollectivityID = "fr-commune-73008"
	albi CollectivityID = "fr-commune-81004"
)

// awarded is the word of a source on Aix-les-Bains in edition 18.
func awarded(s SourceID, a Award, c Certainty) *AwardRecorded {
	return &AwardRecorded{Award: a, Holding: Holding{
		Edition: 18, YearAsStated: "2017", Collectivity: aix, Holder: "Aix-les-Bains", Certainty: c, Source: s,
	}}
}

func level(n Level) Award { return Award{Distinction: DistinctionLevel, Level: n} }

var (
	horsConcours = Award{Distinction: DistinctionHorsConcours}
	unspecified  = Award{Distinction: DistinctionUnspecified}
)

// with gives a copy of v that was changed.
func with[T any](v T, change func(*T)) T {
	change(&v)
	return v
}
