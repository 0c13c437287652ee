// Package reconciliation sets published figures side by side and against the ledger, and says whether they agree,
// contradict each other, or cannot be compared, and why.
//
// It never picks a winner. Figures are compared only where they count the same thing in the same unit; where an
// explanation exists it is shown for what it is: a hypothesis, unless a source says it.
package reconciliation

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"arobase/domain"
	"arobase/projections/figures"
	"arobase/projections/phrase"
	"arobase/projections/trends"
)

// Verdict is the outcome of a comparison.
type Verdict string

const (
	Agrees      Verdict = "agrees"
	Contradicts Verdict = "contradicts"
	CannotTell  Verdict = "cannot-tell"
)

// Figure is one number of one source, or one sum.
type Figure struct {
	// Metric is set where it is another than that of the item.
	Metric    string
	Value     float64
	Precision domain.Precision
	Unit      string
	Source    domain.SourceID
	Events    []figures.Entry
	// sameAs is the unit that the source is known to mean by its own.
	sameAs string
}

// Statement is one attribute of a ceremony by one source. Value is "" where the text was erased or is not at hand.
type Statement struct {
	Value     string
	Precision string
	Source    domain.SourceID
	Event     figures.Entry
}

// Hypothesis is an explanation that was proposed, or that the arithmetic suggests by itself.
type Hypothesis struct {
	Kind string // hypothesis or established
	// Text and TextEN are the commitments to what was written, "" where nobody wrote anything.
	Text, TextEN string
	// Test names the arithmetic that the ledger can make of it, Fits its outcome and Arithmetic its steps; Fits is nil
	// where there is no test.
	Test       string
	Fits       *bool
	Arithmetic phrase.Phrase
	Source     domain.SourceID // that says it, or ""
	Event      *figures.Entry  // nil where the arithmetic suggests it
}

// Item is one thing that sources say something about.
type Item struct {
	Edition    domain.Edition
	Metric     string
	Scope      string
	Verdict    Verdict
	Reason     phrase.Phrase
	Hypotheses []Hypothesis
	Figures    []Figure
	Statements []Statement
	// Recorded is what the ledger counts, or nil where it cannot.
	Recorded *int
}

// World is what is compared.
type World struct {
	trends.World
	// Disclosed gives a public text by its commitment; false where it was erased. Nil: no texts are compared.
	Disclosed func(commitment string) (string, bool)
	// Kept, where given, keeps items from one question to the next.
	Kept *Kept
}

// Items gives the reconciliation of one edition: ceremony first, then figures in the order of their metrics. It takes
// time in the number of labels of the edition, and in the square of the figures of one metric.
func (w World) Items(e domain.Edition) []Item {
	w.World = w.OneQuestion()
	return append(w.ceremony(e), w.Kept.of(w, e)...)
}

// figures gives the items of an edition that are about figures.
func (w World) figures(e domain.Edition) []Item {
	var out []Item
	var keys []key
	add := func(k key) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, f := range w.Figures.Of(e, w.Size) {
		add(key{f.Metric, f.Scope})
	}
	// Levels are added up wherever a source gives them in one unit: the founding question is about such a sum, and what the
	// series covers must have a verdict here.
	for _, metric := range trends.Summed {
		if len(w.Stated(e, metric, "")) > 0 {
			add(key{metric, ""})
		}
	}
	slices.SortStableFunc(keys, key.compare)
	for _, k := range keys {
		out = append(out, w.item(e, k.metric, k.scope))
	}
	return out
}

// key is what an item is about.
type key struct{ metric, scope string }

// compare puts the founding question first, then the metrics of the series in their order, then the others as they were
// entered; and what is about a part after all that is about the whole edition.
func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.part(), o.part()), cmp.Compare(k.place(), o.place()))
}

func (k key) part() int {
	if k.scope != "" {
		return 1
	}
	return 0
}

func (k key) place() int {
	switch i := slices.Index(trends.Metrics, k.metric); {
	case k.metric == "level4to5":
		return -1
	case i < 0:
		return len(trends.Metrics)
	default:
		return i
	}
}

// All gives the items of every edition.
func (w World) All() []Item {
	w.World = w.OneQuestion()
	var out []Item
	for _, e := range w.Figures.Editions(w.Size) {
		out = append(out, w.Items(e)...)
	}
	return out
}

