package domain

import (
	"slices"
)

// body is what the stream of a collectivity says.
type body struct {
	registered *CollectivityRegistered
	contested  *IdentityContested
	settled    CollectivityID
	names      []string
	successors []CollectivityID
}

func foldBody(history []Recorded) body {
	var b body
	for _, r := range history {
		switch e := r.Event.(type) {
		case *CollectivityRegistered:
			b.registered = e
			b.names = append(b.names, e.Name)
		case *NameRecorded:
			b.names = append(b.names, e.Name)
		case *CollectivityRenamed:
			b.names = append(b.names, e.Name)
		case *CollectivitySucceeded:
			b.successors = append(b.successors, e.To...)
		case *IdentityContested:
			b.contested = e
		case *IdentitySettled:
			b.settled = e.As
		}
	}
	return b
}

// RegisterCollectivity asks to enter a legal body.
type RegisterCollectivity struct {
	alone
	CollectivityRegistered
}

func (e *CollectivityRegistered) command(Recorded) Command {
	return RegisterCollectivity{CollectivityRegistered: *e}
}

func (c RegisterCollectivity) Stream() StreamName { return CollectivityStream(c.Collectivity) }

func (c RegisterCollectivity) Decide(in Input) ([]Event, error) {
	if len(in.History) > 0 {
		return nil, broken(onceBody, "collectivity", c.Collectivity)
	}
	if err := c.checkForm(); err != nil {
		return nil, err
	}
	return one(&c.CollectivityRegistered)
}

// checkForm holds that type and codes follow from the id.
func (c RegisterCollectivity) checkForm() error {
	kind := c.Collectivity.Kind()
	types := map[BodyKind]string{Commune: "commune", FormerCommune: "commune", EPCI: "epci", FormerEPCI: "epci", Foreign: "foreign", Other: "other"}
	switch {
	case kind == "":
		return invalid(collectivityNoBody, "collectivity", c.Collectivity)
	case kind == Unsettled:
		return broken(identityFormUnsettled, "collectivity", c.Collectivity)
	case types[kind] != c.Type:
		return broken(identityFormType, "type", c.Collectivity, types[kind], c.Type)
	case c.INSEE != c.Collectivity.INSEE():
		return broken(identityFormInsee, "insee", c.INSEE, c.Collectivity)
	case kind == EPCI && string(c.Collectivity) != "fr-epci-"+c.SIREN:
		return broken(identityFormSiren, "siren", c.SIREN, c.Collectivity)
	case (kind == FormerCommune || kind == FormerEPCI) && (c.InForce == nil):
		return broken(identityFormGone, "inForce", c.Collectivity)
	}
	return nil
}

// RecordName asks to enter another name of a body.
type RecordName struct {
	alone
	NameRecorded
}

func (e *NameRecorded) command(Recorded) Command { return RecordName{NameRecorded: *e} }

func (c RecordName) Stream() StreamName { return CollectivityStream(c.Collectivity) }

func (c RecordName) Decide(in Input) ([]Event, error) {
	b := foldBody(in.History)
	switch {
	case b.registered == nil:
		return nil, broken(bodyFirstNotEntered, "collectivity", c.Collectivity)
	case slices.Contains(b.names, c.Name):
		return nil, broken(onceName, "name", c.Collectivity, c.Name)
	}
	return one(&c.NameRecorded)
}

// RenameCollectivity asks to change the official name of a body.
type RenameCollectivity struct {
	alone
	CollectivityRenamed
}

func (e *CollectivityRenamed) command(Recorded) Command {
	return RenameCollectivity{CollectivityRenamed: *e}
}

func (c RenameCollectivity) Stream() StreamName { return CollectivityStream(c.Collectivity) }

func (c RenameCollectivity) Decide(in Input) ([]Event, error) {
	if foldBody(in.History).registered == nil {
		return nil, broken(bodyFirstNotEntered, "collectivity", c.Collectivity)
	}
	return one(&c.CollectivityRenamed)
}

// SucceedCollectivity asks to say what took the place of a body. It goes to the stream of the first body that ended.
type SucceedCollectivity struct {
	alone
	CollectivitySucceeded
}

func (e *CollectivitySucceeded) command(Recorded) Command {
	return SucceedCollectivity{CollectivitySucceeded: *e}
}

func (c SucceedCollectivity) Stream() StreamName {
	if len(c.From) == 0 {
		return ""
	}
	return CollectivityStream(c.From[0])
}

