package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"arobase/api/ledger"
	"arobase/domain"
)

// keptAtMost bounds how many answers are kept: one edition of the whole country takes some megabytes.
const keptAtMost = 40

// kept keeps one answer for each of several keys, with what it was made from: another maker of the same key waits for the
// first. What it gives is shared and must not be changed.
type kept[K comparable, V any] struct {
	mu     sync.Mutex
	values map[K]*keptValue[V] // guarded by mu, each by its own
}

type keptValue[V any] struct {
	mu    sync.Mutex
	known bool
	value V
}

// at gives the answer for a key: the one that renew makes of the one that is kept. known is false where none is; keep says
// whether the answer takes its place.
func (k *kept[K, V]) at(key K, renew func(old V, known bool) (answer V, keep bool)) V {
	k.mu.Lock()
	if k.values == nil || k.values[key] == nil && len(k.values) >= keptAtMost {
		k.values = map[K]*keptValue[V]{}
	}
	x := k.values[key]
	if x == nil {
		x = new(keptValue[V])
		k.values[key] = x
	}
	k.mu.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	answer, keep := renew(x.value, x.known)
	if keep {
		x.known, x.value = true, answer
	}
	return answer
}

// everyone is every body of the ledger by id.
type everyone struct {
	byID  map[string]*ledger.BodyShort
	since uint64 // the size from which on it is so
}

// everyBody gives them as of the page. Those of earlier sizes are kept for the last two that were asked for.
func (p *page) everyBody() *everyone {
	since := p.site.Ledger.NamesSince(p.size)
	if since == p.site.Ledger.NamesSince(p.site.Ledger.Size()) {
		return p.site.bodiesKnown.since(since, p.size, func() *everyone {
			return &everyone{p.site.Ledger.Bodies(p.ctx, p.size), since}
		})
	}
	return p.site.bodiesThen.of(2, func(old *everyone) bool { return old.since == since }, func() (*everyone, bool) {
		return &everyone{p.site.Ledger.Bodies(p.ctx, p.size), since}, true
	})
}

// bodiesKnown gives every body of the ledger by id.
func (p *page) bodiesKnown() map[string]*ledger.BodyShort { return p.everyBody().byID }

// roll is who is named in one edition, the highest level first, then by the alphabet.
type roll struct {
	size   uint64 // as of which it was made
	bodies *everyone
	lines  []ledger.RollLine
	at     []int32 // the place of the line of each body of the ledger, by its rank, plus one; 0 where it has none
	facets facets
	// mentioned are the lines with a mention, in their order.
	mentioned []*ledger.RollLine
}

// facets count the lines of an edition by what they can be narrowed by.
type facets struct {
	levels, kinds, regions, departements, mentions map[string]int
	names                                          map[string]string // of regions and départements, by "r" or "d" and the code
	first                                          map[string]given  // a holder of each mention
}

// datedRoll is a roll that holds as of a size, which may be a later one than it was made at.
type datedRoll struct {
	*roll
	asOf uint64
}

// roll gives an edition. To make one of the design size takes a third of a second; where something was recorded since, only
// the lines are made anew that it concerns.
func (p *page) roll(edition int) *roll {
	bodies := p.everyBody()
	found := p.site.rollsKnown.at(edition, func(old datedRoll, known bool) (datedRoll, bool) {
		if known && old.bodies == bodies {
			switch touched, few := p.site.Ledger.Touched(edition, min(old.asOf, p.size), max(old.asOf, p.size)); {
			case few && len(touched) == 0:
				return datedRoll{old.roll, max(old.asOf, p.size)}, true
			case few && len(touched) <= len(old.lines)/8+64:
				return datedRoll{p.renewed(edition, old.roll, touched), p.size}, old.asOf < p.size
			}
		}
		if known && p.size < old.asOf || !known && p.size < p.site.Ledger.Size() {
			return datedRoll{}, false // by itself: those who ask as of now wait here
		}
		r := p.rollOf(edition, bodies, p.site.Ledger.Roll(p.ctx, edition, bodies.byID, p.size))
		return datedRoll{r, p.size}, p.ctx.Err() == nil
	}).roll
	if found == nil {
		return p.rollThen(edition, bodies)
	}
	return found
}

