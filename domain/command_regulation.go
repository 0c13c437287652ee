package domain

import (
	"fmt"
	"slices"
)

// PublishRegulation asks to fix the rules of the label, from an edition on.
type PublishRegulation struct{ RegulationPublished }

func (e *RegulationPublished) command(Recorded) Command { return PublishRegulation{*e} }

func (c PublishRegulation) Stream() StreamName       { return RegulationStream(c.Regulation) }
func (c PublishRegulation) Basis() []StreamName      { return sourcesOf(c.footings()) }
func (PublishRegulation) Opens([]Recorded) []Opening { return nil }

func (c PublishRegulation) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.RegulationPublished); err != nil {
		return nil, err
	}
	if len(in.History) > 0 {
		return nil, broken(onceRegulation, "regulation", c.Regulation)
	}
	if last := EditionOfYear(in.Now.Year() + 1); c.From > last {
		return nil, broken(editionPossibleLate, "from", c.From, last, last.Year())
	}
	if err := checkSources(in, c.footings()); err != nil {
		return nil, err
	}
	if err := c.checkForm(); err != nil {
		return nil, err
	}
	return one(&c.RegulationPublished)
}

// checkForm holds that the values of the regulation can be kept together.
func (c PublishRegulation) checkForm() error {
	for _, f := range c.footings() {
		if f.Article != "" && !slices.ContainsFunc(c.Articles, func(a Article) bool { return a.Number == f.Article }) {
			return broken(regulationFormArticle, f.field+".article", f.Article)
		}
	}
	const jurors = 200
	switch {
	case c.MinimumLevel.Value > int(MaxLevel):
		return broken(regulationFormMinimumLevel, "minimumLevel.value", MaxLevel)
	case c.Quorum.Value > jurors:
		return broken(regulationFormJurors, "quorum.value", jurors)
	case c.JurorsPerCandidacy.Value > jurors:
		return broken(regulationFormJurors, "jurorsPerCandidacy.value", jurors)
	case c.Fee.Most < c.Fee.Least:
		return broken(regulationFormFee, "fee.most", c.Fee.Least, c.Fee.Most)
	}
	return nil
}

// footing is the footing of one value, and where it stands.
type footing struct {
	field string
	Footing
}

func (e *RegulationPublished) footings() []footing {
	return []footing{
		{"minimumLevel", e.MinimumLevel.Footing}, {"quorum", e.Quorum.Footing}, {"tieBreak", e.TieBreak.Footing},
		{"jurorsPerCandidacy", e.JurorsPerCandidacy.Footing}, {"notice", e.Notice.Footing}, {"appealDays", e.AppealDays.Footing},
		{"elected", e.Elected.Footing}, {"fee", e.Fee.Footing},
	}
}

func (e *GridPublished) footings() []footing {
	var all []footing
	for i, t := range e.Thresholds {
		all = append(all, footing{fmt.Sprintf("thresholds[%d]", i), t.Footing})
	}
	return all
}

// sourcesOf are the streams of the sources that values name, each once.
func sourcesOf(all []footing) []StreamName {
	var streams []StreamName
	for _, f := range all {
		if s := SourceStream(f.Source); f.Source != "" && !slices.Contains(streams, s) {
			streams = append(streams, s)
		}
	}
	return streams
}

// checkSources holds that a value that a source says, or that sources contradict each other about, names one that is there.
func checkSources(in Input, all []footing) error {
	for _, f := range all {
		switch {
		case f.Known != "assumed" && f.Source == "":
			return broken(sourceFirstKnown, f.field+".source", f.Known)
		case f.Source != "" && !in.exists(SourceStream(f.Source)):
			return broken(sourceFirstNoSuch, f.field+".source", f.Source)
		}
	}
	return nil
}

// PublishGrid asks to publish a version of the grid of services.
type PublishGrid struct{ GridPublished }

func (e *GridPublished) command(Recorded) Command { return PublishGrid{*e} }

