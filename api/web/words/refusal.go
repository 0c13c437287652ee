package words

import (
	"strconv"
	"strings"
	"time"

	"arobase/domain"
)

// Names gives what the ledger calls things whose ids a refusal names.
type Names interface {
	Body(id string) string           // the name of a collectivity, or its id
	Record(id string) (string, bool) // the number of a record, as it is written; none where it is not found
}

// Refusal says why something was refused, with its particulars as the language writes them. It is "" where the refusal was
// not made of a case, or the catalogue does not know it.
func (l *Language) Refusal(told domain.Telling, names Names) string {
	if told.Case == nil || !l.Has(told.Case.Key()) {
		return ""
	}
	var pairs []string
	for _, p := range told.Particulars {
		pairs = append(pairs, "{"+p.Name+"}", l.particular(p, names))
	}
	return Capital(strings.NewReplacer(pairs...).Replace(l.T(told.Case.Key())))
}

func (l *Language) particular(p domain.Particular, names Names) string {
	switch p.Kind {
	case domain.KindNumber:
		return l.Int(int(p.Number))
	case domain.KindYear, domain.KindEdition:
		return strconv.FormatInt(p.Number, 10)
	case domain.KindCents:
		return l.Euros(int(p.Number))
	case domain.KindDay:
		return l.Date(p.Text)
	case domain.KindWhen:
		return l.when(p.Text)
	case domain.KindBody:
		return names.Body(p.Text)
	case domain.KindRecord:
		if number, ok := names.Record(p.Text); ok {
			return l.T("refusal.record", number)
		}
		return l.T("refusal.record.other", p.Text)
	case domain.KindType:
		return l.T("record.type." + p.Text)
	case domain.KindAward:
		return l.award(p)
	case domain.KindCounts:
		var all []string
		for _, pair := range p.List {
			level, count, _ := strings.Cut(pair, "=")
			all = append(all, l.Set(l.T("refusal.count", level, count)))
		}
		return l.List(all)
	case domain.KindWord:
		return l.T("word." + p.Text)
	case domain.KindNumbers, domain.KindNames:
		return l.List(p.List)
	}
	return p.Text // names, and what somebody typed
}

// when writes a day, a month or a year as the time at which something was: le 1er février 2017, en 2017.
func (l *Language) when(iso string) string {
	if _, err := time.Parse(time.DateOnly, iso); err == nil {
		return l.T("when.day", l.Date(iso))
	}
	return l.T("when.other", l.Date(iso))
}

func (l *Language) award(p domain.Particular) string {
	if p.Number != 0 {
		return l.Set(strconv.FormatInt(p.Number, 10) + " @")
	}
	return l.T("choice.*.distinction." + strings.Join(p.List, ""))
}
