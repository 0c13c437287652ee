package domain

// SourceParticulars describe a published work. Titles and publishers of published works are public.
type SourceParticulars struct {
	Publisher string `json:"publisher" validate:"required,line,max=200"`
	Title     string `json:"title" validate:"required,line,max=500"`
	URL       string `json:"url,omitempty" validate:"omitempty,weburl,max=2000"`
	// PublishedOn is a day, a month or a year of ISO 8601.
	PublishedOn string `json:"publishedOn,omitempty" validate:"omitempty,partialdate"`
	// SHA256 of the work as it was read, in hexadecimal.
	SHA256 string `json:"sha256,omitempty" validate:"omitempty,sha256hex"`
	// OriginOf is the source that this one copies: the two count as one.
	OriginOf SourceID `json:"originOf,omitempty" validate:"omitempty,sourceid"`
}

// SourceCited enters a published source into the ledger, so that facts can cite it.
type SourceCited struct {
	Source SourceID `json:"source" validate:"required,sourceid"`
	SourceParticulars
	Note *Sealed `json:"note,omitempty" seal:"public"`
	Provenance
}

func (*SourceCited) EventName() string { return "source-cited" }

// SourceCorrected replaces the particulars of a source. The earlier ones remain in the ledger.
type SourceCorrected struct {
	Source SourceID `json:"source" validate:"required,sourceid"`
	SourceParticulars
	Reason *Sealed `json:"reason" seal:"public" validate:"required"`
	Provenance
}

func (*SourceCorrected) EventName() string { return "source-corrected" }
