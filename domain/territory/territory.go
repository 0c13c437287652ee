// Package territory is the official list of the French communes and EPCI in force: names, codes, populations, and which
// body of today stands where a former commune stood.
//
// It is compiled in: Official gives the Code officiel géographique 2026, read from an embedded table whose hash an auditor
// can recompute (see Table). The package is pure: no I/O, no clock, no network.
//
// Names are found, never guessed: Find gives every body that bears a name, however it is spelled, and the caller decides
// between homonyms. Search ranks, for a search box.
//
// # Sources
//
// INSEE, Code officiel géographique 2026, its history of the communes up to 2019-01-01, and populations; DGCL, list of EPCI
// with own taxation 2026; both through the npm package @etalab/decoupage-administratif, versions 6.0.0 and 0.7.0. Licence
// Ouverte 2.0 (Etalab). Beside this package, the program generate makes the table from them.
package territory

//go:generate go run ./generate $COG2026 $COG2019

// The kinds of Territory.
const (
	KindCommune = "commune"
	KindEPCI    = "epci"
)

// Ids are these prefixes and an official code. A body that is gone has an id of another form, see Former.
const (
	communePrefix = "fr-commune-"
	epciPrefix    = "fr-epci-"
)

// Territory is a commune or an EPCI in force today.
type Territory struct {
	ID   string // fr-commune-<INSEE> or fr-epci-<SIREN>
	Kind string // KindCommune or KindEPCI
	Code string // INSEE code of a commune, SIREN of an EPCI
	// SIREN identifies the legal body, nine digits. Empty for a commune outside the départements (New Caledonia, ...).
	SIREN string
	Name  string // official, with its accents: "L'Isle-Adam", "CC du Vexin Normand"
	// LegalForm of an EPCI: CC (communauté de communes), CA (d'agglomération), CU (urbaine), METRO (métropole) or MET69
	// (Métropole de Lyon). Empty for a commune.
	LegalForm string
	// Departement is a code: two characters, three overseas ("70", "2A", "971", "988"). An EPCI, which may lie in several,
	// has the one of its most populous member.
	Departement string
	Region      string // the code of the région of Departement
	// Population is the municipal population carried by the reference, in inhabitants. It is 0 where nobody lives (the
	// destroyed villages of the Meuse) and where it is not known: PopulationKnown tells them apart.
	Population      int
	PopulationKnown bool
	EPCI            string // for a commune, the id of its EPCI; empty if it is in none
}

// Division is a département or a région. Collectivities overseas that are neither stand in both lists under one code.
type Division struct {
	Code   string // "70", "2A", "971"; for a région "27"
	Name   string
	Region string // the code of the région of a département; empty for a région
}
