package rest

import (
	"context"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/domain"
)

// Identity says who a body is and what it holds today; its history is an address of its own.
type Identity struct {
	ID          string                     `json:"id"`
	Name        string                     `json:"name"`
	Names       []string                   `json:"names,omitempty"`
	Kind        string                     `json:"kind"`
	INSEE       string                     `json:"insee,omitempty"`
	SIREN       string                     `json:"siren,omitempty"`
	Departement *ledger.Place              `json:"departement,omitempty"`
	Region      *ledger.Place              `json:"region,omitempty"`
	InForce     *domain.InForce            `json:"inForce,omitempty"`
	Populations []ledger.PopulationView    `json:"populations,omitempty"`
	Note        string                     `json:"note,omitempty"`
	Entered     bool                       `json:"entered"`
	Event       *uuid.UUID                 `json:"event,omitempty"`
	Latest      int                        `json:"latestEdition"`
	Current     *ledger.Held               `json:"current"`
	LastKnown   *ledger.Held               `json:"lastKnown"`
	Reasoned    *ledger.Held               `json:"reasoned,omitempty"`
	Seen        []int                      `json:"seenIn"`
	Before      []Neighbour                `json:"predecessors"`
	After       []Neighbour                `json:"successors"`
	Candidates  []ledger.Candidate         `json:"candidates,omitempty"`
	SettledAs   string                     `json:"settledAs,omitempty"`
	PerhapsAlso []ledger.CollectivityShort `json:"perhapsAlso,omitempty"`
	History     string                     `json:"history"`
	AsOf        uint64                     `json:"asOf"`
}

// Neighbour is a body before or after another.
type Neighbour struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	On    string    `json:"on,omitempty"`
	Event uuid.UUID `json:"event"`
}

// CollectivityPath is the parameter that names a body.
type CollectivityPath struct {
	ID string `path:"id" doc:"The id of the body: fr-commune-<INSEE>, fr-commune-<INSEE>-<last year> for one that is gone, fr-epci-<SIREN>, unsettled-<slug> for a name that fits several." example:"fr-commune-73008"`
}

// searchLimit bounds what a search finds: who has more has not said what to look for.
const searchLimit = 1000

func (a *api) collectivities() {
	get(a, operation{
		id: "listCollectivities", path: "/v1/collectivities", tag: "collectivities", summary: "Collectivities, all or by name",
		about: "Without q: every body that the ledger has entered, in the order of ids. With q: bodies of the ledger and of the official list by a name or its beginning, whatever the accents, ligatures, hyphens and articles, or by an id, an INSEE code or a SIREN; exact names first. Homonyms are all listed: nothing is guessed. At most the 1,000 best.",
		forms: []string{mediaJSON, mediaCSV}, result: List[ledger.CollectivityShort]{}, file: "collectivities",
	}, func(ctx context.Context, in *struct {
		Q string `query:"q" maxLength:"200" doc:"A name, a part of one, an id or a code. A département in parentheses narrows: Saint-Denis (93)." example:"sevres"`
		Moment
		Page
		Dialect
	}, q asked) (answer, error) {
		all := a.Ledger.Collectivities
		if text := strings.TrimSpace(in.Q); text != "" {
			all = func(ctx context.Context, size uint64) []ledger.CollectivityShort { return a.find(ctx, text, size) }
		}
		items, next := cut(q, all(ctx, q.size))
		return answer{body: List[ledger.CollectivityShort]{items, q.size, next}, rows: table(collectivityColumns, items), next: next}, nil
	})
	get(a, operation{
		id: "getCollectivity", path: "/v1/collectivities/{id}", tag: "collectivities", summary: "Who a collectivity is, and what it holds today",
		about: "Identity, codes, names, neighbours in time, and the current label. What it held in each edition, with every source, is under history.",
		forms: []string{mediaJSON}, result: Identity{}, unknown: unknownCollectivity, texts: true,
	}, func(ctx context.Context, in *struct {
		CollectivityPath
		Moment
	}, q asked) (answer, error) {
		v, err := a.Ledger.Collectivity(ctx, in.ID, q.size)
		return answer{body: identity(v)}, err
	})
	get(a, operation{
		id: "getHistory", path: "/v1/collectivities/{id}/history", tag: "collectivities", summary: "Everything that is known of a collectivity",
		about: "Edition by edition: the label, how it is known, every source's word with the event that holds it; mentions, predecessors with their own labels, and disputes with their answers. As rows: one for each edition, undated ones last.",
		forms: []string{mediaJSON, mediaCSV}, result: ledger.CollectivityView{}, unknown: unknownCollectivity, texts: true, file: "history",
	}, func(ctx context.Context, in *struct {
		CollectivityPath
		Moment
		Dialect
	}, q asked) (answer, error) {
		v, err := a.Ledger.Collectivity(ctx, in.ID, q.size)
		return answer{body: v, rows: table(historyColumns(v), append(v.Editions[:len(v.Editions):len(v.Editions)], v.Undated...))}, err
	})
	get(a, operation{
		id: "listMemberships", path: "/v1/collectivities/{id}/memberships", tag: "collectivities", summary: "The memberships of a collectivity, with what they cost",
		about: "Year by year as it stands: the fee with its calculation, or with the reason for which it was set by hand; what was paid; what was recorded before and corrected. Amounts are in cents of a euro. The quote is what a membership would cost by the regulation that was published last: without a population there is no fee, which is not 0.",
		forms: []string{mediaJSON, mediaCSV}, result: ledger.MembershipsView{}, unknown: unknownCollectivity, texts: true, file: "memberships",
	}, func(ctx context.Context, in *struct {
		CollectivityPath
		Moment
		Dialect
	}, q asked) (answer, error) {
		v, err := a.Ledger.Memberships(ctx, in.ID, q.size)
		return answer{body: v, rows: table(membershipColumns(v), v.Items)}, err
	})
}

// find lists exact names first, then what a search gives.
func (a *api) find(ctx context.Context, text string, size uint64) []ledger.CollectivityShort {
	out := []ledger.CollectivityShort{}
	known := map[string]bool{}
	for _, c := range append(a.Ledger.Find(ctx, text, size), a.Ledger.Search(ctx, text, searchLimit, size)...) {
		if !known[c.ID] && len(out) < searchLimit {
			known[c.ID] = true
			out = append(out, c)
		}
	}
	return out
}

func identity(v ledger.CollectivityView) Identity {
	i := Identity{
		ID: v.ID, Name: v.Name, Names: v.Names, Kind: v.Kind, INSEE: v.INSEE, SIREN: v.SIREN, Departement: v.Departement, Region: v.Region,
		InForce: v.InForce, Populations: v.Populations, Note: v.Note, Entered: v.Entered, Event: v.Event, Latest: v.Latest,
		Current: v.Current, LastKnown: v.LastKnown, Reasoned: v.Reasoned, Seen: []int{}, Before: neighbours(v.Predecessors),
		After: neighbours(v.Successors), Candidates: v.Candidates, SettledAs: v.SettledAs, PerhapsAlso: v.PerhapsAlso,
		History: "/v1/collectivities/" + url.PathEscape(v.ID) + "/history", AsOf: v.AsOf,
	}
	for _, e := range v.Editions {
		i.Seen = append(i.Seen, e.Edition)
	}
	return i
}

func neighbours(all []ledger.Relative) []Neighbour {
	out := []Neighbour{}
	for _, r := range all {
		out = append(out, Neighbour{r.ID, r.Name, r.On, r.Event})
	}
	return out
}
