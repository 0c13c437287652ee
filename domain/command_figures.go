package domain

// PublishFigure asks to enter a number that a source gives.
type PublishFigure struct{ FigurePublished }

func (e *FigurePublished) command(Recorded) Command { return PublishFigure{*e} }

func (c PublishFigure) Stream() StreamName       { return FiguresStream(c.Edition) }
func (c PublishFigure) Basis() []StreamName      { return []StreamName{SourceStream(c.Source)} }
func (PublishFigure) Opens([]Recorded) []Opening { return nil }

func (c PublishFigure) Decide(in Input) ([]Event, error) {
	if err := checkEdition(in.Now, c.Edition, c.YearAsStated); err != nil {
		return nil, err
	}
	if !in.exists(SourceStream(c.Source)) {
		return nil, broken(sourceFirstNoSuch, "source", c.Source)
	}
	if c.Occurred == "" {
		c.Occurred = c.Edition.occurred()
	}
	return one(&c.FigurePublished)
}

// RetractFigure asks to take back a figure.
type RetractFigure struct {
	alone
	Edition Edition
	FigureRetracted
}

func (e *FigureRetracted) command(r Recorded) Command {
	return RetractFigure{Edition: editionOfStream(r.Stream), FigureRetracted: *e}
}

func (c RetractFigure) Stream() StreamName { return FiguresStream(c.Edition) }

func (c RetractFigure) Decide(in Input) ([]Event, error) {
	if err := StandingFact(in.History, c.Event); err != nil {
		return nil, err
	}
	return one(&c.FigureRetracted)
}

// ProposeExplanation asks to enter a reason for which figures differ.
type ProposeExplanation struct{ ExplanationProposed }

func (e *ExplanationProposed) command(Recorded) Command { return ProposeExplanation{*e} }

func (c ProposeExplanation) Stream() StreamName       { return FiguresStream(c.Edition) }
func (c ProposeExplanation) Basis() []StreamName      { return origin(c.Source) }
func (ProposeExplanation) Opens([]Recorded) []Opening { return nil }

func (c ProposeExplanation) Decide(in Input) ([]Event, error) {
	if err := checkPossible(in.Now, c.Edition); err != nil {
		return nil, err
	}
	switch {
	case c.Kind == "established" && c.Source == "":
		return nil, broken(hypothesisSource, "source")
	case c.Source != "" && !in.exists(SourceStream(c.Source)):
		return nil, broken(sourceFirstNoSuch, "source", c.Source)
	}
	return one(&c.ExplanationProposed)
}

// RecordRule asks to enter a rule of the label as a source tells it.
type RecordRule struct{ RuleRecorded }

func (e *RuleRecorded) command(Recorded) Command { return RecordRule{*e} }

func (c RecordRule) Stream() StreamName       { return FiguresStream(c.Edition) }
func (c RecordRule) Basis() []StreamName      { return []StreamName{SourceStream(c.Source)} }
func (RecordRule) Opens([]Recorded) []Opening { return nil }

func (c RecordRule) Decide(in Input) ([]Event, error) {
	if err := checkEdition(in.Now, c.Edition, c.YearAsStated); err != nil {
		return nil, err
	}
	if !in.exists(SourceStream(c.Source)) {
		return nil, broken(sourceFirstNoSuch, "source", c.Source)
	}
	if c.Occurred == "" {
		c.Occurred = c.Edition.occurred()
	}
	return one(&c.RuleRecorded)
}