func (w World) item(e domain.Edition, metric, scope string) Item {
	it := Item{Edition: e, Metric: metric, Scope: scope}
	for _, f := range w.Stated(e, metric, scope) {
		for _, s := range f.Sources {
			it.Figures = append(it.Figures, Figure{"", f.Value, f.Precision, f.Unit, s, entriesOf(f.Events, s), f.SameAs})
		}
	}
	it.Recorded = w.recorded(e, metric, scope)
	it.Verdict, it.Reason = judge(it.Figures)
	if metric == "participants" && scope == "" {
		w.withLabelled(&it)
	}
	w.againstLedger(&it)
	it.Hypotheses = w.hypotheses(it)
	it.Reason = phrase.Join(it.Reason, unexplained(it))
	return it
}

func entriesOf(all []figures.Entry, s domain.SourceID) []figures.Entry {
	return slices.DeleteFunc(slices.Clone(all), func(e figures.Entry) bool { return e.Source != s })
}

// unexplained says that a contradiction has no explanation by a source.
func unexplained(it Item) phrase.Phrase {
	if it.Verdict != Contradicts || slices.ContainsFunc(it.Hypotheses, func(h Hypothesis) bool { return h.Kind == "established" }) {
		return phrase.Phrase{}
	}
	return phrase.New("Aucune source n'explique l'écart.", "No source explains the difference.")
}

// comparableUnit tells in which common unit two figures can be compared, if in any.
func comparableUnit(a, b Figure) (string, bool) {
	for _, ua := range []string{a.Unit, a.sameAs} {
		for _, ub := range []string{b.Unit, b.sameAs} {
			if ua != "" && ua == ub {
				return ua, true
			}
		}
	}
	return "", false
}

// compatible tells whether two values of one unit can both be right. "About" may be off by 5 % of the greater one.
func compatible(a, b Figure) bool {
	switch {
	case a.Precision == domain.MoreThan && b.Precision == domain.MoreThan:
		return true
	case a.Precision == domain.MoreThan:
		return b.Value > a.Value
	case b.Precision == domain.MoreThan:
		return a.Value > b.Value
	case a.Precision == domain.About || b.Precision == domain.About:
		return math.Abs(a.Value-b.Value) <= aboutTolerance*math.Max(math.Abs(a.Value), math.Abs(b.Value))
	}
	return a.Value == b.Value
}

// aboutTolerance is how far "about" may be off: 5 %. Assumed, no source says it.
const aboutTolerance = 0.05

// judge compares every two figures. One contradiction decides; where nothing contradicts, one agreement between two
// sources does, unless another pair could not be compared and differs.
func judge(all []Figure) (Verdict, phrase.Phrase) {
	if len(all) < 2 {
		return CannotTell, phrase.New("Un seul chiffre, rien à comparer.", "A single figure, nothing to compare it with.")
	}
	var agree, differ, units, sameNumber, unequal bool
	for i, a := range all {
		for _, b := range all[:i] {
			_, same := comparableUnit(a, b)
			switch {
			case same && !compatible(a, b):
				differ = true
			case same, a.Value == b.Value && (a.Unit == "" || b.Unit == "") && compatible(a, b):
				agree = agree || a.Source != b.Source
				unequal = unequal || a.Value != b.Value
			case a.Value == b.Value && a.Unit != "" && b.Unit != "":
				sameNumber = true
			default:
				units = true
			}
		}
	}
	switch {
	case differ:
		return Contradicts, contradiction(all)
	case units:
		return CannotTell, phrase.New("Les unités diffèrent, ou une source ne dit pas ce qu'elle compte : ces chiffres ne se comparent pas.",
			"The units differ, or a source does not say what it counts: these figures cannot be compared.")
	case sameNumber:
		return CannotTell, phrase.New("Le même nombre, mais les sources ne lui donnent pas la même unité.",
			"The same number, but the sources do not give it the same unit.")
	case agree && unequal:
		return Agrees, phrase.New("Les chiffres des sources peuvent être justes tous à la fois : l'un est approché, ou un minimum.",
			"The figures of the sources can all be right at once: one is approximate, or a minimum.")
	case agree:
		return Agrees, phrase.New("Les sources donnent le même chiffre.", "The sources give the same figure.")
	}
	return CannotTell, phrase.New("Une seule source, rien à comparer.", "A single source, nothing to compare it with.")
}

