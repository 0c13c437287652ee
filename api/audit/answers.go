package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// lagAllowed is how long a log may take to sign what the server answers from.
const lagAllowed = 3 * time.Second

// answers asks the server, and the ledger that was computed from the records alone, the same questions as of the size of
// the checkpoint. Every answer must be the same.
func (a *Auditor) answers(ctx context.Context, head checkpoint, report *Report) error {
	if a.opt.Answer == nil {
		return nil
	}
	if a.place.Site == nil {
		report.add("answers", nil, "only a log is here: there are no answers to compare")
		return nil
	}
	if report.Unknown > 0 {
		return nil // what follows from records of unknown types nobody here can compute
	}
	if err := a.fresh(ctx, head); err != nil {
		return err
	}
	own, err := a.opt.Answer(ctx, a.store, a.values)
	if err != nil {
		return fmt.Errorf("computing the answers: %w", err)
	}
	c := &comparison{a: a, own: own, size: strconv.FormatInt(head.tree.N, 10)}
	asked := 0
	for _, list := range []func(context.Context) ([]string, error){c.editions, c.figures, c.collectivities} {
		questions, err := list(ctx)
		if err != nil {
			return err
		}
		for _, err := range ahead(ctx, 2*runtime.GOMAXPROCS(0), slices.Values(questions), func(ctx context.Context, q string) (any, error) { return c.compare(ctx, q) }) {
			if err != nil {
				return err
			}
			asked++
		}
	}
	report.add("answers", map[string]int64{"compared": int64(asked)}, "%d answers of the server, each the same as the records give", asked)
	return nil
}

// fresh holds that the log covers what the server answers from: a server that answers from more records than it has
// signed, for longer than signing takes, shows a stale checkpoint.
func (a *Auditor) fresh(ctx context.Context, head checkpoint) error {
	r, err := a.place.Site.get(ctx, "/v1/editions", "application/json", maxAnswer)
	if err != nil {
		return err
	}
	answered, err := strconv.ParseInt(r.header.Get("Arobase-Size"), 10, 64)
	if err != nil || answered <= head.tree.N {
		return nil
	}
	if err := a.opt.Pause(ctx, lagAllowed); err != nil {
		return err
	}
	again, err := a.newest(ctx)
	if err != nil {
		return err
	}
	if again.tree.N < answered {
		return failed("answers", "the server answers from %d records, and the log shows a stale checkpoint that covers %d", answered, again.tree.N)
	}
	return nil
}

// comparison asks two sides.
type comparison struct {
	a    *Auditor
	own  http.Handler
	size string // the size of the ledger that all questions are as of
}

func (c *comparison) question(path string, query url.Values) string {
	if query == nil {
		query = url.Values{}
	}
	query.Set("as_of", c.size)
	return path + "?" + query.Encode()
}

// editions lists the questions about editions: they follow from the records, not from what the server says there is.
func (c *comparison) editions(ctx context.Context) ([]string, error) {
	list := c.question("/v1/editions", url.Values{"limit": {"1000"}})
	var answer struct {
		Items []struct{ Edition int }
	}
	if err := c.mine(ctx, list, &answer); err != nil {
		return nil, err
	}
	questions := []string{list}
	for _, e := range answer.Items {
		path := fmt.Sprintf("/v1/editions/%d", e.Edition)
		questions = append(questions, c.question(path, nil), c.question(path+"/palmares", nil))
	}
	for i := 1; i < len(answer.Items); i++ {
		from, to := answer.Items[i].Edition, answer.Items[i-1].Edition
		questions = append(questions, c.question("/v1/trends/transitions", url.Values{
			"from": {strconv.Itoa(min(from, to))}, "to": {strconv.Itoa(max(from, to))},
		}))
	}
	return questions, nil
}

func (c *comparison) figures(context.Context) ([]string, error) {
	questions := []string{c.question("/v1/trends", nil), c.question("/v1/reconciliation", nil), c.question("/v1/sources", url.Values{"limit": {"1000"}})}
	for _, by := range []string{"level", "kind", "region", "departement", "size"} {
		questions = append(questions, c.question("/v1/trends", url.Values{"by": {by}}))
	}
	return questions, nil
}

func (c *comparison) collectivities(ctx context.Context) ([]string, error) {
	var questions []string
	for next := c.question("/v1/collectivities", url.Values{"limit": {"1000"}}); next != ""; {
		questions = append(questions, next)
		var answer struct {
			Items []struct{ ID string }
			Next  string
		}
		if err := c.mine(ctx, next, &answer); err != nil {
			return nil, err
		}
		for _, b := range answer.Items {
			path := "/v1/collectivities/" + url.PathEscape(b.ID)
			questions = append(questions, c.question(path, nil), c.question(path+"/history", nil))
		}
		next = answer.Next
	}
	return questions, nil
}

// mine reads an answer that was computed here.
func (c *comparison) mine(ctx context.Context, question string, into any) error {
	_, body := c.ask(ctx, question)
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("computing the answer to %s: %w", question, err)
	}
	return nil
}

func (c *comparison) ask(ctx context.Context, question string) (int, []byte) {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, question, nil)
	r.Header.Set("Accept", "application/json")
	w := httptest.NewRecorder()
	c.own.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// compare asks one question of both sides.
func (c *comparison) compare(ctx context.Context, question string) (any, error) {
	theirs, err := c.a.place.Site.get(ctx, question, "application/json", maxAnswer)
	if err != nil {
		return nil, err
	}
	status, mine := c.ask(ctx, question)
	if theirs.status != status {
		return nil, wrongAnswer("answers", question, "the server answers %d, and the records give %d", theirs.status, status)
	}
	want, errMine := readValue(mine)
	got, errTheirs := readValue(theirs.body)
	if errMine != nil {
		return nil, fmt.Errorf("computing the answer to %s: %w", question, errMine)
	}
	if errTheirs != nil {
		return nil, wrongAnswer("answers", question, "the server's answer is not JSON")
	}
	if where, a, b, differ := difference("", got, want); differ {
		return nil, wrongAnswer("answers", question, "%s: the server says %s, the records give %s", strings.TrimPrefix(where, "."), a, b)
	}
	return nil, nil
}

func readValue(b []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return v, d.Decode(&v)
}

// difference finds the first place where two answers differ, with what stands there on either side.
func difference(at string, got, want any) (where, a, b string, differ bool) {
	if reflect.DeepEqual(got, want) {
		return "", "", "", false
	}
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			names := slices.Sorted(maps.Keys(want))
			for name := range got {
				if _, known := want[name]; !known {
					names = append(names, name)
				}
			}
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
