package domain

// RecordCeremonyFact asks to enter one attribute of a ceremony.
type RecordCeremonyFact struct{ CeremonyFactRecorded }

func (e *CeremonyFactRecorded) command(Recorded) Command { return RecordCeremonyFact{*e} }

func (c RecordCeremonyFact) Stream() StreamName       { return EditionStream(c.Edition) }
func (c RecordCeremonyFact) Basis() []StreamName      { return []StreamName{SourceStream(c.Source)} }
func (RecordCeremonyFact) Opens([]Recorded) []Opening { return nil }

func (c RecordCeremonyFact) Decide(in Input) ([]Event, error) {
	if c.Edition == 0 {
		return nil, invalid(requiredForm, "edition")
	}
	if err := checkPossible(in.Now, c.Edition); err != nil {
		return nil, err
	}
	if !in.exists(SourceStream(c.Source)) {
		return nil, broken(sourceFirstNoSuch, "source", c.Source)
	}
	if err := c.checkValue(); err != nil {
		return nil, err
	}
	if c.Occurred == "" {
		c.Occurred = c.Edition.occurred()
	}
	return one(&c.CeremonyFactRecorded)
}

// checkValue holds that the attribute has its own kind of value and no other.
func (c RecordCeremonyFact) checkValue() error {
	isDate, isNumber := c.Attribute == "date", c.Attribute == "edition_number" || c.Attribute == "assembly_number"
	switch {
	case isDate != (c.On != ""), isNumber != (c.Number != 0), (isDate || isNumber) == (c.Value != nil):
		return broken(ceremonyValueSingle, "value", c.Attribute)
	case c.Until != "" && !isDate:
		return broken(ceremonyValueLastDay, "until")
	case c.Until != "" && c.Until < c.On:
		return broken(ceremonyValueEndsFirst, "until")
	}
	return nil
}

// EnumerateEdition asks to say that a source lists every holder of an edition.
type EnumerateEdition struct{ EditionEnumerated }

func (e *EditionEnumerated) command(Recorded) Command { return EnumerateEdition{*e} }

func (c EnumerateEdition) Stream() StreamName       { return EditionStream(c.Edition) }
func (c EnumerateEdition) Basis() []StreamName      { return []StreamName{SourceStream(c.Source)} }
func (EnumerateEdition) Opens([]Recorded) []Opening { return nil }

func (c EnumerateEdition) Decide(in Input) ([]Event, error) {
	if err := checkPossible(in.Now, c.Edition); err != nil {
		return nil, err
	}
	if !in.exists(SourceStream(c.Source)) {
		return nil, broken(sourceFirstNoSuch, "source", c.Source)
	}
	for _, r := range in.History {
		if e, ok := r.Event.(*EditionEnumerated); ok && e.Source == c.Source {
			return nil, broken(onceEnumeration, "source", c.Source, c.Edition)
		}
	}
	return one(&c.EditionEnumerated)
}
