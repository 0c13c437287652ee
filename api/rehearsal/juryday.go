package rehearsal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Day says what the jury has before it on the busiest days of an edition.
type Day struct {
	// Candidacies are those of the edition that is judged, and of the one before it, whose decisions are its precedents.
	Candidacies int
	// Jurors work at once, and so do the people of the presidency: one in five of them, at least two.
	Jurors   int
	Seed     uint64
	Progress func(line string)
	Clock    func() time.Time
	// Part is called after each part of the measured time, with its name and how long it took. Nobody works then. Nil:
	// nobody is told.
	Part func(name string, took time.Duration) error
}

// The parts of the measured time, in their order.
const (
	PartReading    = "reading"    // jurors read, give opinions and declare interests, while others are assigned
	PartDecisions  = "decisions"  // the presidency drafts what was decided, jurors read on
	PartClosing    = "closing"    // of the deliberation: every decision is sealed
	PartPublishing = "publishing" // every decision is opened, and the palmarès comes last
)

// Measured says how long what took.
type Measured struct {
	// Took has the times of the requests of a kind, in ascending order: a resource that is written, or dossier and
	// diagnosis. What was refused is among them.
	Took map[string][]time.Duration
	// Conflicts are the requests of the jury's two days that were answered with 409: somebody else had been quicker.
	Conflicts int
	// Parts say how long each part took.
	Parts map[string]time.Duration
}

// juryDay measures. Its fields are guarded by mu.
type juryDay struct {
	mu       sync.Mutex
	on       bool // while nothing is measured, nothing is kept
	measured Measured
}

// see keeps how long a request took.
func (d *juryDay) see(method, address string, status int, took time.Duration) {
	kind := address[strings.LastIndexByte(address, '/')+1:]
	if method == http.MethodGet && kind != "dossier" && kind != "diagnosis" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.on {
		return
	}
	d.measured.Took[kind] = append(d.measured.Took[kind], took)
	if status == http.StatusConflict {
		d.measured.Conflicts++
	}
}

func (d *juryDay) measure(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.on = on
}

// JuryDay rehearses one edition whole, and of the next one the days on which a jury works at once: reading with opinions,
// the drafts of decisions, the end of the deliberation, the ceremony. The rest is prepared and not measured. Where two
// people write the same draft one of them must be refused; anything else that is refused is an error.
func JuryDay(ctx context.Context, s *Server, opt Day) (Measured, error) {
	day := &juryDay{measured: Measured{Took: map[string][]time.Duration{}, Parts: map[string]time.Duration{}}}
	r := &run{
		server: s, opt: Options{Collectivities: opt.Candidacies*20/19 + 1, Editions: 1, Seed: opt.Seed, Progress: opt.Progress}, clock: opt.Clock,
		random: rand.New(rand.NewPCG(opt.Seed, 2)), done: map[string]int{}, seen: day.see,
	}
	if opt.Candidacies < least || opt.Jurors < jurorsOfEdition {
		return day.measured, fmt.Errorf("a jury day has %d candidacies and %d jurors at least", least, jurorsOfEdition)
	}
	if err := r.whole(ctx); err != nil {
		return day.measured, err
	}
	j := &sitting{run: r, n: r.next(), day: day, opt: opt}
	if err := j.prepare(ctx); err != nil {
		return day.measured, fmt.Errorf("preparing the jury day: %w", err)
	}
	for _, part := range []struct {
		name string
		do   func(context.Context) error
		// before lets the days go by that are before the part
		before time.Duration
	}{
		{PartReading, j.reading, 0},
		{PartDecisions, j.decisions, 31 * 24 * time.Hour},
		{PartClosing, j.close, 0},
		{PartPublishing, j.publish, 35 * 24 * time.Hour},
	} {
		if err := s.Advance(part.before); err != nil {
			return day.measured, err
		}
		day.measure(true)
		began := opt.Clock()
		err := part.do(ctx)
		took := opt.Clock().Sub(began)
		day.measure(false)
		if err != nil {
			return day.measured, fmt.Errorf("the part %s: %w", part.name, err)
		}
		day.measured.Parts[part.name] = took
		r.say("%s: %v", part.name, took.Round(time.Millisecond))
		if opt.Part != nil {
			if err := opt.Part(part.name, took); err != nil {
				return day.measured, err
			}
		}
	}
	for _, times := range day.measured.Took {
		slices.Sort(times)
	}
	return day.measured, nil
}

// sitting is an edition with its jury at work.
type sitting struct {
	*run
	n          int
	day        *juryDay
	opt        Day
	towns      []*town // the candidates
	presidency []string
	// work has the candidacies of each juror, by number from 1, in the order in which they are assigned.
	work [][]int
}

