package web

import (
	"html/template"
	"slices"
	"strconv"

	"arobase/domain"
)

// jury are the seats, who has how much to report on, and the list with its notice.
func (b *board) jury() boardSection {
	e, state := b.edition(), b.run.State
	section := boardSection{
		ID: "jury", Title: b.T("secretariat.jury"), Empty: b.T("secretariat.jury.empty"),
		Head: []string{b.T("board.seat"), b.T("board.college"), b.T("board.listed"), b.T("board.interests"), b.T("board.files"), b.T("board.opinions")},
	}
	assigned, opinions := map[int]int{}, map[int]int{}
	for _, c := range b.run.Candidacies {
		if !c.State.Admissible() {
			continue
		}
		for _, n := range c.State.Reporting() {
			assigned[n]++
			if slices.Contains(c.State.Opinions, n) {
				opinions[n]++
			}
		}
	}
	last, sitting := 0, []string{}
	for _, j := range b.run.Jurors {
		last = j.Number
		if j.State.Appointed == nil {
			continue
		}
		college := b.T("choice.college." + j.State.Appointed.College)
		if j.State.Appointed.Chair != "" {
			college += ", " + b.T("board.chair")
		}
		listed := b.T("board.no")
		if slices.Contains(state.Jurors, j.Number) {
			listed = b.T("board.yes")
		}
		if j.State.Ended {
			listed = b.T("form.juror.ended")
		}
		var interests []string
		for id, category := range j.State.Conflicts {
			interests = append(interests, b.T("board.interest", b.maker().NameOf(string(id)), b.T("choice.category."+category)))
		}
		slices.Sort(interests)
		n := strconv.Itoa(j.Number)
		line := boardLine{Name: b.T("board.juror", n), Cells: []template.HTML{
			say(b.T("board.juror", n)), say(college), say(listed), say(b.List(interests)), say(b.Int(assigned[j.Number])),
			say(b.T("board.ofn", b.Int(opinions[j.Number]), b.Int(assigned[j.Number]))),
		}}
		if !j.State.Ended && state.Published == nil {
			sitting = append(sitting, n)
			line.Actions = slices.Concat(b.can("conflicts", "jury", true, "edition", e, "juror", n), b.can("assignments", "jury", true, "edition", e, "juror", n),
				b.can("recusals", "jury", true, "edition", e, "juror", n), b.can("juror-terms", "jury", true, "edition", e, "juror", n))
		}
		section.Lines = append(section.Lines, line)
	}
	if r := b.run.Regulation; r != nil && state.Listed != "" {
		section.Says = append(section.Says, b.H("secretariat.notice", b.Date(state.Listed), b.N("secretariat.notice.days", r.Notice.Value), b.Date(domain.DaysAfter(state.Listed, r.Notice.Value))))
	} else if r != nil {
		section.Says = append(section.Says, b.H("secretariat.nolist", b.N("secretariat.notice.days", r.Notice.Value)))
	}
	if state.Published == nil {
		section.Actions = slices.Concat(b.can("jurors", "jury", true, "edition", e, "juror", strconv.Itoa(last+1)), b.whoSit("juries", "jurors", sitting))
	}
	return section
}

// whoSit is a form that begins with a list that is checked: the jurors in office.
func (b *board) whoSit(resource, field string, values []string) []labelled {
	all := b.can(resource, "jury", true, "edition", b.edition())
	for i := range all {
		for _, v := range values {
			all[i].Href += "&" + field + "=" + v
		}
	}
	return all
}

// sessions are the sittings of the jury, and whether they had the quorum.
func (b *board) sessions() boardSection {
	section := boardSection{
		ID: "sessions", Title: b.T("secretariat.sessions"), Empty: b.T("secretariat.sessions.empty"),
		Head: []string{b.T("board.session"), b.T("board.day"), b.T("board.present"), b.T("board.quorum")},
	}
	for _, s := range b.run.State.Sessions {
		held := b.T("board.quorum.no", b.Int(s.Quorum))
		if len(s.Present) >= s.Quorum {
			held = b.T("board.quorum.yes", b.Int(s.Quorum))
		}
		name := b.T("board.session.n", b.Int(s.Session))
		section.Lines = append(section.Lines, boardLine{Name: name, Cells: []template.HTML{
			say(name), say(b.Date(s.On)), say(b.N("board.jurors", len(s.Present)) + " " + b.T("board.numbers", joined(s.Present))), say(held),
		}})
	}
	if r := b.run.Regulation; r != nil && !b.run.State.DeliberationClosed {
		section.Actions = b.can("sessions", "sessions", false, "edition", b.edition(), "session", strconv.Itoa(len(b.run.State.Sessions)+1),
			"quorum", strconv.Itoa(r.Quorum.Value), "on", b.today)
	}
	return section
}

