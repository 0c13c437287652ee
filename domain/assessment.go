package domain

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Assessment is what the rules make of the actions of a candidacy: which of them count, which services they render of those
// that apply, and up to which level an award is possible. It never awards: the jury does, and assesses what no rule can.
type Assessment struct {
	Grid string
	Kind string // village, ville or territoire
	On   string // the day on which actions are looked at
	// Services are those of the grid that apply to the kind, Rendered those of them with an action that counts. The same
	// for stakes: one applies where a service of it does.
	Services, Rendered     int
	Stakes, StakesRendered int
	ByStake                []StakeCoverage // those that apply, in the order of the grid
	// Counted are in the order of their ids. One that was declared under the version of the grid before has the services that
	// continue its own, and still names the grid of its declaration.
	Counted  []ActionState
	LeftOut  []ActionLeftOut // in the order of their ids
	Possible int             // the highest level whose thresholds are reached, or 0
	Assess   []string        // what the jury must assess before it awards that level
	Footing  Footing         // of the thresholds of that level
	Next     *Threshold      // those of the level above, which are not reached; nil where there is none
}

// StakeCoverage is one stake: the services of it that apply, and who renders them.
type StakeCoverage struct {
	Stake    Stake
	Lines    []ServiceLine // in the order of the grid
	Rendered int           // those with an action that counts
}

// ServiceLine is one service that applies, with the actions behind it, in the order of their ids.
type ServiceLine struct {
	Service string
	Actions []ActionID
}

// ActionLeftOut is an action that does not count, and why.
type ActionLeftOut struct {
	Action   ActionID
	Revision int64
	Why      LeftOutFor
}

// LeftOutFor says why an action does not count.
type LeftOutFor string

const (
	// LeftOutGrid actions are linked to the services of another version of the grid that nothing continues in this one, by the
	// mapping of it: amended, they are carried over by hand.
	LeftOutGrid LeftOutFor = "another-grid"
	// LeftOutOperator actions are given neither by the collectivity, nor by an association that it funds, nor by a
	// contractor.
	LeftOutOperator LeftOutFor = "operator"
	// LeftOutService actions are linked to no service that applies to the kind.
	LeftOutService LeftOutFor = "no-service"
	// LeftOutAge actions have ended and began two years before or earlier.
	LeftOutAge LeftOutFor = "too-old"
)

// years is how old an action may be that has ended. Source: the regulation of 2016.
const years = 2

// Assess looks at the actions of a candidacy, each as it was submitted, on a day. The same of it always gives the same,
// whatever the order of the actions. It costs a comparison for each service of each action.
func Assess(grid *GridPublished, kind string, actions []ActionState, on string) Assessment {
	a := Assessment{Grid: grid.Grid, Kind: kind, On: on}
	actions = slices.SortedFunc(slices.Values(actions), func(a, b ActionState) int { return cmp.Compare(a.Action, b.Action) })
	renders := map[string][]ActionID{}
	for _, action := range actions {
		action.Services = grid.carriedOver(action)
		if why := grid.leavesOut(action, kind, on); why != "" {
			a.LeftOut = append(a.LeftOut, ActionLeftOut{action.Action, action.Revision, why})
			continue
		}
		a.Counted = append(a.Counted, action)
		for _, id := range action.Services {
			renders[id] = append(renders[id], action.Action)
		}
	}
	for _, stake := range grid.Stakes {
		if c := grid.coverage(stake, kind, renders); len(c.Lines) > 0 {
			a.ByStake = append(a.ByStake, c)
			a.Services += len(c.Lines)
			a.Rendered += c.Rendered
			a.Stakes++
			if c.Rendered > 0 {
				a.StakesRendered++
			}
		}
	}
	for i, t := range grid.Thresholds {
		if !reaches(a.Rendered, a.Services, t.Services) || !reaches(a.StakesRendered, a.Stakes, t.Stakes) {
			a.Next = &grid.Thresholds[i]
			break
		}
		a.Possible, a.Assess, a.Footing = int(t.Level), t.Assess, t.Footing
	}
	return a
}

