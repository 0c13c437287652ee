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

// kept keeps the answers to several questions as of the present size of the ledger, as remembered does for one. What it
// gives is shared and must not be changed.
type kept[K comparable, V any] struct {
	mu     sync.Mutex
	size   uint64
	values map[K]V
}

func (k *kept[K, V]) at(key K, size, now uint64, ask func() (V, error)) (V, error) {
	if size != now {
		return ask()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.size != size || k.values == nil {
		k.size, k.values = size, map[K]V{}
	}
	v, ok := k.values[key]
	if !ok {
		if len(k.values) >= keptAtMost {
			clear(k.values)
		}
		var err error
		if v, err = ask(); err != nil {
			return v, err
		}
		k.values[key] = v
	}
	return v, nil
}

// bodiesKnown gives every body of the ledger by id.
func (p *page) bodiesKnown() map[string]*ledger.BodyShort {
	all, _ := p.site.bodiesKnown.at(p.size, p.site.Ledger.Size(), func() (map[string]*ledger.BodyShort, error) {
		return p.site.Ledger.Bodies(p.ctx, p.size), nil
	})
	return all
}

// roll is who is named in one edition, the highest level first, then by the alphabet.
type roll struct {
	lines  []ledger.RollLine
	at     []int32 // the place of the line of each body of the ledger, by its rank, plus one; 0 where it has none
	facets facets
}

// facets count the lines of an edition by what they can be narrowed by.
type facets struct {
	levels, kinds, regions, departements, mentions map[string]int
	names                                          map[string]string // of regions and départements, by "r" or "d" and the code
	first                                          map[string]given  // a holder of each mention
}

func (p *page) roll(edition int) *roll {
	all, _ := p.site.rollsKnown.at(edition, p.size, p.site.Ledger.Size(), func() (*roll, error) {
		r := &roll{lines: p.site.Ledger.Roll(p.ctx, edition, p.bodiesKnown(), p.size)}
		slices.SortStableFunc(r.lines, func(a, b ledger.RollLine) int {
			return cmp.Or(rollRank(b)-rollRank(a), a.Body.Rank-b.Body.Rank)
		})
		r.at = make([]int32, len(p.bodiesKnown()))
		for i, l := range r.lines {
			if l.Body.Rank < len(r.at) {
				r.at[l.Body.Rank] = int32(i) + 1
			}
		}
		r.count(edition)
		return r, nil
	})
	return all
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
	of    []string
	count map[string]int
}

func (p *page) changesOf(edition int) *changes {
	all, _ := p.site.changesKnown.at(edition, p.size, p.site.Ledger.Size(), func() (*changes, error) {
		now, before := p.roll(edition), p.before(edition)
		c := &changes{make([]string, len(now.lines)), map[string]int{}}
		for i := range now.lines {
			c.of[i] = moved(before.find(now.lines[i].Body), &now.lines[i])
			c.count[c.of[i]]++
		}
		return c, nil
	})
	return all
}

// before is the roll of the edition before; an empty one before the first.
func (p *page) before(edition int) *roll {
	if edition == 1 {
		return &roll{}
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
func (p *page) choose(name, asked, none string, order []string, text func(string) string, count map[string]int) choice {
	c := choice{Name: name, Label: p.T("choose." + name), Options: []option{{"", none, asked == ""}}}
	for _, v := range order {
		if n := count[v]; n > 0 || v == asked {
			c.Options = append(c.Options, option{v, p.T("choose.counted", text(v), p.Int(n)), v == asked})
		}
	}
	return c
}

// placeCode and placeName read a place that may be missing.
func placeCode(d *ledger.Place) string {
	if d == nil {
		return ""
	}
	return d.Code
}

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
	number := 1
	if text := query.Get("page"); text != "" {
		if _, err := fmt.Sscanf(text, "%d", &number); err != nil || number < 1 || fmt.Sprint(number) != text || (number-1)*linesPerPage >= max(total, 1) {
			return paging{}, fmt.Errorf("%w: page %q", ledger.ErrQuery, text)
		}
	}
	v := paging{From: min((number-1)*linesPerPage+1, total), To: min(number*linesPerPage, total), Total: total}
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