// decisions are the drafts of the private room, for the presidency alone.
func (b *board) decisions(s *site) (boardSection, error) {
	section := boardSection{
		ID: "decisions", Title: b.T("secretariat.decisions"), Empty: b.T("secretariat.decisions.empty"),
		Head: []string{b.T("board.collectivity"), b.T("board.draft"), b.T("board.by")}, Says: []template.HTML{b.H("secretariat.decisions.private")},
	}
	drafts, err := s.Ledger.Drafts(b.ctx, b.who, b.run.Edition)
	if err != nil {
		return section, noRoom(err)
	}
	var lines []boardLine
	drafted, due := 0, 0
	for _, c := range b.run.Candidacies {
		if !c.State.Admissible() {
			continue
		}
		due++
		line := boardLine{Name: b.name(c.Collectivity)}
		i := slices.IndexFunc(drafts, func(d draft) bool { return d.Collectivity == c.Collectivity })
		switch {
		case c.State.Disclosed != nil:
			drafted++
			line.Cells = []template.HTML{b.body(c.Collectivity), say(b.T("board.opened")), ""}
		case c.State.Seal() != nil:
			drafted++
			line.Cells = []template.HTML{b.body(c.Collectivity), say(b.T("board.sealed")), ""}
		case i >= 0:
			drafted++
			line.Cells = []template.HTML{b.body(c.Collectivity), say(b.T("board.drafted", b.Int(int(drafts[i].Revision)))), say(b.T("board.byat", drafts[i].By, b.MomentShort(drafts[i].At)))}
			line.Actions = b.draft(c.Collectivity)
		default:
			line.Cells = []template.HTML{b.body(c.Collectivity), say(b.T("board.undrafted")), ""}
			line.Actions = b.draft(c.Collectivity)
		}
		lines = append(lines, line)
	}
	section.Says = append(section.Says, b.H("secretariat.decisions.count", b.Int(drafted), b.Int(due)))
	section.Lines, section.More = b.part("decisions", lines)
	if !b.run.State.DeliberationClosed && drafted == due && due > 0 {
		section.Actions = b.can("deliberations", "decisions", true, "edition", b.edition())
	}
	return section, nil
}

// ceremony is the publication, which two people ask for.
func (b *board) ceremony(s *site) (boardSection, error) {
	section := boardSection{ID: "ceremony", Title: b.T("secretariat.ceremony")}
	asked, waiting, err := s.Ledger.PublicationAsked(b.ctx, b.who, b.run.Edition)
	if err != nil {
		return section, err
	}
	day := max(b.today, b.run.State.Calendar.Ceremony)
	if waiting {
		day = asked.On
	}
	action := b.can("publications", "ceremony", true, "edition", b.edition(), "on", day)
	switch state := b.run.State; {
	case state.Published != nil:
		section.Says = []template.HTML{b.H("secretariat.published", b.Date(state.Published.On), b.Int(state.Published.Labelled))}
	case !state.DeliberationClosed:
		section.Says = []template.HTML{b.H("secretariat.notyet")}
	case b.today < state.Calendar.Ceremony:
		section.Says = []template.HTML{b.H("secretariat.embargo", b.Date(state.Calendar.Ceremony))}
	case waiting && domain.SamePerson(asked.First, b.who.Person):
		section.Says = []template.HTML{b.H("secretariat.second", asked.First, b.Moment(asked.At), b.Date(asked.On))}
	case waiting:
		section.Says, section.Actions = []template.HTML{b.H("secretariat.yours", asked.First, b.Moment(asked.At), b.Date(asked.On))}, action
	default:
		section.Says, section.Actions = []template.HTML{b.H("secretariat.first")}, action
	}
	return section, nil
}

// afterwards are the decisions that were opened: who was told, until when an appeal can come, and what became of it.
func (b *board) afterwards() boardSection {
	section := boardSection{
		ID: "afterwards", Title: b.T("secretariat.afterwards"), Empty: b.T("secretariat.afterwards.empty"),
		Head: []string{b.T("board.collectivity"), b.T("board.result"), b.T("board.notified"), b.T("board.appealable"), b.T("board.appeal")},
	}
	if b.run.State.Published == nil {
		return section
	}
	var lines []boardLine
	untold := 0
	for _, c := range b.run.Candidacies {
		stands, opened := c.State.Course.Outcome()
		if !opened {
			continue
		}
		line := b.after(c, stands)
		if c.State.Notified == nil {
			untold++
		}
		lines = append(lines, line)
	}
	section.Says = []template.HTML{b.H("secretariat.untold", b.N("secretariat.untold.n", untold))}
	section.Lines, section.More = b.part("afterwards", lines)
	return section
}

func (b *board) after(c domain.Due, stands domain.Outcome) boardLine {
	id, s := c.Collectivity, c.State
	line := boardLine{Name: b.name(id)}
	add := func(resource string, more ...string) {
		line.Actions = append(line.Actions, b.can(resource, "afterwards", true, b.of(id, more...)...)...)
	}
	of := s.Disclosed.Of.String()
	notified, until, appeal := b.T("board.no"), "", b.T("board.noappeal")
	if s.Notified != nil {
		notified = b.Date(s.Notified.On)
		if b.run.Regulation != nil {
			until = b.Date(domain.DaysAfter(s.Notified.On, b.run.Regulation.AppealDays.Value))
		}
	} else {
		add("notifications", "of", of)
	}
	if n := len(s.Appeals); n > 0 {
		a := s.Appeals[n-1]
		switch {
		case a.Outcome != "":
			appeal = b.T("appeal." + a.Outcome)
		case a.Admitted:
			appeal = b.T("appeal.admitted")
			add("appeal-decisions", "appeal", a.Event.String())
		default:
			appeal = b.T("appeal.lodged", b.Date(a.On))
			add("appeal-admissions", "appeal", a.Event.String())
			add("appeal-rejections", "appeal", a.Event.String())
		}
	}
	if s.OpenAppeal() == nil && !b.run.State.Closed {
		add("appeals", "of", of)
		add("rectifications", "of", of)
		add("label-withdrawals", "of", of)
	}
	line.Cells = []template.HTML{b.body(id), b.stands(stands), say(notified), say(until), say(appeal)}
	return line
}

// stands says a result as it stands.
func (b *board) stands(o domain.Outcome) template.HTML {
	switch {
	case o.Withdrawn:
		return say(b.T("board.withdrawn"))
	case o.Result.Distinction == domain.DistinctionLevel:
		return say(b.T("board.level", b.Int(int(o.Result.Level))))
	}
	return say(b.T("choice.*.distinction." + string(o.Result.Distinction)))
}
