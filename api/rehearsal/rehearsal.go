package rehearsal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"arobase/domain/territory"
)

// Options say what is made up.
type Options struct {
	Collectivities int
	Editions       int
	Seed           uint64
	Progress       func(line string)
	// Clock measures how long answers take.
	Clock func() time.Time
}

// Counts say what was done.
type Counts struct {
	Done map[string]int // by resource
	// Took are the times of all requests that record something, in ascending order.
	Took  []time.Duration
	Whole time.Duration
}

// at gives the time within which a part of the requests were answered: 0.5, 0.99.
func (c Counts) At(part float64) time.Duration {
	if len(c.Took) == 0 {
		return 0
	}
	return c.Took[int(part*float64(len(c.Took)-1))]
}

// workers is how many people work at once.
const workers = 8

// town is a collectivity of the rehearsal.
type town struct {
	territory.Territory
	kind    string
	token   string
	actions []action
}

// action is one that was declared, as the collectivity knows it.
type action struct {
	id       string
	revision int64
	event    string
	ended    bool
}

type run struct {
	server *Server
	opt    Options
	clock  func() time.Time
	took   times
	// seen is told of every answer; nil: nobody is.
	seen   func(method, address string, status int, took time.Duration)
	random *rand.Rand // of the one goroutine that plans

	mu   sync.Mutex
	done map[string]int // guarded by mu

	registrars []string
	presidents [2]string
	jurors     []string // tokens of the edition, by number from 1
	towns      []*town
}

func (r *run) count(resource string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done[resource]++
}

func (r *run) say(format string, args ...any) {
	if r.opt.Progress != nil {
		r.opt.Progress(fmt.Sprintf(format, args...))
	}
}

// Run rehearses editions one after the other; each builds on the one before. The error is what a server refused that it
// should not have, or the other way round.
func Run(ctx context.Context, s *Server, opt Options) (Counts, error) {
	r := &run{server: s, opt: opt, clock: opt.Clock, random: rand.New(rand.NewPCG(opt.Seed, 1)), done: map[string]int{}}
	began := r.clock()
	err := r.whole(ctx)
	slices.Sort(r.took.all)
	return Counts{r.done, r.took.all, r.clock().Sub(began)}, err
}

func (r *run) whole(ctx context.Context) error {
	if err := r.people(ctx); err != nil {
		return fmt.Errorf("giving tokens: %w", err)
	}
	if err := r.rules(ctx); err != nil {
		return fmt.Errorf("publishing the rules: %w", err)
	}
	if err := r.register(ctx); err != nil {
		return fmt.Errorf("registering collectivities: %w", err)
	}
	for n := range r.opt.Editions {
		opened := r.next()
		if err := r.edition(ctx, n == 0); err != nil {
			return fmt.Errorf("the edition %d of the rehearsal: %w", n+1, err)
		}
		if err := r.server.Advance(200 * 24 * time.Hour); err != nil {
			return err
		}
		for r.next() <= opened { // there is one a year
			if err := r.server.Advance(30 * 24 * time.Hour); err != nil {
				return err
			}
		}
	}
	return nil
}

// token has a token given.
func (r *run) token(ctx context.Context, role, bound, person string) (string, error) {
	var granted struct {
		Token string `json:"token"`
	}
	err := r.ask(ctx, r.server.Admin, "POST", "/v1/tokens", map[string]any{"role": role, "for": bound, "person": person, "days": 700}, &granted)
	if err == nil {
		r.count("tokens")
	}
	return granted.Token, err
}

