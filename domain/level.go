package domain

import "fmt"

// Level is a number of arobases, from 1 to 5. The zero value is no level.
type Level int

// MinLevel and MaxLevel bound a level. Source: "une à 5 @", interview of the association, 2016.
const (
	MinLevel Level = 1
	MaxLevel Level = 5
)

// Valid tells whether l is a level that can be awarded.
func (l Level) Valid() bool { return MinLevel <= l && l <= MaxLevel }

// Distinction says what kind of label was received.
type Distinction string

const (
	// DistinctionLevel is a label of 1 to 5 arobases.
	DistinctionLevel Distinction = "level"
	// DistinctionHorsConcours stands beside the levels: Issy-les-Moulineaux in edition 17, "pour son rôle pionnier".
	// It is not a sixth level and has no number.
	DistinctionHorsConcours Distinction = "hors-concours"
	// DistinctionUnspecified is a label whose level the source does not tell.
	DistinctionUnspecified Distinction = "unspecified"
	// DistinctionNone is a decision of the jury that gives no label, where the regulation's least level is below the first.
	DistinctionNone Distinction = "none"
)

// Award is a distinction with its level. Level is 0 unless the distinction is DistinctionLevel.
type Award struct {
	Distinction Distinction `json:"distinction" validate:"required,oneof=level hors-concours unspecified"`
	Level       Level       `json:"level,omitempty" validate:"omitempty,level"`
}

// Check tells whether distinction and level belong together.
func (a Award) Check() error { return a.checkAs("level") }

// checkAs reports under the name that the level has where the award stands.
func (a Award) checkAs(field string) error {
	switch {
	case a.Level != 0 && !a.Level.Valid():
		return invalid(levelRange, field, a.Level, MinLevel, MaxLevel)
	case a.Distinction == DistinctionLevel && a.Level == 0:
		return broken(awardFormLevelMissing, field, MinLevel, MaxLevel)
	case a.Distinction != DistinctionLevel && a.Level != 0:
		return broken(awardFormNoLevel, field)
	}
	return nil
}

// Contradicts tells whether two sources that say a and b of the same candidacy cannot both be right. A label of
// unknown level contradicts nothing.
func (a Award) Contradicts(b Award) bool {
	if a.Distinction == DistinctionUnspecified || b.Distinction == DistinctionUnspecified {
		return false
	}
	return a != b
}

func (a Award) String() string {
	if a.Distinction == DistinctionLevel {
		return fmt.Sprintf("%d @", a.Level)
	}
	return string(a.Distinction)
}
