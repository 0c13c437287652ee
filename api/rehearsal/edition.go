package rehearsal

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const day = 24 * time.Hour

// jurorsOfEdition is how many sit. They report two on each candidacy.
const jurorsOfEdition = 9

// edition runs one edition from its opening to its end.
func (r *run) edition(ctx context.Context, first bool) error {
	n := r.next()
	p := r.presidents[0]
	if _, err := r.post(ctx, p, "editions", map[string]any{
		"edition": n, "regulation": regulation, "grid": grid,
		"calendar": map[string]any{"opens": r.server.today(), "closes": r.server.dayIn(25), "jury": r.server.dayIn(60), "ceremony": r.server.dayIn(90)},
		"mentions": []any{map[string]any{"mention": "sobriete", "name": "Sobriété numérique"}, map[string]any{"mention": "inclusion", "name": "Inclusion"}},
	}); err != nil {
		return err
	}
	if err := r.declare(ctx, n, first); err != nil {
		return fmt.Errorf("declarations: %w", err)
	}
	candidates := r.towns[:len(r.towns)-len(r.towns)/20] // one in twenty stays away
	if err := r.apply(ctx, n, candidates); err != nil {
		return fmt.Errorf("candidacies: %w", err)
	}
	if _, err := r.post(ctx, p, "extensions", map[string]any{"edition": n, "deadline": "closes", "until": r.server.dayIn(30), "reason": "Une panne du réseau"}); err != nil {
		return err
	}
	if err := r.server.Advance(30 * day); err != nil {
		return err
	}
	if _, err := r.post(ctx, p, "closings", map[string]any{"edition": n, "candidacies": len(candidates)}); err != nil {
		return err
	}
	// Too late is too late.
	if err := r.refused(ctx, http.StatusConflict, candidates[0].token, "submissions", map[string]any{"edition": n, "collectivity": candidates[0].ID, "signedOff": "Le maire"}); err != nil {
		return err
	}
	r.say("edition %d: %d candidacies, declarations closed", n, len(candidates))
	judged, err := r.jury(ctx, n, candidates)
	if err != nil {
		return fmt.Errorf("the jury: %w", err)
	}
	if err := r.deliberate(ctx, n, judged); err != nil {
		return fmt.Errorf("the deliberation: %w", err)
	}
	if err := r.celebrate(ctx, n, judged); err != nil {
		return fmt.Errorf("the ceremony: %w", err)
	}
	if err := r.afterwards(ctx, n, judged); err != nil {
		return fmt.Errorf("after the ceremony: %w", err)
	}
	_, err = r.post(ctx, p, "edition-closings", map[string]any{"edition": n})
	return err
}

// declare has every town declare its actions, or carry those of the year before over: most are confirmed, one ends, one
// is new.
func (r *run) declare(ctx context.Context, n int, first bool) error {
	plans := make([][][]string, len(r.towns)) // services of each new action
	for i := range r.towns {
		count := 1
		if first {
			count = 2 + r.random.IntN(9)
		}
		for range count {
			services := []string{serviceOf(r.random.IntN(allServices))}
			if other := serviceOf(r.random.IntN(allServices)); other != services[0] {
				services = append(services, other)
			}
			plans[i] = append(plans[i], services)
		}
	}
	return r.each(ctx, r.towns, func(ctx context.Context, i int, t *town) error {
		for k := range t.actions {
			a := &t.actions[k]
			if a.ended {
				continue
			}
			resource := "confirmations"
			if k == 0 && len(t.actions) > 1 {
				resource = "endings"
			}
			done, err := r.post(ctx, t.token, resource, map[string]any{"action": a.id, "on": r.server.today()})
			if err != nil {
				return err
			}
			a.revision, a.ended = done.Revision, resource == "endings"
		}
		for k, services := range plans[i] {
			id := fmt.Sprintf("action-%s-%d-%d", strings.ToLower(t.Code), n, k+1)
			body := map[string]any{
				"action": id, "collectivity": t.ID, "grid": grid, "services": services, "startedOn": "2025-03", "operatorKind": "collectivity",
				"title": fmt.Sprintf("Action fictive %d de %s", k+1, t.Name), "description": "Une action inventée pour une répétition.",
			}
			switch {
			case k == 0 && i%5 == 0:
				hash, err := r.attach(ctx, t.token, fmt.Sprintf("Une délibération inventée de %s, pour l'édition %d.\n", t.Name, n))
				if err != nil {
					return err
				}
				body["evidence"] = []any{map[string]any{"sha256": hash}}
			case k == 0:
				body["evidence"] = []any{map[string]any{"url": "https://example.org/" + id}}
			}
			done, err := r.post(ctx, t.token, "actions", body, "If-None-Match", "*")
			if err != nil {
				return err
			}
			t.actions = append(t.actions, action{id: id, revision: done.Revision, event: done.Events[0]})
		}
		return nil
	})
}