// earlierRolls bounds how many rolls of sizes that are gone by are kept: they and their bodies take some megabytes each.
const earlierRolls = 6

// thenRoll is a roll of one edition as of a size that is gone by.
type thenRoll struct {
	edition int
	*roll
}

// rollThen gives an edition as of a size before the one that is kept.
func (p *page) rollThen(edition int, bodies *everyone) *roll {
	return p.site.rollsThen.of(earlierRolls, func(old thenRoll) bool {
		if old.edition != edition || old.bodies != bodies {
			return false
		}
		touched, few := p.site.Ledger.Touched(edition, min(old.size, p.size), max(old.size, p.size))
		return few && len(touched) == 0
	}, func() (thenRoll, bool) {
		lines := p.site.Ledger.Roll(p.ctx, edition, bodies.byID, p.size)
		return thenRoll{edition, p.rollOf(edition, bodies, lines)}, p.ctx.Err() == nil
	}).roll
}

// rollOrder is the order of the lines.
func rollOrder(a, b ledger.RollLine) int {
	return cmp.Or(rollRank(b)-rollRank(a), a.Body.Rank-b.Body.Rank, cmp.Compare(a.Body.ID, b.Body.ID))
}

// renewed is a roll in which the lines of some bodies, whose ids are in order, are those of now.
func (p *page) renewed(edition int, old *roll, touched []string) *roll {
	fresh := p.site.Ledger.RollOf(p.ctx, edition, touched, old.bodies.byID, p.size)
	slices.SortFunc(fresh, rollOrder)
	lines := make([]ledger.RollLine, 0, len(old.lines)+len(fresh))
	for _, l := range old.lines {
		if _, gone := slices.BinarySearch(touched, l.Body.ID); gone {
			continue
		}
		for len(fresh) > 0 && rollOrder(fresh[0], l) < 0 {
			lines, fresh = append(lines, fresh[0]), fresh[1:]
		}
		lines = append(lines, l)
	}
	return p.rollOf(edition, old.bodies, append(lines, fresh...))
}

// rollOf makes a roll of its lines.
func (p *page) rollOf(edition int, bodies *everyone, lines []ledger.RollLine) *roll {
	if !slices.IsSortedFunc(lines, rollOrder) {
		slices.SortFunc(lines, rollOrder)
	}
	r := &roll{size: p.size, bodies: bodies, lines: lines, at: make([]int32, len(bodies.byID))}
	for i := range r.lines {
		l := &r.lines[i]
		if l.Body.Rank < len(r.at) {
			r.at[l.Body.Rank] = int32(i) + 1
		}
		if len(l.Mentions) > 0 {
			r.mentioned = append(r.mentioned, l)
		}
	}
	r.count(edition)
	return r
}

// find gives the line of a body; nil where no source names it.
func (r *roll) find(b *ledger.BodyShort) *ledger.RollLine {
	if b.Rank >= len(r.at) || r.at[b.Rank] == 0 {
		return nil
	}
	return &r.lines[r.at[b.Rank]-1]
}

// count fills the facets.
func (r *roll) count(edition int) {
	f := facets{map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]string{}, map[string]given{}}
	for i := range r.lines {
		l := &r.lines[i]
		f.levels[rollLevel(*l)]++
		f.kinds[l.Kind]++
		if d := l.Body.Departement; d != nil {
			if f.departements[d.Code]++; f.departements[d.Code] == 1 {
				f.names["d"+d.Code] = d.Name
			}
		}
		if d := l.Body.Region; d != nil {
			if f.regions[d.Code]++; f.regions[d.Code] == 1 {
				f.names["r"+d.Code] = d.Name
			}
		}
		for _, m := range l.Mentions {
			if f.mentions[m]++; f.mentions[m] == 1 {
				f.first[m] = given{edition, l}
			}
		}
	}
	withHigh(f.levels)
	r.facets = f
}

