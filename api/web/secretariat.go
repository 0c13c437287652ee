package web

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"arobase/api/auth"
	"arobase/domain"
)

// secretariat is the board of an edition for the secretariat and the presidency, from its calendar to the last appeal.
func (s *site) secretariat(p *page) (any, error) {
	b, err := s.boardOf(p, auth.Registrar, auth.President)
	if err != nil {
		return nil, err
	}
	p.Title = p.T("secretariat.title", b.edition())
	v := boardView{Heading: p.Title, Back: p.path("workspace", "", nil)}
	v.Lede = p.H("secretariat.lede", p.Date(b.today), b.T("secretariat.phase."+b.phase()))
	for _, e := range s.Ledger.RunEditions() {
		if e != b.run.Edition {
			v.Editions = append(v.Editions, labelled{p.T("secretariat.title", e.String()), p.path("secretariat", e.String(), nil)})
		}
	}
	v.Sections = append(v.Sections, b.calendar(), b.candidacies(), b.fees(), b.jury(), b.sessions())
	if b.who.Is(auth.President) {
		decisions, err := b.decisions(s)
		if err != nil {
			return nil, err
		}
		ceremony, err := b.ceremony(s)
		if err != nil {
			return nil, err
		}
		v.Sections = append(v.Sections, decisions, ceremony)
	}
	v.Sections = append(v.Sections, b.afterwards())
	return v, nil
}

// phase is how far the edition has come.
func (b *board) phase() string {
	switch s := b.run.State; {
	case s.Closed:
		return "closed"
	case s.Published != nil:
		return "published"
	case s.DeliberationClosed:
		return "decided"
	case s.DeclarationsClosed:
		return "jury"
	}
	return "open"
}

// calendar are the days of the edition, and what puts them off.
func (b *board) calendar() boardSection {
	s, e := b.run.State, b.edition()
	section := boardSection{ID: "calendar", Title: b.T("secretariat.calendar"), Head: []string{b.T("board.what"), b.T("board.day"), b.T("board.far")}}
	line := func(key, day string, actions []labelled) {
		section.Lines = append(section.Lines, boardLine{[]template.HTML{say(b.T("field.calendar." + key)), say(b.Date(day)), say(b.until(day))}, b.T("field.calendar." + key), actions})
	}
	var closes, jury, ceremony []labelled
	if !s.DeclarationsClosed {
		if b.today > s.Calendar.Closes {
			closes = b.can("closings", "calendar", true, "edition", e, "candidacies", strconv.Itoa(b.submitted()))
		} else {
			closes = b.can("extensions", "calendar", true, "edition", e, "deadline", "closes")
		}
	}
	if len(s.Sessions) == 0 && b.today <= s.Calendar.Jury {
		jury = b.can("extensions", "calendar", true, "edition", e, "deadline", "jury")
	}
	if s.Published == nil {
		ceremony = b.can("postponements", "calendar", true, "edition", e)
	} else if !s.Closed {
		section.Actions = b.can("edition-closings", "calendar", true, "edition", e)
	}
	line("opens", s.Calendar.Opens, nil)
	line("closes", s.Calendar.Closes, closes)
	line("jury", s.Calendar.Jury, jury)
	line("ceremony", s.Calendar.Ceremony, ceremony)
	return section
}

// submitted counts the candidacies that were submitted, as the rules do when declarations are closed.
func (b *board) submitted() int {
	n := 0
	for _, c := range b.run.Candidacies {
		if c.State.Submitted != nil && c.State.Stage != domain.StageWithdrawn {
			n++
		}
	}
	return n
}

var stages = []domain.Stage{domain.StageRegistered, domain.StageSubmitted, domain.StageSealed, domain.StageDisclosed, domain.StageInadmissible, domain.StageWithdrawn}

