// Package domain is the rule book of the label "Territoires, Villes et Villages Internet".
//
// It is pure: no file, no network, no clock, no randomness, and no other package of Arobase but the list of official
// territories below it. Everything it needs comes in as an argument, everything it says goes out as a value.
//
// Read it in this order:
//
//	level.go      what is awarded: levels from 1 to 5 arobases, hors concours
//	edition.go    editions and their years
//	identity.go   which body is meant: codes, identifiers, streams
//	sealed.go     text that the public log never holds
//	event.go      what an event is, and the catalogue of all of them
//	events_*.go   the events, one file for each kind of stream
//	decide.go     how a command becomes events, or is refused by a rule
//	rules.go      the rules, each with its mark and its source
//	command_*.go  the commands, one file for each kind of stream
//	keys.go       under which names, and by which keys, the public log was signed
//	standing.go   what several sources together let us say of one label
//
// Vocabulary follows the field: a collectivity takes part in an edition with a candidacy; the jury awards a
// distinction and mentions; a source states facts and figures.
package domain
