// Package actions is the directory of what collectivities declare that they do for their citizens: every action with the
// services that it renders, as known at any size of the ledger.
//
// An action is the collectivity's own. It stands here whatever edition it is shown in, and whether or not it counts
// towards a label: the directory says what was declared, not what the jury thinks of it.
package actions

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"arobase/domain"
)

// Now is the size that stands for "everything that is known".
const Now = ^uint64(0)

// Actions is the fold. It is not safe for concurrent use by itself: the runner serialises Apply; any number of questions
// may be asked in between, for none of them changes anything.
type Actions struct {
	byID           map[domain.ActionID]*history
	byCollectivity map[domain.CollectivityID][]*history
	byService      map[string][]*history // each action once for each service that it ever rendered
	named          map[string]uint64     // where each file was named first, by its hash
	naming         map[uuid.UUID][]domain.Evidence
	erased         map[string]bool // the files of which the bytes were destroyed, by their hashes
	all            []*history      // in the order in which they were declared
	texts          []string        // the commitments of titles and descriptions, in the order in which they became known
}

// history is an action with every state that it had.
type history struct {
	id           domain.ActionID
	collectivity domain.CollectivityID
	versions     []Action // in the order in which they became known
}

// Action is an action as it stood at some moment.
type Action struct {
	ID           domain.ActionID
	Collectivity domain.CollectivityID
	domain.ActionParticulars
	// ConfirmedOn is the last day on which the collectivity said that it still runs, or "".
	ConfirmedOn string
	// Event is the record that brought it into this state, Position and Revision are those of the record.
	Event    uuid.UUID
	Position uint64
	Revision int64
	// Declared is the record that entered it.
	Declared uuid.UUID
}

// Runs tells whether no end was declared.
func (a Action) Runs() bool { return a.EndedOn == "" }

// New gives an empty fold.
func New() *Actions {
	return &Actions{
		byID: map[domain.ActionID]*history{}, byCollectivity: map[domain.CollectivityID][]*history{},
		byService: map[string][]*history{}, named: map[string]uint64{}, naming: map[uuid.UUID][]domain.Evidence{}, erased: map[string]bool{},
	}
}

// Name implements projections.Projection.
func (*Actions) Name() string { return "actions" }

// Events implements projections.Projection.
func (*Actions) Events() []string {
	return []string{"action-declared", "action-amended", "action-confirmed", "action-ended", "personal-data-erased"}
}

// Apply implements projections.Projection.
func (a *Actions) Apply(r domain.Recorded) {
	switch e := r.Event.(type) {
	case *domain.ActionDeclared:
		h := &history{id: e.Action, collectivity: e.Collectivity}
		a.byID[e.Action] = h
		a.byCollectivity[e.Collectivity] = append(a.byCollectivity[e.Collectivity], h)
		a.all = append(a.all, h)
		a.add(h, Action{ID: e.Action, Collectivity: e.Collectivity, ActionParticulars: e.ActionParticulars, Declared: r.ID}, r)
	case *domain.ActionAmended:
		a.change(e.Action, r, func(next *Action) { next.ActionParticulars = e.ActionParticulars })
	case *domain.ActionConfirmed:
		a.change(e.Action, r, func(next *Action) { next.ConfirmedOn = e.On })
	case *domain.ActionEnded:
		a.change(e.Action, r, func(next *Action) { next.EndedOn = e.On })
	case *domain.PersonalDataErased:
		for pointer, file := range domain.FilesIn(a.naming[e.Event]) {
			if pointer == e.Pointer {
				a.erased[file] = true
			}
		}
	}
}

// Named tells whether an action named a file, by the hash of it, as known at a size. What was named once stays so, whatever
// the action was amended to: the log shows it for ever.
func (a *Actions) Named(sha256 string, size uint64) bool {
	first, ok := a.named[sha256]
	return ok && first < size
}

// Naming gives the actions that ever named a file, by the hash of it, in the order in which they were declared. O(n) in all
// states of all actions.
func (a *Actions) Naming(sha256 string) (all []domain.ActionID) {
	for _, h := range a.all {
		names := func(v Action) bool {
			return slices.ContainsFunc(v.Evidence, func(e domain.Evidence) bool { return e.SHA256 == sha256 })
		}
		if slices.ContainsFunc(h.versions, names) {
			all = append(all, h.id)
		}
	}
	return all
}

// FileErased tells whether a file was erased, at whatever place it was named. As with a text there is no earlier moment as of
// which it is still there.
func (a *Actions) FileErased(sha256 string) bool { return a.erased[sha256] }

func (a *Actions) change(id domain.ActionID, r domain.Recorded, f func(*Action)) {
	h := a.byID[id]
	if h == nil {
		return // the rules let nothing happen to an action that was not declared
	}
	next := h.versions[len(h.versions)-1]
	f(&next)
	a.add(h, next, r)
}

