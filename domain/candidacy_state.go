package domain

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Stage says how far a candidacy has come.
type Stage string

const (
	StageNone         Stage = ""             // it was not registered
	StageRegistered   Stage = "registered"   // entered, and nothing submitted yet
	StageSubmitted    Stage = "submitted"    // what it is judged by is frozen
	StageInadmissible Stage = "inadmissible" // it is not judged
	StageWithdrawn    Stage = "withdrawn"    // the collectivity took it back
	StageSealed       Stage = "sealed"       // it is decided, under embargo
	StageDisclosed    Stage = "disclosed"    // the decision was opened
)

// CandidacyState is what the stream of a candidacy says: how far it has come, who judges it, what was decided and what
// stands. It is made of what is public alone; no sealed value enters it.
type CandidacyState struct {
	Stage      Stage
	Registered *CandidacyRegistered
	// Submitted is the last submission, Submission the event that holds it.
	Submitted    *CandidacySubmitted
	Submission   uuid.UUID
	Inadmissible *CandidacyRuledInadmissible
	Requests     []InformationRequest
	// Assigned are the jurors who report on it, in the order in which they were assigned; also those recused since.
	Assigned []int
	Recusals []Recusal
	// Opinions are the jurors who gave theirs.
	Opinions []int
	// Deferrals are the sessions that put the decision off.
	Deferrals []int
	Seals     []Seal
	// Disclosed is the event that opened the live seal, or nil.
	Disclosed *DecisionDisclosed
	Notified  *DecisionNotified
	Appeals   []Appeal
	Course    Course
}

// InformationRequest is a question to the collectivity.
type InformationRequest struct {
	Event    uuid.UUID
	Until    string
	Answered bool
}

// Recusal says that a juror takes no part.
type Recusal struct {
	Juror    int
	Category string
	Position uint64
}

// Seal is one sealed decision.
type Seal struct {
	Event      uuid.UUID
	Position   uint64
	Decision   *DecisionSealed
	Superseded bool
	// Basis are the streams that the decision was taken from, each with the last revision that was read: who had declared an
	// interest by then.
	Basis map[StreamName]int64
}

// Appeal is one appeal against a decision.
type Appeal struct {
	Event    uuid.UUID
	Of       uuid.UUID
	On       string
	Admitted bool
	// Outcome is confirmed, changed or rejected; "" while the appeal is open.
	Outcome string
}

// StateOfCandidacy folds the history of a candidacy's stream.
func StateOfCandidacy(history []Recorded) *CandidacyState {
	s := new(CandidacyState)
	for _, r := range history {
		s.Apply(r)
	}
	return s
}

// Apply adds an event of the stream. Events of other kinds change nothing. It draws no conclusion of whether an event was
// allowed: the rules do.
func (s *CandidacyState) Apply(r Recorded) {
	s.Course.Apply(r)
	switch e := r.Event.(type) {
	case *CandidacyRegistered:
		s.Registered, s.Stage = e, StageRegistered
	case *CandidacySubmitted:
		s.Submitted, s.Submission, s.Stage = e, r.ID, StageSubmitted
	case *CandidacyWithdrawn:
		s.Stage = StageWithdrawn
	case *CandidacyRuledInadmissible:
		s.Inadmissible, s.Stage = e, StageInadmissible
	case *InformationRequested:
		s.Requests = append(s.Requests, InformationRequest{Event: r.ID, Until: e.Until})
	case *InformationAnswered:
		for i := range s.Requests {
			if s.Requests[i].Event == e.Request {
				s.Requests[i].Answered = true
			}
		}
	case *JurorAssigned:
		s.Assigned = append(s.Assigned, e.Juror)
	case *JurorRecused:
		s.Recusals = append(s.Recusals, Recusal{e.Juror, e.Category, r.Position})
	case *OpinionSealed:
		s.Opinions = append(s.Opinions, e.Juror)
	case *DecisionDeferred:
		s.Deferrals = append(s.Deferrals, e.Session)
	case *DecisionSealed:
		s.Seals = append(s.Seals, Seal{Event: r.ID, Position: r.Position, Decision: e, Basis: r.Basis})
		s.Stage = StageSealed
	case *DecisionSuperseded:
		for i := range s.Seals {
			if s.Seals[i].Event == e.Of {
				s.Seals[i].Superseded = true
			}
		}
		s.Stage = StageSubmitted
	case *DecisionDisclosed:
		s.Disclosed, s.Stage = e, StageDisclosed
	case *DecisionNotified:
		s.Notified = e
	default:
		s.applyAppeal(r)
	}
}

func (s *CandidacyState) applyAppeal(r Recorded) {
	end := func(id uuid.UUID, change func(*Appeal)) {
		for i := range s.Appeals {
			if s.Appeals[i].Event == id {
				change(&s.Appeals[i])
			}
		}
	}
	switch e := r.Event.(type) {
	case *AppealLodged:
		s.Appeals = append(s.Appeals, Appeal{Event: r.ID, Of: e.Of, On: e.On})
	case *AppealAdmitted:
		end(e.Appeal, func(a *Appeal) { a.Admitted = true })
	case *AppealRejected:
		end(e.Appeal, func(a *Appeal) { a.Outcome = "rejected" })
	case *AppealDecided:
		end(e.Appeal, func(a *Appeal) { a.Outcome = e.Outcome })
	}
}