// changes says of each line what became of it since the edition before, and counts that.
type changes struct {
	now, before *roll // which it compares
	of          []string
	count       map[string]int
}

func (p *page) changesOf(edition int) *changes {
	now, before := p.roll(edition), p.before(edition)
	return p.site.changesKnown.at(edition, func(old *changes, known bool) (*changes, bool) {
		if known && old.now == now && old.before == before {
			return old, true
		}
		c := &changes{now, before, make([]string, len(now.lines)), map[string]int{}}
		for i := range now.lines {
			c.of[i] = moved(before.find(now.lines[i].Body), &now.lines[i])
			c.count[c.of[i]]++
		}
		return c, true
	})
}

// moves are who moved between two editions, among those who have a label in both.
type moves struct {
	from, to         *roll // which it compares
	seen, compared   int
	entered, left    int
	rose, fell, same []ledger.MoveView // the first of each, in the order of ids
	flows            []ledger.FlowView
	more             bool // that there are more of any
}

func (p *page) movesBetween(from, to int) *moves {
	a, b := p.roll(from), p.roll(to)
	return p.site.movesKnown.at([2]int{from, to}, func(old *moves, known bool) (*moves, bool) {
		if known && old.from == a && old.to == b {
			return old, true
		}
		m := &moves{from: a, to: b}
		var rose, fell, same []ledger.MoveView
		var flows [len(digits)][len(digits)]int
		held := 0
		for i := range b.lines {
			is := &b.lines[i]
			was := a.find(is.Body)
			switch {
			case !is.Held:
				continue
			case was == nil || !was.Held:
				m.entered++
				continue
			}
			m.seen++
			move := ledger.MoveView{Collectivity: is.Body.ID, Name: is.Body.Name, From: stated(was), To: stated(is)}
			switch {
			case move.From == 0 || move.To == 0:
				continue
			case move.To > move.From:
				rose = append(rose, move)
			case move.To < move.From:
				fell = append(fell, move)
			default:
				same = append(same, move)
			}
			m.compared++
			flows[move.From][move.To]++
		}
		m.flows = ledger.Flows(func(from, to int) int { return flows[from][to] })
		for i := range a.lines {
			if a.lines[i].Held {
				held++
			}
		}
		m.left = held - m.seen
		first := func(all []ledger.MoveView) []ledger.MoveView {
			slices.SortFunc(all, func(a, b ledger.MoveView) int { return cmp.Compare(a.Collectivity, b.Collectivity) })
			m.more = m.more || len(all) > linesPerPage
			return slices.Clone(all[:min(len(all), linesPerPage)])
		}
		m.rose, m.fell, m.same = first(rose), first(fell), first(same)
		return m, true
	})
}

// noRoll has nobody.
var noRoll = new(roll)

// before is the roll of the edition before; an empty one before the first.
func (p *page) before(edition int) *roll {
	if edition == 1 {
		return noRoll
	}
	return p.roll(edition - 1)
}

// rollLevels are the groups of a palmarès, in its order.
var rollLevels = []string{"hors-concours", "5", "4", "3", "2", "1", "unspecified", "contested", "mention"}

// digits write the levels.
var digits = [...]string{"0", "1", "2", "3", "4", "5"}

// rollLevel is the group of a line.
func rollLevel(l ledger.RollLine) string {
	switch {
	case l.Status == string(domain.Contested):
		return "contested"
	case l.Level > 0:
		return digits[l.Level]
	case l.Distinction == string(domain.DistinctionHorsConcours), l.Distinction == string(domain.DistinctionUnspecified):
		return l.Distinction
	}
	return "mention"
}

func rollRank(l ledger.RollLine) int { return -slices.Index(rollLevels, rollLevel(l)) }

