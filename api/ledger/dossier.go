package ledger

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/domain"
)

// Dossier is what a juror needs to decide on a candidacy and to justify the decision. Every line names the record that it
// rests on.
type Dossier struct {
	Edition        domain.Edition        `json:"edition"`
	Collectivity   domain.CollectivityID `json:"collectivity"`
	Name           string                `json:"name"`
	Kind           string                `json:"kind"`
	Population     int                   `json:"population,omitempty"`
	PopulationYear int                   `json:"populationYear,omitempty"`
	Stage          domain.Stage          `json:"stage"`
	Grid           string                `json:"grid"`
	Regulation     string                `json:"regulation"`
	Stakes         []DossierStake        `json:"stakes"`
	LeftOut        []DossierLeftOut      `json:"leftOut"`
	// Assessment is nil for a juror who has not given an opinion yet: it is shown afterwards.
	Assessment *DossierAssessment `json:"assessment"`
	Withheld   string             `json:"withheld,omitempty"` // why there is no assessment
	Changes    DossierChanges     `json:"changes"`            // since the last candidacy that was run here
	Editions   []EditionView      `json:"editions"`           // what was awarded before
	Jury       DossierJury        `json:"jury"`
	// Precedents are nil where the assessment is withheld.
	Precedents *DossierPrecedents `json:"precedents"`
	// Decision is what was decided, once the palmarès is published; nil before.
	Decision *MinutesDecision `json:"decision"`
	Records  []DossierRecord  `json:"records"` // of the candidacy, in their order
}

// DossierStake is one stake with the services that apply to the candidacy.
type DossierStake struct {
	Stake    string           `json:"stake"`
	Name     string           `json:"name"`
	Rendered int              `json:"rendered"`
	Applies  int              `json:"applies"`
	Services []DossierService `json:"services"`
}

// DossierService is one service with the actions behind it.
type DossierService struct {
	Service string          `json:"service"`
	Name    string          `json:"name"`
	Actions []DossierAction `json:"actions"`
}