// candidacies are those of one stage or of all, with who reports on them and what was asked.
func (b *board) candidacies() boardSection {
	section := boardSection{
		ID: "candidacies", Title: b.T("secretariat.candidacies"), Empty: b.T("secretariat.candidacies.empty"),
		Head:    []string{b.T("board.collectivity"), b.T("board.kind"), b.T("board.stage"), b.T("board.reporting"), b.T("board.asked")},
		Actions: b.can("candidacies", "candidacies", false, "edition", b.edition()),
	}
	counts := map[domain.Stage]int{}
	for _, c := range b.run.Candidacies {
		counts[c.State.Stage]++
	}
	asked := domain.Stage(b.req.URL.Query().Get("stage"))
	choose := func(stage domain.Stage, text string, n int) {
		query := b.req.URL.Query()
		query.Del("candidacies")
		query.Set("stage", string(stage))
		section.Choose = append(section.Choose, boardPart{text + " (" + b.Int(n) + ")", b.path(b.Route, b.here(), query) + "#candidacies", stage == asked})
	}
	choose("", b.T("board.all"), len(b.run.Candidacies))
	for _, stage := range stages {
		if counts[stage] > 0 {
			choose(stage, b.T("stage."+string(stage)), counts[stage])
		}
	}
	var lines []boardLine
	for _, c := range b.run.Candidacies {
		if asked == "" || c.State.Stage == asked {
			lines = append(lines, b.candidacy(c))
		}
	}
	section.Lines, section.More = b.part("candidacies", lines)
	return section
}

func (b *board) candidacy(c domain.Due) boardLine {
	id, s := c.Collectivity, c.State
	kind := ""
	if s.Registered != nil {
		kind = b.T("choice.candidacies:kind." + s.Registered.Kind)
	}
	want := 0
	if b.run.Regulation != nil {
		want = b.run.Regulation.JurorsPerCandidacy.Value
	}
	reporting := b.T("board.ofn", b.Int(len(s.Reporting())), b.Int(want))
	if all := s.Reporting(); len(all) > 0 {
		reporting += " " + b.T("board.numbers", joined(all))
	}
	var open []string
	for _, r := range s.Requests {
		if !r.Answered {
			open = append(open, b.T("board.awaited", b.Date(r.Until)))
		}
	}
	line := boardLine{Name: b.name(id), Cells: []template.HTML{b.body(id), say(kind), say(b.T("stage." + string(s.Stage))), say(reporting), say(b.List(open))}}
	add := func(resource string, more ...string) {
		line.Actions = append(line.Actions, b.can(resource, "candidacies", true, b.of(id, more...)...)...)
	}
	if s.Registered != nil {
		line.Actions = append(line.Actions, labelled{b.T("minutes.dossier"), b.href("dossier", ofCandidacy(b.run.Edition, id))})
	}
	switch s.Stage {
	case domain.StageRegistered:
		add("submissions")
		add("withdrawals")
		add("inadmissibilities")
	case domain.StageSubmitted:
		add("information-requests")
		for _, r := range s.Requests {
			if !r.Answered {
				add("information-answers", "request", r.Event.String())
			}
		}
		add("assignments")
		if b.run.State.Sessions != nil {
			add("deferrals")
		}
		add("inadmissibilities")
		add("withdrawals")
	}
	return line
}

func joined(all []int) string {
	var parts []string
	for _, n := range all {
		parts = append(parts, strconv.Itoa(n))
	}
	return strings.Join(parts, ", ")
}

// fees are the memberships of the year of the ceremony, of all candidates and of all other members: what each costs and why,
// and what is not paid.
func (b *board) fees() boardSection {
	year := b.run.Edition.Year()
	section := boardSection{
		ID: "fees", Title: b.T("secretariat.fees", strconv.Itoa(year)), Empty: b.T("secretariat.fees.empty"),
		Head:    []string{b.T("board.collectivity"), b.T("board.fee"), b.T("board.calculation"), b.T("board.paid"), b.T("board.due")},
		Actions: b.can("memberships", "fees", false, "year", strconv.Itoa(year), "regulation", b.run.State.Opened.Regulation),
	}
	stated := map[domain.CollectivityID]*domain.CandidacyRegistered{}
	var ids []domain.CollectivityID
	for _, c := range b.run.Candidacies {
		if c.State.Stage != domain.StageWithdrawn && c.State.Stage != domain.StageInadmissible { // who owes nothing for it
			ids = append(ids, c.Collectivity)
			stated[c.Collectivity] = c.State.Registered
		}
	}
	for _, id := range b.page.site.Ledger.Members(year) {
		if _, known := stated[id]; !known {
			ids = append(ids, id)
		}
	}
	slices.SortStableFunc(ids, b.byName)
	unpaid := b.req.URL.Query().Get("fees-of") == "unpaid"
	var lines []boardLine
	missing, due := 0, 0
	for _, id := range ids {
		state := domain.StateOfMembership(b.page.site.Ledger.MembershipRecords(id), year)
		line, owed := b.fee(id, year, state, stated[id])
		switch {
		case state.Membership == nil:
			missing++
		default:
			due += max(0, owed)
		}
		if !unpaid || state.Membership == nil || owed > 0 {
			lines = append(lines, line)
		}
	}
	section.Says = []template.HTML{b.H("secretariat.fees.sum", b.Euros(due), b.N("secretariat.fees.missing", missing))}
	for _, of := range []string{"", "unpaid"} {
		query := b.req.URL.Query()
		query.Del("fees")
		query.Set("fees-of", of)
		section.Choose = append(section.Choose, boardPart{b.T("secretariat.fees.of." + of), b.path(b.Route, b.here(), query) + "#fees", unpaid == (of == "unpaid")})
	}
	section.Lines, section.More = b.part("fees", lines)
	return section
}

