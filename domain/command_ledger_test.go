package domain

import (
	"strings"

	"github.com/google/uuid"
)

func ledgerStories() []story {
	opening := LedgerOpened{LedgerID: id("ledger"), Origin: "label.example/log", Envelope: EnvelopeForm, Kind: "made-up"}
	reference := ReferenceAdopted{Name: "territories", Version: "cog-2026", SHA256: strings.Repeat("0a", 32)}
	open := at(LedgerStream, &opening)

	return []story{
		tell("a ledger is opened").
			when(OpenLedger{LedgerOpened: opening}).
			then(&opening),
		tell("but once").
			given(open).
			when(OpenLedger{LedgerOpened: opening}).
			refused(RuleGenesis, ""),
		tell("its envelopes have a form that this program knows").
			when(OpenLedger{LedgerOpened: with(opening, func(e *LedgerOpened) { e.Envelope = "arobase.envelope.v2" })}).
			malformed("eq", "envelope"),
		tell("it is real or made up").
			when(OpenLedger{LedgerOpened: with(opening, func(e *LedgerOpened) { e.Kind = "test" })}).
			malformed("oneof", "kind"),
		tell("its id is not the zero id").
			when(OpenLedger{LedgerOpened: with(opening, func(e *LedgerOpened) { e.LedgerID = uuid.Nil })}).
			malformed("required", "ledgerId"),
		tell("its log has an origin without spaces").
			when(OpenLedger{LedgerOpened: with(opening, func(e *LedgerOpened) { e.Origin = "label example" })}).
			malformed("origin", "origin"),

		tell("a list from outside is adopted by its hash").
			given(open).
			when(AdoptReference{ReferenceAdopted: reference}).
			then(&reference),
		tell("the next version of a list is adopted too").
			given(open, at(LedgerStream, &reference)).
			when(AdoptReference{ReferenceAdopted: with(reference, func(e *ReferenceAdopted) { e.Version = "cog-2027" })}).
			then(&ReferenceAdopted{Name: "territories", Version: "cog-2027", SHA256: reference.SHA256}),
		tell("a version is adopted once, even with another hash").
			given(open, at(LedgerStream, &reference)).
			when(AdoptReference{ReferenceAdopted: with(reference, func(e *ReferenceAdopted) { e.SHA256 = strings.Repeat("ff", 32) })}).
			refused(RuleOnce, "version"),
		tell("a hash is in lower case").
			given(open).
			when(AdoptReference{ReferenceAdopted: with(reference, func(e *ReferenceAdopted) { e.SHA256 = strings.Repeat("FF", 32) })}).
			malformed("sha256hex", "sha256"),
	}
}
