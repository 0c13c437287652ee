package domain

// ReadSealedValue asks for the reading of a sealed value to be recorded, before the value is shown.
type ReadSealedValue struct {
	// In is the stream of the event that holds the commitment.
	In StreamName
	SealedValueRead
}

// The stream of the value is the one that the event names in its basis.
func (e *SealedValueRead) command(r Recorded) Command {
	c := ReadSealedValue{LedgerStream, *e}
	for s := range r.Basis {
		c.In = s
	}
	return c
}

func (ReadSealedValue) Stream() StreamName         { return LedgerStream }
func (ReadSealedValue) Opens([]Recorded) []Opening { return nil }

// Basis is the stream of the event that holds the value, unless it is that of the command itself.
func (c ReadSealedValue) Basis() []StreamName {
	if c.In == LedgerStream {
		return nil
	}
	return []StreamName{c.In}
}

func (c ReadSealedValue) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.SealedValueRead); err != nil { // first, so that a pointer that is nothing of the kind is told as that
		return nil, err
	}
	stream := in.History
	if c.In != LedgerStream {
		stream = in.Others[c.In]
	}
	r, ok := find(stream, c.Event)
	if !ok {
		return nil, broken(readableNoRecord, "event", c.Event)
	}
	if _, ok := sealedAt(r.Event, c.Pointer); !ok {
		return nil, pointless(readableNothing, readableElsewhere, r.Event, c.Pointer, sealedThere(r.Event))
	}
	if erased, done := Erasure(in.History, c.Event, c.Pointer); done {
		return nil, broken(readableErased, "pointer", erased.ID)
	}
	return one(&c.SealedValueRead)
}
