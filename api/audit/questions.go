package audit

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/eventstore"
)

// question is one address that both sides are asked for.
type question struct {
	address string
	query   url.Values
	// page says that it is a page for people, and not of the interface under /v1.
	page bool
	// single says that it is about a single body or record. There are many of these, so that each is asked for once: as a
	// visitor asks, or as of the size of the checkpoint where the ledger has gone on. All others are asked for both ways.
	single bool
	// whole says that the address is complete as it is: a further page of a list, which keeps its size.
	whole bool
	// now says that it is answered as of now only: where the ledger has gone on it cannot be compared.
	now bool
	// accept is the media type that is asked for, "" for that of a page or an answer.
	accept string
	// way is how it is asked.
	way way
}

func (q question) accepts() string {
	switch {
	case q.accept != "":
		return q.accept
	case q.page:
		return "text/html"
	}
	return "application/json"
}

// plain is what a visitor asks for.
func (q question) plain() string {
	if len(q.query) == 0 {
		return q.address
	}
	return q.address + "?" + q.query.Encode()
}

// asOf is the question as of a size of the ledger.
func (q question) asOf(size string) string {
	if q.whole {
		return q.address
	}
	query := url.Values{}
	for name, values := range q.query {
		query[name] = values
	}
	query.Set("as_of", size)
	return q.address + "?" + query.Encode()
}

// groupings are the ways in which the series can be split.
var groupings = []string{"level", "kind", "region", "departement", "size"}

