package ledger

import (
	"context"
	"slices"

	"arobase/api/auth"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/dossier"
)

// Diagnosis shows a collectivity what it covers beside comparable ones. It recommends nothing but to look.
type Diagnosis struct {
	Edition      domain.Edition        `json:"edition"`
	Collectivity domain.CollectivityID `json:"collectivity"`
	Name         string                `json:"name"`
	Kind         string                `json:"kind"`
	Population   int                   `json:"population,omitempty"`
	Grid         string                `json:"grid"`
	// Peers is how many it is compared with: the same kind under the same grid, nearest in population.
	Peers           int                `json:"peers"`
	Stakes          []DiagnosisStake   `json:"stakes"`
	Recommendations []DiagnosisService `json:"recommendations"`
}

// DiagnosisStake is one stake with its name.
type DiagnosisStake struct {
	Name string `json:"name"`
	dossier.Beside
}

// DiagnosisService is a recommendation with the names of the service and of its stake.
type DiagnosisService struct {
	Name      string `json:"name"`
	StakeName string `json:"stakeName"`
	dossier.Recommendation
}

// Diagnosis shows a collectivity what it covers beside comparable ones. For itself, the secretariat and the jury.
// ErrUnknown, ErrUnauthenticated, ErrForbidden.
func (l *Ledger) Diagnosis(ctx context.Context, who auth.Principal, c domain.Candidacy) (Diagnosis, error) {
	if err := mayRead(who, c); err != nil {
		return Diagnosis{}, err
	}
	j, err := l.judged(ctx, c)
	if err != nil {
		return Diagnosis{}, err
	}
	all, err := l.cases(ctx, func(e domain.Edition) bool { return e == c.Edition })
	if err != nil {
		return Diagnosis{}, err
	}
	own := caseOf(j)
	found := dossier.Diagnose(own, dossier.Peers(own, all))
	d := Diagnosis{
		Edition: c.Edition, Collectivity: c.Collectivity, Name: string(c.Collectivity), Kind: own.Kind, Population: own.Population, Grid: own.Grid,
		Peers: found.Peers, Stakes: []DiagnosisStake{}, Recommendations: []DiagnosisService{},
	}
	if view, err := l.Collectivity(ctx, string(c.Collectivity), l.Size()); err == nil {
		d.Name = view.Name
	}
	names := map[string]string{}
	for _, s := range j.Assessment.ByStake {
		names[s.Stake.ID] = s.Stake.Name
	}
	for _, s := range found.Stakes {
		d.Stakes = append(d.Stakes, DiagnosisStake{names[s.Stake], s})
	}
	for _, r := range found.Recommendations {
		line := DiagnosisService{Recommendation: r}
		if service := j.Grid.Service(r.Service); service != nil {
			line.Name, line.StakeName = service.Name, names[service.Stake]
		}
		d.Recommendations = append(d.Recommendations, line)
	}
	return d, nil
}

// CandidaciesOf gives the editions that are run here in which a collectivity stands, the latest first.
func (l *Ledger) CandidaciesOf(id domain.CollectivityID) (all []domain.Edition) {
	l.runner.View(func(eventstore.Position) {
		for _, run := range l.campaigns.Editions() {
			if run.Candidacies[id] != nil {
				all = append(all, run.Edition)
			}
		}
	})
	slices.Reverse(all)
	return all
}
