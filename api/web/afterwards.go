package web

import (
	"arobase/api/ledger"
	"arobase/domain"
)

// afterLine is one thing that came of a decision once it was published.
type afterLine struct {
	Text   string
	Mark   *mark  // what stands from here on, where it changed
	Says   string // the same where it is no level
	Reason string // "" where there is none to read
	Proofs []proof
}

// after tells what came of a decision, in order.
func (p *page) after(all []ledger.AfterView) []afterLine {
	var lines []afterLine
	for _, a := range all {
		on := p.Date(domain.DayInParis(a.Recorded))
		line := afterLine{Proofs: p.proofs(p.Or("record.type."+a.By, a.By), []string{a.Event.String()})}
		switch a.By {
		case "appeal-lodged", "appeal-admitted":
			line.Text = p.T("after."+a.By, on)
		case "label-withdrawn", "appeal-rejected":
			line.Text, line.Reason = p.T("after."+a.By, on, a.Article), p.written(a.Reason)
		case "appeal-decided":
			key := "after.appeal-confirmed"
			if a.Result != nil {
				key = "after.appeal-changed"
			}
			line.Text, line.Reason = p.T(key, on, p.seats(a.Panel), p.tally(a.Tally)), p.written(a.Reason)
		default:
			line.Text, line.Reason = p.T("after.decision-rectified", on), p.written(a.Reason)
		}
		if a.Result != nil {
			line.Mark, line.Says = p.resultMark(a.Result), p.awarded(*a.Result)
		}
		lines = append(lines, line)
	}
	return lines
}

// tally says how votes fell.
func (p *page) tally(t *domain.Tally) string {
	if t == nil {
		return ""
	}
	return p.T("minutes.tally", t.For, t.Against, t.Abstained)
}

// motivationOf heads the jury's motivation: by itself, or with what it belongs to where something else stands since.
func (p *page) motivationOf(decided *domain.Result) string {
	if decided == nil {
		return p.T("reasons.jury")
	}
	return p.T("reasons.jury.of", p.outcome(*decided))
}