// Seal is the one live seal, or nil: a candidacy has at most one.
func (s *CandidacyState) Seal() *Seal {
	for i := range s.Seals {
		if !s.Seals[i].Superseded {
			return &s.Seals[i]
		}
	}
	return nil
}

// OpenAppeal is the appeal that was neither rejected nor decided, or nil.
func (s *CandidacyState) OpenAppeal() *Appeal {
	for i := range s.Appeals {
		if s.Appeals[i].Outcome == "" {
			return &s.Appeals[i]
		}
	}
	return nil
}

// RecusedAt tells whether a juror took no part when a decision was sealed: recused before, or with an interest that was
// declared before it was taken. Juror is the history of the juror's stream.
func (s *CandidacyState) RecusedAt(seal *Seal, c Candidacy, n int, juror []Recorded) bool {
	read, named := seal.Basis[JurorStream(c.Edition, n)]
	if !named {
		read = -1
	}
	_, bound := StateOfJuror(juror[:min(int64(len(juror)), read+1)]).Conflicts[c.Collectivity]
	return bound || slices.ContainsFunc(s.Recusals, func(x Recusal) bool { return x.Juror == n && x.Position < seal.Position })
}

// Recused tells whether a juror takes no part.
func (s *CandidacyState) Recused(juror int) bool {
	return slices.ContainsFunc(s.Recusals, func(r Recusal) bool { return r.Juror == juror })
}

// Reporting are the jurors who were assigned and not recused.
func (s *CandidacyState) Reporting() []int {
	return slices.DeleteFunc(slices.Clone(s.Assigned), s.Recused)
}

// Admissible tells whether it is to be judged: submitted, neither withdrawn nor ruled inadmissible.
func (s *CandidacyState) Admissible() bool {
	switch s.Stage {
	case StageSubmitted, StageSealed, StageDisclosed:
		return true
	}
	return false
}

// Course are the events of a candidacy that say what it came to, in their order. It is all that has to be kept to answer
// what stood at any size of the ledger.
type Course []Step

// Step is one of them.
type Step struct {
	Event    uuid.UUID
	Position uint64
	// Name is that of the event: decision-disclosed.
	Name string
	// Result is what stands from here on, where the step says so.
	Result *Result
	Time   time.Time // at which it was recorded
	// Said is the event itself, where it comes after the ceremony: it has the reason, which belongs to what it changed.
	Said Event
}

// Apply adds an event, if it is of this kind.
func (c *Course) Apply(r Recorded) {
	var result *Result
	said := r.Event
	switch e := r.Event.(type) {
	case *DecisionSealed, *DecisionSuperseded:
		said = nil
	case *LabelWithdrawn, *AppealLodged, *AppealAdmitted, *AppealRejected:
	case *DecisionDisclosed:
		result, said = new(e.Opened.Result()), nil
	case *DecisionRectified:
		result = new(e.To)
	case *AppealDecided:
		result = e.To
	default:
		return
	}
	*c = append(*c, Step{r.ID, r.Position, r.Event.EventName(), result, r.Time, said})
}

// AsOf is the course as it was known when the ledger had a size.
func (c Course) AsOf(size uint64) Course {
	n := 0
	for n < len(c) && c[n].Position < size {
		n++
	}
	return append(Course(nil), c[:n]...)
}

// Outcome is what stands of a decision, and by which event.
type Outcome struct {
	Result Result
	// By is the event that the result rests on: the disclosure, a rectification or the decision of an appeal; or the
	// withdrawal of the label.
	By        Step
	Withdrawn bool
	// Appeal is the event of the open appeal, or the zero id.
	Appeal uuid.UUID
	// Decided is what the jury had decided, and what its motivation belongs to; Since is all that came of it later.
	Decided Result
	Since   Course
}

// Outcome gives what stands; false while nothing was disclosed.
func (c Course) Outcome() (Outcome, bool) {
	var d Outcome
	var disclosed bool
	for _, s := range c {
		if disclosed {
			d.Since = append(d.Since, s)
		}
		switch s.Name {
		case "decision-disclosed":
			d, disclosed = Outcome{Result: *s.Result, By: s, Decided: *s.Result}, true
		case "decision-rectified":
			d.Result, d.By = *s.Result, s
		case "label-withdrawn":
			d.Withdrawn, d.By = true, s
		case "appeal-lodged":
			d.Appeal = s.Event
		case "appeal-rejected":
			d.Appeal = uuid.Nil
		case "appeal-decided":
			d.Appeal = uuid.Nil
			if s.Result != nil {
				d.Result, d.By, d.Withdrawn = *s.Result, s, false
			}
		}
	}
	return d, disclosed
}

// Sealed tells whether a decision was sealed and not taken back.
func (c Course) Sealed() bool {
	live := false
	for _, s := range c {
		switch s.Name {
		case "decision-sealed":
			live = true
		case "decision-superseded":
			live = false
		}
	}
	return live
}

// Equal tells whether two results are the same.
func (r Result) Equal(s Result) bool {
	return r.Distinction == s.Distinction && r.Level == s.Level && slices.Equal(r.Mentions, s.Mentions)
}
