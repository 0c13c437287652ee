package domain

import (
	"math"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Number is a number with a fixed count of decimals: Value divided by ten to the power Scale. The log holds no
// fractions, because two programs may write the same fraction differently.
type Number struct {
	Value int64 `json:"value" validate:"min=-9007199254740991,max=9007199254740991"`
	Scale int   `json:"scale,omitempty" validate:"min=0,max=6"`
}

// ParseNumber reads a decimal number with a point, such as 56, 3.6 or -2.
func ParseNumber(s string) (Number, error) {
	whole, fraction, point := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-") + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" || len(digits) > 15 || point && fraction == "" || whole == "" || whole == "-" {
		return Number{}, invalid(numberDecimal, "value", s)
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > 6 {
		return Number{}, invalid(numberDecimals, "value", s)
	}
	v, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil {
		return Number{}, invalid(numberDecimal, "value", s)
	}
	return Number{v, len(fraction)}, nil
}

// Float is the number as a float64.
func (n Number) Float() float64 { return float64(n.Value) / math.Pow10(n.Scale) }

// Precision says how exactly a source gives a figure.
type Precision string

const (
	Exact         Precision = "exact"
	About         Precision = "about"
	MoreThan      Precision = "more_than"
	DerivedFigure Precision = "derived" // counted or added up from what the source gives
)

// FigurePublished is one number that one source gives. Figures in different units are never compared, added or joined.
type FigurePublished struct {
	Edition      Edition `json:"edition,omitempty" validate:"omitempty,edition"`
	YearAsStated string  `json:"yearAsStated,omitempty" validate:"omitempty,max=40,year"`
	Metric       string  `json:"metric" validate:"required,metric"`
	// Scope is empty for the whole edition, else region:, departement:, holder:, population:, mention: or kind:.
	Scope string `json:"scope,omitempty" validate:"omitempty,scope"`
	Number
	Precision Precision `json:"precision" validate:"required,oneof=exact about more_than derived"`
	// Unit is the word of the source for what it counts; absent where it does not say.
	Unit   string   `json:"unit,omitempty" validate:"omitempty,unit"`
	Source SourceID `json:"source" validate:"required,sourceid"`
	Note   *Sealed  `json:"note,omitempty" seal:"public"`
	Provenance
}

func (*FigurePublished) EventName() string { return "figure-published" }

// FigureRetracted takes back a figure that should not have been entered.
type FigureRetracted struct {
	Event  uuid.UUID `json:"event" validate:"required"`
	Cause  string    `json:"cause" validate:"required,oneof=transcription identity source-corrected"`
	Reason *Sealed   `json:"reason,omitempty" seal:"public"`
	Provenance
}

func (*FigureRetracted) EventName() string { return "figure-retracted" }

// ExplanationProposed offers a reason for which figures differ. A hypothesis is what somebody thinks; established needs
// a source that says it.
type ExplanationProposed struct {
	Edition Edition `json:"edition,omitempty" validate:"omitempty,edition"`
	Metric  string  `json:"metric" validate:"required,metric"`
	Scope   string  `json:"scope,omitempty" validate:"omitempty,scope"`
	Kind    string  `json:"kind" validate:"required,oneof=hypothesis established"`
	// Test names an arithmetic test of the explanation that the ledger can make by itself.
	Test   string   `json:"test,omitempty" validate:"omitempty,slug"`
	Text   *Sealed  `json:"text" seal:"public" validate:"required"` // in French
	TextEN *Sealed  `json:"textEn,omitempty" seal:"public"`
	Source SourceID `json:"source,omitempty" validate:"omitempty,sourceid"`
	Provenance
}

func (*ExplanationProposed) EventName() string { return "explanation-proposed" }

// RuleRecorded is a rule of the label, or a fact about how it works, as a source tells it.
type RuleRecorded struct {
	Edition      Edition  `json:"edition,omitempty" validate:"omitempty,edition"`
	YearAsStated string   `json:"yearAsStated,omitempty" validate:"omitempty,max=40,year"`
	Topic        string   `json:"topic" validate:"required,slug,max=60"`
	Statement    *Sealed  `json:"statement" seal:"public" validate:"required"`
	Source       SourceID `json:"source" validate:"required,sourceid"`
	Provenance
}

func (*RuleRecorded) EventName() string { return "rule-recorded" }