// DossierAction is an action as it was submitted.
type DossierAction struct {
	Action      domain.ActionID   `json:"action"`
	Revision    int64             `json:"revision"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	StartedOn   string            `json:"startedOn"`
	EndedOn     string            `json:"endedOn,omitempty"`
	Operator    string            `json:"operatorKind"`
	Innovation  string            `json:"innovation,omitempty"`
	URL         string            `json:"url,omitempty"`
	Evidence    []domain.Evidence `json:"evidence,omitempty"`
	// Grid is the version of the grid that it was declared under, where that is another than the edition's.
	Grid string `json:"grid,omitempty"`
	// Event is the record that says what the action is, as it was submitted; its proof is at /v1/events/{event}/proof.
	Event uuid.UUID `json:"event"`
	Index uint64    `json:"index"`
}

// DossierLeftOut is an action that does not count, and why.
type DossierLeftOut struct {
	DossierAction
	Why domain.LeftOutFor `json:"why"`
}

// DossierAssessment is what the rules make of it: what is possible, and what the jury must assess. It awards nothing.
type DossierAssessment struct {
	Possible int      `json:"possible"`
	Assess   []string `json:"assess"`
	Known    string   `json:"known"` // how well the thresholds are known
	// Services and Stakes are the shares that the candidacy has, in whole percent, rounded down; Thresholds what each level
	// asks for, so that everybody sees why no more is possible, and no less.
	Services   int                `json:"services"`
	Stakes     int                `json:"stakes"`
	Thresholds []DossierThreshold `json:"thresholds"`
	Text       string             `json:"text"`
	Next       string             `json:"next,omitempty"` // what the level above asks for
	// Above is the same in numbers, in percent of the services and of the stakes that apply.
	Above *DossierThreshold `json:"above,omitempty"`
}

// DossierThreshold is what a level asks for, in percent.
type DossierThreshold struct {
	Level    int      `json:"level"`
	Services int      `json:"services"`
	Stakes   int      `json:"stakes"`
	Assess   []string `json:"assess,omitempty"` // what the jury must assess before it awards it
	Known    string   `json:"known"`
	// Reached tells that the candidacy has both shares, and those of all levels below.
	Reached bool `json:"reached"`
}

// DossierChanges compares what was submitted with the last candidacy.
type DossierChanges struct {
	Since   domain.Edition    `json:"since,omitempty"` // 0: there is none
	New     []domain.ActionID `json:"new"`
	Changed []domain.ActionID `json:"changed"`
	Gone    []domain.ActionID `json:"gone"`
	// Titles are those of the actions that are gone; the others stand in the dossier.
	Titles map[domain.ActionID]string `json:"titles,omitempty"`
}

// DossierJury says who judges it.
type DossierJury struct {
	Assigned []int            `json:"assigned"`
	Recused  []DossierRecusal `json:"recused"`
	Opinions []DossierOpinion `json:"opinions"`
	Sessions []DossierSession `json:"sessions"`
}

// DossierRecusal is a juror who takes no part.
type DossierRecusal struct {
	Juror    int    `json:"juror"`
	Category string `json:"category"`
	// Event is the recusal, or while there is none yet the interest that the juror declared.
	Event uuid.UUID `json:"event"`
	// Later tells that it became known after the decision was sealed: the juror had voted. In minutes.
	Later bool `json:"later,omitempty"`
}

// DossierOpinion is that of one juror. The text is there for those who may read it.
type DossierOpinion struct {
	Juror int       `json:"juror"`
	Text  string    `json:"text,omitempty"`
	Event uuid.UUID `json:"event"`
	// Readable tells that the reader may read the text: where it is "" nevertheless, it was erased.
	Readable bool `json:"readable"`
}

// DossierSession is a sitting with those who could vote on this candidacy, and whether quorum held without the recused.
type DossierSession struct {
	Session int       `json:"session"`
	On      string    `json:"on"`
	Present []int     `json:"present"`
	Voters  []int     `json:"voters"`
	Quorum  int       `json:"quorum"`
	Held    bool      `json:"held"`
	Event   uuid.UUID `json:"event"`
}

// DossierPrecedents are the nearest candidacies that were decided. None near: there is no comparable precedent.
type DossierPrecedents struct {
	Compared int                `json:"compared"`
	Nearest  []DossierPrecedent `json:"nearest"`
}

// DossierPrecedent is one of them.
type DossierPrecedent struct {
	Edition      domain.Edition        `json:"edition"`
	Collectivity domain.CollectivityID `json:"collectivity"`
	Name         string                `json:"name"`
	Population   int                   `json:"population"`
	Distance     float64               `json:"distance"`
	// Size and Coverage are the two parts of the distance. Rendered are its services with an action that counts, of those that
	// apply.
	Size     float64       `json:"size"`
	Coverage float64       `json:"coverage"`
	Rendered int           `json:"rendered"`
	Services int           `json:"services"`
	Result   domain.Result `json:"result"`
	// Motivation is "" where it was erased. Event is the record that holds its seal.
	Motivation string    `json:"motivation,omitempty"`
	Event      uuid.UUID `json:"event"`
	// Decided is what the jury decided, to which the motivation belongs, where something came of it since; After is what.
	Decided *domain.Result `json:"decided,omitempty"`
	After   []AfterView    `json:"after,omitempty"`
}

// DossierRecord is one record of the candidacy; its proof is at /v1/events/{event}/proof.
type DossierRecord struct {
	Event    uuid.UUID `json:"event"`
	Type     string    `json:"type"`
	Index    uint64    `json:"index"`
	Recorded time.Time `json:"recorded"`
}

// dossierRoles may read dossiers: the jury and its secretariat; a collectivity reads its own, without the opinions.
var dossierRoles = []auth.Role{auth.Juror, auth.President, auth.Registrar, auth.Declarant}

func mayRead(who auth.Principal, c domain.Candidacy) error {
	if err := (Operation{Resource: "the dossier", Roles: dossierRoles}).Allows(who); err != nil {
		return err
	}
	if who.Is(auth.Declarant) && who.For != string(c.Collectivity) {
		return fmt.Errorf("%w: the token acts for %s", ErrForbidden, who.For)
	}
	return nil
}

// Dossier gives the dossier of a candidacy to somebody who may see it. ErrUnknown, ErrUnauthenticated, ErrForbidden.
func (l *Ledger) Dossier(ctx context.Context, who auth.Principal, c domain.Candidacy) (Dossier, error) {
	if err := mayRead(who, c); err != nil {
		return Dossier{}, err
	}
	j, err := l.judged(ctx, c)
	if err != nil {
		return Dossier{}, err
	}
	d := Dossier{
		Edition: c.Edition, Collectivity: c.Collectivity, Kind: j.State.Registered.Kind, Population: j.State.Registered.Population,
		PopulationYear: j.State.Registered.PopulationYear, Stage: j.State.Stage, Grid: j.Edition.Opened.Grid, Regulation: j.Edition.Opened.Regulation,
	}
	d.Stakes, d.LeftOut = l.dossierActions(ctx, j)
	if d.Changes, err = l.dossierChanges(ctx, j); err != nil {
		return d, err
	}
	if view, err := l.Collectivity(ctx, string(c.Collectivity), l.Size()); err == nil {
		d.Name, d.Editions = view.Name, view.Editions
	} else if !errors.Is(err, ErrUnknown) {
		return d, err
	}
	history, err := l.history(ctx, c.Stream())
	if err != nil {
		return d, err
	}
	seat := seatOf(who, c.Edition)
	if d.Jury, err = l.dossierJury(ctx, who, seat, j, history); err != nil {
		return d, err
	}
	switch {
	case who.Is(auth.Juror) && j.Edition.Published == nil && (seat == 0 || !slices.Contains(j.State.Opinions, seat) || takesNoPart(d.Jury, seat)):
		d.Withheld = "the assessment and the precedents are shown once your opinion is given"
	case who.Is(auth.Declarant) && j.Edition.Published == nil:
		d.Withheld = "the assessment is shown after the ceremony"
	default:
		d.Assessment = dossierAssessment(j)
		if d.Precedents, err = l.precedents(ctx, j); err != nil {
			return d, err
		}
	}
	if d.Decision, err = l.decidedOn(ctx, c); err != nil {
		return d, err
	}
	for _, r := range history {
		d.Records = append(d.Records, DossierRecord{r.ID, r.Event.EventName(), r.Position, r.Time})
	}
	return d, nil
}

// seatOf is the number of a juror of an edition, or 0.
func seatOf(who auth.Principal, e domain.Edition) int {
	var edition, n int
	if !who.Is(auth.Juror) {
		return 0
	}
	if _, err := fmt.Sscanf(who.For, "%d-%d", &edition, &n); err != nil || domain.Edition(edition) != e {
		return 0
	}
	return n
}

func (l *Ledger) dossierActions(ctx context.Context, j Judged) ([]DossierStake, []DossierLeftOut) {
	byID := map[domain.ActionID]DossierAction{}
	for _, a := range j.Actions {
		declared := ""
		if a.Grid != j.Grid.Grid {
			declared = a.Grid
		}
		byID[a.Action] = DossierAction{
			Grid:   declared,
			Action: a.Action, Revision: a.Revision, Title: l.Text(ctx, a.Title.Commitment()), Description: l.Text(ctx, a.Description.Commitment()),
			StartedOn: a.StartedOn, EndedOn: a.Ended, Operator: a.OperatorKind, Innovation: a.Innovation, URL: a.URL, Evidence: a.Evidence,
			Event: j.Records[a.Action].ID, Index: j.Records[a.Action].Position,
		}
	}
	stakes, left := []DossierStake{}, []DossierLeftOut{}
	for _, s := range j.Assessment.ByStake {
		stake := DossierStake{Stake: s.Stake.ID, Name: s.Stake.Name, Rendered: s.Rendered, Applies: len(s.Lines)}
		for _, line := range s.Lines {
			service := DossierService{Service: line.Service, Actions: []DossierAction{}}
			if found := j.Grid.Service(line.Service); found != nil {
				service.Name = found.Name
			}
			for _, id := range line.Actions {
				service.Actions = append(service.Actions, byID[id])
			}
			stake.Services = append(stake.Services, service)
		}
		stakes = append(stakes, stake)
	}
	for _, a := range j.Assessment.LeftOut {
		left = append(left, DossierLeftOut{byID[a.Action], a.Why})
	}
	return stakes, left
}

func dossierAssessment(j Judged) *DossierAssessment {
	a := j.Assessment
	d := &DossierAssessment{
		Possible: a.Possible, Assess: append([]string{}, a.Assess...), Known: a.Footing.Known, Text: a.Text(),
		Services: percentOf(a.Rendered, a.Services), Stakes: percentOf(a.StakesRendered, a.Stakes), Thresholds: []DossierThreshold{},
	}
	for _, t := range j.Grid.Thresholds {
		d.Thresholds = append(d.Thresholds, thresholdOf(t, int(t.Level) <= a.Possible))
	}
	if a.Next != nil {
		d.Next = fmt.Sprintf("%d @: %d %% of the services and %d %% of the stakes", a.Next.Level, a.Next.Services, a.Next.Stakes)
		d.Above = new(thresholdOf(*a.Next, false))
	}
	return d
}

func thresholdOf(t domain.Threshold, reached bool) DossierThreshold {
	return DossierThreshold{int(t.Level), t.Services, t.Stakes, t.Assess, t.Footing.Known, reached}
}

// percentOf is a share in whole percent, rounded down: a threshold of whole percent is reached by the share if, and only if,
// it is by this.
func percentOf(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return 100 * part / whole
}

// takesNoPart tells whether a seat is recused.
func takesNoPart(jury DossierJury, seat int) bool {
	return slices.ContainsFunc(jury.Recused, func(r DossierRecusal) bool { return r.Juror == seat })
}

// lastCandidacy is how many editions before are looked at for the last candidacy.
const lastCandidacy = 10

// dossierChanges compares the submission with that of the last edition that was run here before.
func (l *Ledger) dossierChanges(ctx context.Context, j Judged) (DossierChanges, error) {
	changes := DossierChanges{New: []domain.ActionID{}, Changed: []domain.ActionID{}, Gone: []domain.ActionID{}}
	before := map[domain.ActionID]int{}
	for e := j.Candidacy.Edition - 1; e > 0 && e >= j.Candidacy.Edition-lastCandidacy && changes.Since == 0; e-- {
		history, err := l.history(ctx, domain.CandidacyStream(e, j.Collectivity))
		if err != nil {
			return changes, err
		}
		if s := domain.StateOfCandidacy(history); s.Submitted != nil {
			changes.Since = e
			for _, a := range s.Submitted.Actions {
				before[a.Action] = a.Revision
			}
		}
	}
	if j.State.Submitted == nil || changes.Since == 0 {
		return changes, nil
	}
	for i, a := range j.State.Submitted.Actions {
		revision, known := before[a.Action]
		delete(before, a.Action)
		if !known {
			changes.New = append(changes.New, a.Action)
			continue
		}
		if revision == a.Revision {
			continue
		}
		then, _, err := l.actionAt(ctx, domain.ActionRevision{Action: a.Action, Revision: revision})
		if err != nil {
			return changes, err
		}
		if now := j.Actions[i]; now.Ended != then.Ended || !reflect.DeepEqual(now.ActionParticulars, then.ActionParticulars) {
			changes.Changed = append(changes.Changed, a.Action) // one that was only confirmed is what it was
		}
	}
	for id, revision := range before {
		changes.Gone = append(changes.Gone, id)
		gone, _, err := l.actionAt(ctx, domain.ActionRevision{Action: id, Revision: revision})
		if err != nil {
			return changes, err
		}
		if changes.Titles == nil {
			changes.Titles = map[domain.ActionID]string{}
		}
		changes.Titles[id] = l.Text(ctx, gone.Title.Commitment())
	}
	slices.Sort(changes.Gone)
	return changes, nil
}