// fee is the line of one collectivity, and what it owes in cents.
func (b *board) fee(id domain.CollectivityID, year int, state domain.MembershipState, stated *domain.CandidacyRegistered) (boardLine, int) {
	line := boardLine{Name: b.name(id)}
	m, y := state.Membership, strconv.Itoa(year)
	if m == nil {
		rules := b.run.Regulation
		pairs := []string{"collectivity", string(id), "year", y, "regulation", b.run.State.Opened.Regulation}
		how := b.T("secretariat.needed")
		if n, of := b.population(id, stated); n > 0 && rules != nil {
			fee := rules.Fee.FeeFor(n)
			how = b.calculation(rules.Fee, n, fee)
			if stated == nil || stated.Population == 0 {
				how += b.T("secretariat.official", strconv.Itoa(of))
			}
			pairs = append(pairs, "population", strconv.Itoa(n), "populationYear", strconv.Itoa(of), "fee", cents(fee))
		}
		line.Cells = []template.HTML{b.body(id), say(b.T("secretariat.nomember")), say(how), "", ""}
		line.Actions = b.can("memberships", "fees", false, pairs...)
		return line, 0
	}
	owed := m.Fee - state.Paid
	how := b.T("secretariat.byhand")
	if m.Population > 0 && b.run.Regulation != nil {
		how = b.calculation(b.run.Regulation.Fee, m.Population, m.Fee)
	}
	rest := b.T("secretariat.settled")
	if owed > 0 {
		rest = b.Euros(owed)
		line.Actions = b.can("payments", "fees", false, "collectivity", string(id), "year", y, "amount", cents(owed), "on", b.today)
	}
	pairs := []string{"collectivity", string(id), "year", y, "of", state.Event.String(), "regulation", m.Regulation, "fee", cents(m.Fee)}
	if m.Population > 0 {
		pairs = append(pairs, "population", strconv.Itoa(m.Population), "populationYear", strconv.Itoa(m.PopulationYear))
	}
	line.Actions = append(line.Actions, b.can("membership-corrections", "fees", false, pairs...)...)
	// The last payment can be taken back here, and once none is left the membership.
	if n := len(state.Payments); n > 0 {
		line.Actions = append(line.Actions, b.can("payment-retractions", "fees", false, "collectivity", string(id), "year", y, "of", state.Payments[n-1].Event.String())...)
	} else {
		line.Actions = append(line.Actions, b.can("membership-retractions", "fees", false, "collectivity", string(id), "year", y, "of", state.Event.String())...)
	}
	line.Cells = []template.HTML{b.body(id), say(b.Euros(m.Fee)), say(how), say(b.Euros(state.Paid)), say(rest)}
	return line, owed
}

// population is that which a collectivity stated for the edition, or else the newest that the ledger or the official list
// has, with its year; 0 where nobody knows it.
func (b *board) population(id domain.CollectivityID, stated *domain.CandidacyRegistered) (n, year int) {
	if stated != nil && stated.Population > 0 {
		return stated.Population, stated.PopulationYear
	}
	v, err := b.page.site.Ledger.Memberships(b.ctx, string(id), b.size)
	if err != nil || v.Quote == nil || v.Quote.Calculation == nil {
		return 0, 0
	}
	return v.Quote.Calculation.Population, v.Quote.Calculation.PopulationYear
}

// calculation says how a fee comes about.
func (b *board) calculation(f domain.RuledFee, population, fee int) string {
	s := b.T("secretariat.calculation", b.Int(population), b.Euros(f.PerInhabitant))
	switch raw := population * f.PerInhabitant; {
	case fee == f.Least && raw < f.Least:
		s += b.T("secretariat.least", b.Euros(f.Least))
	case fee == f.Most && raw > f.Most:
		s += b.T("secretariat.most", b.Euros(f.Most))
	}
	return s
}
