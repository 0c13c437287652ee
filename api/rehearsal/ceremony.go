package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// file is what the dossier of a candidacy tells the jury.
type file struct {
	Assessment *struct {
		Possible int `json:"possible"`
	} `json:"assessment"`
	Precedents *struct {
		Compared int               `json:"compared"`
		Nearest  []json.RawMessage `json:"nearest"`
	} `json:"precedents"`
	Jury struct {
		Assigned []int `json:"assigned"`
		Recused  []struct {
			Juror int `json:"juror"`
		} `json:"recused"`
	} `json:"jury"`
	Records []struct {
		Event string `json:"event"`
		Type  string `json:"type"`
	} `json:"records"`
}

func (r *run) file(ctx context.Context, token string, n int, t *town) (file, error) {
	var f file
	err := r.ask(ctx, token, http.MethodGet, fmt.Sprintf("/v1/editions/%d/candidacies/%s/dossier", n, t.ID), nil, &f)
	return f, err
}

// record gives the last record of a type in a dossier.
func (f file) record(typ string) (string, error) {
	for _, rec := range slices.Backward(f.Records) {
		if rec.Type == typ {
			return rec.Event, nil
		}
	}
	return "", fmt.Errorf("the dossier has no %s", typ)
}

// where finds the place of a town among those that are judged, from its place among the candidates.
func where(candidate int) int {
	if candidate > inadmissible {
		return candidate - 1
	}
	return candidate
}

// deliberate has the jury sit twice, decide on everything, vote once again, and close.
func (r *run) deliberate(ctx context.Context, n int, judged []*town) error {
	p := r.presidents[0]
	if err := r.server.Advance(31 * day); err != nil {
		return err
	}
	session := func(number int, present ...int) error {
		_, err := r.post(ctx, p, "sessions", map[string]any{"edition": n, "session": number, "on": r.server.today(), "present": present, "quorum": 5})
		return err
	}
	if err := session(1, 1, 2, 3, 4, 5, 6, 7, 8, 9); err != nil {
		return err
	}
	late := judged[where(deferred)]
	if _, err := r.post(ctx, p, "deferrals", map[string]any{"edition": n, "collectivity": late.ID, "session": 1, "reason": "Une pièce manque"}); err != nil {
		return err
	}
	if err := r.server.Advance(day); err != nil {
		return err
	}
	if err := session(2, 1, 2, 3, 4, 5, 6); err != nil {
		return err
	}
	// The jury cannot close before it has decided on everything.
	if err := r.refused(ctx, http.StatusUnprocessableEntity, p, "deliberations", map[string]any{"edition": n}); err != nil {
		return err
	}
	err := r.each(ctx, judged, func(ctx context.Context, i int, t *town) error {
		f, err := r.file(ctx, r.presidents[i%2], n, t)
		if err != nil {
			return err
		}
		decision := map[string]any{
			"edition": n, "collectivity": t.ID, "session": 1, "distinction": "level", "level": f.Assessment.Possible, "mentions": []string{},
			"tally": map[string]int{"for": 6, "against": 1, "abstained": 0}, "motivation": "Une décision inventée pour " + t.Name, "votes": "Les votes, par nom",
		}
		switch {
		case t == late:
			decision["session"], decision["tally"] = 2, map[string]int{"for": 5, "against": 1, "abstained": 0}
		case i == where(departing) && f.Assessment.Possible > 1:
			decision["level"], decision["departure"] = f.Assessment.Possible-1, "L'approche citoyenne manque"
		case i%9 == 0:
			decision["mentions"] = []string{"inclusion"}
		}
		draft := func(headers ...string) error {
			err := r.ask(ctx, r.presidents[i%2], http.MethodPost, "/v1/decisions", decision, nil, headers...)
			if err == nil {
				r.count("decisions")
			}
			return err
		}
		if err := draft("If-None-Match", "*"); err != nil {
			return err
		}
		if i != where(revoted) {
			return nil
		}
		decision["tally"] = map[string]int{"for": 7, "against": 0, "abstained": 0}
		r.count("re-votes")
		if err := r.refused(ctx, http.StatusConflict, r.presidents[0], "decisions", decision, "If-None-Match", "*"); err != nil {
			return err
		}
		return draft("If-Match", `"1"`)
	})
	if err != nil {
		return err
	}
	if _, err := r.post(ctx, p, "deliberations", map[string]any{"edition": n}); err != nil {
		return err
	}
	// The minutes show who sat, and before the ceremony no outcome: not to the jury, and to nobody without a token.
	if err := r.minutes(ctx, r.jurors[0], n, len(judged), 0); err != nil {
		return err
	}
	if err := r.minutes(ctx, p, n, len(judged), len(judged)); err != nil {
		return err
	}
	if err := r.minutes(ctx, "", n, 0, 0); err == nil {
		return fmt.Errorf("everybody reads the minutes of edition %d before its ceremony", n)
	}
	r.say("edition %d: %d decisions sealed, the deliberation is closed", n, len(judged))
	return nil
}

