package ledger

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"arobase/domain"
	"arobase/domain/territory"
	"arobase/eventstore"
	"arobase/projections"
	"arobase/projections/actions"
)

// Words finds texts by their words, in a place that can be thrown away. A word of a question is the beginning of a word of a
// text, whatever the accents, ligatures and case.
type Words interface {
	Put(ctx context.Context, texts map[string]string) error
	Remove(ctx context.Context, keys ...string) error
	Find(ctx context.Context, question string) ([]string, error)
}

// textIndex brings an index of words up to the ledger.
type textIndex struct {
	mu    sync.Mutex
	words Words // nil: texts are read one by one
	// texts are how many of the directory's it has, ledger up to which revision of the ledger's own stream erasures were
	// carried out in it. Both guarded by mu.
	texts  int
	ledger eventstore.Revision
}

// UseWords gives an index, which must be empty, in which the texts of the directory are found by their words. It is for
// whoever opened the ledger, before anyone uses it.
func (l *Ledger) UseWords(w Words) { l.texts.words = w }

// IndexWords enters into the index what was disclosed, and takes out of it what was erased, since the last time. A question
// does it too; whoever serves does it once, so that nobody waits for the whole.
func (l *Ledger) IndexWords(ctx context.Context) error {
	x := &l.texts
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.words == nil {
		return nil
	}
	var fresh []string
	l.runner.View(func(eventstore.Position) { fresh = l.actions.Texts(x.texts) })
	const portion = 1000
	for len(fresh) > 0 {
		some := fresh[:min(portion, len(fresh))]
		texts := make(map[string]string, len(some))
		for _, commitment := range some {
			if text, ok := l.disclosed(ctx, commitment); ok {
				texts[commitment] = searched(text)
			}
		}
		if err := x.words.Put(ctx, texts); err != nil {
			return fmt.Errorf("bringing the index of words up to date: %w", err)
		}
		fresh, x.texts = fresh[len(some):], x.texts+len(some)
	}
	// Erasures of other nodes come with their records.
	for e, err := range l.store.ReadStream(ctx, string(domain.LedgerStream), x.ledger) {
		if err != nil {
			return fmt.Errorf("reading the erasures: %w", err)
		}
		if r, err := projections.Decode(e); err == nil {
			if erased, ok := r.Event.(*domain.PersonalDataErased); ok {
				if err := l.unindex(ctx, erased); err != nil {
					return err
				}
			}
		}
		x.ledger = e.Revision + 1
	}
	return nil
}

// unindex takes one text out of the index. The lock is held.
func (l *Ledger) unindex(ctx context.Context, erased *domain.PersonalDataErased) error {
	target, err := l.store.Lookup(ctx, erased.Event)
	if err != nil {
		return fmt.Errorf("reading event %s: %w", erased.Event, err)
	}
	var doomed graves
	if err := doomed.add(target, erased.Pointer); err != nil {
		return fmt.Errorf("taking an erased text out of the index of words: %w", err)
	}
	for _, value := range doomed.values {
		if err := l.texts.words.Remove(ctx, value.Commitment.String()); err != nil {
			return err
		}
	}
	return nil
}

// compound is a word with hyphens in it.
var compound = regexp.MustCompile(`[\p{L}\p{N}]+(?:[-‐‑][\p{L}\p{N}]+)+`)

// searched is a text as it is searched: Wi-Fi is found as "wi fi" and as "wifi".
func searched(text string) string {
	for _, w := range compound.FindAllString(text, -1) {
		text += " " + strings.NewReplacer("-", "", "‐", "", "‑", "").Replace(w)
	}
	return text
}

// word is one word of a question with all in which it stands.
type word struct {
	folded   string
	texts    map[string]bool // commitments; nil where there is no index
	services map[string]bool // by grid and id
}

// wordsOf finds the texts in which each word of a question stands.
func (l *Ledger) wordsOf(ctx context.Context, question string) ([]word, error) {
	all := strings.Fields(territory.Fold(question))
	longer := slices.ContainsFunc(all, func(w string) bool { return len(w) > 1 })
	var out []word
	for _, folded := range all {
		if !longer || len(folded) > 1 { // the l of "l'école" says nothing
			out = append(out, word{folded: folded})
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	if err := l.IndexWords(ctx); err != nil {
		return nil, err
	}
	if l.texts.words == nil {
		return out, nil
	}
	for i := range out {
		found, err := l.texts.words.Find(ctx, out[i].folded)
		if err != nil {
			return nil, err
		}
		out[i].texts = make(map[string]bool, len(found))
		for _, commitment := range found {
			out[i].texts[commitment] = true
		}
	}
	return out, nil
}

// name finds the services in whose names the words stand. It is called while the projections stand still.
func (l *Ledger) name(words []word) {
	for i := range words {
		words[i].services = map[string]bool{}
		for _, id := range l.campaigns.Grids() {
			grid := l.campaigns.Grid(id)
			for _, s := range grid.Services {
				if beginsWord(territory.Fold(searched(s.Name)), words[i].folded) {
					words[i].services[id+"/"+s.ID] = true
				}
			}
		}
	}
}

// says tells whether a word begins one of an action's texts, of its services or of its collectivity's name.
func (d *directory) says(ctx context.Context, one word, a *actions.Action) bool {
	title, about := a.Title.Commitment(), a.Description.Commitment()
	if one.texts[title] || about != "" && one.texts[about] {
		return true
	}
	for _, s := range a.Services {
		if one.services[a.Grid+"/"+s] {
			return true
		}
	}
	if beginsWord(d.body(a.Collectivity).folded, one.folded) {
		return true
	}
	if one.texts != nil {
		return false
	}
	for _, commitment := range []string{title, about} {
		if text, ok := d.l.disclosed(ctx, commitment); ok && beginsWord(territory.Fold(searched(text)), one.folded) {
			return true
		}
	}
	return false
}
