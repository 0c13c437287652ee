package ledger

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arobase/domain"
)

// AfterView is one thing that came of a decision once it was published: an appeal, its outcome, a rectification, the
// withdrawal of the label. Its reason belongs to what it made of the decision; the jury's motivation to what was decided first.
type AfterView struct {
	Event    uuid.UUID `json:"event"`
	Index    uint64    `json:"index"`
	By       string    `json:"by"` // the type of the event: appeal-decided
	Recorded time.Time `json:"recorded"`
	// Result is what stands from here on; nil where nothing changed.
	Result *domain.Result `json:"result,omitempty"`
	// Article is the one that a withdrawal or a rejection rests on.
	Article string `json:"article,omitempty"`
	// Panel are the seats that heard an appeal, Tally how they voted.
	Panel []int         `json:"panel,omitempty"`
	Tally *domain.Tally `json:"tally,omitempty"`
	// Reason is "" where it was erased, and where there is none to read: the grounds of an appeal are between the collectivity
	// and the jury.
	Reason string `json:"reason,omitempty"`
}

// afterwards tells what came of a decision. Only what everybody may read of it.
func (l *Ledger) afterwards(ctx context.Context, since domain.Course) []AfterView {
	var all []AfterView
	for _, s := range since {
		v := AfterView{Event: s.Event, Index: s.Position, By: s.Name, Recorded: s.Time, Result: s.Result}
		switch e := s.Said.(type) {
		case *domain.DecisionRectified:
			v.Reason = l.Text(ctx, e.Reason.Commitment())
		case *domain.LabelWithdrawn:
			v.Article, v.Reason = e.Article, l.Text(ctx, e.Reason.Commitment())
		case *domain.AppealRejected:
			v.Article, v.Reason = e.Article, l.Text(ctx, e.Reason.Commitment())
		case *domain.AppealDecided:
			v.Panel, v.Tally, v.Reason = e.Panel, &e.Tally, l.Text(ctx, e.Reason.Commitment())
		}
		all = append(all, v)
	}
	return all
}
