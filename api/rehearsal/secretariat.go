package rehearsal

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"arobase/domain/territory"
)

// grouping has the members of an inter-municipal body recorded, if one takes part: communes of its département.
func (r *run) grouping(ctx context.Context) error {
	for _, t := range r.towns {
		if t.Kind != territory.KindEPCI {
			continue
		}
		var members []string
		for other := range territory.Official().All() {
			if other.Kind != territory.KindEPCI && other.Departement == t.Departement && len(members) < 12 {
				members = append(members, other.ID)
			}
		}
		_, err := r.post(ctx, r.registrars[0], "members", map[string]any{"collectivity": t.ID, "members": members, "on": r.server.today()})
		return err
	}
	return fmt.Errorf("no inter-municipal body takes part")
}

// mended is the town whose membership is entered wrongly and put right.
const mended = 12

// mend has what was entered wrongly of a membership put right: its fee is corrected, and a payment and a membership of
// another year are taken back.
func (r *run) mend(ctx context.Context, t *town, year, fee int, membership string) error {
	clerk := r.registrars[0]
	of := func(of string, more map[string]any) map[string]any {
		more["collectivity"], more["of"], more["why"] = t.ID, of, "Une erreur de saisie, inventée"
		return more
	}
	if _, err := r.post(ctx, clerk, "membership-corrections", of(membership, map[string]any{
		"year": year, "cause": "reduction", "regulation": regulation, "fee": fee - 1, "reason": "Une réduction inventée",
	})); err != nil {
		return err
	}
	wrong := year + 1
	joined, err := r.post(ctx, clerk, "memberships", map[string]any{
		"collectivity": t.ID, "year": wrong, "regulation": regulation, "fee": fee, "population": t.Population, "populationYear": 2023,
	})
	if err != nil {
		return err
	}
	paid, err := r.post(ctx, clerk, "payments", map[string]any{"collectivity": t.ID, "year": wrong, "amount": fee, "on": r.server.today()})
	if err != nil {
		return err
	}
	back := func(event string) map[string]any { return of(event, map[string]any{"year": wrong, "cause": "year"}) }
	if err := r.refused(ctx, http.StatusConflict, clerk, "membership-retractions", back(joined.Events[0])); err != nil {
		return fmt.Errorf("a membership that is paid: %w", err)
	}
	if _, err := r.post(ctx, clerk, "payment-retractions", back(paid.Events[0])); err != nil {
		return err
	}
	_, err = r.post(ctx, clerk, "membership-retractions", back(joined.Events[0]))
	return err
}

// object has an award of an earlier edition entered from a made-up source, disputed by the collectivity, and taken back.
func (r *run) object(ctx context.Context, n int, t *town) error {
	source := fmt.Sprintf("gazette-fictive-%d", n)
	if _, err := r.post(ctx, r.registrars[0], "sources", map[string]any{"source": source, "publisher": "La Gazette fictive", "title": "Un palmarès inventé"}); err != nil {
		return err
	}
	award, err := r.post(ctx, r.registrars[0], "awards", map[string]any{
		"collectivity": t.ID, "edition": n - 5, "distinction": "level", "level": 3, "certainty": "stated", "holder": t.Name, "source": source, "yearAsStated": strconv.Itoa(n - 5 + 1999),
	})
	if err != nil {
		return err
	}
	dispute, err := r.post(ctx, t.token, "disputes", map[string]any{"event": award.Events[0], "claim": "C'est une autre commune du même nom."})
	if err != nil {
		return err
	}
	if _, err := r.post(ctx, r.registrars[1], "dispute-answers", map[string]any{"dispute": dispute.Events[0], "outcome": "upheld", "answer": "La source parle d'une autre."}); err != nil {
		return err
	}
	_, err = r.post(ctx, r.registrars[1], "retractions", map[string]any{"event": award.Events[0], "cause": "identity"})
	return err
}

// attach has a text uploaded as what shows an action, and gives its SHA-256.
func (r *run) attach(ctx context.Context, token, text string) (string, error) {
	var kept struct {
		SHA256 string `json:"sha256"`
	}
	if err := r.ask(ctx, token, http.MethodPost, "/v1/evidence", []byte(text), &kept); err != nil {
		return "", err
	}
	r.count("evidence")
	return kept.SHA256, nil
}

// read gives a page, a picture or a table as everybody has it.
func (r *run) read(ctx context.Context, address, accept string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.server.URL+address, nil)
	if err != nil {
		return "", fmt.Errorf("writing a request: %w", err)
	}
	req.Header.Set("Accept", accept)
	answer, err := r.server.Client.Do(req)
	if err != nil {
		return "", fmt.Errorf("GET %s: %w", address, err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", fmt.Errorf("GET %s: %w", address, err)
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("GET %s: %d %s", address, answer.StatusCode, content)
	}
	return string(content), nil
}

// follows holds that whatever shows the label of a town shows the level that it has now, and that what was answered at a
// size of the ledger is still answered for it: on its page, on its badge, and in the palmarès as a table.
func (r *run) follows(ctx context.Context, n int, t *town, now, before int, size uint64) error {
	for _, look := range []struct{ what, address, accept, has string }{
		{"the badge", "/badge/" + t.ID + ".svg", "image/svg+xml", fmt.Sprintf(": %d @, édition %d (", now, n)},
		{"the page", "/collectivites/" + t.ID, "text/html", fmt.Sprintf("%d @", now)},
		{"the barometer", fmt.Sprintf("/editions/%d/barometre", n), "text/html", `id="group-1"`},
		{"the table", fmt.Sprintf("/v1/editions/%d/palmares?limit=1000", n), "text/csv", fmt.Sprintf(",decided,level,%d,", now)},
		{"the table as of before", fmt.Sprintf("/v1/editions/%d/palmares?limit=1000&as_of=%d", n, size), "text/csv", fmt.Sprintf(",level,%d,", before)},
	} {
		text, err := r.read(ctx, look.address, look.accept)
		if err != nil {
			return err
		}
		if look.accept == "text/csv" {
			text = lineOf(text, t.ID)
		}
		text = strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text)
		if !strings.Contains(text, look.has) {
			return fmt.Errorf("%s of %s does not have %q after the appeal: %.400s", look.what, t.ID, look.has, text)
		}
	}
	r.count("answers that follow")
	return nil
}

// lineOf gives the line of a table that is about a collectivity.
func lineOf(table, id string) string {
	for line := range strings.Lines(table) {
		if strings.Contains(line, ","+id+",") {
			return line
		}
	}
	return ""
}