// contradiction lists everything that was said, each figure once with all who say it.
func contradiction(all []Figure) phrase.Phrase {
	var fr, en []string
	var told []Figure
	for _, f := range all {
		same := func(g Figure) bool {
			return g.Value == f.Value && g.Unit == f.Unit && g.Precision == f.Precision && g.Metric == f.Metric
		}
		if slices.ContainsFunc(told, same) {
			continue
		}
		told = append(told, f)
		var sources []string
		for _, g := range all {
			if same(g) {
				sources = append(sources, string(g.Source))
			}
		}
		who := strings.Join(sources, ", ")
		fr, en = append(fr, say(f, "fr")+" ("+who+")"), append(en, say(f, "en")+" ("+who+")")
	}
	p := phrase.Phrase{FR: strings.Join(fr, " ; ") + ".", EN: strings.Join(en, "; ") + "."}
	if i := slices.IndexFunc(all, func(f Figure) bool { return f.sameAs != "" }); i >= 0 {
		p = phrase.Join(p, phrase.New(
			"Les sources additionnées écrivent « %[1]s », mais la somme de leurs cinq niveaux est leur propre total, en « %[2]s » : les deux mots y comptent la même chose.",
			"The sources that were added up write \"%[3]s\", but their five levels add up to their own total, in \"%[4]s\": the two words count the same thing there.",
			trends.FrenchUnit(all[i].Unit), trends.FrenchUnit(all[i].sameAs), all[i].Unit, all[i].sameAs))
	}
	return p
}

// say writes a figure with its precision and unit.
func say(f Figure, lang string) string {
	unit := f.Unit
	if lang == "fr" {
		unit = trends.FrenchUnit(unit)
	}
	before := map[domain.Precision]phrase.Phrase{
		domain.About:    {FR: "environ ", EN: "about "},
		domain.MoreThan: {FR: "plus de ", EN: "more than "},
	}[f.Precision]
	after := map[domain.Precision]phrase.Phrase{
		domain.DerivedFigure: {FR: ", en comptant ou en additionnant", EN: ", by counting or adding"},
	}[f.Precision]
	number := phrase.New("%v", "%v", trimmed(f.Value))
	return strings.TrimSpace(before.In(lang)+number.In(lang)+" "+unit) + after.In(lang)
}

// trimmed is a whole number as an int, so that it is grouped by the rules of the language.
func trimmed(v float64) any {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return int64(v)
	}
	return v
}

// withLabelled sets participants beside the labelled: since 2010 every participant receives at least one arobase
// (villes-internet-2016-interview), so the two should be the same.
func (w World) withLabelled(it *Item) {
	if it.Edition.Year() < 2010 {
		return
	}
	best := w.Published(it.Edition, "labelled", "")
	if best.Figure == nil {
		return
	}
	for _, s := range best.Figure.Sources {
		f := best.Figure
		it.Figures = append(it.Figures, Figure{"labelled", f.Value, f.Precision, f.Unit, s, entriesOf(f.Events, s), f.SameAs})
	}
	if it.Verdict == Contradicts {
		return
	}
	rule := phrase.New("Tout participant est censé recevoir au moins une arobase : participants et labellisés devraient être aussi nombreux.",
		"Every participant is said to receive at least one at-sign: participants and labelled should be equally many.")
	verdict, reason := judge(it.Figures)
	it.Verdict, it.Reason = verdict, phrase.Join(rule, reason)
}

// againstLedger contradicts a figure that is smaller than what the ledger holds of the same thing: it knows each by name.
func (w World) againstLedger(it *Item) {
	if it.Recorded == nil || it.Verdict == Contradicts {
		return
	}
	unit, known := trends.UnitOfRecord(it.Metric), Figure{Value: float64(*it.Recorded), Precision: domain.Exact}
	for _, f := range it.Figures {
		if (f.Unit == unit || f.sameAs == unit) && f.Value < known.Value && !compatible(f, known) {
			it.Verdict = Contradicts
			it.Reason = phrase.New("%[1]s selon %[2]s, mais le registre en connaît %[4]d par leur nom.",
				"%[3]s according to %[2]s, but the ledger knows %[4]d by name.", say(f, "fr"), string(f.Source), say(f, "en"), *it.Recorded)
			return
		}
	}
}

// recorded counts in the ledger what a figure counts, or gives nil where it cannot.
func (w World) recorded(e domain.Edition, metric, scope string) *int {
	switch (key{metric, scope}) {
	case key{"collectivities_with_mention", ""}:
		n, _ := w.Mentioned(e)
		return &n
	case key{"mentions_kinds", ""}:
		_, n := w.Mentioned(e)
		return &n
	}
	return w.Count(e, metric, scope).Value
}
