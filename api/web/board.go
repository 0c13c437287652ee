package web

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
	"arobase/domain"
)

// boardView is what somebody who runs an edition has before them: tables, each line with what can be done about it.
type boardView struct {
	Heading  string
	Lede     template.HTML
	Editions []labelled // other editions that are run here
	Sections []boardSection
	Back     string
}

// boardSection is one table, with what can be done that is about no line of it.
type boardSection struct {
	ID, Title string
	Says      []template.HTML
	Choose    []boardPart // which lines are shown
	Head      []string
	Lines     []boardLine
	Empty     string
	Actions   []labelled
	More      []labelled // other pages of the table
}

// Does tells whether anything can be done about any line.
func (s boardSection) Does() bool {
	return slices.ContainsFunc(s.Lines, func(l boardLine) bool { return len(l.Actions) > 0 })
}

// boardLine is one line. Name is said with each action, so that links with the same words are told apart.
type boardLine struct {
	Cells   []template.HTML // the first is the name of the line
	Name    string
	Actions []labelled
}

// boardPart is a part of a table that can be asked for.
type boardPart struct {
	Text, Href string
	Here       bool
}

// board makes the sections of one edition for one person.
type board struct {
	*page
	who   auth.Principal
	run   *ledger.Running
	today string
	names map[domain.CollectivityID]string
}

// linesOfBoard is how many lines a table shows at once: a board has five tables, and each line is a card on a telephone.
const linesOfBoard = 30

// can gives the link to a form, if this person may use it. It comes back to a section of the board.
func (b *board) can(resource, section string, fixed bool, pairs ...string) []labelled {
	c, ok := forms.CommandOf(resource)
	if !ok || !c.Allows(b.who) {
		return nil
	}
	with := forms.Prefill{Values: url.Values{}, Next: b.page.req.URL.RequestURI() + "#" + section}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			with.Values.Set(pairs[i], pairs[i+1])
			if fixed {
				with.Fixed = append(with.Fixed, pairs[i])
			}
		}
	}
	return []labelled{{b.T("op." + resource), b.formHref(resource, with)}}
}

// of is the edition and a collectivity, as a form takes them.
func (b *board) of(id domain.CollectivityID, more ...string) []string {
	return append([]string{"edition", b.edition(), "collectivity", string(id)}, more...)
}

func (b *board) edition() string { return strconv.Itoa(int(b.run.Edition)) }

// body links to a collectivity.
func (b *board) body(id domain.CollectivityID) template.HTML {
	return link(b.href("collectivity", string(id)), b.name(id))
}

func (b *board) name(id domain.CollectivityID) string { return cmp.Or(b.names[id], string(id)) }

// byName compares collectivities as a French list has them.
func (b *board) byName(x, y domain.CollectivityID) int {
	return b.bodyOf(string(x)).Rank - b.bodyOf(string(y)).Rank
}

// say is a text of a cell.
func say(s string) template.HTML { return template.HTML(template.HTMLEscapeString(s)) } // escaped

// until says how far off a day is.
func (b *board) until(day string) string {
	then, err1 := time.Parse(time.DateOnly, day)
	now, err2 := time.Parse(time.DateOnly, b.today)
	if err1 != nil || err2 != nil {
		return ""
	}
	switch days := int(then.Sub(now).Hours() / 24); {
	case days == 0:
		return b.T("board.today")
	case days > 0:
		return b.N("board.in", days)
	default:
		return b.N("board.ago", -days)
	}
}

// cents writes an amount as a form takes it.
func cents(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

// part cuts a table into pages, by a parameter that is named after it.
func (b *board) part(section string, lines []boardLine) (shown []boardLine, more []labelled) {
	if len(lines) <= linesOfBoard {
		return lines, nil
	}
	query := b.req.URL.Query()
	pages := (len(lines) + linesOfBoard - 1) / linesOfBoard
	here, err := strconv.Atoi(query.Get(section))
	if err != nil || here < 1 || here > pages {
		here = 1
	}
	for n := 1; n <= pages; n++ {
		first, last := (n-1)*linesOfBoard+1, min(n*linesOfBoard, len(lines))
		text := b.T("board.part", b.Int(first), b.Int(last))
		if n == here {
			more = append(more, labelled{text, ""})
			continue
		}
		query.Set(section, strconv.Itoa(n))
		more = append(more, labelled{text, b.path(b.Route, b.here(), query) + "#" + section})
	}
	return lines[(here-1)*linesOfBoard : min(here*linesOfBoard, len(lines))], more
}

// boardOf begins the board of the edition in the address: that under way where it names none.
func (s *site) boardOf(p *page, roles ...auth.Role) (*board, error) {
	who, err := p.signedIn(roles...)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(p.here())
	if err != nil {
		return nil, ledger.ErrUnknown
	}
	b := &board{page: p, who: who, run: s.Ledger.Running(domain.Edition(n)), today: domain.DayInParis(s.Ledger.Clock())}
	if b.run == nil {
		return nil, ledger.ErrUnknown
	}
	run := *b.run
	run.Candidacies = slices.SortedStableFunc(slices.Values(run.Candidacies), func(x, y domain.Due) int { return b.byName(x.Collectivity, y.Collectivity) })
	b.run = &run
	var ids []string
	for _, c := range b.run.Candidacies {
		ids = append(ids, string(c.Collectivity))
	}
	for _, id := range s.Ledger.Members(b.run.Edition.Year()) {
		ids = append(ids, string(id))
	}
	slices.Sort(ids)
	b.names = map[domain.CollectivityID]string{}
	for _, c := range s.Ledger.Short(p.ctx, slices.Compact(ids), p.size) {
		b.names[domain.CollectivityID(c.ID)] = c.Name
	}
	return b, nil
}