func (c PublishGrid) Stream() StreamName       { return GridStream(c.Grid) }
func (PublishGrid) Opens([]Recorded) []Opening { return nil }
func (c PublishGrid) Basis() []StreamName {
	streams := sourcesOf(c.footings())
	if c.Before != "" && c.Before != c.Grid {
		streams = append(streams, GridStream(c.Before))
	}
	return streams
}

func (c PublishGrid) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.GridPublished); err != nil {
		return nil, err
	}
	if len(in.History) > 0 {
		return nil, broken(onceGrid, "grid", c.Grid)
	}
	if err := checkSources(in, c.footings()); err != nil {
		return nil, err
	}
	if err := c.checkForm(); err != nil {
		return nil, err
	}
	if err := c.checkMapping(in); err != nil {
		return nil, err
	}
	return one(&c.GridPublished)
}

// checkForm holds that stakes and services have their place, and that a higher level never asks for less.
func (c PublishGrid) checkForm() error {
	for i, s := range c.Stakes {
		if !slices.ContainsFunc(c.Themes, func(t Theme) bool { return t.ID == s.Theme }) {
			return broken(gridFormTheme, fmt.Sprintf("stakes[%d].theme", i), s.Theme)
		}
	}
	for i, s := range c.Services {
		if !slices.ContainsFunc(c.Stakes, func(t Stake) bool { return t.ID == s.Stake }) {
			return broken(gridFormStake, fmt.Sprintf("services[%d].stake", i), s.Stake)
		}
	}
	for i := 1; i < len(c.Thresholds); i++ {
		below, above := c.Thresholds[i-1], c.Thresholds[i]
		if above.Level <= below.Level || above.Services < below.Services || above.Stakes < below.Stakes {
			return broken(gridFormThresholds, fmt.Sprintf("thresholds[%d].level", i))
		}
	}
	return nil
}

// checkMapping holds that what is mapped is there, in this version and in the one before.
func (c PublishGrid) checkMapping(in Input) error {
	switch {
	case c.Before == "" && len(c.Mapping) > 0:
		return broken(gridFormBeforeMissing, "mapping")
	case c.Before == "":
		return nil
	case c.Before == c.Grid:
		return broken(gridFormBeforeItself, "before")
	}
	before := GridOf(in.Others[GridStream(c.Before)])
	if before == nil {
		return broken(publishedFirstNoGrid, "before", c.Before)
	}
	for i, m := range c.Mapping {
		switch {
		case before.Service(m.From) == nil:
			return broken(gridFormFrom, fmt.Sprintf("mapping[%d].from", i), c.Before, m.From)
		case c.Service(m.To) == nil:
			return broken(gridFormTo, fmt.Sprintf("mapping[%d].to", i), m.To)
		case slices.Contains(c.Mapping[:i], m):
			return broken(gridFormTwice, fmt.Sprintf("mapping[%d]", i), m.From, m.To)
		}
	}
	return nil
}

// GridOf gives the grid that a stream holds, or nil.
func GridOf(history []Recorded) *GridPublished {
	for _, r := range history {
		if e, ok := r.Event.(*GridPublished); ok {
			return e
		}
	}
	return nil
}

// Service gives a service of a grid by its id, or nil.
func (e *GridPublished) Service(id string) *Service {
	for i := range e.Services {
		if e.Services[i].ID == id {
			return &e.Services[i]
		}
	}
	return nil
}

// Continues gives the services of this grid that continue one of the version before, in the order of the mapping.
func (e *GridPublished) Continues(before string) []string {
	var all []string
	for _, m := range e.Mapping {
		if m.From == before {
			all = append(all, m.To)
		}
	}
	return all
}

// AppliesTo tells whether a service applies to a kind of collectivity.
func (s *Service) AppliesTo(kind string) bool {
	return len(s.Kinds) == 0 || slices.Contains(s.Kinds, kind)
}

// FeeFor is what a membership costs, in cents, for so many inhabitants.
func (f RuledFee) FeeFor(population int) int {
	return max(f.Least, min(f.Most, population*f.PerInhabitant))
}
