package web

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"arobase/api/ledger"
	"arobase/api/web/words"
	"arobase/domain"
)

// registerView is the ledger itself: how far it is sealed, how to check it, and its records, the latest first.
type registerView struct {
	Seal seal
	// Witnessed says how many witnesses have cosigned the checkpoint, "" where there are none; Signers are all whose
	// signatures stand under it.
	Witnessed string
	Signers   []string
	Key       string // the public key, "" where it is not told
	Audit     string // commands for whoever keeps the ledger
	Log       bool
	Filter    registerFilter
	Lines     []recordLine
	// Searched says that only a part was looked through.
	Searched string
	Older    string
	Newer    string
}

// registerFilter is what the visitor chose to see, as the form shows it.
type registerFilter struct {
	Action           string
	Types            []option
	Thread, From, To string
	On               bool
}

type recordLine struct {
	Index, Href, Kind, Recorded string
	Says                        template.HTML
}

func (s *site) register(p *page) (any, error) {
	p.Title, p.Description = p.T("register.title"), p.T("register.description")
	v := registerView{Seal: p.seal(), Log: s.Checkpoint != nil, Signers: signersOf(p.seal().Note)}
	if s.Cosigners != nil && v.Seal.Note != "" {
		if cosigned, asked := s.Cosigners([]byte(v.Seal.Note)); asked > 0 {
			v.Witnessed = p.N("register.cosign", asked, p.Int(cosigned))
		}
	}
	if v.Log {
		v.Key = s.logKey(p.ctx)
		v.Audit = "arobase log key --data ./arobase-data\narobase log checkpoint --data ./arobase-data\narobase check --data ./arobase-data"
	}
	w, err := p.readWindow()
	if err != nil {
		return nil, err
	}
	v.Filter = p.filterForm(w.filter)
	found, err := p.recordsIn(&w)
	if err != nil {
		return nil, err
	}
	for _, e := range found {
		says, _ := p.tells(e)
		name := typeName(e.Type)
		v.Lines = append(v.Lines, recordLine{
			p.Int(int(e.Index)), p.href("record", e.ID.String()), p.Or("record.type."+name, name), p.MomentShort(e.Recorded), says,
		})
	}
	turn := func(before uint64) string {
		query := w.query()
		query.Set("before", strconv.FormatUint(before, 10))
		return p.hrefWith("register", "", query) + recordsHere
	}
	if w.first > w.low {
		v.Older = turn(w.first)
		if len(found) < recordsPerPage && !w.plain() {
			v.Searched = p.T("register.searched", p.Int(int(w.first)), p.Int(int(w.before)-1))
		}
	}
	if w.plain() && w.before < w.high {
		v.Newer = turn(w.before + recordsPerPage)
	} else if w.before < w.high {
		v.Newer = p.hrefWith("register", "", w.query()) + recordsHere // how many match in between is not known: back to the first page
	}
	return v, nil
}

// signersOf gives the names under a signed note (C2SP signed-note), in their order.
func signersOf(note string) []string {
	var names []string
	for line := range strings.Lines(note) {
		if rest, ok := strings.CutPrefix(line, "— "); ok {
			if name, _, ok := strings.Cut(rest, " "); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// filterForm is the form that chooses, as it was filled in.
func (p *page) filterForm(f chosen) registerFilter {
	v := registerFilter{Action: p.path("register", "", nil) + recordsHere, Thread: f.thread, From: f.from, To: f.to, On: f != chosen{}}
	for _, t := range domain.Types() {
		if text := p.Or("record.type."+t.Name, t.Name); !slices.ContainsFunc(v.Types, func(o option) bool { return o.Value == t.Name }) {
			v.Types = append(v.Types, option{t.Name, text, t.Name == f.kind})
		}
	}
	order := words.Order(p.Code)
	slices.SortFunc(v.Types, func(a, b option) int { return order(a.Text, b.Text) })
	v.Types = append([]option{{"", p.T("register.type.any"), f.kind == ""}}, v.Types...)
	return v
}

// chosen is what the visitor chose: one type, one thread, the days from and to which records were entered. "" is all.
type chosen struct{ kind, thread, from, to string }

// window is the part of the ledger that one page shows.
type window struct {
	filter chosen
	// low and high bound the records that match the days; before is where the page begins, downwards. first is how far it
	// came.
	low, high, before, first uint64
}

func (w *window) plain() bool { return w.filter.kind == "" && w.filter.thread == "" }

func (w *window) query() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"type": w.filter.kind, "thread": w.filter.thread, "from": w.filter.from, "to": w.filter.to} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// readWindow reads what the visitor asks for.
func (p *page) readWindow() (w window, err error) {
	query := p.req.URL.Query()
	w.filter = chosen{query.Get("type"), strings.TrimSpace(query.Get("thread")), query.Get("from"), query.Get("to")}
	if w.filter.kind != "" && !ledger.KnownType(w.filter.kind) {
		return w, fmt.Errorf("%w: type %q", ledger.ErrQuery, w.filter.kind)
	}
	w.high = p.size
	if w.filter.from != "" {
		if w.low, err = p.sizeOn(w.filter.from, -time.Millisecond); err != nil {
			return w, err
		}
	}
	if w.filter.to != "" {
		if w.high, err = p.sizeOn(w.filter.to, 24*time.Hour-time.Millisecond); err != nil {
			return w, err
		}
		w.high = min(w.high, p.size)
	}
	w.before = w.high
	if text := query.Get("before"); text != "" {
		n, err := strconv.ParseUint(text, 10, 53)
		if err != nil {
			return w, fmt.Errorf("%w: before %q", ledger.ErrQuery, text)
		}
		w.before = min(w.before, n)
	}
	return w, nil
}

// sizeOn gives the size of the ledger some time after the beginning of a day.
func (p *page) sizeOn(day string, after time.Duration) (uint64, error) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0, fmt.Errorf("%w: day %q", ledger.ErrQuery, day)
	}
	return p.site.Ledger.AsOf(p.ctx, at.Add(after).Format(time.RFC3339Nano))
}

// recordsHere is where the list begins on the page: who chooses or turns a page is brought there.
const recordsHere = "#records"

const (
	recordsPerPage = 40
	// stride is how many records are looked through at once, from the latest back; enough is after how many a page ends
	// although it is not full, so that a rare type costs no more than a common one.
	stride, enough = 1000, 20_000
)

// recordsIn gives the records of a page, the latest first, and notes how far it looked.
func (p *page) recordsIn(w *window) ([]ledger.EventView, error) {
	var found []ledger.EventView
	w.first = w.before
	step := uint64(stride)
	if w.plain() {
		step = recordsPerPage
	}
	if w.filter.thread != "" {
		step = w.before // a thread is read whole
	}
	for w.first > w.low && len(found) < recordsPerPage && w.before-w.first < enough {
		from := max(w.low, w.first-min(step, w.first))
		var part []ledger.EventView
		for e, err := range p.site.Ledger.Events(p.ctx, ledger.EventFilter{Type: w.filter.kind, Stream: w.filter.thread, After: from, Before: w.first}) {
			if err != nil {
				return nil, err
			}
			part = append(part, e)
		}
		slices.Reverse(part)
		found, w.first = append(found, part...), from
	}
	if len(found) > recordsPerPage {
		found = found[:recordsPerPage]
		w.first = found[len(found)-1].Index
	}
	return found, nil
}