// prepare brings the edition to the day on which declarations are closed and the jury is appointed. The first of the two
// who report on each candidacy is assigned.
func (j *sitting) prepare(ctx context.Context) error {
	r, n := j.run, j.n
	p := r.presidents[0]
	if _, err := r.post(ctx, p, "editions", map[string]any{
		"edition": n, "regulation": regulation, "grid": grid,
		"calendar": map[string]any{"opens": r.server.today(), "closes": r.server.dayIn(25), "jury": r.server.dayIn(40), "ceremony": r.server.dayIn(60)},
		"mentions": []any{map[string]any{"mention": "sobriete", "name": "Sobriété numérique"}},
	}); err != nil {
		return err
	}
	if err := r.declare(ctx, n, false); err != nil {
		return fmt.Errorf("declarations: %w", err)
	}
	j.towns = r.towns[:j.opt.Candidacies]
	if err := r.apply(ctx, n, j.towns); err != nil {
		return fmt.Errorf("candidacies: %w", err)
	}
	if err := r.server.Advance(26 * day); err != nil {
		return err
	}
	if _, err := r.post(ctx, p, "closings", map[string]any{"edition": n, "candidacies": len(j.towns)}); err != nil {
		return err
	}
	if err := j.appoint(ctx); err != nil {
		return fmt.Errorf("the jury: %w", err)
	}
	j.work = make([][]int, j.opt.Jurors+1)
	for i := range j.towns {
		first, second := j.reporters(i)
		j.work[first], j.work[second] = append(j.work[first], i), append(j.work[second], i)
	}
	return r.each(ctx, j.towns, func(ctx context.Context, i int, t *town) error {
		first, _ := j.reporters(i)
		_, err := r.post(ctx, j.president(i), "assignments", map[string]any{"edition": n, "collectivity": t.ID, "juror": first})
		return err
	})
}

// appoint gives the jury its members and its presidency.
func (j *sitting) appoint(ctx context.Context) error {
	r, n := j.run, j.n
	r.jurors = nil
	var numbers []int
	colleges := []string{"academic", "journalist", "ministry", "association"}
	for k := 1; k <= j.opt.Jurors; k++ {
		body := map[string]any{"edition": n, "juror": k, "college": colleges[k%len(colleges)], "person": fmt.Sprintf("Juré %d de l'édition %d", k, n)}
		if k == 1 {
			body["chair"] = "yes"
		}
		if _, err := r.post(ctx, r.presidents[0], "jurors", body); err != nil {
			return err
		}
		token, err := r.token(ctx, "juror", fmt.Sprintf("%d-%d", n, k), fmt.Sprintf("Juré %d", k))
		if err != nil {
			return err
		}
		r.jurors, numbers = append(r.jurors, token), append(numbers, k)
	}
	for k := range max(2, j.opt.Jurors/5) {
		token, err := r.token(ctx, "president", "", fmt.Sprintf("Présidence %d de l'édition %d", k+1, n))
		if err != nil {
			return err
		}
		j.presidency = append(j.presidency, token)
	}
	_, err := r.post(ctx, r.presidents[0], "juries", map[string]any{"edition": n, "jurors": numbers})
	return err
}

func (j *sitting) president(i int) string { return j.presidency[i%len(j.presidency)] }

// reporters are the two jurors who report on a candidacy. Both come to it at about the same time.
func (j *sitting) reporters(i int) (first, second int) {
	return i%j.opt.Jurors + 1, (i+7)%j.opt.Jurors + 1
}

func (j *sitting) address(i int, what string) string {
	return fmt.Sprintf("/v1/editions/%d/candidacies/%s/%s", j.n, j.towns[i].ID, what)
}

