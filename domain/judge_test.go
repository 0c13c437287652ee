package domain

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// input gives whoever judges an event what the log holds: the stream before it, and other streams as they are now.
func (b *book) input(r Recorded, streams ...StreamName) Input {
	in := Input{Others: map[StreamName][]Recorded{}, LedgerID: storyLedger}
	for _, before := range b.stream(r.Stream) {
		if before.Position < r.Position {
			in.History = append(in.History, before)
		}
	}
	for _, s := range slices.Concat(streams, slices.Collect(maps.Keys(r.Basis))) {
		in.Others[s] = b.stream(s)
	}
	return in
}

// judge judges an event by all the streams that its command asks for.
func (b *book) judge(t *testing.T, r Recorded) (Verdict, error) {
	t.Helper()
	c, err := CommandOf(r)
	if err != nil {
		t.Fatal(err)
	}
	return Judge(b.input(r, c.Basis()...), r)
}

// force makes an event out of what a command asks for, as somebody would write it who obeys no rule: a stranger sees
// commitments of it, and no value.
func (b *book) force(c Command) Recorded {
	e := copyOf(eventOf(c))
	for f := range SealedFields(e) {
		*f.Field = Sealed{commitment: commitmentTo(b.t, Opening{Pointer: f.Pointer}, "")}
	}
	return Recorded{
		ID: id("forced"), Position: b.next(nil), Stream: c.Stream(), Revision: int64(len(b.stream(c.Stream()))), Actor: "registrar", Time: today,
		Basis: b.basis(c), Event: e,
	}
}

func eachStory(t *testing.T, tell func(*testing.T, story)) {
	t.Helper()
	for about, stories := range allStories() {
		for _, s := range stories {
			t.Run(about+"/"+s.name, func(t *testing.T) { tell(t, s) })
		}
	}
}

// TestStoriesAreJudgedRight holds that whatever stories end in is judged right without any sealed value, by every rule that
// is asked of it.
func TestStoriesAreJudgedRight(t *testing.T) {
	judged := map[string]int{}
	eachStory(t, func(t *testing.T, s story) {
		b := s.begin(t)
		b.accept(s.asked, s.want, "")
		for i, r := range b.log {
			if i < len(s.past) && s.past[i].command == nil {
				continue // that is how the story begins, whether the rules allow it or not
			}
			v, err := b.judge(t, r)
			if err != nil {
				t.Errorf("%s is judged wrong: %v", r.Event.EventName(), err)
			}
			if want := rulesOf(r.Event.EventName()); v != want {
				t.Errorf("%s: asked %+v, want %+v", r.Event.EventName(), v, want)
			}
			judged[r.Event.EventName()]++
		}
	})
	for _, typ := range Types() {
		if judged[typ.Name] == 0 {
			t.Errorf("%s is not judged by any story", typ.Name)
		}
	}
}

// rulesOf counts the rules that are asked of an event, in its own way.
func rulesOf(name string) (v Verdict) {
	for _, r := range Rules() {
		if r.Events == nil || slices.Contains(r.Events, name) {
			*map[Mark]*int{MarkPublic: &v.Public, MarkDeferred: &v.Deferred, MarkAttested: &v.Attested}[r.Mark]++
		}
	}
	return v
}

func marks() map[Rule]Mark {
	all := map[Rule]Mark{}
	for _, r := range Rules() {
		all[r.Rule] = r.Mark
	}
	return all
}

// TestForcedStoriesAreFound writes into the ledger what stories refuse, and holds that whoever judges it finds the very
// rule, if anyone can check it. Of a rule that is attested a stranger sees only whether somebody vouches for it.
func TestForcedStoriesAreFound(t *testing.T) {
	forced := map[Mark]int{}
	eachStory(t, func(t *testing.T, s story) {
		if s.rule == "" {
			return
		}
		b := s.begin(t)
		r := b.force(s.asked)
		v, err := b.judge(t, r)
		mark := marks()[s.rule]
		forced[mark]++
		if mark != MarkPublic && sealedIn(r.Event, "/data/"+s.field) {
			if err != nil || mark == MarkAttested && v.Attested == 0 || mark == MarkDeferred && v.Deferred == 0 {
				t.Fatalf("judged %+v, %v, although it needs a sealed value to see what is wrong", v, err)
			}
			return
		}
		if rule, _, field := refusal(err); rule != s.rule || field != s.field {
			t.Fatalf("judged %q at %q, want %q at %q: %v", rule, field, s.rule, s.field, err)
		}
		if v != (Verdict{}) {
			t.Errorf("what was found to be wrong counts %+v rules as kept", v)
		}
	})
	if forced[MarkPublic] < 90 || forced[MarkAttested] < 5 {
		t.Errorf("only %v events were forced", forced)
	}
}