// isLevel tells whether a line is of a level, where "4-5" stands for both.
func isLevel(l ledger.RollLine, level string) bool {
	at := rollLevel(l)
	return level == "" || at == level || level == "4-5" && (at == "4" || at == "5")
}

// stated is the level that sources state, or 0: what is deduced is compared with nothing.
func stated(l *ledger.RollLine) int {
	if l == nil || l.Derived {
		return 0
	}
	return l.Level
}

// moved says what became of a holder since the edition before: rose, fell, same; seen where a level is missing in one;
// unseen where no source names it then, which is not an entry.
func moved(before, now *ledger.RollLine) string {
	from, to := stated(before), stated(now)
	switch {
	case before == nil || before.Status == "" || before.Distinction == "" && before.Status != string(domain.Contested):
		return "unseen"
	case from == 0 || to == 0:
		return "seen"
	case to > from:
		return "rose"
	case to < from:
		return "fell"
	}
	return "same"
}

// choice is one field of a form that narrows a list.
type choice struct {
	Name, Label string
	Options     []option
}

// choose makes a field of the values that occur, each with how often. none is the text of not choosing.
func (p *page) choose(name, asked string, order []string, text func(string) string, count map[string]int) choice {
	c := choice{Name: name, Label: p.T("choose." + name), Options: []option{{"", p.anyOf(name), asked == ""}}}
	for _, v := range order {
		if n := count[v]; n > 0 || v == asked {
			c.Options = append(c.Options, option{v, p.T("choose.counted", text(v), p.Int(n)), v == asked})
		}
	}
	return c
}

// anyOf is what a field says that narrows nothing.
func (p *page) anyOf(name string) string {
	if key := "choose.all." + name; p.Has(key) {
		return p.T(key)
	}
	return p.T("choose.all")
}

// placeCode reads a place that may be missing.
func placeCode(d *ledger.Place) string {
	if d == nil {
		return ""
	}
	return d.Code
}

// placeName is the name of a département or région, "" for none.
func placeName(d *ledger.Place) string {
	if d == nil {
		return ""
	}
	return d.Name
}

// paging cuts a list into pages and links them.
type paging struct {
	From, To    int // of the lines that are shown, from 1
	Total       int
	Newer, More string // addresses of the pages before and after, or ""
	Text        string
}

// linesPerPage bounds what a page shows, so that it stays light however many there are.
const linesPerPage = 100

func (p *page) paging(total int, address func(url.Values) string, query url.Values) (paging, error) {
	return p.pagingBy(linesPerPage, total, address, query)
}

// pagingBy cuts a list into pages of so many.
func (p *page) pagingBy(each, total int, address func(url.Values) string, query url.Values) (paging, error) {
	number := 1
	if text := query.Get("page"); text != "" {
		if _, err := fmt.Sscanf(text, "%d", &number); err != nil || number < 1 || fmt.Sprint(number) != text || (number-1)*each >= max(total, 1) {
			return paging{}, fmt.Errorf("%w: page %q", ledger.ErrQuery, text)
		}
	}
	v := paging{From: min((number-1)*each+1, total), To: min(number*each, total), Total: total}
	to := func(n int) string {
		q := url.Values{}
		for k, values := range query {
			if k != "page" && k != "as_of" && values[0] != "" {
				q[k] = values
			}
		}
		if n > 1 {
			q.Set("page", fmt.Sprint(n))
		}
		return address(q)
	}
	if number > 1 {
		v.Newer = to(number - 1)
	}
	if v.To < total {
		v.More = to(number + 1)
	}
	if v.Newer != "" || v.More != "" {
		v.Text = p.T("paging", p.Int(v.From), p.Int(v.To), p.Int(total))
	}
	return v, nil
}

// mentionWords is the name of a mention where its own text is not at hand: its id in words.
func mentionWords(id string) string { return strings.ReplaceAll(id, "-", " ") }