func (c SucceedCollectivity) Decide(in Input) ([]Event, error) {
	if len(c.From) == 0 {
		return nil, invalid(requiredForm, "from")
	}
	b := foldBody(in.History)
	if b.registered == nil {
		return nil, broken(bodyFirstNotEntered, "from", c.From[0])
	}
	for _, to := range c.To {
		if slices.Contains(c.From, to) {
			return nil, broken(noHeirItself, "to", to)
		}
		if slices.Contains(b.successors, to) {
			return nil, broken(onceSuccessor, "to", to, c.From[0])
		}
	}
	return one(&c.CollectivitySucceeded)
}

// RecordEPCIMembers asks to enter the communes of an inter-municipal body.
type RecordEPCIMembers struct {
	alone
	EPCIMembersRecorded
}

func (e *EPCIMembersRecorded) command(Recorded) Command {
	return RecordEPCIMembers{EPCIMembersRecorded: *e}
}

func (c RecordEPCIMembers) Stream() StreamName { return CollectivityStream(c.Collectivity) }

func (c RecordEPCIMembers) Decide(in Input) ([]Event, error) {
	b := foldBody(in.History)
	if b.registered == nil || b.registered.Type != "epci" {
		return nil, broken(bodyFirstNoEpci, "collectivity", c.Collectivity)
	}
	return one(&c.EPCIMembersRecorded)
}

// RecordPopulation asks to enter a population.
type RecordPopulation struct{ PopulationRecorded }

func (e *PopulationRecorded) command(Recorded) Command { return RecordPopulation{*e} }

func (c RecordPopulation) Stream() StreamName       { return CollectivityStream(c.Collectivity) }
func (c RecordPopulation) Basis() []StreamName      { return origin(c.Source) }
func (RecordPopulation) Opens([]Recorded) []Opening { return nil }

func (c RecordPopulation) Decide(in Input) ([]Event, error) {
	switch {
	case foldBody(in.History).registered == nil:
		return nil, broken(bodyFirstNotEntered, "collectivity", c.Collectivity)
	case c.Source == "" && c.Reference == "":
		return nil, broken(sourceFirstPopulation, "source")
	case c.Source != "" && !in.exists(SourceStream(c.Source)):
		return nil, broken(sourceFirstNotCited, "source", c.Source)
	}
	return one(&c.PopulationRecorded)
}

// ContestIdentity asks to enter a name that fits several bodies.
type ContestIdentity struct {
	alone
	IdentityContested
}

func (e *IdentityContested) command(Recorded) Command {
	return ContestIdentity{IdentityContested: *e}
}

func (c ContestIdentity) Stream() StreamName { return CollectivityStream(c.Collectivity) }

func (c ContestIdentity) Decide(in Input) ([]Event, error) {
	if len(in.History) > 0 {
		return nil, broken(onceContestedName, "name", c.Name)
	}
	if c.Collectivity.Kind() != Unsettled {
		return nil, broken(identityFormContested, "collectivity")
	}
	for _, id := range c.Candidates {
		if id.Kind() == Unsettled {
			return nil, broken(identityFormCandidate, "candidates", id)
		}
	}
	return one(&c.IdentityContested)
}

// SettleIdentity asks to say which body a contested name means.
type SettleIdentity struct {
	IdentitySettled
}

func (e *IdentitySettled) command(Recorded) Command { return SettleIdentity{*e} }

func (c SettleIdentity) Stream() StreamName  { return CollectivityStream(c.Collectivity) }
func (c SettleIdentity) Basis() []StreamName { return []StreamName{CollectivityStream(c.As)} }

func (c SettleIdentity) Opens(history []Recorded) []Opening { return enteredBy(history) }

func (c SettleIdentity) Decide(in Input) ([]Event, error) {
	b := foldBody(in.History)
	switch {
	case b.contested == nil:
		return nil, broken(identityCandidateNoName, "collectivity", c.Collectivity)
	case b.settled != "":
		return nil, broken(identityCandidateSettled, "as", b.settled)
	case !slices.Contains(b.contested.Candidates, c.As):
		return nil, broken(identityCandidateNone, "as", c.As)
	case !in.exists(CollectivityStream(c.As)):
		return nil, broken(bodyFirstNotEntered, "as", c.As)
	}
	if err := fourEyes(in, in.History, c.By); err != nil {
		return nil, err
	}
	return one(&c.IdentitySettled)
}