// apply has towns become members, pay, register and submit.
func (r *run) apply(ctx context.Context, n int, towns []*town) error {
	year := r.server.Now().UTC().Year() + 1
	return r.each(ctx, towns, func(ctx context.Context, i int, t *town) error {
		fee := min(max(5*t.Population, 5000), 500000)
		joined, err := r.post(ctx, r.registrar(i), "memberships", map[string]any{
			"collectivity": t.ID, "year": year, "regulation": regulation, "fee": fee, "population": t.Population, "populationYear": 2023,
		})
		if err != nil {
			return err
		}
		if i == mended {
			if err := r.mend(ctx, t, year, fee, joined.Events[0]); err != nil {
				return fmt.Errorf("a membership: %w", err)
			}
		}
		if i != inadmissible {
			if _, err := r.post(ctx, r.registrar(i), "payments", map[string]any{"collectivity": t.ID, "year": year, "amount": fee, "on": r.server.today()}); err != nil {
				return err
			}
		}
		candidacy := map[string]any{"edition": n, "collectivity": t.ID, "kind": t.kind, "population": t.Population, "populationYear": 2023}
		if _, err := r.post(ctx, t.token, "candidacies", candidacy); err != nil {
			return err
		}
		var frozen []any
		for _, a := range t.actions {
			if !a.ended {
				frozen = append(frozen, map[string]any{"action": a.id, "revision": a.revision})
			}
		}
		_, err = r.post(ctx, t.token, "submissions", map[string]any{"edition": n, "collectivity": t.ID, "actions": frozen, "signedOff": "Le maire de " + t.Name},
			"Idempotency-Key", fmt.Sprintf("submission-%d-%s", n, t.ID))
		return err
	})
}

// Some towns, by their place, to whom something happens.
const (
	inadmissible = 2 // it did not pay
	asked        = 3 // for information
	bound        = 4 // a juror declares an interest
	recused      = 5
	deferred     = 6
	revoted      = 7
	departing    = 8
	rectified    = 9
	appealing    = 10
	erased       = 11
	least        = 16 // the least number of towns for all of that
)

// jury has the jury appointed, assigned and heard, and gives the towns that it judges.
func (r *run) jury(ctx context.Context, n int, towns []*town) ([]*town, error) {
	p := r.presidents[0]
	r.jurors = nil
	var numbers []int
	colleges := []string{"academic", "journalist", "ministry", "association"}
	for k := range jurorsOfEdition {
		body := map[string]any{"edition": n, "juror": k + 1, "college": colleges[k%len(colleges)], "person": fmt.Sprintf("Juré %d de l'édition %d", k+1, n)}
		if k == 0 {
			body["chair"] = "yes"
		}
		if _, err := r.post(ctx, p, "jurors", body); err != nil {
			return nil, err
		}
		token, err := r.token(ctx, "juror", fmt.Sprintf("%d-%d", n, k+1), fmt.Sprintf("Juré %d", k+1))
		if err != nil {
			return nil, err
		}
		r.jurors = append(r.jurors, token)
		numbers = append(numbers, k+1)
	}
	if _, err := r.post(ctx, p, "juries", map[string]any{"edition": n, "jurors": numbers}); err != nil {
		return nil, err
	}
	of := func(i int) map[string]any { return map[string]any{"edition": n, "collectivity": towns[i].ID} }
	with := func(m map[string]any, more ...any) map[string]any {
		for i := 0; i < len(more); i += 2 {
			m[more[i].(string)] = more[i+1]
		}
		return m
	}
	question, err := r.post(ctx, r.registrars[0], "information-requests", with(of(asked), "question", "De quand date cette action ?", "until", r.server.dayIn(10)))
	if err != nil {
		return nil, err
	}
	if _, err := r.post(ctx, towns[asked].token, "information-answers", with(of(asked), "request", question.Events[0], "answer", "De mars 2025.")); err != nil {
		return nil, err
	}
	if _, err := r.post(ctx, p, "inadmissibilities", with(of(inadmissible), "ground", "unpaid", "article", "3", "reason", "La cotisation n'est pas payée.")); err != nil {
		return nil, err
	}
	judged := append(append([]*town{}, towns[:inadmissible]...), towns[inadmissible+1:]...)
	// A juror acts for the own seat and for no other.
	if err := r.refused(ctx, http.StatusForbidden, r.jurors[0], "conflicts", with(of(bound), "juror", 2, "category", "employment")); err != nil {
		return nil, err
	}
	if _, err := r.post(ctx, r.jurors[8], "conflicts", with(of(bound), "juror", 9, "category", "employment", "nature", "Un ancien emploi")); err != nil {
		return nil, err
	}
	err = r.each(ctx, judged, func(ctx context.Context, i int, t *town) error {
		for _, juror := range reporters(i) {
			if _, err := r.post(ctx, r.presidents[i%2], "assignments", map[string]any{"edition": n, "collectivity": t.ID, "juror": juror}); err != nil {
				return err
			}
			if _, err := r.post(ctx, r.jurors[juror-1], "opinions", map[string]any{"edition": n, "collectivity": t.ID, "juror": juror, "opinion": "Un avis inventé sur " + t.Name}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	_, err = r.post(ctx, r.jurors[7], "recusals", with(of(recused), "juror", 8, "category", "residence"))
	r.say("edition %d: %d jurors, two opinions on each of %d candidacies", n, jurorsOfEdition, len(judged))
	return judged, err
}

// reporters are the two jurors who report on a candidacy: never the eighth or the ninth.
func reporters(i int) []int { return []int{i%7 + 1, (i+3)%7 + 1} }
