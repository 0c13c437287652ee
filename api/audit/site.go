package audit

import (
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/html"
)

// siteQuestions are the pages and files of which a site has one each. They follow from a number of records.
func siteQuestions(size int64) []question {
	var all []question
	for _, page := range []string{
		"/", "/en/", "/editions", "/en/editions", "/tendances", "/en/trends", "/rapprochement", "/en/reconciliation", "/sources", "/en/sources",
		"/carte", "/en/map", "/mentions", "/en/mentions", "/registre", "/en/ledger", "/verifier", "/en/verify", "/donnees", "/en/data",
		"/glossaire", "/en/glossary", "/accessibilite", "/en/accessibility", "/mentions-legales", "/en/legal",
	} {
		all = append(all, question{address: page, page: true})
	}
	for _, file := range []string{"/feed.atom", "/en/feed.atom", "/sitemap.xml", "/sitemap-fr.xml", "/sitemap-en.xml", "/robots.txt"} {
		all = append(all, question{address: file, page: true, now: true})
	}
	for _, table := range []string{"/v1/editions", "/v1/trends", "/v1/reconciliation", "/v1/sources", "/v1/rules"} {
		all = append(all, question{address: table, accept: "text/csv"})
	}
	for _, file := range []string{"/datapackage.json", "/catalog.jsonld"} {
		all = append(all, question{address: file})
	}
	tables := []string{"labels", "facts", "figures", "sources"}
	if size <= mostListed {
		tables = append(tables, "events")
	}
	for _, table := range tables {
		all = append(all, question{address: "/exports/" + table + ".csv", single: true})
	}
	other := []string{"xlsx", "jsonl", "parquet"}
	return append(all, question{address: "/exports/" + tables[rand.IntN(len(tables))] + "." + other[rand.IntN(len(other))], single: true})
}

// badges are the pictures and panels of those who have a label by an edition that was run here, and of some who have none.
func (c *comparison) badges(ctx context.Context, edition string) (all []question, err error) {
	add := func(id string) {
		id = url.PathEscape(id)
		for _, address := range []string{"/badge/" + id + ".svg", "/en/badge/" + id + ".svg", "/panel/" + id, "/en/panel/" + id} {
			all = append(all, question{address: address, page: true, single: true, now: strings.HasSuffix(address, ".svg")})
		}
	}
	var palmares struct {
		Lines []struct{ Collectivity string }
	}
	if err := c.mine(ctx, "/v1"+edition+"/palmares", &palmares); err != nil {
		return nil, err
	}
	for _, l := range palmares.Lines {
		add(l.Collectivity)
	}
	return all, nil
}

const (
	// earlierSizes is of how many earlier sizes, chosen at random, what was known then is asked for, and earlierBodies of how
	// many bodies each time.
	earlierSizes  = 3
	earlierBodies = 3
)

// earlier asks what was known as of some earlier sizes: the ledger must say for ever what it said then.
func (c *comparison) earlier(ctx context.Context) (all []question, err error) {
	bodies, _, err := c.list(ctx, "/v1/collectivities", "id")
	if err != nil {
		return nil, err
	}
	for range min(earlierSizes, c.head.tree.N-1) {
		asOf := strconv.FormatInt(1+rand.Int64N(c.head.tree.N-1), 10)
		addresses := []string{"/v1/editions", "/v1/trends", "/v1/reconciliation", "/", "/en/", "/tendances"}
		for range min(earlierBodies, len(bodies)) {
			id := url.PathEscape(bodies[rand.IntN(len(bodies))])
			addresses = append(addresses, "/v1/collectivities/"+id+"/history", "/collectivites/"+id, "/en/collectivities/"+id)
		}
		for _, address := range addresses {
			all = append(all, question{address: address + "?as_of=" + asOf, page: !strings.HasPrefix(address, "/v1/"), single: true, whole: true})
		}
	}
	return all, nil
}

// links are what the pages that were made here link to. They may be taken from by many goroutines at once.
type links struct {
	*sync.Mutex
	asked, found map[string]bool
}

func newLinks() links { return links{&sync.Mutex{}, map[string]bool{}, map[string]bool{}} }

const (
	// mostLinked is how many links that nothing else asks for are followed, chosen at random, and mostFound of how many the
	// choice is.
	mostLinked = 60
	mostFound  = 20_000
)

// add takes note of a page that was made here and of what it links to.
func (l links) add(address string, page reply) {
	l.Lock()
	defer l.Unlock()
	l.asked[address] = true
	if mediaType(page) != "text/html" || len(l.found) >= mostFound {
		return
	}
	for to := range hrefs(page.body) {
		if to, ok := followable(to); ok && !l.asked[to] {
			l.found[to] = true
		}
	}
}

// hrefs are the addresses in a page.
func hrefs(page []byte) map[string]bool {
	all := map[string]bool{}
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return all
		case html.StartTagToken, html.SelfClosingTagToken:
			for {
				name, value, more := tokens.TagAttr()
				if s := string(name); s == "href" || s == "src" {
					all[string(value)] = true
				}
				if !more {
					break
				}
			}
		}
	}
}

// notCompared are the beginnings of addresses that do not follow from the records: what one asks for who is signed in or
// writes, what belongs to the log itself, files that are uploaded, and what is sent for as long as somebody listens.
var notCompared = []string{
	"/session", "/en/session", "/contester", "/en/dispute", "/espace", "/en/workspace", "/jury", "/en/jury", "/log/", "/evidence/", "/v1/events/live", "/docs",
}

// followable makes of a link the address that is asked for; false where none is to be asked for.
func followable(link string) (string, bool) {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasSuffix(u.Path, "/proof") {
		return "", false
	}
	if slices.ContainsFunc(notCompared, func(begins string) bool { return strings.HasPrefix(u.Path, begins) }) {
		return "", false
	}
	u.Fragment = ""
	return u.String(), true
}

// linked are some of the addresses that are linked to and were not asked for, at random: nobody can know which. The style
// sheets, the script and the pictures are asked for always.
func (c *comparison) linked(pages bool) (all []question) {
	if !pages {
		return nil
	}
	c.links.Lock()
	defer c.links.Unlock()
	open := slices.DeleteFunc(slices.Sorted(maps.Keys(c.links.found)), func(address string) bool { return c.links.asked[address] })
	rand.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
	slices.SortStableFunc(open, func(a, b string) int { return rank(a) - rank(b) })
	for _, address := range open[:min(len(open), mostLinked)] {
		all = append(all, linkedTo(address))
	}
	return all
}

// asOfNow are the beginnings of addresses that are answered as of now only, or follow from no record.
var asOfNow = []string{"/assets/", "/badge/", "/en/badge/", "/feed.atom", "/en/feed.atom", "/sitemap", "/robots.txt", "/openapi", "/schemas/", "/problems/"}

// linkedTo is the question that follows a link.
func linkedTo(link string) question {
	q := question{address: link, page: true, single: true, accept: "text/html,*/*;q=0.8"}
	u, err := url.Parse(link)
	if err != nil {
		return q
	}
	query := u.Query()
	q.now = slices.ContainsFunc(asOfNow, func(begins string) bool { return strings.HasPrefix(u.Path, begins) })
	q.whole = query.Has("as_of") || query.Has("cursor")
	if !q.now && !q.whole {
		q.address, q.query = u.EscapedPath(), query
	}
	return q
}

// rank is 0 for what a page is shown with, and 1 for everything else.
func rank(address string) int {
	if strings.HasPrefix(address, "/assets/") {
		return 0
	}
	return 1
}