func (r *run) people(ctx context.Context) (err error) {
	for i := range 4 {
		t, err := r.token(ctx, "registrar", "", fmt.Sprintf("Greffe %d", i+1))
		if err != nil {
			return err
		}
		r.registrars = append(r.registrars, t)
	}
	for i := range r.presidents {
		if r.presidents[i], err = r.token(ctx, "president", "", fmt.Sprintf("Présidence %d", i+1)); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) registrar(i int) string { return r.registrars[i%len(r.registrars)] }

// each does something for every town, several at once.
func (r *run) each(ctx context.Context, towns []*town, f func(ctx context.Context, i int, t *town) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i, t := range towns {
		g.Go(func() error {
			if err := f(ctx, i, t); err != nil {
				return fmt.Errorf("%s: %w", t.ID, err)
			}
			return nil
		})
	}
	return g.Wait()
}

const (
	regulation = "reglement-fictif-1"
	grid       = "grille-fictive-1"
)

// rules publishes a made-up regulation and a made-up grid.
func (r *run) rules(ctx context.Context) error {
	assumed := func(v any) map[string]any { return map[string]any{"value": v, "known": "assumed"} }
	edition := r.next()
	_, err := r.post(ctx, r.presidents[0], "regulations", map[string]any{
		"regulation": regulation, "from": edition, "title": "Règlement fictif d'une répétition",
		"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"articles": []any{
			map[string]any{"number": "1", "topic": "candidacies"}, map[string]any{"number": "2", "topic": "calendar"},
			map[string]any{"number": "3", "topic": "admission"}, map[string]any{"number": "4", "topic": "jury"},
			map[string]any{"number": "5", "topic": "conflicts"}, map[string]any{"number": "6", "topic": "deliberation"},
			map[string]any{"number": "7", "topic": "levels"}, map[string]any{"number": "8", "topic": "embargo"},
			map[string]any{"number": "9", "topic": "appeals"}, map[string]any{"number": "10", "topic": "actions"},
		},
		"minimumLevel": assumed(1), "quorum": assumed(5), "tieBreak": assumed("chair"), "jurorsPerCandidacy": assumed(2),
		"notice": assumed(15), "appealDays": assumed(60), "elected": assumed("no"),
		"fee": map[string]any{"perInhabitant": 5, "least": 5000, "most": 500000, "known": "assumed"},
	})
	if err != nil {
		return err
	}
	var themes, stakes, services []any
	for i, theme := range []string{"democratie", "vivre-ensemble", "connaissances", "richesses"} {
		themes = append(themes, map[string]any{"id": theme, "name": "Thème fictif " + fmt.Sprint(i+1)})
		for j := range stakesOfTheme {
			stake := fmt.Sprintf("%s-%d", theme, j+1)
			stakes = append(stakes, map[string]any{"id": stake, "theme": theme, "name": fmt.Sprintf("Enjeu fictif %d.%d", i+1, j+1)})
			for k := range servicesOfStake {
				services = append(services, map[string]any{"id": fmt.Sprintf("%s-%d", stake, k+1), "stake": stake, "name": fmt.Sprintf("Service fictif %d.%d.%d", i+1, j+1, k+1)})
			}
		}
	}
	threshold := func(level, services, stakes int, assess ...string) map[string]any {
		t := map[string]any{"level": level, "services": services, "stakes": stakes, "known": "assumed"}
		if assess != nil {
			t["assess"] = assess
		}
		return t
	}
	_, err = r.post(ctx, r.presidents[0], "grids", map[string]any{
		"grid": grid, "kind": "made-up", "themes": themes, "stakes": stakes, "services": services,
		"thresholds": []any{
			threshold(1, 0, 0), threshold(2, 12, 20), threshold(3, 24, 40), threshold(4, 36, 60, "citizen-approach"),
			threshold(5, 48, 75, "citizen-approach", "innovation"),
		},
	})
	return err
}

const (
	stakesOfTheme   = 2
	servicesOfStake = 4
)

func serviceOf(n int) string {
	themes := []string{"democratie", "vivre-ensemble", "connaissances", "richesses"}
	return fmt.Sprintf("%s-%d-%d", themes[n/(stakesOfTheme*servicesOfStake)], n/servicesOfStake%stakesOfTheme+1, n%servicesOfStake+1)
}

const allServices = 4 * stakesOfTheme * servicesOfStake

// next is the edition whose year comes after the present one: editions are numbered from 1999 on, without 2010.
func (r *run) next() int { return r.server.Now().UTC().Year() + 1 - 1999 }

// register enters collectivities of the official list, with a token for each.
func (r *run) register(ctx context.Context) error {
	var all []territory.Territory
	for t := range territory.Official().All() {
		if t.PopulationKnown && t.Population > 400 && t.Departement != "" && t.Region != "" {
			all = append(all, t)
		}
	}
	r.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	// An inter-municipal body takes part in any case.
	chosen := min(r.opt.Collectivities, len(all))
	group := slices.IndexFunc(all, func(t territory.Territory) bool { return t.Kind == territory.KindEPCI })
	if group >= chosen {
		all[chosen-1], all[group] = all[group], all[chosen-1]
	}
	for _, t := range all[:chosen] {
		kind := "ville"
		switch {
		case t.Kind == territory.KindEPCI:
			kind = "territoire"
		case t.Population < 3000:
			kind = "village"
		}
		r.towns = append(r.towns, &town{Territory: t, kind: kind})
	}
	err := r.each(ctx, r.towns, func(ctx context.Context, i int, t *town) (err error) {
		body := map[string]any{"collectivity": t.ID, "type": "commune", "name": t.Name, "departement": t.Departement, "region": t.Region}
		if t.Kind == territory.KindEPCI {
			body["type"], body["siren"] = "epci", t.Code
		} else {
			body["insee"] = t.Code
			if t.SIREN != "" {
				body["siren"] = t.SIREN
			}
		}
		if _, err := r.post(ctx, r.registrar(i), "collectivities", body); err != nil {
			return err
		}
		t.token, err = r.token(ctx, "declarant", t.ID, "Agent de "+t.Name)
		return err
	})
	if err != nil {
		return err
	}
	r.say("%d collectivities registered", len(r.towns))
	return r.grouping(ctx)
}