func sealedIn(e Event, pointer string) bool {
	_, ok := sealedAt(e, pointer)
	return ok
}

// TestNothingMoreIsTakenWhenJudged holds that a decider that knows that it is judged without values refuses what it refuses
// with them, but for the rules that need values; and takes what it takes.
func TestNothingMoreIsTakenWhenJudged(t *testing.T) {
	eachStory(t, func(t *testing.T, s story) {
		b := s.begin(t)
		in := Input{Now: today, History: b.stream(s.asked.Stream()), Others: map[StreamName][]Recorded{}, LedgerID: storyLedger, judged: true}
		for _, other := range s.asked.Basis() {
			in.Others[other] = b.stream(other)
		}
		_, err := Decide(in, s.asked)
		rule, wrong, field := refusal(err)
		switch {
		case marks()[s.rule] != MarkPublic && err == nil && sealedIn(eventOf(s.asked), "/data/"+s.field):
		case rule != s.rule || field != s.field && s.rule != "" || (wrong == "") != (s.wrong == ""):
			t.Errorf("refused by %q %q at %q, want %q %q at %q: %v", rule, wrong, field, s.rule, s.wrong, s.field, err)
		}
	})
}

// examples gives, for each type, a ledger in which a story has recorded an event of it, with the most other streams.
func examples(t *testing.T) map[string]*book {
	t.Helper()
	found := map[string]*book{}
	for _, about := range slices.Sorted(maps.Keys(allStories())) {
		for _, s := range allStories()[about] {
			if len(s.want) == 0 {
				continue
			}
			b := s.begin(t)
			b.accept(s.asked, s.want, "")
			name := s.want[0].EventName()
			if found[name] == nil || len(found[name].last().Basis) < len(b.last().Basis) {
				found[name] = b
			}
		}
	}
	for _, typ := range Types() {
		if found[typ.Name] == nil {
			t.Fatalf("no story records %s", typ.Name)
		}
	}
	return found
}

func (b *book) last() Recorded { return b.log[len(b.log)-1] }

// TestEveryEventIsAskedForItsPlace holds the rules that no command can break, of every type: an event names its basis and
// nothing else, at what came before it; it stands in its stream; and the first event, it alone, opens the ledger.
func TestEveryEventIsAskedForItsPlace(t *testing.T) {
	examples := examples(t)
	for _, typ := range Types() {
		t.Run(typ.String(), func(t *testing.T) {
			b := examples[typ.Name]
			r := b.last()
			finds := func(what string, in Input, r Recorded, want Rule) {
				t.Helper()
				if _, err := Judge(in, r); want != "" || err != nil {
					if rule, _, _ := refusal(err); rule != want {
						t.Errorf("%s: judged %q, want %q: %v", what, rule, want, err)
					}
				}
			}
			// Another event of each stream, so that there is something after the event, and something it has nothing to do with.
			later := newBook(t)
			later.log = slices.Concat(b.log, []Recorded{{ID: id("extra"), Position: 90, Stream: "source-extra", Event: &SourceCited{}}})
			for s := range r.Basis {
				later.log = append(later.log, Recorded{ID: id("later"), Position: 100, Stream: s, Revision: int64(len(b.stream(s))), Event: &NameRecorded{}})
			}
			in := later.input(r, "source-extra")
			finds("as it is, while others went on", in, r, "")
			with := func(change func(*Recorded)) Recorded {
				r := r
				r.Basis = maps.Clone(r.Basis)
				if r.Basis == nil {
					r.Basis = map[StreamName]int64{}
				}
				change(&r)
				return r
			}

			_, erases := r.Event.(*PersonalDataErased)
			_, reads := r.Event.(*SealedValueRead)
			if !erases && !reads { // their basis alone tells where the value is
				finds("a stream that says nothing about it", in, with(func(r *Recorded) { r.Basis["source-extra"] = 0 }), RuleBasis)
				for s := range r.Basis {
					finds(string(s)+" left out", in, with(func(r *Recorded) { delete(r.Basis, s) }), RuleBasis)
				}
			}
			for s, read := range r.Basis {
				finds(string(s)+" at a revision that came later", in, with(func(r *Recorded) { r.Basis[s] = read + 1 }), RuleBasis)
				finds(string(s)+" at a revision that never came", in, with(func(r *Recorded) { r.Basis[s] = read + 2 }), RuleBasis)
				finds(string(s)+" at a revision below 0", in, with(func(r *Recorded) { r.Basis[s] = -1 }), RuleBasis)
			}

			finds("a stream of another kind", Input{History: in.History, Others: in.Others}, with(func(r *Recorded) { r.Stream = "weather-1" }), RuleOutcome)
			if _, opens := r.Event.(*LedgerOpened); opens {
				finds("not first", in, with(func(r *Recorded) { r.Position = 1 }), RuleGenesis)
			} else {
				finds("first of all", in, with(func(r *Recorded) { r.Position = 0 }), RuleGenesis)
			}
		})
	}
}

