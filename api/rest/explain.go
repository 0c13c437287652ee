package rest

import (
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// explain completes the description of the answers: what each field means, its unit, what null says, an example. The
// views belong to package ledger, which does not know that they are sent over HTTP; so the words stand here, and a test
// holds that no field is left without.
func explain(schemas map[string]*huma.Schema) {
	// Huma describes its own errors even where they are never sent.
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	for name, s := range schemas {
		for field, p := range s.Properties {
			if p.Description == "" {
				m := meaningOf(name, field)
				p.Description = m.says
				if m.example != nil {
					p.Examples = []any{m.example}
				}
				if m.oneOf != nil {
					p.Enum = m.oneOf
				}
			}
			p.Nullable = p.Nullable && (p.Type != huma.TypeArray || slices.Contains(mayBeNull, name+"."+field))
			if p.Ref != "" && slices.Contains(mayBeNull, name+"."+field) {
				s.Properties[field] = &huma.Schema{Description: p.Description, AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}}
			}
			if p.Type == huma.TypeString && slices.Contains(uuids, field) && name != "Problem" {
				p.Format = "uuid"
			}
		}
	}
}

// uuids are fields that hold the id of an event, or of the ledger.
var uuids = []string{"event", "fact", "ledgerId"}

// mayBeNull are objects and lists that are null where nothing is known, rather than left out or empty.
var mayBeNull = []string{
	"CollectivityView.current", "CollectivityView.lastKnown", "CollectivityShort.current", "CollectivityShort.lastKnown", "Identity.current",
	"Identity.lastKnown",
	"EditionShort.published",
	"EditionDetail.published",
	"PalmaresPage.published",
	"RunView.decisions",
	"RunView.published",
	"TransitionsView.entered",
	"TransitionsView.left",
	"GroupMovesView.entered",
	"GroupMovesView.left",
	"Dossier.assessment",
	"Dossier.precedents",
	"Dossier.decision",
	"MinutesDecision.result",
	"MinutesDecision.tally",
	"BarometerView.collectivities",
	"MembershipsView.quote",
	"MembershipView.calculation",
	"FeeQuote.calculation",
}

// meaning is what a field says.
type meaning struct {
	says    string
	example any
	oneOf   []any
}

// meaningOf looks for a field of one schema, then for a field of any.
func meaningOf(schema, field string) meaning {
	for _, key := range []string{schema + "." + field, field} {
		for _, all := range []map[string]meaning{meanings, juryMeanings} {
			if m, ok := all[key]; ok {
				return m
			}
		}
	}
	return meaning{}
}

func one(of ...any) []any { return of }

var (
	statuses      = one("reported", "corroborated", "contested", "arbitrated", "decided", "withdrawn", "under-appeal", "embargoed")
	precisions    = "How exactly the source gives it: exact, about, more_than, or derived (counted or added up from what sources give). Empty where there is no value."
	unit          = "What the source counts, in its own word: collectivities, communes, awards. Empty where it does not say. Figures in different units are never compared."
	reason        = "Why something is missing, or what to know of it, in English. Empty where there is nothing to say."
	disclosedNote = "A remark of whoever entered it. Absent where there is none, or once it was erased."
)