// reading has every juror work through the own candidacies, while the presidency assigns the second reporters.
func (j *sitting) reading(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	assigned := make([]chan struct{}, len(j.towns)) // closed when the second reporter is
	for i := range assigned {
		assigned[i] = make(chan struct{})
	}
	for k, token := range j.presidency {
		g.Go(func() error {
			for i := k; i < len(j.towns); i += len(j.presidency) {
				_, second := j.reporters(i)
				if _, err := j.post(ctx, token, "assignments", map[string]any{"edition": j.n, "collectivity": j.towns[i].ID, "juror": second}); err != nil {
					return err
				}
				close(assigned[i])
			}
			return nil
		})
	}
	for juror := 1; juror <= j.opt.Jurors; juror++ {
		g.Go(func() error {
			for k, i := range j.work[juror] {
				if _, second := j.reporters(i); second == juror {
					select {
					case <-assigned[i]:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				if err := j.report(ctx, juror, i); err != nil {
					return fmt.Errorf("juror %d on %s: %w", juror, j.towns[i].ID, err)
				}
				if k%20 != 0 {
					continue
				}
				if err := j.declareInterest(ctx, juror, i); err != nil {
					return fmt.Errorf("juror %d declares an interest: %w", juror, err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// report is what a juror does about a candidacy: read, give an opinion, and read what the rules find and what was decided
// before. Every second opinion rests on what was read: somebody who was quicker makes the juror read again.
func (j *sitting) report(ctx context.Context, juror, i int) error {
	token := j.jurors[juror-1]
	opinion := map[string]any{"edition": j.n, "collectivity": j.towns[i].ID, "juror": juror, "opinion": strings.Repeat("Un avis inventé sur "+j.towns[i].Name+". ", 8)}
	for {
		f, err := j.file(ctx, token, j.n, j.towns[i])
		if err != nil {
			return err
		}
		var headers []string
		if i%2 == 0 {
			headers = []string{"If-Match", strconv.Quote(strconv.Itoa(len(f.Records) - 1))}
		}
		_, err = j.post(ctx, token, "opinions", opinion, headers...)
		if refusal, ok := err.(*Refused); ok && refusal.Status == http.StatusConflict && headers != nil { //nolint:errorlint // as ask made it
			continue
		}
		if err != nil {
			return err
		}
		break
	}
	f, err := j.file(ctx, token, j.n, j.towns[i])
	if err != nil {
		return err
	}
	if f.Assessment == nil || f.Precedents == nil {
		return fmt.Errorf("the dossier tells nothing more after the opinion")
	}
	if i%10 == 0 {
		return j.ask(ctx, token, http.MethodGet, j.address(i, "diagnosis"), nil, nil)
	}
	return nil
}

// declareInterest has a juror declare an interest in a collectivity that two others report on.
func (j *sitting) declareInterest(ctx context.Context, juror, i int) error {
	for at := i + 1; ; at++ {
		at %= len(j.towns)
		if first, second := j.reporters(at); first != juror && second != juror {
			_, err := j.post(ctx, j.jurors[juror-1], "conflicts", map[string]any{
				"edition": j.n, "collectivity": j.towns[at].ID, "juror": juror, "category": "employment", "nature": "Un ancien emploi",
			})
			return err
		}
	}
}

// decisions has a session held and every decision drafted, one in twenty by two people at once, while the jurors read on.
func (j *sitting) decisions(ctx context.Context) error {
	present := make([]int, j.opt.Jurors)
	for k := range present {
		present[k] = k + 1
	}
	if _, err := j.post(ctx, j.presidency[0], "sessions", map[string]any{"edition": j.n, "session": 1, "on": j.server.today(), "present": present, "quorum": 5}); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for k := range j.presidency {
		g.Go(func() error {
			for i := k; i < len(j.towns); i += len(j.presidency) {
				if err := j.draft(ctx, k, i); err != nil {
					return fmt.Errorf("the draft on %s: %w", j.towns[i].ID, err)
				}
			}
			return nil
		})
	}
	for juror := 1; juror <= j.opt.Jurors; juror++ {
		g.Go(func() error {
			for _, i := range j.work[juror] {
				if _, err := j.file(ctx, j.jurors[juror-1], j.n, j.towns[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

func (j *sitting) draft(ctx context.Context, k, i int) error {
	t := j.towns[i]
	f, err := j.file(ctx, j.presidency[k], j.n, t)
	if err != nil {
		return err
	}
	decision := map[string]any{
		"edition": j.n, "collectivity": t.ID, "session": 1, "distinction": "level", "level": f.Assessment.Possible, "mentions": []string{},
		"tally":      map[string]int{"for": 6, "against": 1, "abstained": 0},
		"motivation": strings.Repeat("Une décision inventée pour "+t.Name+". ", 8), "votes": "Les votes, par nom",
	}
	once := func(person string) error {
		return j.ask(ctx, person, http.MethodPost, "/v1/decisions", decision, nil, "If-None-Match", "*")
	}
	if i%20 != 0 {
		return once(j.presidency[k])
	}
	var two [2]error
	var both sync.WaitGroup
	for who := range two {
		both.Go(func() { two[who] = once(j.presidency[(k+who)%len(j.presidency)]) })
	}
	both.Wait()
	var refused int
	for _, err := range two {
		switch refusal, ok := err.(*Refused); { //nolint:errorlint // as ask made it
		case ok && refusal.Status == http.StatusConflict:
			refused++
		case err != nil:
			return err
		}
	}
	if refused != 1 {
		return fmt.Errorf("of two who wrote the same draft %d were refused", refused)
	}
	return nil
}

// close has every decision sealed.
func (j *sitting) close(ctx context.Context) error {
	_, err := j.post(ctx, j.presidency[0], "deliberations", map[string]any{"edition": j.n})
	return err
}

// publish has two people hold the ceremony.
func (j *sitting) publish(ctx context.Context) error {
	for _, person := range j.presidency[:2] {
		if _, err := j.post(ctx, person, "publications", map[string]any{"edition": j.n, "on": j.server.today()}); err != nil {
			return err
		}
	}
	levels, err := j.palmares(ctx, j.n, "")
	if err == nil && len(levels) != len(j.towns) {
		err = fmt.Errorf("the palmarès has %d lines, and %d were decided", len(levels), len(j.towns))
	}
	return err
}
