package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/domain/territory"
	"arobase/eventstore/envelope"
	"arobase/eventstore/vault"
	"arobase/projections/actions"
	"arobase/projections/reconciliation"
)

// RenderedService is a service that an action renders, with its place in the grid that the action was declared in.
type RenderedService struct {
	Service   string `json:"service"`
	Name      string `json:"name"`
	Stake     string `json:"stake"`
	StakeName string `json:"stakeName"`
	Theme     string `json:"theme"`
	ThemeName string `json:"themeName"`
}

// ActionText is one of the texts of an action. Where it is not there, Missing says why: erased, or not-at-hand where
// nothing erased it and this node does not have it.
type ActionText struct {
	Text    string `json:"text,omitempty"`
	Missing string `json:"missing,omitempty"`
}

// Shown is where an action can be seen: an address, or a file that was uploaded.
type Shown struct {
	domain.Evidence
	// File is the address of an uploaded file at this host; Erased says that it was destroyed, and that the log keeps its hash.
	File   string `json:"file,omitempty"`
	Erased bool   `json:"erased,omitempty"`
}

// ActionState is how an action stood at some size of the ledger, and the record that brought it there.
type ActionState struct {
	Grid        string            `json:"grid"`
	Services    []RenderedService `json:"services"`
	Title       ActionText        `json:"title"`
	Description *ActionText       `json:"description,omitempty"`
	State       string            `json:"state"` // running or ended
	StartedOn   string            `json:"startedOn"`
	EndedOn     string            `json:"endedOn,omitempty"`
	ConfirmedOn string            `json:"confirmedOn,omitempty"`
	Operator    string            `json:"operatorKind"`
	Innovation  string            `json:"innovation,omitempty"`
	URL         string            `json:"url,omitempty"`
	Evidence    []Shown           `json:"evidence"`
	Revision    int64             `json:"revision"`
	Event       uuid.UUID         `json:"event"`
	Index       uint64            `json:"index"`
}

// ActionView is one action of the directory.
type ActionView struct {
	ID           string    `json:"action"`
	Collectivity string    `json:"collectivity"`
	Name         string    `json:"name"` // of the collectivity
	Kind         string    `json:"kind"`
	Departement  *Place    `json:"departement,omitempty"`
	Region       *Place    `json:"region,omitempty"`
	Declared     uuid.UUID `json:"declared"` // the record that entered it
	ActionState
}

// ActionRevisionView is one state in the life of an action.
type ActionRevisionView struct {
	Type     string    `json:"type"` // of the record: action-declared, action-amended, action-confirmed, action-ended
	Recorded time.Time `json:"recorded"`
	ActionState
}

// ActionDetail is one action with everything that was recorded of it.
type ActionDetail struct {
	ActionView
	Revisions []ActionRevisionView `json:"revisions"`
	AsOf      uint64               `json:"asOf"`
}

// ActionQuestion chooses actions of the directory. What is left empty is not asked for.
type ActionQuestion struct {
	Words                 string // each must begin a word of the title, the description, a service or the name of the collectivity
	Service, Stake, Theme string
	Departement, Region   string
	Collectivity          string
	State                 string // running or ended
}

// Actions gives the ids of the declared actions that fit a question, those declared last first. ErrQuery where the state is
// none. O(actions).
func (l *Ledger) Actions(ctx context.Context, q ActionQuestion, size uint64) ([]domain.ActionID, error) {
	if q.State != "" && q.State != "running" && q.State != "ended" {
		return nil, fmt.Errorf("%w: state %q", ErrQuery, q.State)
	}
	words, err := l.wordsOf(ctx, q.Words)
	if err != nil {
		return nil, err
	}
	var out []domain.ActionID
	l.world(ctx, size, func(w reconciliation.World) {
		d := l.directory(w)
		l.name(words)
		f := actions.Filter{Collectivity: domain.CollectivityID(q.Collectivity), Running: q.State == "running"}
		if q.Service != "" {
			f.Services = []string{q.Service}
		}
		l.actions.Each(f, size, func(a *actions.Action) {
			if d.takes(q, a) && !slices.ContainsFunc(words, func(one word) bool { return !d.says(ctx, one, a) }) {
				out = append(out, a.ID)
			}
		})
	})
	slices.Reverse(out)
	return out, nil
}

// directory reads the projections, while they stand still, for one question.
type directory struct {
	l      *Ledger
	w      reconciliation.World
	bodies map[domain.CollectivityID]*directoryBody
}

type directoryBody struct {
	BodyShort
	population int // of the official list
	folded     string
}

func (l *Ledger) directory(w reconciliation.World) *directory {
	return &directory{l: l, w: w, bodies: map[domain.CollectivityID]*directoryBody{}}
}

func (d *directory) body(id domain.CollectivityID) *directoryBody {
	if b := d.bodies[id]; b != nil {
		return b
	}
	b := &directoryBody{BodyShort: BodyShort{ID: string(id), Name: d.l.nameOf(d.w, id)}}
	if entered, ok := d.w.Labels.Registered(id, d.w.Size); ok {
		b.Kind, b.Departement, b.Region = entered.Type, d.l.departement(entered.Departement), d.l.region(entered.Region)
	}
	if t, ok := d.l.cog.ByID(string(id)); ok {
		b.population = t.Population
	}
	b.folded = territory.Fold(b.Name)
	d.bodies[id] = b
	return b
}

