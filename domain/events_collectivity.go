package domain

// InForce says from when and until when a legal body existed; days, months or years of ISO 8601, each where known.
type InForce struct {
	From string `json:"from,omitempty" validate:"omitempty,partialdate"`
	To   string `json:"to,omitempty" validate:"omitempty,partialdate"`
}

// CollectivityRegistered enters one legal body. Département and region are those of the reference of today.
type CollectivityRegistered struct {
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Type         string         `json:"type" validate:"required,oneof=commune epci foreign other"`
	Name         string         `json:"name" validate:"required,line,max=200"`
	INSEE        string         `json:"insee,omitempty" validate:"omitempty,insee"`
	SIREN        string         `json:"siren,omitempty" validate:"omitempty,siren"`
	Departement  string         `json:"departement,omitempty" validate:"omitempty,departement"`
	Region       string         `json:"region,omitempty" validate:"omitempty,region"`
	InForce      *InForce       `json:"inForce,omitempty" validate:"omitempty"`
	// Reference names the adopted list that the particulars were taken from, if they were.
	Reference string  `json:"reference,omitempty" validate:"omitempty,slug"`
	Note      *Sealed `json:"note,omitempty" seal:"public"`
	Provenance
}

func (*CollectivityRegistered) EventName() string { return "collectivity-registered" }

// NameRecorded says under which name sources speak of a body, where that is not its official name.
type NameRecorded struct {
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Name         string         `json:"name" validate:"required,line,max=200"`
	Note         *Sealed        `json:"note,omitempty" seal:"public"`
	Provenance
}

func (*NameRecorded) EventName() string { return "name-recorded" }

// CollectivityRenamed says that a body, the same one, changed its official name.
type CollectivityRenamed struct {
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Name         string         `json:"name" validate:"required,line,max=200"`
	On           string         `json:"on,omitempty" validate:"omitempty,partialdate"`
	Provenance
}

func (*CollectivityRenamed) EventName() string { return "collectivity-renamed" }

// CollectivitySucceeded says that bodies ended and others took their place. The successor holds none of their labels;
// its page shows them as its predecessors'.
type CollectivitySucceeded struct {
	From      []CollectivityID `json:"from" validate:"required,min=1,max=2000,unique,dive,collectivity"`
	To        []CollectivityID `json:"to" validate:"required,min=1,max=100,unique,dive,collectivity"`
	On        string           `json:"on,omitempty" validate:"omitempty,partialdate"`
	Reference string           `json:"reference,omitempty" validate:"omitempty,slug"`
	Provenance
}

func (*CollectivitySucceeded) EventName() string { return "collectivity-succeeded" }

// EPCIMembersRecorded lists the communes of an inter-municipal body at a date. They hold no label by that.
type EPCIMembersRecorded struct {
	Collectivity CollectivityID   `json:"collectivity" validate:"required,collectivity"`
	Members      []CollectivityID `json:"members" validate:"required,min=1,max=1000,unique,dive,collectivity"`
	On           string           `json:"on" validate:"required,partialdate"`
	Provenance
}

func (*EPCIMembersRecorded) EventName() string { return "epci-members-recorded" }

// PopulationRecorded says how many inhabitants a list or a source gives a body, and for which year. A population has a
// date: it is never that of an edition unless it says so.
type PopulationRecorded struct {
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Value        int            `json:"value" validate:"min=0,max=100000000"`
	Year         int            `json:"year" validate:"min=1800,max=2200"`
	Source       SourceID       `json:"source,omitempty" validate:"omitempty,sourceid"`
	Reference    string         `json:"reference,omitempty" validate:"omitempty,slug"`
	Provenance
}

func (*PopulationRecorded) EventName() string { return "population-recorded" }

// IdentityContested says that a name fits several bodies and that the sources do not tell which is meant. Facts under
// that name stay under an id of their own, unsettled-<slug>, until somebody can show which body it is.
type IdentityContested struct {
	Collectivity CollectivityID   `json:"collectivity" validate:"required,collectivity"`
	Name         string           `json:"name" validate:"required,line,max=200"`
	Candidates   []CollectivityID `json:"candidates" validate:"required,min=2,max=50,unique,dive,collectivity"`
	Note         *Sealed          `json:"note,omitempty" seal:"public"`
	Provenance
}

func (*IdentityContested) EventName() string { return "identity-contested" }

// IdentitySettled says which body a contested name means, and why.
type IdentitySettled struct {
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	As           CollectivityID `json:"as" validate:"required,collectivity"`
	Reason       *Sealed        `json:"reason" seal:"public" validate:"required"`
	Provenance
}

func (*IdentitySettled) EventName() string { return "identity-settled" }