// TestOutcomeIsHeld gives events that a command could be asked for and would decide otherwise, or in another stream.
func TestOutcomeIsHeld(t *testing.T) {
	examples := examples(t)
	for _, tt := range []struct {
		event  string
		change func(*Recorded)
		field  string
	}{
		{"award-recorded", func(r *Recorded) { r.Event.(*AwardRecorded).Occurred = "" }, "occurred"},
		{"award-recorded", func(r *Recorded) { r.Stream = CandidacyStream(17, aix) }, ""},
		{"award-recorded", func(r *Recorded) { r.Stream = CandidacyStream(18, albi) }, ""},
		{"mention-recorded", func(r *Recorded) { r.Event.(*MentionRecorded).Occurred = "" }, "occurred"},
		{"source-cited", func(r *Recorded) {
			r.Event.(*SourceCited).PublishedOn, r.Event.(*SourceCited).Occurred = "2017", ""
		}, "occurred"},
		{"ceremony-fact-recorded", func(r *Recorded) { r.Event.(*CeremonyFactRecorded).Occurred = "" }, "occurred"},
		{"figure-published", func(r *Recorded) { r.Event.(*FigurePublished).Occurred = "" }, "occurred"},
		{"rule-recorded", func(r *Recorded) { r.Event.(*RuleRecorded).Occurred = "" }, "occurred"},
		{"figure-retracted", func(r *Recorded) { r.Stream = "figures-017" }, ""},
		{"figure-retracted", func(r *Recorded) { r.Stream = EditionStream(17) }, ""},
		{"record-retracted", func(r *Recorded) { r.Stream = SourceStream("one") }, ""},
		{"fact-disputed", func(r *Recorded) { r.Stream = "candidacy" + r.Stream }, ""},
		{"distinction-renewed", func(r *Recorded) { r.Stream = "distinction-a" }, ""},
		{"distinction-lapsed", func(r *Recorded) { r.Stream = CollectivityStream(aix) }, ""},
	} {
		b := examples[tt.event]
		r := b.last()
		in := b.input(r)
		r.Event = copyOf(r.Event)
		tt.change(&r)
		_, err := Judge(in, r)
		if rule, _, field := refusal(err); rule != RuleOutcome || field != tt.field {
			t.Errorf("%s in %s: judged %q at %q, want %q at %q: %v", tt.event, r.Stream, rule, field, RuleOutcome, tt.field, err)
		}
	}
}

// TestJudgedAtTheTimeOfRecording: what could be then is what counts, in universal time.
func TestJudgedAtTheTimeOfRecording(t *testing.T) {
	b := examples(t)["award-recorded"]
	r := b.last()
	e := copyOf(r.Event).(*AwardRecorded)
	e.Edition, e.YearAsStated, e.Occurred = 29, "2028", "2028"
	r.Event, r.Stream = e, CandidacyStream(29, aix)
	paris := time.FixedZone("Paris", 3600)
	for at, want := range map[time.Time]Rule{
		time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC): RuleEditionPossible,
		time.Date(2027, 1, 1, 0, 59, 59, 0, paris):       RuleEditionPossible,
		time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC):      "",
	} {
		r.Time = at
		in := b.input(r)
		in.Now = today.AddDate(50, 0, 0) // is not looked at
		_, err := Judge(in, r)
		if rule, _, _ := refusal(err); rule != want {
			t.Errorf("recorded at %s: %v, want %q", at, err, want)
		}
	}
}

