package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

// compareAnswers asks the server, and the ledger that was computed from the records alone, the same questions as of the
// size of the checkpoint, and as any visitor asks. Every answer must be the same. fresh says that there are records which
// were not there in the round before.
func (a *Auditor) compareAnswers(ctx context.Context, head checkpoint, fresh bool, report *Report) error {
	if a.opt.Answer == nil {
		return nil
	}
	if a.place.Site == nil {
		report.add("answers", nil, "no /v1 here: only the log")
		report.Uncompared = append(report.Uncompared, "answers and pages (no site is here, only the log)")
		return nil
	}
	if a.unknown > 0 {
		return nil // what follows from records of unknown types nobody here can compute
	}
	if err := a.catchUp(ctx); err != nil {
		return fmt.Errorf("computing the answers: %w", err)
	}
	c := &comparison{a: a, head: head, size: strconv.FormatInt(head.tree.N, 10), links: newLinks(), host: a.place.Site.host}
	if err := c.meet(ctx); err != nil {
		return err
	}
	all, err := c.questions(ctx)
	if err != nil {
		return err
	}
	pages, why, err := c.pagesToCompare(ctx)
	if err != nil {
		return err
	}
	c.otherwise = why
	if err := c.askItsName(ctx); err != nil {
		return err
	}
	for _, some := range []func() []question{
		func() []question { c.chosen = c.choose(all, pages, fresh); return c.chosen },
		func() []question { return c.linked(pages) }, // from what was asked so far
		func() []question { return c.linked(pages) }, // and from what was asked since
		c.otherwiseAsked,
	} {
		if err := c.compareAll(ctx, some()); err != nil {
			return err
		}
	}
	if err := c.proofs(ctx); err != nil {
		return err
	}
	answers, site := c.compared.Load(), c.pagesCompared.Load()
	report.add("answers", figures{"compared": answers, "proofs": int64(len(c.sampled))},
		"%s of the server, the same as the records give; %s of records chosen at random", count(answers, "answer"), count(int64(len(c.sampled)), "proof"))
	if pages {
		called := ""
		if c.host != a.place.Site.host {
			called = fmt.Sprintf("; the site calls itself %.200q, not %q", c.host, a.place.Site.host)
		}
		report.add("pages", figures{"compared": site}, "%s, French and English, with the text that the records give%s", count(site, "page"), called)
	} else {
		report.add("pages", figures{"compared": 0}, "not compared: %s", why)
		report.Uncompared = append(report.Uncompared, "pages ("+why+")")
	}
	return c.compareFiles(ctx, report)
}

// compareAll asks many questions, several at once.
func (c *comparison) compareAll(ctx context.Context, all []question) error {
	asked := int64(0)
	for _, err := range ahead(ctx, workers(), slices.Values(all), func(ctx context.Context, q question) (any, error) { return nil, c.compare(ctx, q) }) {
		if err != nil {
			return err
		}
		asked++
		c.a.opt.Progress("answers", asked, int64(len(all)))
	}
	return nil
}

// catchUp brings what is computed here up to the records that are kept.
func (a *Auditor) catchUp(ctx context.Context) error {
	if a.answers == nil {
		answers, err := a.opt.Answer(ctx, Rests{a.Store, a.Vault, a.order.key, func() (uint64, []byte) { return uint64(a.shown.tree.N), a.shown.signed }})
		if err != nil {
			return err
		}
		answers.ofSomeNodes = map[string]bool{}
		for _, text := range answers.OfSomeNodes {
			answers.ofSomeNodes[plainly(text)] = true
		}
		a.answers = &answers
	}
	return a.answers.CatchUp(ctx)
}

// comparison asks two sides.
type comparison struct {
	a       *Auditor
	head    checkpoint
	size    string // the size of the ledger that answers are compared as of
	sampled []eventstore.Event
	// moved is set once the server answers from another number of records than the checkpoint covers: what visitors see is
	// newer then.
	moved                   atomic.Bool
	compared, pagesCompared atomic.Int64
	links                   links
	host                    string     // by which the server calls itself
	chosen                  []question // those that were asked first
	// otherwise is why pages are not compared, or "": then answers too may differ for that reason.
	otherwise string
}

// choose leaves out pages where they are not compared and, in a round that nothing new was recorded in, all questions
// about single bodies and records but some, in turn.
func (c *comparison) choose(all []question, pages, fresh bool) []question {
	var chosen, single []question
	for _, q := range all {
		switch {
		case q.page && !pages:
		case q.single:
			single = append(single, q)
		default:
			chosen = append(chosen, q)
		}
	}
	if n := c.a.opt.Unhurried; n > 0 && !fresh && len(single) > n {
		from := c.a.turn % len(single)
		c.a.turn += n
		single = append(single[from:len(single):len(single)], single[:from]...)[:n]
	}
	return append(chosen, single...)
}