// takes tells whether an action fits all of a question but its words.
func (d *directory) takes(q ActionQuestion, a *actions.Action) bool {
	switch {
	case q.State == "ended" && a.Runs():
		return false
	case (q.Stake != "" || q.Theme != "") && !d.renders(q, a):
		return false
	case q.Departement == "" && q.Region == "":
		return true
	}
	b := d.body(a.Collectivity)
	return (q.Departement == "" || b.Departement != nil && b.Departement.Code == q.Departement) &&
		(q.Region == "" || b.Region != nil && b.Region.Code == q.Region)
}

// renders tells whether an action renders a service of the stake and the theme that are asked for, and the service itself.
func (d *directory) renders(q ActionQuestion, a *actions.Action) bool {
	grid := d.l.campaigns.Grid(a.Grid)
	return grid != nil && slices.ContainsFunc(a.Services, func(id string) bool {
		s := serviceOf(grid, id)
		return (q.Service == "" || id == q.Service) && (q.Stake == "" || s.Stake == q.Stake) && (q.Theme == "" || s.Theme == q.Theme)
	})
}

// serviceOf places a service in its grid, which may be nil.
func serviceOf(grid *domain.GridPublished, id string) RenderedService {
	r := RenderedService{Service: id, Name: id}
	if grid == nil {
		return r
	}
	if s := grid.Service(id); s != nil {
		r.Name, r.Stake = s.Name, s.Stake
	}
	for _, stake := range grid.Stakes {
		if stake.ID == r.Stake {
			r.StakeName, r.Theme = stake.Name, stake.Theme
		}
	}
	for _, theme := range grid.Themes {
		if theme.ID == r.Theme {
			r.ThemeName = theme.Name
		}
	}
	return r
}

// ActionViews gives actions in the order in which they are asked for. Those that are not there are left out.
func (l *Ledger) ActionViews(ctx context.Context, ids []domain.ActionID, size uint64) []ActionView {
	out := []ActionView{}
	l.world(ctx, size, func(w reconciliation.World) {
		d := l.directory(w)
		for _, id := range ids {
			if a, ok := l.actions.Get(id, size); ok {
				out = append(out, d.view(ctx, a))
			}
		}
	})
	return out
}

func (d *directory) view(ctx context.Context, a actions.Action) ActionView {
	b := d.body(a.Collectivity)
	return ActionView{
		ID: string(a.ID), Collectivity: b.ID, Name: b.Name, Kind: b.Kind, Departement: b.Departement, Region: b.Region, Declared: a.Declared,
		ActionState: d.l.actionState(ctx, a),
	}
}

// actionState is called while the projections stand still.
func (l *Ledger) actionState(ctx context.Context, a actions.Action) ActionState {
	v := ActionState{
		Grid: a.Grid, Services: []RenderedService{}, Title: l.actionText(ctx, a.Title), State: "running", StartedOn: a.StartedOn, EndedOn: a.EndedOn,
		ConfirmedOn: a.ConfirmedOn, Operator: a.OperatorKind, Innovation: a.Innovation, URL: a.URL, Evidence: []Shown{},
		Revision: a.Revision, Event: a.Event, Index: a.Position,
	}
	if !a.Runs() {
		v.State = "ended"
	}
	if a.Description.Commitment() != "" {
		text := l.actionText(ctx, a.Description)
		v.Description = &text
	}
	for _, e := range a.Evidence {
		shown := Shown{Evidence: e, Erased: l.actions.FileErased(e.SHA256)}
		if e.URL == "" && e.SHA256 != "" {
			shown.File = "/evidence/" + e.SHA256
		}
		v.Evidence = append(v.Evidence, shown)
	}
	grid := l.campaigns.Grid(a.Grid)
	for _, id := range a.Services {
		v.Services = append(v.Services, serviceOf(grid, id))
	}
	return v
}

func (l *Ledger) actionText(ctx context.Context, s *domain.Sealed) ActionText {
	switch text, ok := l.disclosed(ctx, s.Commitment()); {
	case ok:
		return ActionText{Text: text}
	default:
		_, err := l.Disclosed(ctx, s.Commitment())
		if errors.Is(err, vault.ErrErased) {
			return ActionText{Missing: "erased"}
		}
		return ActionText{Missing: "not-at-hand"}
	}
}

// Action gives one action with everything that was recorded of it. ErrUnknown.
func (l *Ledger) Action(ctx context.Context, id domain.ActionID, size uint64) (ActionDetail, error) {
	v := ActionDetail{Revisions: []ActionRevisionView{}, AsOf: size}
	l.world(ctx, size, func(w reconciliation.World) {
		d := l.directory(w)
		if a, ok := l.actions.Get(id, size); ok {
			v.ActionView = d.view(ctx, a)
		}
		for _, a := range l.actions.History(id, size) {
			v.Revisions = append(v.Revisions, ActionRevisionView{ActionState: l.actionState(ctx, a)})
		}
	})
	if len(v.Revisions) == 0 {
		return v, fmt.Errorf("action %q: %w", id, ErrUnknown)
	}
	for i := range v.Revisions {
		e, err := l.Event(ctx, v.Revisions[i].Event)
		if err != nil {
			return v, err
		}
		name, _, _ := envelope.SplitType(e.Type)
		v.Revisions[i].Type, v.Revisions[i].Recorded = name, e.Recorded
	}
	return v, nil
}
