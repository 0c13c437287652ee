package domain

// CeremonyFactRecorded is one attribute of a ceremony as one source gives it. Days and numbers stay in the log; places
// and persons are sealed.
type CeremonyFactRecorded struct {
	Edition   Edition `json:"edition" validate:"required,edition"`
	Attribute string  `json:"attribute" validate:"required,oneof=date place presenter host edition_number sponsor assembly_number"`
	// On and Until are the days of the attribute date; Until only where it took several.
	On    string `json:"on,omitempty" validate:"omitempty,date"`
	Until string `json:"until,omitempty" validate:"omitempty,date"`
	// Number is the value of the attributes edition_number and assembly_number.
	Number    int      `json:"number,omitempty" validate:"omitempty,min=1,max=1000"`
	Value     *Sealed  `json:"value,omitempty" seal:"public"`
	Precision string   `json:"precision" validate:"required,oneof=stated announced implied"`
	Source    SourceID `json:"source" validate:"required,sourceid"`
	Note      *Sealed  `json:"note,omitempty" seal:"public"`
	Provenance
}

func (*CeremonyFactRecorded) EventName() string { return "ceremony-fact-recorded" }

// EditionEnumerated says that a source lists every holder of an edition, and how many it lists. Only between two such
// editions can one say who came and who left.
type EditionEnumerated struct {
	Edition Edition  `json:"edition" validate:"required,edition"`
	Source  SourceID `json:"source" validate:"required,sourceid"`
	Count   int      `json:"count" validate:"min=1,max=100000"`
	Provenance
}

func (*EditionEnumerated) EventName() string { return "edition-enumerated" }