const (
	// lag is how long a log may take to sign what the server answers from, or the server to answer from what is signed, and
	// looks is how often it is looked at meanwhile.
	lag   = 4 * time.Second
	looks = 4
)

// meet waits until log and server have come to the same records. A server that answers from more than it has signed, for
// longer than signing takes, shows a stale checkpoint; one that answers from less shows stale answers.
func (c *comparison) meet(ctx context.Context) error {
	for look := 1; ; look++ {
		answered, err := c.a.answeredFrom(ctx)
		if err != nil {
			return err
		}
		signed := c.head.tree.N
		if answered > signed {
			newer, err := c.a.newest(ctx)
			if err != nil {
				return err
			}
			signed = newer.tree.N
		}
		switch {
		case answered >= c.head.tree.N && answered <= signed:
			c.moved.Store(answered != c.head.tree.N)
			return nil
		case look == looks && answered > signed:
			return failed("answers", "the server answers from %d records, and the log shows a stale checkpoint that covers %d", answered, signed)
		case look == looks:
			return failed("answers", "the server gives stale answers: they rest on %d records, and %d are signed", answered, signed)
		}
		if err := c.a.opt.Pause(ctx, lag/looks); err != nil {
			return err
		}
	}
}

// answeredFrom is the number of records that the server answers from now.
func (a *Auditor) answeredFrom(ctx context.Context) (int64, error) {
	const list = "/v1/editions"
	r, err := a.place.Site.get(ctx, list, "application/json", maxAnswer)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(r.header.Get("Arobase-Size"), 10, 64)
	if err != nil {
		return 0, wrongAnswer("answers", list, "the answer does not say how many records it rests on")
	}
	return n, nil
}

// compare asks one question of both sides.
func (c *comparison) compare(ctx context.Context, q question) error {
	if q.now && c.moved.Load() {
		return nil
	}
	if !c.moved.Load() {
		err := c.compareAt(ctx, q, q.plain())
		if f := (*Failure)(nil); errors.As(err, &f) {
			// Unless something was recorded just now.
			now, sizeErr := c.a.answeredFrom(ctx)
			if sizeErr != nil {
				return sizeErr
			}
			if now > c.head.tree.N {
				c.moved.Store(true)
				if q.now {
					return nil
				}
				return c.compareAt(ctx, q, q.asOf(c.size))
			}
		}
		if err != nil || q.single || q.whole || q.now {
			return err
		}
	}
	return c.compareAt(ctx, q, q.asOf(c.size))
}

func (c *comparison) compareAt(ctx context.Context, q question, address string) error {
	check, counted := "answers", &c.compared
	if q.page {
		check, counted = "pages", &c.pagesCompared
	}
	theirs, err := q.way.ask(ctx, c.a.place.Site, address, q.accepts())
	if errors.Is(err, ErrTooLarge) {
		return wrongAnswer(check, address, "%v", err)
	}
	if err != nil {
		return q.way.says(check, address, err)
	}
	mine, err := c.ask(ctx, address, q.accepts())
	if err != nil {
		return err
	}
	if theirs.status != mine.status {
		return q.way.says(check, address, wrongAnswer(check, address, "the server answers %d, and the records give %d", theirs.status, mine.status))
	}
	if got, want := mediaType(theirs), mediaType(mine); got != want {
		return q.way.says(check, address, wrongAnswer(check, address, "the server answers with %s, and the records give %s", got, want))
	}
	if q.page && q.way.name == "" {
		c.links.add(address, mine)
	}
	if q.way.bodiless {
		counted.Add(1)
		return nil
	}
	difference, err := c.same(theirs, mine)
	if err != nil {
		return fmt.Errorf("computing the answer to %s: %w", address, err)
	}
	if difference != "" {
		if c.otherwise != "" {
			difference += " (" + c.otherwise + ")"
		}
		return q.way.says(check, address, wrongAnswer(check, address, "%s", difference))
	}
	counted.Add(1)
	return nil
}

// same says where an answer differs from one that was computed here, by what the latter is.
func (c *comparison) same(theirs, mine reply) (string, error) {
	switch kind := mediaType(mine); {
	case kind == "text/html":
		return c.samePage(theirs.body, mine.body)
	case kind == "application/json", strings.HasSuffix(kind, "+json"):
		return sameAnswer(theirs.body, mine.body)
	}
	return sameBytes(withoutAuthor(theirs), withoutAuthor(mine)), nil
}

// sameBytes says where a file differs from one that was made here, or "".
func sameBytes(theirs, mine []byte) string {
	if bytes.Equal(theirs, mine) {
		return ""
	}
	at := 0
	for at < len(theirs) && at < len(mine) && theirs[at] == mine[at] {
		at++
	}
	about := func(b []byte) string {
		return fmt.Sprintf("%q", bytes.ToValidUTF8(b[max(0, min(at, len(b))-40):min(at+40, len(b))], nil))
	}
	return fmt.Sprintf("byte %d: the server gives %s, the records give %s", at, about(theirs), about(mine))
}

