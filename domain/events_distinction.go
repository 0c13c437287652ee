package domain

// Term is a time for which a distinction is held: days, months or years of ISO 8601.
type Term struct {
	From  string `json:"from" validate:"required,partialdate"`
	Until string `json:"until" validate:"required,partialdate"`
}

// DistinctionGranted gives a distinction that is held for a term, unlike a mention, which belongs to one edition.
type DistinctionGranted struct {
	Distinction  MentionID      `json:"distinction" validate:"required,mention"`
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Term
	Source SourceID `json:"source,omitempty" validate:"omitempty,sourceid"`
	Provenance
}

func (*DistinctionGranted) EventName() string { return "distinction-granted" }

// DistinctionRenewed prolongs a distinction.
type DistinctionRenewed struct {
	Until  string   `json:"until" validate:"required,partialdate"`
	Source SourceID `json:"source,omitempty" validate:"omitempty,sourceid"`
	Provenance
}

func (*DistinctionRenewed) EventName() string { return "distinction-renewed" }

// DistinctionLapsed says that a distinction ended on a day.
type DistinctionLapsed struct {
	On    string `json:"on" validate:"required,partialdate"`
	Cause string `json:"cause" validate:"required,oneof=term withdrawn given-up"`
	Provenance
}

func (*DistinctionLapsed) EventName() string { return "distinction-lapsed" }
