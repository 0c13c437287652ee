package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
	"arobase/domain"
)

// waiting is what the edition under way asks of somebody now.
func (s *site) waiting(p *page, who auth.Principal) ([]labelled, error) {
	run := s.Ledger.UnderWay()
	w := &waits{page: p, who: who, run: run, today: domain.DayInParis(s.Ledger.Clock())}
	if n := s.unanswered(p); n > 0 && who.Is(auth.Registrar) {
		w.all = append(w.all, labelled{p.N("waiting.disputes", n), p.path("disputes", "", nil)})
	}
	if run == nil {
		return w.all, nil
	}
	switch who.Role {
	case auth.Registrar:
		w.registrar()
	case auth.President:
		if err := w.president(s); err != nil {
			return nil, err
		}
	case auth.Juror:
		w.juror()
	case auth.Declarant:
		w.declarant()
	}
	return w.all, nil
}

// waits gathers what waits for one person.
type waits struct {
	*page
	who   auth.Principal
	run   *ledger.Running
	today string
	all   []labelled
}

// on adds a number of things that stand in a section of the board, if there are any.
func (w *waits) on(key string, n int, section string) {
	if n > 0 {
		w.all = append(w.all, labelled{w.N(key, n), w.path("secretariat", w.run.Edition.String(), nil) + "#" + section})
	}
}

// form adds a thing to do with a form.
func (w *waits) form(text, resource string, pairs ...string) {
	with := forms.Prefill{Values: url.Values{"edition": {w.run.Edition.String()}}, Fixed: []string{"edition"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		with.Values.Set(pairs[i], pairs[i+1])
		with.Fixed = append(with.Fixed, pairs[i])
	}
	w.all = append(w.all, labelled{text, w.formHref(resource, with)})
}

func (w *waits) registrar() {
	year, state := w.run.Edition.Year(), w.run.State
	missing, unpaid, late, untold := 0, 0, 0, 0
	for _, c := range w.run.Candidacies {
		m := domain.StateOfMembership(w.site.Ledger.MembershipRecords(c.Collectivity), year)
		switch {
		case c.State.Stage == domain.StageWithdrawn || c.State.Stage == domain.StageInadmissible:
		case m.Membership == nil:
			missing++
		case m.Paid < m.Membership.Fee:
			unpaid++
		}
		for _, r := range c.State.Requests {
			if !r.Answered && r.Until < w.today {
				late++
			}
		}
		if state.Published != nil && c.State.Disclosed != nil && c.State.Notified == nil {
			untold++
		}
	}
	if !state.DeclarationsClosed && state.Calendar.Closes < w.today {
		w.form(w.T("waiting.close"), "closings")
	}
	w.on("waiting.missing", missing, "fees")
	w.on("waiting.unpaid", unpaid, "fees")
	w.on("waiting.late", late, "candidacies")
	w.on("waiting.untold", untold, "afterwards")
}

func (w *waits) president(s *site) error {
	state := w.run.State
	unreported, undecided, appeals := 0, 0, 0
	for _, c := range w.run.Candidacies {
		if c.State.Admissible() && c.State.Seal() == nil {
			undecided++
			if w.run.Regulation != nil && len(c.State.Reporting()) < w.run.Regulation.JurorsPerCandidacy.Value {
				unreported++
			}
		}
		if c.State.OpenAppeal() != nil {
			appeals++
		}
	}
	if state.DeclarationsClosed {
		w.on("waiting.unreported", unreported, "candidacies")
	}
	if len(state.Sessions) > 0 && !state.DeliberationClosed {
		drafts, err := s.Ledger.Drafts(w.ctx, w.who, w.run.Edition)
		if err := noRoom(err); err != nil {
			return err
		}
		w.on("waiting.undecided", undecided-len(drafts), "decisions")
	}
	asked, waiting, err := s.Ledger.PublicationAsked(w.ctx, w.who, w.run.Edition)
	if err != nil {
		return err
	}
	if waiting && state.Published == nil && !domain.SamePerson(asked.First, w.who.Person) {
		w.form(w.T("waiting.second", asked.First, w.Date(asked.On)), "publications", "on", asked.On)
	}
	w.on("waiting.appeals", appeals, "afterwards")
	return nil
}

// juror: the files on which the own opinion is missing.
func (w *waits) juror() {
	edition, seat, _ := strings.Cut(w.who.For, "-")
	n, err := strconv.Atoi(seat)
	if err != nil || edition != w.run.Edition.String() {
		return
	}
	for _, c := range w.run.Candidacies {
		if c.State.Stage == domain.StageSubmitted && slices.Contains(c.State.Reporting(), n) && !slices.Contains(c.State.Opinions, n) {
			w.all = append(w.all, labelled{w.T("waiting.opinion", w.maker().NameOf(string(c.Collectivity))), w.href("dossier", ofCandidacy(w.run.Edition, c.Collectivity))})
		}
	}
}

// declarant: the own candidacy, and what was asked about it.
func (w *waits) declarant() {
	i := slices.IndexFunc(w.run.Candidacies, func(c domain.Due) bool { return string(c.Collectivity) == w.who.For })
	open := !w.run.State.DeclarationsClosed && w.today <= w.run.State.Calendar.Closes
	closes := w.Date(w.run.State.Calendar.Closes)
	switch {
	case i < 0 && open:
		w.all = append(w.all, labelled{w.T("waiting.register", w.run.Edition.String(), closes), w.path("submission", w.who.For, nil)})
		return
	case i < 0:
		return
	}
	c := w.run.Candidacies[i].State
	if c.Stage == domain.StageRegistered && open {
		w.all = append(w.all, labelled{w.T("waiting.submit", closes), w.path("submission", w.who.For, nil)})
	}
	for _, r := range c.Requests {
		if !r.Answered {
			w.form(w.T("waiting.answer", w.Date(r.Until)), "information-answers", "collectivity", w.who.For, "request", r.Event.String())
		}
	}
}
