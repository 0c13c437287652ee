package audit

import (
	"context"
	"slices"
	"strings"

	"arobase/domain"
)

// appeals are the candidacies against whose decision an appeal is open. Nothing that they are judged by is erased meanwhile.
// An erasure is decided from the candidacies that it names in its basis; that it names those that it has to, no rule that
// looks at its own streams finds.
type appeals map[domain.StreamName]bool

// apply takes in the next record.
func (all appeals) apply(r *record) {
	stream := domain.StreamName(r.env.Subject)
	switch r.event.(type) {
	case *domain.AppealLodged:
		all[stream] = true
	case *domain.AppealRejected, *domain.AppealDecided:
		delete(all, stream)
	}
}

// judgeErasure holds that an erasure was decided from every candidacy under appeal that is judged by what is erased: an
// action that it froze, or a file that such an action shows. It reads the streams of those candidacies and of their actions.
func (a *Auditor) judgeErasure(ctx context.Context, r *record) error {
	e, ok := r.event.(*domain.PersonalDataErased)
	if !ok || len(a.appeals) == 0 {
		return nil
	}
	var erased domain.ActionID // the action that the event is about, where it is about one
	var file string            // the file that is erased, where it is one
	for name := range r.env.Basis {
		id, about := strings.CutPrefix(name, "action-")
		if !about {
			continue
		}
		history, err := a.histories.of(ctx, domain.StreamName(name))
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(history, func(x domain.Recorded) bool { return x.ID == e.Event }); i >= 0 {
			erased = domain.ActionID(id)
			file, _ = domain.FileAt(history[i].Event, e.Pointer)
		}
	}
	if erased == "" {
		return nil
	}
	for candidacy := range a.appeals {
		if _, named := r.env.Basis[string(candidacy)]; named {
			continue // the rules were asked of it
		}
		frozen, err := a.isJudgedBy(ctx, candidacy, erased, file)
		if err != nil {
			return err
		}
		if frozen {
			return r.fail("rules", string(domain.RuleUnderAppeal), "the erasure does not name %s in its basis, which is under appeal and judged by what is erased", candidacy)
		}
	}
	return nil
}

// isJudgedBy tells whether a candidacy froze an action, or one that shows a file; "" is none.
func (a *Auditor) isJudgedBy(ctx context.Context, candidacy domain.StreamName, action domain.ActionID, file string) (bool, error) {
	history, err := a.histories.of(ctx, candidacy)
	if err != nil {
		return false, err
	}
	submitted := domain.StateOfCandidacy(history).Submitted
	if submitted == nil {
		return false, nil
	}
	for _, frozen := range submitted.Actions {
		if frozen.Action == action {
			return true, nil
		}
		if file == "" {
			continue
		}
		shows, err := a.histories.of(ctx, domain.ActionStream(frozen.Action))
		if err != nil {
			return false, err
		}
		for _, r := range shows {
			for _, named := range domain.FilesOf(r.Event) {
				if named == file {
					return true, nil
				}
			}
		}
	}
	return false, nil
}
