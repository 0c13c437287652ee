package domain

// CiteSource asks to enter a source.
type CiteSource struct{ SourceCited }

func (e *SourceCited) command(Recorded) Command { return CiteSource{*e} }

func (c CiteSource) Stream() StreamName       { return SourceStream(c.Source) }
func (CiteSource) Opens([]Recorded) []Opening { return nil }
func (c CiteSource) Basis() []StreamName      { return origin(c.OriginOf) }

func origin(id SourceID) []StreamName {
	if id == "" {
		return nil
	}
	return []StreamName{SourceStream(id)}
}

func (c CiteSource) Decide(in Input) ([]Event, error) {
	if len(in.History) > 0 {
		return nil, broken(onceSource, "source", c.Source)
	}
	if err := checkOrigin(in, c.Source, c.OriginOf); err != nil {
		return nil, err
	}
	if c.Occurred == "" {
		c.Occurred = c.PublishedOn
	}
	return one(&c.SourceCited)
}

// CorrectSource asks to replace the particulars of a source.
type CorrectSource struct{ SourceCorrected }

func (e *SourceCorrected) command(Recorded) Command { return CorrectSource{*e} }

func (c CorrectSource) Stream() StreamName       { return SourceStream(c.Source) }
func (CorrectSource) Opens([]Recorded) []Opening { return nil }
func (c CorrectSource) Basis() []StreamName      { return origin(c.OriginOf) }

func (c CorrectSource) Decide(in Input) ([]Event, error) {
	if len(in.History) == 0 {
		return nil, broken(sourceFirstNotCited, "source", c.Source)
	}
	if err := checkOrigin(in, c.Source, c.OriginOf); err != nil {
		return nil, err
	}
	return one(&c.SourceCorrected)
}

func checkOrigin(in Input, id, of SourceID) error {
	switch {
	case of == "":
		return nil
	case of == id:
		return broken(sourceFirstItself, "originOf")
	case !in.exists(SourceStream(of)):
		return broken(sourceFirstNotCited, "originOf", of)
	}
	return nil
}
