package forms

import (
	"net/url"
	"slices"
	"strconv"

	"arobase/api/ledger"
	"arobase/domain"
)

// offers are what a form offers because the ledger knows it: the services of a grid, the jurors and sessions of an edition,
// its mentions. It narrows nothing: what was typed otherwise stays, and the rules decide.
type offers struct {
	grid  *domain.GridPublished
	run   *ledger.Running
	grids []string
	rules []string // the regulations
	any   bool
}

// Begin fills in what is under way, where nothing was said of it.
func (m *Maker) Begin(c Command, form url.Values) {
	has := func(name string) bool {
		return form.Get(name) == "" && slices.ContainsFunc(c.Fields, func(b blank) bool { return b.Name == name })
	}
	run := m.ledger.UnderWay()
	if run == nil || c.Event == "edition-opened" || c.Event == "regulation-published" || c.Event == "grid-published" {
		return
	}
	if has("edition") && runs(c) {
		form.Set("edition", strconv.Itoa(int(run.Edition)))
	}
	if has("grid") {
		form.Set("grid", run.State.Opened.Grid)
	}
}

// runs tells whether a command is about an edition that is run here, not one that sources tell of.
func runs(c Command) bool {
	switch c.Event {
	case "award-recorded", "mention-recorded", "award-arbitrated", "record-retracted", "fact-disputed", "dispute-answered",
		"ceremony-fact-recorded", "edition-enumerated", "figure-published", "figure-retracted", "explanation-proposed", "rule-recorded":
		return false
	}
	return true
}

// offersFor reads what a form can offer.
func (m *Maker) offersFor(c Command, form url.Values) offers {
	var o offers
	if n, err := strconv.Atoi(form.Get("edition")); err == nil && runs(c) {
		o.run = m.ledger.Running(domain.Edition(n))
	}
	if g := form.Get("grid"); g != "" {
		o.grid = m.ledger.Grid(g)
	}
	o.grids, o.rules = m.ledger.Grids(), m.ledger.Regulations()
	return o
}

// offer gives a field what the ledger knows of it to choose from.
func (s *setting) offer(f *Field, b blank) {
	var all []Answer
	one := false
	switch {
	case b.Path == "services" && b.Kind == aList && s.offers.grid != nil:
		all = s.services(s.offers.grid)
	case b.Path == "grid" && s.command.Event != "grid-published":
		all, one = plain(s.offers.grids), true
	case b.Path == "regulation" && s.command.Event != "regulation-published":
		all, one = plain(s.offers.rules), true
	case s.offers.run == nil:
	case b.Kind == aList && b.Numbers:
		all = s.jurors(s.offers.run)
	case b.Path == "juror" && s.command.Event != "juror-appointed":
		all, one = s.jurors(s.offers.run), true
	case b.Kind == aList && (b.Name == "mentions"):
		for _, m := range s.offers.run.State.Opened.Mentions {
			all = append(all, Answer{Value: string(m.Mention), Label: m.Name})
		}
	case b.Path == "session" && s.command.Event != "jury-session-held":
		for _, held := range s.offers.run.State.Sessions {
			all = append(all, Answer{Value: strconv.Itoa(held.Session), Label: s.T("form.session", s.Int(held.Session), s.Date(held.On))})
		}
		one = true
	}
	if len(all) == 0 {
		return
	}
	s.offers.any = s.offers.any || !one
	for _, value := range s.form[f.Name] {
		if i := slices.IndexFunc(all, func(o Answer) bool { return o.Value == value }); i >= 0 {
			all[i].Chosen = true
		} else if value != "" {
			all = append(all, Answer{Value: value, Label: value, Chosen: true})
		}
	}
	f.Options = all
	if f.Kind = choices; one {
		f.Kind = "select"
	}
}

func plain(all []string) []Answer {
	var out []Answer
	for _, value := range all {
		out = append(out, Answer{Value: value, Label: value})
	}
	return out
}

// services are those of a grid, by stake.
func (s *setting) services(g *domain.GridPublished) []Answer {
	var out []Answer
	for _, stake := range g.Stakes {
		heading := stake.Name
		for _, service := range g.Services {
			if service.Stake == stake.ID {
				out = append(out, Answer{Value: service.ID, Label: service.Name, Group: heading})
				heading = ""
			}
		}
	}
	return out
}

// jurors are those of an edition, by their number and college: who they are is sealed.
func (s *setting) jurors(run *ledger.Running) []Answer {
	var out []Answer
	for _, j := range run.Jurors {
		if j.State.Appointed != nil {
			label := s.T("form.juror", s.Int(j.Number), s.T("choice.college."+j.State.Appointed.College))
			if j.State.Ended {
				label += " – " + s.T("form.juror.ended")
			}
			out = append(out, Answer{Value: strconv.Itoa(j.Number), Label: label})
		}
	}
	return out
}

// sourcesOffered are the ids of the sources, for a field in which one is typed.
func (m *Maker) sourcesOffered() []Answer {
	var out []Answer
	for _, s := range m.ledger.Sources(m.ctx, m.size) {
		out = append(out, Answer{Value: s.ID, Label: s.Title})
	}
	return out
}