// celebrate has the ceremony put off and held, by two people.
func (r *run) celebrate(ctx context.Context, n int, judged []*town) error {
	p := r.presidents
	if _, err := r.post(ctx, p[0], "postponements", map[string]any{"edition": n, "to": r.server.dayIn(35), "reason": "La salle est inondée"}); err != nil {
		return err
	}
	on := r.server.dayIn(35)
	publication := map[string]any{"edition": n, "on": on}
	if err := r.refused(ctx, http.StatusConflict, p[0], "publications", publication); err != nil {
		return fmt.Errorf("before the day: %w", err)
	}
	if err := r.server.Advance(35 * day); err != nil {
		return err
	}
	if _, err := r.post(ctx, p[0], "publications", publication); err != nil {
		return err
	}
	if err := r.refused(ctx, http.StatusConflict, p[0], "publications", publication); err != nil {
		return fmt.Errorf("by one person alone: %w", err)
	}
	if _, err := r.post(ctx, p[1], "publications", publication); err != nil {
		return err
	}
	lines, err := r.palmares(ctx, n, "")
	if err != nil {
		return err
	}
	if len(lines) != len(judged) {
		return fmt.Errorf("the palmarès has %d lines, and %d were decided", len(lines), len(judged))
	}
	if err := r.minutes(ctx, "", n, len(judged), len(judged)); err != nil {
		return err
	}
	r.say("edition %d: palmarès published with %d results", n, len(lines))
	return nil
}

// minutes reads the minutes of an edition, and holds how many decisions they have and of how many they tell the outcome.
// Each must have had its quorum.
func (r *run) minutes(ctx context.Context, token string, n, decisions, told int) error {
	var m struct {
		Decisions []struct {
			Collectivity string           `json:"collectivity"`
			Held         bool             `json:"held"`
			Result       *json.RawMessage `json:"result"`
		} `json:"decisions"`
	}
	if err := r.ask(ctx, token, http.MethodGet, fmt.Sprintf("/v1/editions/%d/minutes", n), nil, &m); err != nil {
		return err
	}
	outcomes := 0
	for _, d := range m.Decisions {
		if !d.Held {
			return fmt.Errorf("by the minutes of edition %d the quorum did not hold for %s", n, d.Collectivity)
		}
		if d.Result != nil {
			outcomes++
		}
	}
	if len(m.Decisions) != decisions || outcomes != told {
		return fmt.Errorf("the minutes of edition %d have %d decisions and tell %d outcomes, want %d and %d", n, len(m.Decisions), outcomes, decisions, told)
	}
	return nil
}

// palmares gives the levels of an edition by collectivity.
func (r *run) palmares(ctx context.Context, n int, asOf string) (map[string]int, error) {
	var list struct {
		Lines []struct {
			Collectivity string `json:"collectivity"`
			Level        int    `json:"level"`
		} `json:"lines"`
		Next string `json:"next"`
	}
	levels := map[string]int{}
	address := fmt.Sprintf("/v1/editions/%d/palmares?limit=1000%s", n, asOf)
	for address != "" {
		list.Lines, list.Next = nil, ""
		if err := r.ask(ctx, "", http.MethodGet, address, nil, &list); err != nil {
			return nil, err
		}
		for _, line := range list.Lines {
			levels[line.Collectivity] = line.Level
		}
		address = list.Next
	}
	return levels, nil
}

