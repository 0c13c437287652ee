package domain

import (
	"iter"
	"strconv"
)

// ActionID names an action of a collectivity, for ever: the collectivity's own, whatever editions it is shown in.
type ActionID string

// Valid tells whether id is a slug of at most 80 characters.
func (id ActionID) Valid() bool { return len(id) <= 80 && isSlug(string(id)) }

// ActionStream is the stream of one action.
func ActionStream(id ActionID) StreamName { return StreamName("action-" + id) }

// Evidence is where an action can be seen: an address, or a file that was uploaded and is named by its hash.
type Evidence struct {
	URL    string `json:"url,omitempty" validate:"omitempty,weburl,max=2000"`
	SHA256 string `json:"sha256,omitempty" validate:"omitempty,sha256hex"`
}

// EvidenceOf gives what shows the action that an event describes; none where it describes none.
func EvidenceOf(e Event) []Evidence {
	switch e := e.(type) {
	case *ActionDeclared:
		return e.Evidence
	case *ActionAmended:
		return e.Evidence
	}
	return nil
}

// FilesOf gives the files that an event names by their hash, each with its place: /data/evidence/0. Whether such a file
// was ever uploaded the event does not say: where an address stands beside it, the hash may be that of what is there.
func FilesOf(e Event) iter.Seq2[string, string] { return FilesIn(EvidenceOf(e)) }

// FilesIn is FilesOf for what shows an action.
func FilesIn(all []Evidence) iter.Seq2[string, string] {
	return func(yield func(pointer, sha256 string) bool) {
		for i, x := range all {
			if x.SHA256 != "" && !yield("/data/evidence/"+strconv.Itoa(i), x.SHA256) {
				return
			}
		}
	}
}

// FileAt gives the hash of the file that an event names at a place, where there is one.
func FileAt(e Event, pointer string) (sha256 string, ok bool) {
	for at, hash := range FilesOf(e) {
		if at == pointer {
			return hash, true
		}
	}
	return "", false
}

// ActionParticulars describe an action: the services that it renders, since when, by whom.
type ActionParticulars struct {
	Grid     string   `json:"grid" validate:"required,slug"`
	Services []string `json:"services" validate:"required,min=1,max=20,unique,dive,slug"`
	// StartedOn and EndedOn bound it; one that still runs has no end.
	StartedOn string `json:"startedOn" validate:"required,partialdate"`
	EndedOn   string `json:"endedOn,omitempty" validate:"omitempty,partialdate"`
	// OperatorKind says who gives the service: only these three count.
	OperatorKind string `json:"operatorKind" validate:"required,oneof=collectivity association contractor other"`
	// Innovation is what the collectivity says of it; the jury assesses it.
	Innovation  string     `json:"innovation,omitempty" validate:"omitempty,oneof=local national"`
	Title       *Sealed    `json:"title" seal:"public" validate:"required"`
	Description *Sealed    `json:"description,omitempty" seal:"public"`
	URL         string     `json:"url,omitempty" validate:"omitempty,weburl,max=2000"`
	Evidence    []Evidence `json:"evidence,omitempty" validate:"omitempty,min=1,max=20,dive"`
}

// ActionDeclared enters an action of a collectivity.
type ActionDeclared struct {
	Action       ActionID       `json:"action" validate:"required,actionid"`
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	ActionParticulars
	Provenance
}

func (*ActionDeclared) EventName() string { return "action-declared" }

// ActionAmended replaces the particulars of an action: also how it is carried over to a new version of the grid.
type ActionAmended struct {
	Action ActionID `json:"action" validate:"required,actionid"`
	ActionParticulars
	Provenance
}

func (*ActionAmended) EventName() string { return "action-amended" }

// ActionConfirmed says that an action still runs on a day.
type ActionConfirmed struct {
	Action ActionID `json:"action" validate:"required,actionid"`
	On     string   `json:"on" validate:"required,date"`
	Provenance
}

func (*ActionConfirmed) EventName() string { return "action-confirmed" }

// ActionEnded says that an action ended on a day.
type ActionEnded struct {
	Action ActionID `json:"action" validate:"required,actionid"`
	On     string   `json:"on" validate:"required,partialdate"`
	Provenance
}

func (*ActionEnded) EventName() string { return "action-ended" }
