// Package audit verifies a ledger from outside, with nothing but the public key of its log. It trusts neither the server
// nor whoever runs it: every byte is hashed up to a root that the key signed, every record is parsed by the strict parser
// and held against its schema and against the rules of the domain, every disclosed text against its commitment; and then
// everything that the server says of the label is computed here, from the records alone, and compared.
//
// Read it in this order:
//
//	source.go    where a log is read: over HTTP, or from a directory
//	checkpoint.go which checkpoints are believed, and which were seen before
//	bundle.go    entry bundles taken apart; records examined one by one, on all processors
//	round.go     one round of an audit: from the checkpoint to the verdict
//	prefix.go    what was read is proved to be a part of the signed tree before it is kept
//	order.go     records in their order: streams, places, ids
//	rules.go     the rules of the domain, judged at the basis of each record
//	seals.go     commitments and the values that are disclosed for them
//	answers.go   the same questions to the server and to the ledger that was computed here
//	pages.go     the same for the pages of the site
//	follow.go    a monitor: one round after the other
//
// # What is kept between audits
//
// The records, the disclosed values and the newest checkpoint ([Workspace]). A record is kept only once it was proved to
// be in a signed tree and found to be right, so what is kept needs no repair, whenever an audit is interrupted.
//
// # Cost
//
// Memory grows with streams, with sealed fields (some 14 bytes each) and with the facts that answers rest on, not with
// records. Time is that of parsing and judging: docs/audit.md has figures.
package audit