func (a *Actions) add(h *history, next Action, r domain.Recorded) {
	next.Event, next.Position, next.Revision = r.ID, r.Position, r.Revision
	for _, file := range domain.FilesOf(r.Event) {
		a.naming[r.ID] = domain.EvidenceOf(r.Event)
		if _, known := a.named[file]; !known {
			a.named[file] = r.Position
		}
	}
	for _, s := range next.Services {
		if known := a.byService[s]; !slices.Contains(known, h) {
			a.byService[s] = append(known, h)
		}
	}
	for _, text := range []*domain.Sealed{next.Title, next.Description} {
		if c := text.Commitment(); c != "" && !h.has(c) {
			a.texts = append(a.texts, c)
		}
	}
	h.versions = append(h.versions, next)
}

// has tells whether a text is that of a state that the action had before.
func (h *history) has(commitment string) bool {
	return slices.ContainsFunc(h.versions, func(v Action) bool {
		return v.Title.Commitment() == commitment || v.Description.Commitment() == commitment
	})
}

// Texts gives the commitments of titles and descriptions from the nth on, in the order in which they became known.
func (a *Actions) Texts(n int) []string { return slices.Clone(a.texts[n:]) }

// at gives the action as it stood at a size; false where it was not declared yet.
func (h *history) at(size uint64) (Action, bool) {
	if v := h.standing(size); v != nil {
		return *v, true
	}
	return Action{}, false
}

// standing is at without a copy; nil where the action was not declared yet.
func (h *history) standing(size uint64) *Action {
	for i := len(h.versions) - 1; i >= 0; i-- {
		if h.versions[i].Position < size {
			return &h.versions[i]
		}
	}
	return nil
}

// Get gives one action.
func (a *Actions) Get(id domain.ActionID, size uint64) (Action, bool) {
	if h := a.byID[id]; h != nil {
		return h.at(size)
	}
	return Action{}, false
}

// History gives every state of an action, the first one first.
func (a *Actions) History(id domain.ActionID, size uint64) []Action {
	h := a.byID[id]
	if h == nil {
		return nil
	}
	n, _ := slices.BinarySearchFunc(h.versions, size, func(v Action, size uint64) int { return cmp.Compare(v.Position, size) })
	return slices.Clone(h.versions[:n])
}

// Of gives the actions of a collectivity, in the order in which they were declared.
func (a *Actions) Of(id domain.CollectivityID, size uint64) []Action {
	return a.Find(Filter{Collectivity: id}, size)
}

// Filter chooses actions. What is left empty is not asked for.
type Filter struct {
	Collectivity domain.CollectivityID
	// Services are those of which an action renders at least one; nil: any.
	Services []string
	// Running leaves out those that ended.
	Running bool
}

// Find gives the actions that fit a filter, in the order in which they were declared. O(actions of the collectivity, of
// the services, or all).
func (a *Actions) Find(f Filter, size uint64) []Action {
	var out []Action
	a.Each(f, size, func(v *Action) { out = append(out, *v) })
	return out
}

// Each calls f with the actions that fit a filter, in the order in which they were declared. They must not be changed.
func (a *Actions) Each(f Filter, size uint64, do func(*Action)) {
	from := a.all
	switch {
	case f.Collectivity != "":
		from = a.byCollectivity[f.Collectivity]
	case f.Services != nil:
		from = a.sorted(func(add func(*history)) {
			for _, s := range f.Services {
				for _, h := range a.byService[s] {
					add(h)
				}
			}
		})
	}
	for _, h := range from {
		if v := h.standing(size); v != nil && f.takes(v) {
			do(v)
		}
	}
}

// sorted gives each history once, in the order in which they were declared.
func (a *Actions) sorted(each func(add func(*history))) []*history {
	seen := map[*history]bool{}
	var all []*history
	each(func(h *history) {
		if h != nil && !seen[h] {
			seen[h] = true
			all = append(all, h)
		}
	})
	slices.SortFunc(all, func(x, y *history) int { return cmp.Compare(x.versions[0].Position, y.versions[0].Position) })
	return all
}

func (f Filter) takes(v *Action) bool {
	switch {
	case f.Running && !v.Runs():
		return false
	case f.Services != nil && !slices.ContainsFunc(v.Services, func(s string) bool { return slices.Contains(f.Services, s) }):
		return false
	}
	return true
}

// Rendered counts, for each service, the collectivities that have an action which renders it and runs.
func (a *Actions) Rendered(size uint64) map[string]int {
	counts := make(map[string]int, len(a.byService))
	for s, all := range a.byService {
		who := map[domain.CollectivityID]bool{}
		for _, h := range all {
			if v, ok := h.at(size); ok && v.Runs() && slices.Contains(v.Services, s) {
				who[h.collectivity] = true
			}
		}
		if len(who) > 0 {
			counts[s] = len(who)
		}
	}
	return counts
}
