package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"arobase/api/ledger"
	"arobase/domain"
)

// levelGroup are the holders of one level in an edition, as far as sources name them.
type levelGroup struct {
	ID      string
	Heading string
	Mark    mark
	Bare    bool // a group without a mark: mentions alone
	Holders []holder
}

// holder is one collectivity in an edition.
type holder struct {
	Name, Href, Place string
	Status            status
	Mentions          []labelled
	Remarks           []string
	Notes             []cite
}

// mentionGroup are those that received one mention in an edition.
type mentionGroup struct {
	ID, Heading string
	Holders     []holder
}

// groups puts the lines of a palmarès, which are ordered, under their levels.
func (p *page) groups(lines []ledger.PalmaresLine) []levelGroup {
	var out []levelGroup
	for _, line := range lines {
		key := groupKey(line)
		if len(out) == 0 || out[len(out)-1].ID != "g-"+key {
			g := levelGroup{ID: "g-" + key, Heading: p.T("level.heading." + key), Bare: key == "mention" || key == "withdrawn"}
			g.Mark = p.mark(line.Distinction, line.Level, line.Status, false)
			out = append(out, g)
		}
		g := &out[len(out)-1]
		g.Holders = append(g.Holders, p.holder(line))
	}
	return out
}

func groupKey(line ledger.PalmaresLine) string {
	switch {
	case line.Status == string(domain.Contested):
		return "contested"
	case line.Decision != nil && line.Distinction == "":
		return "withdrawn"
	case line.Level != nil:
		return fmt.Sprint(*line.Level)
	case line.Distinction != "":
		return line.Distinction
	}
	return "mention"
}

func (p *page) holder(line ledger.PalmaresLine) holder {
	isAward := func(f ledger.Fact) bool { return f.Mention == "" }
	keep := isAward
	if line.Distinction == "" && line.Status != string(domain.Contested) {
		keep = func(ledger.Fact) bool { return true }
	}
	h := holder{
		Name: line.Name, Href: p.href("collectivity", line.Collectivity), Place: p.place(line.Kind, line.Departement),
		Status: p.status(line.Status, line.Derived, works(line.Facts, keep)),
	}
	for _, m := range line.MentionsDetail {
		h.Mentions = append(h.Mentions, labelled{cmp.Or(m.Label, mentionWords(m.ID)), "#" + mentionID(m.ID)})
	}
	h.Remarks = p.remarks(line.EditionView)
	h.Notes = p.factNotes(line.Facts, keep, line.Status == string(domain.Contested))
	return h
}

// remarks say what the status alone does not.
func (p *page) remarks(e ledger.EditionView) []string {
	var out []string
	if e.Reasoned != nil {
		out = append(out, p.T("remark.reasoned", *e.Reasoned))
	}
	if e.RecordedAs != "" {
		out = append(out, p.T("remark.recordedas", e.RecordedAs))
	}
	if e.Arbitration != nil {
		out = append(out, p.T("remark.arbitration", p.written(e.Arbitration.Reason)))
	}
	return out
}

// place says where a body is and what it is, in short.
func (p *page) place(kind string, d *ledger.Place) string {
	var parts []string
	if d != nil {
		parts = append(parts, d.Name)
	}
	if kind != string(domain.Commune) && kind != "" {
		parts = append(parts, p.Kind(kind))
	}
	return strings.Join(parts, ", ")
}

// factNotes gives the sources of facts, each once for the same words. Where they differ each says its own.
func (p *page) factNotes(facts []ledger.Fact, keep func(ledger.Fact) bool, differ bool) []cite {
	type saying struct {
		source, says string
		retracted    bool
	}
	var order []saying
	records := map[saying][]string{}
	for _, f := range facts {
		if !keep(f) {
			continue
		}
		k := saying{source: f.Source, retracted: f.Retracted}
		if differ || f.Certainty == string(domain.Derived) {
			k.says = p.T("item.says", p.award(f))
		}
		if records[k] == nil {
			order = append(order, k)
		}
		records[k] = append(records[k], f.Event.String())
	}
	out := make([]cite, len(order))
	for i, k := range order {
		out[i] = p.cite(k.source, records[k]...)
		out[i].Says, out[i].Retracted = k.says, k.retracted
	}
	return out
}

// mentionID names the part of a page about one mention.
func mentionID(id string) string { return "m-" + slug(id) }

// award says in words what a source says of a label or a mention.
func (p *page) award(f ledger.Fact) string {
	var s string
	switch {
	case f.Mention != "":
		s = p.T("award.mention", mentionLabel(f))
	case f.Level != nil:
		s = p.T("award.level", *f.Level)
	case f.Distinction == string(domain.DistinctionHorsConcours):
		s = p.T("level.horsconcours")
	default:
		s = p.T("award.unspecified")
	}
	if f.Certainty == string(domain.Derived) {
		s += ", " + p.T("award.derived")
	}
	return s
}

// mentions turns a palmarès by its mentions.
func (p *page) mentions(lines []ledger.PalmaresLine) []mentionGroup {
	type group struct {
		id string
		mentionGroup
	}
	var all []group
	for _, line := range lines {
		for _, m := range line.MentionsDetail {
			i := slices.IndexFunc(all, func(g group) bool { return g.id == m.ID })
			if i < 0 {
				i = len(all)
				all = append(all, group{m.ID, mentionGroup{ID: mentionID(m.ID), Heading: p.T("moment.mention", cmp.Or(m.Label, mentionWords(m.ID)))}})
			}
			of := func(f ledger.Fact) bool { return f.Mention == m.ID }
			all[i].Holders = append(all[i].Holders, holder{
				Name: line.Name, Href: p.href("collectivity", line.Collectivity), Place: p.place(line.Kind, line.Departement),
				Status: p.status(m.Status, false, works(line.Facts, of)), Notes: p.factNotes(line.Facts, of, false),
			})
		}
	}
	slices.SortFunc(all, func(a, b group) int { return strings.Compare(a.id, b.id) })
	out := make([]mentionGroup, len(all))
	for i, g := range all {
		out[i] = g.mentionGroup
	}
	return out
}

// mentionLabel is what the source calls a mention, else its id in words: the text may have been erased.
func mentionLabel(f ledger.Fact) string {
	if f.Label != "" {
		return f.Label
	}
	return mentionWords(f.Mention)
}