// carriedOver gives the services of this grid that an action renders: those that it is linked to, or, where it was declared
// under the version before, those that continue them. What nothing continues is not there.
func (e *GridPublished) carriedOver(action ActionState) []string {
	if action.Grid == e.Grid || action.Grid != e.Before || e.Before == "" {
		return action.Services
	}
	var all []string
	for _, before := range action.Services {
		for _, id := range e.Continues(before) {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all
}

// leavesOut says why an action does not count, or "".
func (e *GridPublished) leavesOut(action ActionState, kind, on string) LeftOutFor {
	applies := func(id string) bool {
		s := e.Service(id)
		return s != nil && s.AppliesTo(kind)
	}
	switch {
	case action.Grid != e.Grid && (action.Grid != e.Before || len(action.Services) == 0):
		return LeftOutGrid
	case action.OperatorKind == "other":
		return LeftOutOperator
	case !slices.ContainsFunc(action.Services, applies):
		return LeftOutService
	case action.Ended != "" && after(yearsBefore(on, years), action.StartedOn):
		return LeftOutAge
	}
	return ""
}

// yearsBefore is the same day some years before. What is no day stays as it is.
func yearsBefore(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(-n, 0, 0).Format(time.DateOnly)
}

func (e *GridPublished) coverage(stake Stake, kind string, renders map[string][]ActionID) StakeCoverage {
	c := StakeCoverage{Stake: stake}
	for _, s := range e.Services {
		if s.Stake != stake.ID || !s.AppliesTo(kind) {
			continue
		}
		c.Lines = append(c.Lines, ServiceLine{s.ID, renders[s.ID]})
		if len(renders[s.ID]) > 0 {
			c.Rendered++
		}
	}
	return c
}

// reaches tells whether a part of a whole is at least so many percent of it. Of nothing, only nothing can be asked.
func reaches(part, whole, percent int) bool {
	return percent == 0 || whole > 0 && part*100 >= percent*whole
}

// Finding is what is sealed with a decision. Its text is one line, which whoever has the grid and the actions can compute:
// the shares by stake, and the hash of [Assessment.Details], in which each action has its place.
func (a Assessment) Finding() Finding { return Finding{Possible: a.Possible, Text: a.Text()} }

// Text tells the assessment in one line.
func (a Assessment) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "grid %s, %s, on %s: %d @ possible", a.Grid, a.Kind, a.On, a.Possible)
	if a.Footing.Known != "" {
		fmt.Fprintf(&b, " (thresholds %s)", a.Footing.Known)
	}
	if len(a.Assess) > 0 {
		fmt.Fprintf(&b, "; the jury assesses %s", strings.Join(a.Assess, " and "))
	}
	fmt.Fprintf(&b, "; services %d/%d; stakes %d/%d", a.Rendered, a.Services, a.StakesRendered, a.Stakes)
	for i, c := range a.ByStake {
		fmt.Fprintf(&b, "%s %s %d/%d", map[bool]string{true: ":", false: ","}[i == 0], c.Stake.ID, c.Rendered, len(c.Lines))
	}
	sum := sha256.Sum256([]byte(a.Details()))
	fmt.Fprintf(&b, "; actions %d/%d; details sha256:%s", len(a.Counted), len(a.Counted)+len(a.LeftOut), hex.EncodeToString(sum[:]))
	return b.String()
}

// Details tells, in one line for each, which actions count, as of which revision, and for which services of those that
// apply; then which do not, and why.
func (a Assessment) Details() string {
	var b strings.Builder
	for _, action := range a.Counted {
		fmt.Fprintf(&b, "%s@%d counts for", action.Action, action.Revision)
		for _, c := range a.ByStake {
			for _, line := range c.Lines {
				if slices.Contains(line.Actions, action.Action) {
					fmt.Fprintf(&b, " %s", line.Service)
				}
			}
		}
		b.WriteByte('\n')
	}
	for _, left := range a.LeftOut {
		fmt.Fprintf(&b, "%s@%d does not count: %s\n", left.Action, left.Revision, left.Why)
	}
	return b.String()
}