// afterwards has decisions notified, one rectified, one appealed against and raised, and a text erased.
func (r *run) afterwards(ctx context.Context, n int, judged []*town) error {
	p := r.presidents[0]
	seals := make([]string, len(judged))
	err := r.each(ctx, judged, func(ctx context.Context, i int, t *town) error {
		f, err := r.file(ctx, r.registrar(i), n, t)
		if err != nil {
			return err
		}
		if seals[i], err = f.record("decision-sealed"); err != nil {
			return err
		}
		_, err = r.post(ctx, r.registrar(i), "notifications", map[string]any{"edition": n, "collectivity": t.ID, "of": seals[i], "on": r.server.today(), "channel": "e-mail"})
		return err
	})
	if err != nil {
		return err
	}
	before, err := r.palmares(ctx, n, "")
	if err != nil {
		return err
	}
	result := func(level int) map[string]any { return map[string]any{"distinction": "level", "level": level} }
	wrong := -1
	for i := where(rectified); wrong < 0 && i < len(judged); i++ {
		if l := before[judged[i].ID]; i != where(appealing) && i%9 != 0 && l > 1 {
			wrong = i
		}
	}
	if wrong >= 0 {
		t := judged[wrong]
		l := before[t.ID]
		if _, err := r.post(ctx, p, "rectifications", map[string]any{
			"edition": n, "collectivity": t.ID, "of": seals[wrong], "from": result(l), "to": result(l - 1), "reason": "Une erreur de saisie",
		}); err != nil {
			return err
		}
	}
	var last receipt
	i := where(appealing)
	for i%9 == 0 || i == wrong || before[judged[i].ID] > 4 {
		i++
	}
	t := judged[i]
	appeal, err := r.post(ctx, t.token, "appeals", map[string]any{"edition": n, "collectivity": t.ID, "of": seals[i], "on": r.server.today(), "grounds": "Deux actions n'ont pas été comptées."})
	if err != nil {
		return err
	}
	if _, err := r.post(ctx, p, "appeal-admissions", map[string]any{"edition": n, "collectivity": t.ID, "appeal": appeal.Events[0]}); err != nil {
		return err
	}
	// What it is judged by stays meanwhile.
	frozen := t.actions[len(t.actions)-1].event
	if err := r.refused(ctx, http.StatusConflict, r.server.Admin, "erasures", map[string]any{"event": frozen, "pointer": "/data/description", "ground": "request"}); err != nil {
		return fmt.Errorf("under appeal: %w", err)
	}
	f, err := r.file(ctx, p, n, t)
	if err != nil {
		return err
	}
	var panel []int
	for juror := 1; juror <= jurorsOfEdition; juror++ {
		if !slices.Contains(f.Jury.Assigned, juror) {
			panel = append(panel, juror)
		}
	}
	if last, err = r.post(ctx, p, "appeal-decisions", map[string]any{
		"edition": n, "collectivity": t.ID, "appeal": appeal.Events[0], "panel": panel, "outcome": "changed", "to": result(before[t.ID] + 1),
		"tally": map[string]int{"for": len(panel), "against": 0, "abstained": 0}, "reason": "Les deux actions comptent.",
	}); err != nil {
		return err
	}
	after, err := r.palmares(ctx, n, "")
	if err != nil {
		return err
	}
	earlier, err := r.palmares(ctx, n, fmt.Sprintf("&as_of=%d", last.Position))
	if err != nil {
		return err
	}
	if after[t.ID] != before[t.ID]+1 || earlier[t.ID] != before[t.ID] {
		return fmt.Errorf("%s had %d @; after the appeal the palmarès says %d, and as of before it %d", t.ID, before[t.ID], after[t.ID], earlier[t.ID])
	}
	if err := r.follows(ctx, n, t, after[t.ID], before[t.ID], last.Position); err != nil {
		return err
	}
	if err := r.object(ctx, n, judged[where(erased)]); err != nil {
		return fmt.Errorf("a dispute: %w", err)
	}
	if _, err := r.post(ctx, r.server.Admin, "erasures", map[string]any{"event": judged[where(erased)].actions[0].event, "pointer": "/data/description", "ground": "request"}); err != nil {
		return err
	}
	if err := r.refused(ctx, http.StatusConflict, r.server.Admin, "erasures", map[string]any{"event": seals[0], "pointer": "/data/level", "ground": "request"}); err != nil {
		return fmt.Errorf("a level: %w", err)
	}
	r.say("edition %d: notified, one rectified, an appeal raised %s from %d to %d @, a text erased", n, t.Name, before[t.ID], after[t.ID])
	return nil
}