// questions lists what both sides are asked. It follows from the records alone, never from what the server says there is.
func (c *comparison) questions(ctx context.Context) ([]question, error) {
	all := []question{{address: "/v1/trends"}, {address: "/v1/reconciliation"}, {address: "/v1/rules", query: url.Values{"limit": {"1000"}}}}
	for _, by := range groupings {
		all = append(all, question{address: "/v1/trends", query: url.Values{"by": {by}}})
	}
	all = append(all, siteQuestions()...)
	for _, list := range []func(context.Context) ([]question, error){c.editions, c.campaigns, c.actions, c.sources, c.collectivities, c.records, c.files, c.earlier} {
		more, err := list(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

func (c *comparison) editions(ctx context.Context) ([]question, error) {
	ids, all, err := c.list(ctx, "/v1/editions", "edition")
	if err != nil {
		return nil, err
	}
	for i, n := range ids {
		path := "/editions/" + n
		all = append(all, question{address: "/v1" + path}, question{address: "/v1" + path + "/palmares"},
			question{address: "/v1" + path + "/palmares", accept: "text/csv"},
			question{address: path, page: true}, question{address: "/en" + path, page: true},
			question{address: path + "/palmares", page: true}, question{address: "/en" + path + "/palmares", page: true})
		if r, err := c.ask(ctx, "/v1"+path+"/run", "application/json"); err == nil && r.status == http.StatusOK { // it is run here
			all = append(all, question{address: "/v1" + path + "/run"})
			badges, err := c.badges(ctx, path)
			if err != nil {
				return nil, err
			}
			all = append(all, badges...)
		}
		if i > 0 { // the latest comes first
			all = append(all, question{address: "/v1/trends/transitions", query: url.Values{"from": {n}, "to": {ids[i-1]}, "by": {"region"}}})
		}
	}
	return all, nil
}

// campaigns are the editions that were opened and the bodies that have a membership, as the records say. One goroutine at a
// time.
type campaigns struct {
	editions map[domain.Edition]bool
	members  map[domain.CollectivityID]bool
}

func (c *campaigns) take(r *record) {
	switch e := r.event.(type) {
	case *domain.EditionOpened:
		if c.editions == nil {
			c.editions = map[domain.Edition]bool{}
		}
		c.editions[e.Edition] = true
	case *domain.MembershipRecorded:
		if c.members == nil {
			c.members = map[domain.CollectivityID]bool{}
		}
		c.members[e.Collectivity] = true
	}
}

// campaigns asks what the candidacies of each edition that was run here cover, and what each member pays.
func (c *comparison) campaigns(context.Context) (all []question, err error) {
	for _, edition := range slices.Sorted(maps.Keys(c.a.campaigns.editions)) {
		all = append(all, question{address: fmt.Sprintf("/v1/editions/%d/barometer", edition)})
	}
	for _, id := range slices.Sorted(maps.Keys(c.a.campaigns.members)) {
		all = append(all, question{address: "/v1/collectivities/" + url.PathEscape(string(id)) + "/memberships", single: true})
	}
	return all, nil
}

// actions asks for the whole directory of declared actions, and for some of them one by one, at random.
func (c *comparison) actions(ctx context.Context) ([]question, error) {
	ids, all, err := c.list(ctx, "/v1/actions", "action")
	if err != nil {
		return nil, err
	}
	all = append(all, question{address: "/actions", page: true}, question{address: "/en/actions", page: true})
	rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	for _, id := range ids[:min(samples, len(ids))] {
		path := "/actions/" + url.PathEscape(id)
		all = append(all, question{address: "/v1" + path, single: true},
			question{address: path, page: true, single: true}, question{address: "/en" + path, page: true, single: true})
	}
	return all, nil
}

func (c *comparison) sources(ctx context.Context) ([]question, error) {
	ids, all, err := c.list(ctx, "/v1/sources", "id")
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		path := "/sources/" + url.PathEscape(id)
		all = append(all, question{address: "/v1" + path, single: true},
			question{address: path, page: true, single: true}, question{address: "/en" + path, page: true, single: true})
	}
	return all, nil
}

func (c *comparison) collectivities(ctx context.Context) ([]question, error) {
	ids, all, err := c.list(ctx, "/v1/collectivities", "id")
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		id = url.PathEscape(id)
		all = append(all, question{address: "/v1/collectivities/" + id, single: true}, question{address: "/v1/collectivities/" + id + "/history", single: true},
			question{address: "/collectivites/" + id, page: true, single: true}, question{address: "/en/collectivities/" + id, page: true, single: true})
	}
	return all, nil
}

const (
	// mostListed is up to how many records all of them are asked for; of a greater ledger some portions are, at random.
	mostListed = 10_000
	portion    = 1000
	portions   = 10
	// samples is how many records are asked for one by one, at random, with their proofs.
	samples = 20
)

// records asks for the records themselves: what is listed of them, and some one by one.
func (c *comparison) records(ctx context.Context) ([]question, error) {
	size := c.head.tree.N
	var all []question
	list := func(after int64) {
		all = append(all, question{
			address: "/v1/events", query: url.Values{"after": {strconv.FormatInt(after, 10)}, "limit": {strconv.Itoa(portion)}}, single: true,
		})
	}
	if size <= mostListed {
		for after := int64(0); after < size; after += portion {
			list(after)
		}
	} else {
		list(0)
		list(size - portion)
		for range portions {
			list(rand.Int64N(size))
		}
	}
	for range min(samples, size) {
		e, err := c.record(ctx, rand.Int64N(size))
		if err != nil {
			return nil, err
		}
		id := e.ID.String()
		all = append(all, question{address: "/v1/events/" + id, single: true},
			question{address: "/inscriptions/" + id, page: true, single: true}, question{address: "/en/records/" + id, page: true, single: true})
		c.sampled = append(c.sampled, e)
	}
	return all, nil
}

func (c *comparison) record(ctx context.Context, leaf int64) (eventstore.Event, error) {
	for e, err := range c.a.Store.ReadAll(ctx, eventstore.Position(leaf)) {
		if err != nil {
			return e, fmt.Errorf("reading record %d: %w", leaf, err)
		}
		if e.ID != uuid.Nil {
			return e, nil
		}
	}
	return eventstore.Event{}, fmt.Errorf("%w: record %d is missing", ErrDamaged, leaf)
}

// list reads a list that was computed here, whole, and gives the questions for its pages and a member of each item.
func (c *comparison) list(ctx context.Context, address, member string) (ids []string, pages []question, err error) {
	next := question{address: address, query: url.Values{"limit": {"1000"}}}
	for {
		pages = append(pages, next)
		var answer struct {
			Items []map[string]any
			Next  string
		}
		if err := c.mine(ctx, next.plain(), &answer); err != nil {
			return nil, nil, err
		}
		for _, item := range answer.Items {
			ids = append(ids, fmt.Sprint(item[member]))
		}
		if answer.Next == "" {
			return ids, pages, nil
		}
		next = question{address: answer.Next, whole: true}
	}
}
