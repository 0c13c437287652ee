package web

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"arobase/api/ledger"
)

// item is one thing that sources say something about: their words side by side, whether they agree, and why.
type item struct {
	ID      string
	Edition labelled
	Name    string // what is counted
	Scope   string // of which part of the edition, "" for the whole
	// Lead is what was said, each saying once.
	Lead       []said
	Verdict    status
	Reason     template.HTML
	Hypotheses []hypothesis
	// Sources are all of them, each with what it says. Terse are the same for a margin: what all say is said once.
	Sources  []cite
	Terse    []cite
	Recorded string
	// Lone says that there is nothing to compare.
	Lone bool
	// Mute says that a verdict would add nothing to the reason.
	Mute bool
	// Plain says that the verdict is its own reason.
	Plain bool
	// Shifted says that something else was held than was announced.
	Shifted bool
}

// said is one saying, with whether it was only announced, and what stands between it and the one before.
type said struct {
	Text      string
	Announced bool
	Before    string
	value     float64
}

// hypothesis is an explanation that somebody offers. It is never shown as the explanation.
type hypothesis struct {
	Heading    string
	Text       template.HTML
	Arithmetic template.HTML
	Fits       string
	Sources    []cite
	Proofs     []proof
}

// itemID names an item within a page.
func itemID(it ledger.ItemView) string {
	id := fmt.Sprintf("e%d-%s", it.Edition, it.Metric)
	if it.Scope != "" {
		id += "-" + slug(it.Scope)
	}
	return id
}

// slug keeps what may stand in the id of an element.
func slug(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ':' || r == ' ' || r == '\'' {
			return '-'
		}
		return r
	}, strings.ToLower(s))
}

func (p *page) item(it ledger.ItemView) item {
	v := item{
		ID: itemID(it), Name: p.Metric(it.Metric), Scope: p.scope(it.Scope), Reason: p.prose(it.ReasonFR, it.Reason),
		Verdict: status{it.Verdict, p.T("group." + it.Verdict)},
	}
	if it.Edition != 0 {
		v.Edition = labelled{p.T("edition.bare", it.Edition, yearOf(it.Edition)), p.href("edition", fmt.Sprint(it.Edition))}
	}
	for _, f := range it.Figures {
		text := p.Figure(f.Value, f.Unit, f.Precision)
		if f.Metric != "" && f.Metric != it.Metric {
			text = p.T("item.other", text, strings.ToLower(p.Metric(f.Metric)))
		}
		v.say(said{Text: text, value: f.Value})
		c := p.cite(f.Source, f.Events...)
		c.Says, c.Note = p.T("item.says", text), f.Note
		v.Sources = append(v.Sources, c)
	}
	v.statements(p, it)
	for i := range v.Lead {
		v.Lead[i].Before = p.T("item.beside")
		if s := v.Lead[i]; it.Verdict == "contradicts" && !s.Announced && i > 0 && (len(it.Figures) == 0 || s.value != v.Lead[i-1].value) {
			v.Lead[i].Before = p.T("item.against")
		}
	}
	for _, h := range it.Hypotheses {
		v.Hypotheses = append(v.Hypotheses, p.hypothesis(h))
	}
	if it.Recorded != nil {
		v.Recorded = p.N("item.recorded", *it.Recorded)
	}
	v.Lone = isLone(it)
	v.Plain = it.Verdict == "agrees" && !v.Shifted
	v.Mute = v.Lone || v.Shifted && it.Verdict == "agrees"
	if it.Verdict == "contradicts" && tellers(it) < 2 {
		v.Verdict.Words = p.T("group.contradicts.count")
		if len(it.Figures) > 0 {
			v.Verdict.Words = p.T("group.contradicts.self")
		}
	}
	v.Terse = terse(v)
	return v
}

// statements adds what sources say of a ceremony: what was held first, then what was only announced.
func (v *item) statements(p *page, it ledger.ItemView) {
	for _, announced := range []bool{false, true} {
		for _, s := range it.Statements {
			if (s.Precision == "announced") != announced {
				continue
			}
			text := p.statement(it.Metric, s.Value)
			c := p.cite(s.Source, s.Event)
			c.Says, c.Note = p.T("item.says", text), s.Note
			if announced {
				c.Says = p.T("item.announced", text)
				v.Shifted = v.Shifted || len(v.Lead) > 0 && !slices.ContainsFunc(v.Lead, func(x said) bool { return x.Text == text })
			}
			v.say(said{Text: text, Announced: announced})
			v.Sources = append(v.Sources, c)
		}
	}
}

// say adds a saying once; one that was announced and held was held.
func (v *item) say(s said) {
	if !slices.ContainsFunc(v.Lead, func(x said) bool { return x.Text == s.Text }) {
		v.Lead = append(v.Lead, s)
	}
}

func (p *page) statement(metric, value string) string {
	switch {
	case value == "":
		return p.written(value)
	case metric == "ceremony_date":
		return p.Date(value)
	}
	return value
}

// written is a text that somebody wrote and that every record of its kind has: where there is none, it was erased, or is
// not at hand.
func (p *page) written(text string) string {
	if text == "" {
		return p.NoText()
	}
	return text
}

// NoText stands in the place of a text that is not there. Which of the reasons it is, the page of the record says.
func (p *page) NoText() string {
	if p.site.TextsAbsent != nil && p.site.TextsAbsent() {
		return p.T("item.erasedorabsent")
	}
	return p.T("item.erased")
}

func (p *page) hypothesis(h ledger.HypothesisView) hypothesis {
	v := hypothesis{Heading: p.T("hypothesis." + h.Kind), Text: p.prose(p.written(h.TextFR), p.written(h.Text))}
	if h.Text != h.Arithmetic {
		v.Arithmetic = p.prose(h.ArithmeticFR, h.Arithmetic)
	}
	if h.Fits != nil {
		v.Fits = p.T("hypothesis.fits." + fmt.Sprint(*h.Fits))
	}
	if h.Source != "" {
		v.Sources = append(v.Sources, p.cite(h.Source))
	}
	if h.Event != "" {
		v.Proofs = p.proofs(v.Heading, []string{h.Event})
	}
	return v
}

// isLone says that a single source tells of it, and contradicts nothing.
func isLone(it ledger.ItemView) bool { return it.Verdict != "contradicts" && tellers(it) < 2 }

// tellers counts the sources that tell of what was; announcements are not among them.
func tellers(it ledger.ItemView) int {
	seen := map[string]bool{}
	for _, f := range it.Figures {
		seen[f.Source] = true
	}
	for _, s := range it.Statements {
		if s.Precision != "announced" {
			seen[s.Source] = true
		}
	}
	return len(seen)
}

// terse leaves out of the margin what stands in the text already, and a note that another source has too.
func terse(v item) []cite {
	out := slices.Clone(v.Sources)
	noted := map[string]bool{}
	for i := range out {
		if len(v.Lead) == 1 && !v.Lead[0].Announced {
			out[i].Says = ""
		}
		if noted[out[i].Note] {
			out[i].Note = ""
		}
		noted[out[i].Note] = true
	}
	return out
}
