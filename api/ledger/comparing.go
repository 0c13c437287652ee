package ledger

import (
	"context"
	"errors"
	"fmt"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/dossier"
)

// BarometerView shows what the candidacies of an edition cover, together and one by one. All of it follows from what is
// public: what was declared and what was submitted.
type BarometerView struct {
	Edition     int              `json:"edition"`
	Year        int              `json:"year"`
	Grid        string           `json:"grid"`
	Stakes      []BarometerStake `json:"stakes"`
	Candidacies int              `json:"candidacies"`
	Groups      []dossier.Group  `json:"groups"`
	// Collectivities are nil before the ceremony: what a single one covers is no secret, but nobody is to take it for the
	// decision of the jury.
	Collectivities []BarometerLine `json:"collectivities"`
	Withheld       string          `json:"withheld,omitempty"`
	AsOf           uint64          `json:"asOf"`
}

// BarometerStake is a stake of the grid, with its name.
type BarometerStake struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// BarometerLine is one candidacy: its diagnosis, as the collectivity has it itself.
type BarometerLine struct {
	Collectivity domain.CollectivityID `json:"collectivity"`
	Name         string                `json:"name"`
	Kind         string                `json:"kind"`
	Population   int                   `json:"population,omitempty"`
	dossier.Diagnosis
}

// Barometer gives the barometer of an edition as of a size of the ledger. ErrUnknown where no such edition is run here.
func (l *Ledger) Barometer(ctx context.Context, e domain.Edition, size uint64) (BarometerView, error) {
	v := BarometerView{Edition: int(e), Year: e.Year(), Stakes: []BarometerStake{}, AsOf: size}
	history, err := l.historyAt(ctx, domain.EditionStream(e), size)
	if err != nil {
		return v, err
	}
	state := domain.StateOfEdition(history)
	if state.Opened == nil {
		return v, fmt.Errorf("edition %d: %w", e, ErrUnknown)
	}
	v.Grid = state.Opened.Grid
	published, err := l.history(ctx, domain.GridStream(v.Grid))
	if err != nil {
		return v, err
	}
	var stakes []string
	if grid := domain.GridOf(published); grid != nil {
		for _, s := range grid.Stakes {
			stakes = append(stakes, s.ID)
			v.Stakes = append(v.Stakes, BarometerStake{s.ID, s.Name})
		}
	}
	all, err := l.casesAt(ctx, e, size)
	if err != nil {
		return v, err
	}
	v.Candidacies, v.Groups = len(all), dossier.Barometer(all, stakes)
	if state.Published == nil {
		v.Withheld = "what each collectivity covers is shown after the ceremony, so that nobody takes it for the decision of the jury"
		return v, nil
	}
	v.Collectivities = []BarometerLine{}
	for _, c := range all {
		line := BarometerLine{Collectivity: c.Collectivity, Kind: c.Kind, Population: c.Population, Diagnosis: dossier.Diagnose(c, dossier.Peers(c, all))}
		if view, err := l.Collectivity(ctx, string(c.Collectivity), size); err == nil {
			line.Name = view.Name
		} else if !errors.Is(err, ErrUnknown) {
			return v, err
		}
		v.Collectivities = append(v.Collectivities, line)
	}
	return v, nil
}

// casesAt gives the cases of an edition as of a size. What has not changed since is that of now, which is kept; an earlier
// one is worked out, one at a time, for it reads every action.
func (l *Ledger) casesAt(ctx context.Context, e domain.Edition, size uint64) ([]dossier.Case, error) {
	var changed uint64
	var due []domain.Due
	l.runner.View(func(eventstore.Position) {
		for _, run := range l.campaigns.Editions() {
			if run.Edition == e {
				changed, due = run.Changed, run.InOrder()
			}
		}
	})
	if size >= changed {
		return l.cases(ctx, func(of domain.Edition) bool { return of == e })
	}
	l.comparing.Lock()
	defer l.comparing.Unlock()
	if kept := l.comparedAt; kept.edition == e && kept.size == size {
		return kept.cases, nil
	}
	cases := []dossier.Case{}
	for _, d := range due {
		j, err := l.judgedAt(ctx, d.Candidacy, size)
		switch {
		case errors.Is(err, ErrUnknown): // not yet
		case err != nil:
			return nil, err
		case j.State.Admissible():
			cases = append(cases, caseOf(j))
		}
	}
	l.comparedAt = earlier{e, size, cases}
	return cases, nil
}

// earlier are the cases of an edition as of a size before the last change of it.
type earlier struct {
	edition domain.Edition
	size    uint64
	cases   []dossier.Case
}