// TestJudgedByWhatTheBasisNames: what happened to the streams of the basis since is not looked at.
func TestJudgedByWhatTheBasisNames(t *testing.T) {
	b := newBook(t)
	told := at(CandidacyStream(18, aix), awarded("one", level(5), Stated))
	told.event.(*AwardRecorded).Note = Text("a note")
	b.append(told.stream, told.event, "first")
	b.append(told.stream, told.event, "second")
	erase := ErasePersonalData{In: told.stream, PersonalDataErased: PersonalDataErased{Event: id("second"), Pointer: "/data/note", Ground: "court"}}
	b.accept(erase, []Event{&erase.PersonalDataErased}, "erasure")
	r := b.last()
	if _, err := b.judge(t, r); err != nil {
		t.Fatal(err)
	}
	r.Basis = map[StreamName]int64{told.stream: 0}
	if _, err := b.judge(t, r); err == nil {
		t.Error("an event that its basis does not reach was seen")
	} else if rule, _, _ := refusal(err); rule != RuleErasable {
		t.Error(err)
	}
}

// TestJudgeNeedsWhatCameBefore: whoever does not know all that came before says so, and accuses nobody.
func TestJudgeNeedsWhatCameBefore(t *testing.T) {
	examples := examples(t)
	b := examples["award-arbitrated"]
	r := b.last()
	whole := b.input(r)
	n := len(whole.History)
	if n < 2 {
		t.Fatalf("the story has %d events before it", n)
	}
	following := r
	following.Revision, following.Position = r.Revision+1, r.Position+1
	for what, tt := range map[string]struct {
		history []Recorded
		r       Recorded
	}{
		"nothing":           {nil, r},
		"the first missing": {whole.History[1:], r},
		"the last missing":  {whole.History[:n-1], r},
		"a gap, and as many as there should be": {
			slices.Concat(whole.History[1:], []Recorded{r}), r,
		},
		"one too many": {append(slices.Clone(whole.History), r), r},
	} {
		if _, err := Judge(Input{History: tt.history}, tt.r); !errors.Is(err, ErrIncomplete) {
			t.Errorf("%s: %v", what, err)
		}
	}

	b = examples["distinction-granted"]
	r = b.last()
	stream := CollectivityStream(aix)
	in := b.input(r)
	next := Recorded{Position: r.Position - 1, Stream: stream, Revision: 2, Event: &NameRecorded{}}
	in.Others[stream] = append(slices.Clone(in.Others[stream]), next) // revision 1 is of a type that is not known
	if _, err := Judge(in, r); err != nil {
		t.Errorf("a gap behind what the basis names: %v", err)
	}
	r.Basis = maps.Clone(r.Basis)
	for _, revision := range []int64{1, 2} {
		r.Basis[stream] = revision
		if _, err := Judge(in, r); !errors.Is(err, ErrIncomplete) {
			t.Errorf("a gap before revision %d: %v", revision, err)
		}
	}
}

// TestEveryTypeHasItsCommand holds that each type of the catalogue knows the command whose decision it is. A type that
// lacks it has a line to write beside its command: func (e *X) command(Recorded) Command.
func TestEveryTypeHasItsCommand(t *testing.T) {
	for _, typ := range Types() {
		e := sample(t, typ)
		c, err := CommandOf(Recorded{Stream: "ledger", Event: e})
		if err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		if diff := cmp.Diff(e, eventOf(c), sealedAlike); diff != "" {
			t.Errorf("%T asks for something else than %s (-event +command):\n%s", c, typ, diff)
		}
	}
	if _, err := CommandOf(Recorded{Event: &verdict{}}); !errors.Is(err, ErrUnknownType) {
		t.Errorf("an event that nobody asks for: %v", err)
	}
	if _, err := Judge(Input{}, Recorded{Event: &verdict{}}); !errors.Is(err, ErrUnknownType) {
		t.Errorf("an event that nobody asks for: %v", err)
	}
}

// TestCommandsKnowTheirStream holds what the data of an event does not tell.
func TestCommandsKnowTheirStream(t *testing.T) {
	for _, s := range []StreamName{
		FiguresStream(17), FiguresStream(0), FiguresStream(1), "figures-999",
		DistinctionStream("territoire-excellence-numerique", aix), DistinctionStream("ab-cd-ef", "ca-bromont"), DistinctionStream("a", "fr-epci-x-a-b"),
	} {
		events := []Event{&FigureRetracted{}}
		if s.Category() == "distinction" {
			events = []Event{&DistinctionRenewed{}, &DistinctionLapsed{}}
		}
		for _, e := range events {
			c, err := CommandOf(Recorded{Stream: s, Event: e})
			if err != nil || c.Stream() != s {
				t.Errorf("%s in %s is that of %s, %v", e.EventName(), s, c.Stream(), err)
			}
		}
	}
}

func TestVerdictsAreAdded(t *testing.T) {
	v := Verdict{1, 2, 3}
	v.Add(Verdict{10, 20, 30})
	if v != (Verdict{11, 22, 33}) {
		t.Error(v)
	}
}
