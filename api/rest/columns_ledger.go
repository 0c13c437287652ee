package rest

import (
	"time"

	"arobase/api/ledger"
)

var eventColumns = []column[ledger.EventView]{
	{"index", func(e ledger.EventView) any { return e.Index }},
	{"id", func(e ledger.EventView) any { return e.ID.String() }},
	{"type", func(e ledger.EventView) any { return e.Type }},
	{"stream", func(e ledger.EventView) any { return e.Stream }},
	{"revision", func(e ledger.EventView) any { return int(e.Revision) }},
	{"actor", func(e ledger.EventView) any { return e.Actor }},
	{"recorded", func(e ledger.EventView) any { return e.Recorded.UTC().Format(time.RFC3339Nano) }},
	{"data", func(e ledger.EventView) any { return string(e.Data) }},
}

var sourceColumns = []column[ledger.SourceView]{
	{"id", func(s ledger.SourceView) any { return s.ID }},
	{"publisher", func(s ledger.SourceView) any { return s.Publisher }},
	{"title", func(s ledger.SourceView) any { return s.Title }},
	{"url", func(s ledger.SourceView) any { return s.URL }},
	{"publishedOn", func(s ledger.SourceView) any { return s.PublishedOn }},
	{"originOf", func(s ledger.SourceView) any { return s.OriginOf }},
	{"note", func(s ledger.SourceView) any { return s.Note }},
	{"index", func(s ledger.SourceView) any { return s.Index }},
}

var ruleColumns = []column[ledger.RuleView]{
	{"edition", func(r ledger.RuleView) any { return known(r.Edition) }},
	{"yearAsStated", func(r ledger.RuleView) any { return r.YearAsStated }},
	{"topic", func(r ledger.RuleView) any { return r.Topic }},
	{"statement", func(r ledger.RuleView) any { return r.Statement }},
	{"source", func(r ledger.RuleView) any { return r.Source }},
	{"event", func(r ledger.RuleView) any { return r.Event }},
}
