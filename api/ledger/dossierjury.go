package ledger

import (
	"context"
	"maps"
	"slices"

	"arobase/api/auth"
	"arobase/domain"
	"arobase/eventstore"
)

// dossierJury tells who judges, and gives opinions to those who may read them: all to the president, the own one to a
// juror, none to anyone else.
func (l *Ledger) dossierJury(ctx context.Context, who auth.Principal, seat int, j Judged, history []domain.Recorded) (DossierJury, error) {
	jury := DossierJury{Assigned: append([]int{}, j.State.Assigned...), Recused: []DossierRecusal{}, Opinions: []DossierOpinion{}, Sessions: []DossierSession{}}
	recused := l.recused(j.Candidacy, history)
	jury.Recused = append(jury.Recused, recused...)
	for _, r := range history {
		e, ok := r.Event.(*domain.OpinionSealed)
		if !ok || who.Is(auth.Declarant) {
			continue
		}
		opinion := DossierOpinion{Juror: e.Juror, Event: r.ID}
		if who.Is(auth.President) || e.Juror == seat {
			text, _, err := l.read(ctx, e.Opinion.Commitment())
			if err != nil {
				return jury, err
			}
			opinion.Text, opinion.Readable = text, true
		}
		jury.Opinions = append(jury.Opinions, opinion)
	}
	edition, err := l.history(ctx, domain.EditionStream(j.Candidacy.Edition))
	if err != nil {
		return jury, err
	}
	for _, r := range edition {
		if s, ok := r.Event.(*domain.JurySessionHeld); ok {
			voters := without(s.Present, recused)
			jury.Sessions = append(jury.Sessions, DossierSession{s.Session, s.On, s.Present, voters, s.Quorum, len(voters) >= s.Quorum, r.ID})
		}
	}
	return jury, nil
}

// recused are the jurors who take no part in a candidacy, as the edition is now.
func (l *Ledger) recused(c domain.Candidacy, history []domain.Recorded) (all []DossierRecusal) {
	l.runner.View(func(eventstore.Position) {
		if run, ok := l.campaigns.Edition(c.Edition); ok {
			all = recusedIn(run.Jurors, c.Collectivity, history)
		}
	})
	return all
}

// recusedIn are the recused, and those who declared an interest, for whom the recusal follows at the latest when the
// deliberation is closed. History is that of the candidacy, jurors are the streams of the jurors.
func recusedIn(jurors map[int][]domain.Recorded, id domain.CollectivityID, history []domain.Recorded) []DossierRecusal {
	var all []DossierRecusal
	add := func(r DossierRecusal) {
		if !slices.ContainsFunc(all, func(x DossierRecusal) bool { return x.Juror == r.Juror }) {
			all = append(all, r)
		}
	}
	for _, r := range history {
		if e, ok := r.Event.(*domain.JurorRecused); ok {
			add(DossierRecusal{Juror: e.Juror, Category: e.Category, Event: r.ID})
		}
	}
	for _, n := range slices.Sorted(maps.Keys(jurors)) {
		for _, r := range jurors[n] {
			if e, ok := r.Event.(*domain.ConflictDeclared); ok && e.Collectivity == id {
				add(DossierRecusal{Juror: e.Juror, Category: e.Category, Event: r.ID})
			}
		}
	}
	return all
}

// without are those of a list of jurors who take part.
func without(jurors []int, recused []DossierRecusal) []int {
	return slices.DeleteFunc(slices.Clone(jurors), func(n int) bool {
		return slices.ContainsFunc(recused, func(r DossierRecusal) bool { return r.Juror == n && !r.Later })
	})
}