// author is who runs the site, in a feed. It follows from no record.
var author = regexp.MustCompile(`(?s)<author>.*?</author>`)

func withoutAuthor(r reply) []byte {
	if mediaType(r) != "application/atom+xml" {
		return r.body
	}
	return author.ReplaceAll(r.body, nil)
}

// mediaType is what an answer says that it is, without parameters.
func mediaType(r reply) string {
	kind, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// mine reads an answer that was computed here.
func (c *comparison) mine(ctx context.Context, address string, into any) error {
	r, err := c.ask(ctx, address, "application/json")
	if err == nil && r.status != http.StatusOK {
		err = fmt.Errorf("it is %d", r.status)
	}
	if err == nil {
		err = json.Unmarshal(r.body, into)
	}
	if err != nil {
		return fmt.Errorf("computing the answer to %s: %w", address, err)
	}
	return nil
}

// ask asks what is computed here.
func (c *comparison) ask(ctx context.Context, address, accept string) (reply, error) {
	for range mostRedirects {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.host+address, nil)
		if err != nil {
			return reply{}, fmt.Errorf("asking for %s: %w", address, err)
		}
		r.Header.Set("Accept", accept)
		w := &written{reply: reply{status: http.StatusOK, header: http.Header{}}}
		c.a.answers.Handler.ServeHTTP(w, r)
		if err := ctx.Err(); err != nil {
			return reply{}, err // whoever is interrupted answers nothing, or half of it
		}
		to := w.header.Get("Location")
		if w.status/100 != 3 || !strings.HasPrefix(to, "/") {
			return w.reply, nil
		}
		address = to
	}
	return reply{}, fmt.Errorf("asking for %s: it leads from one address to another", address)
}

// mostRedirects is how many are followed, as package http does.
const mostRedirects = 10

// written is a reply while it is written.
type written struct{ reply }

func (w *written) Header() http.Header    { return w.header }
func (w *written) WriteHeader(status int) { w.status = status }
func (w *written) Write(b []byte) (int, error) {
	w.body = append(w.body, b...)
	return len(b), nil
}

// proofs asks for the proofs of the records that were chosen at random.
func (c *comparison) proofs(ctx context.Context) error {
	for _, e := range c.sampled {
		address := "/v1/events/" + e.ID.String() + "/proof"
		r, err := c.a.place.Site.get(ctx, address, "text/plain", maxAnswer)
		if err != nil {
			return err
		}
		if r.status != http.StatusOK {
			return wrongAnswer("answers", address, "the server answers %d, and the record is signed", r.status)
		}
		v, err := c.a.keys.Proof(r.body)
		if err != nil {
			return wrongAnswer("answers", address, "the proof does not verify: %v", err)
		}
		if v.Index != int64(e.Position) || !bytes.Equal(v.Bytes, e.Bytes) {
			return wrongAnswer("answers", address, "it is the proof of another record")
		}
		if err := c.a.ofThisHistory(ctx, c.head, address, tlog.Tree{N: v.Size, Hash: v.Root}); err != nil {
			return err
		}
	}
	return nil
}

// sameAnswer says where an answer of the server differs from one that was computed here, or "". An error is about ours.
func sameAnswer(theirs, mine []byte) (string, error) {
	want, err := readValue(mine)
	if err != nil {
		return "", err
	}
	got, err := readValue(theirs)
	if err != nil {
		return "the server's answer is not JSON", nil
	}
	if where, a, b, differ := difference("", got, want); differ {
		return fmt.Sprintf("%s: the server says %s, the records give %s", strings.TrimPrefix(where, "."), a, b), nil
	}
	return "", nil
}

func readValue(b []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the value")
	}
	return v, nil
}

// difference finds the first place where two answers differ, with what stands there on either side.
func difference(at string, got, want any) (where, a, b string, differ bool) {
	if reflect.DeepEqual(got, want) {
		return "", "", "", false
	}
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			names := slices.Collect(maps.Keys(want))
			for name := range got {
				if _, known := want[name]; !known {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			for _, name := range names {
				if where, a, b, differ = difference(at+"."+name, got[name], want[name]); differ {
					return where, a, b, true
				}
			}
		}
	case []any:
		if got, ok := got.([]any); ok {
			for i := range min(len(got), len(want)) {
				if where, a, b, differ = difference(fmt.Sprintf("%s[%d]", at, i), got[i], want[i]); differ {
					return where, a, b, true
				}
			}
			return at, fmt.Sprintf("%d of them", len(got)), fmt.Sprintf("%d", len(want)), true
		}
	}
	return at, briefly(got), briefly(want), true
}

func briefly(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "something"
	}
	if len(b) > 200 {
		return string(bytes.ToValidUTF8(b[:200], nil)) + "..."
	}
	return string(b)
}
