package domain

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// ValueKind says what a sealed field holds: the struct tag "value". What is committed to is the canonical JSON (RFC 8785)
// of the value.
type ValueKind string

const (
	// ValueText is a text by or about a person.
	ValueText ValueKind = ""
	// ValueDistinction, ValueLevel, ValueMentions and ValueTally are the enumerations of a decision: a Distinction, an
	// int from 0 to 5, a []MentionID in the order of the ids, a Tally.
	ValueDistinction ValueKind = "distinction"
	ValueLevel       ValueKind = "level"
	ValueMentions    ValueKind = "mentions"
	ValueTally       ValueKind = "tally"
	// ValueRemark is a text that may be empty, where a field that is left out would tell something: why a decision departs.
	ValueRemark ValueKind = "remark"
	// ValueFinding is a Finding.
	ValueFinding ValueKind = "finding"
)

// valuesInWords call each kind by what it is.
var valuesInWords = map[ValueKind]string{
	ValueText:        "text",
	ValueDistinction: "distinction (level, hors-concours, none)",
	ValueLevel:       "number of arobases (0 where there is none)",
	ValueMentions:    "list of mentions, in the order of their ids",
	ValueTally:       "count of votes (for, against, abstained)",
	ValueRemark:      "text, which may be empty",
	ValueFinding:     "level that is possible (0 where none is), with a text",
}

// ReadValue reads a value of a kind from JSON, as it is put into [Secret] and as it lies in the vault. What has another
// form is Invalid; its field is empty.
func ReadValue(kind ValueKind, text []byte) (any, error) {
	var value any
	var err error
	switch kind {
	case ValueText, ValueRemark:
		value, err = read[string](text)
	case ValueDistinction:
		value, err = read[Distinction](text)
	case ValueLevel:
		value, err = read[int](text)
	case ValueMentions:
		value, err = read[[]MentionID](text)
	case ValueTally:
		value, err = read[Tally](text)
	case ValueFinding:
		value, err = read[Finding](text)
	default:
		panic("no sealed field holds a " + string(kind))
	}
	if err != nil {
		return nil, invalid(valueCases[kind], "")
	}
	if wrong := checkValue(kind, value); wrong != nil {
		wrong.Rule = "value"
		return nil, Invalid{*wrong}
	}
	return value, nil
}

func read[T any](text []byte) (T, error) {
	var v T
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, fmt.Errorf("reading a sealed value: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return v, fmt.Errorf("something follows a sealed value")
	}
	return v, nil
}

// checkValue says why a value cannot be sealed in a field of a kind, or nil; of which field is for its caller to say.
func checkValue(kind ValueKind, value any) *FieldError {
	ok := false
	switch v := value.(type) {
	case string:
		switch {
		case kind == ValueRemark && v == "":
			return nil
		case kind != ValueText && kind != ValueRemark:
			return new(valueCases[kind].Fault(""))
		case strings.TrimSpace(v) == "":
			return new(requiredForm.Fault(""))
		}
		return checkText(v)
	case Distinction:
		ok = kind == ValueDistinction && (v == DistinctionLevel || v == DistinctionHorsConcours || v == DistinctionNone)
	case int:
		ok = kind == ValueLevel && 0 <= v && v <= int(MaxLevel)
	case []MentionID:
		ok = kind == ValueMentions && v != nil && len(v) <= 50 && slices.IsSorted(v) && len(slices.Compact(slices.Clone(v))) == len(v) &&
			!slices.ContainsFunc(v, func(id MentionID) bool { return !id.Valid() })
	case Tally:
		ok = kind == ValueTally && v.valid()
	case Finding:
		ok = kind == ValueFinding && 0 <= v.Possible && v.Possible <= int(MaxLevel) && checkText(v.Text) == nil
	}
	if !ok {
		return new(valueCases[kind].Fault(""))
	}
	return nil
}

// valueCases refuse what is not a value of a kind.
var valueCases = func() map[ValueKind]*Case {
	all := map[ValueKind]*Case{}
	for _, kind := range slices.Sorted(maps.Keys(valuesInWords)) {
		all[kind] = FormCase("value."+cmp.Or(string(kind), "text"), "is not a "+valuesInWords[kind])
	}
	return all
}()

func (t Tally) valid() bool {
	for _, n := range []int{t.For, t.Against, t.Abstained} {
		if n < 0 || n > 200 {
			return false
		}
	}
	return true
}
