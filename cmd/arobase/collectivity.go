package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"arobase/api/ledger"
)

// printCollectivity prints the page of one body.
func printCollectivity(w io.Writer, v ledger.CollectivityView) error {
	p := newPage(w)
	p.heading(v.Name)
	p.text("", particulars(v))
	if v.Note != "" {
		p.text("", "Note: "+v.Note)
	}
	p.line("")
	if len(v.Candidates) > 0 {
		p.candidates(v)
	} else {
		p.standing(v)
	}
	if len(v.Editions)+len(v.Undated) > 0 {
		p.line("")
		p.history("", v.Editions, v.Undated)
	}
	for _, r := range v.Predecessors {
		p.line("")
		p.relative(r, "Predecessor", "What follows is its own; "+v.Name+", which took its place"+on(r.On)+", does not inherit it.")
	}
	for _, r := range v.Successors {
		p.line("")
		p.relative(r, "Successor", "It took the place of "+v.Name+on(r.On)+" and inherits nothing. What follows is its own.")
	}
	if len(v.PerhapsAlso) > 0 {
		p.line("")
	}
	for _, c := range v.PerhapsAlso {
		p.text("", fmt.Sprintf("Some sources name %q without saying which body they mean; it may be this one. Nothing of that is counted here: "+
			"arobase show %s", c.Name, c.ID))
	}
	p.disputes(v.Disputes)
	p.line("")
	p.text("", fmt.Sprintf("As of %d records. A record says what its source says, which may be wrong; -o json names the record of "+
		"every fact, and arobase log proof proves that it was not altered.", v.AsOf))
	_, err := p.WriteTo(w)
	return err
}

// particulars is the line of codes beneath a name.
func particulars(v ledger.CollectivityView) string {
	parts := []string{kindInWords(v.Kind)}
	if where := strings.Trim(placeName(v.Departement)+", "+placeName(v.Region), ", "); where != "" {
		parts[0] += " in " + where
	}
	if v.InForce != nil && v.InForce.To != "" {
		parts = append(parts, "in force until "+v.InForce.To)
	}
	parts = append(parts, v.ID)
	if v.INSEE != "" {
		parts = append(parts, "INSEE "+v.INSEE)
	}
	if v.SIREN != "" {
		parts = append(parts, "SIREN "+v.SIREN)
	}
	for _, n := range v.Populations {
		parts = append(parts, fmt.Sprintf("%s inhabitants (%s, %d)", grouped(float64(n.Value)), n.Source, n.Year))
	}
	if others := slices.DeleteFunc(slices.Clone(v.Names), func(n string) bool { return n == v.Name }); len(others) > 0 {
		parts = append(parts, "also written "+strings.Join(others, ", "))
	}
	return strings.Join(parts, "; ")
}

func kindInWords(kind string) string {
	if w, ok := map[string]string{
		"epci": "inter-municipal body", "foreign": "holder abroad", "other": "not a local authority",
		"unsettled": "a name that fits several bodies",
	}[kind]; ok {
		return w
	}
	return kind
}

func placeName(p *ledger.Place) string {
	if p == nil {
		return ""
	}
	return p.Name
}

// candidates says which bodies a contested name fits. It never says which is the likelier.
func (p *page) candidates(v ledger.CollectivityView) {
	if v.SettledAs != "" {
		p.text("", "The name was found to mean "+v.SettledAs+".")
	} else {
		p.text("", "The sources that use this name do not say which of these bodies they mean, and nothing is guessed. What is "+
			"recorded under the name counts for none of them.")
	}
	var rows [][]string
	for _, c := range v.Candidates {
		rows = append(rows, []string{c.ID, c.Name, placeName(c.Departement)})
	}
	p.table("  ", []column{{"id", false}, {"name", false}, {"département", false}}, rows)
}

// standing says what a body holds at present. Only the latest edition is the present; anything older is last known.
func (p *page) standing(v ledger.CollectivityView) {
	if v.Current != nil {
		p.text("present status: ", heldInWords(v.Current))
		return
	}
	if v.LastKnown == nil && v.Reasoned == nil {
		s := "no source found. No source in the ledger gives it a label"
		if len(v.Undated) > 0 {
			s = "unknown. Sources give it a label without saying of which edition"
		} else if slices.ContainsFunc(v.Editions, func(e ledger.EditionView) bool { return len(e.Mentions) > 0 }) {
			s = "unknown. Sources give it a mention, and no label that is known"
		} else if !v.Entered {
			s += "; it stands in the official list only"
		}
		p.text("present status: ", s+". That does not mean that it has none.")
		return
	}
	if v.LastKnown != nil {
		p.text("last known:     ", heldInWords(v.LastKnown))
	}
	if v.Reasoned != nil {
		p.text("derived:        ", heldInWords(v.Reasoned)+": by reasoning only, not counted")
	}
	p.text("present status: ", fmt.Sprintf("unknown. The latest edition on record is %s; no source found names it there. "+
		"That is not an exit.", editionInWords(v.Latest)))
}

// heldInWords says a label with how many sources it rests on: "5 @ in edition 17 (2016), one source".
func heldInWords(h *ledger.Held) string {
	if h == nil {
		return ""
	}
	sources := fmt.Sprintf("%d sources", h.Sources)
	if h.Sources == 1 {
		sources = "one source"
	}
	what := awardInWords(h.Distinction, h.Level)
	if h.Distinction == "unspecified" {
		what = "a label, its level not stated,"
	}
	s := fmt.Sprintf("%s in edition %d (%d), %s", what, h.Edition, h.Year, sources)
	if h.Status != "" && h.Status != "reported" {
		s += ", " + h.Status
	}
	return s
}

func awardInWords(distinction string, level *int) string {
	switch {
	case level != nil:
		return fmt.Sprintf("%d @", *level)
	case distinction == "hors-concours":
		return "hors concours"
	case distinction == "unspecified":
		return "level not stated"
	}
	return distinction
}

// relative prints the labels of a body that is not this one.
func (p *page) relative(r ledger.Relative, what, whose string) {
	p.heading(what + ": " + r.Name + " (" + r.ID + ")")
	p.text("  ", whose)
	if len(r.Editions) == 0 {
		p.text("  ", "No source found gives it a label.")
		return
	}
	p.history("  ", r.Editions, nil)
}

func on(day string) string {
	if day == "" {
		return ""
	}
	return " on " + day
}

// disputes prints objections with their answers.
func (p *page) disputes(all []ledger.DisputeView) {
	for _, d := range all {
		p.line("")
		p.heading(fmt.Sprintf("Disputed: a fact of edition %d", d.Edition))
		p.text("  claim:  ", orElse(d.Claim, "(text erased or not public)"))
		answer := "none yet"
		if d.Outcome != "" {
			answer = d.Outcome + ". " + d.Answer
		}
		p.text("  answer: ", answer)
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
