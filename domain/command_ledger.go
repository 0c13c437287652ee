package domain

// OpenLedger asks for the genesis event.
type OpenLedger struct {
	alone
	LedgerOpened
}

func (OpenLedger) Stream() StreamName { return LedgerStream }

func (c OpenLedger) Decide(in Input) ([]Event, error) {
	if len(in.History) > 0 {
		return nil, broken(RuleGenesis, "", "the ledger is already open")
	}
	return one(&c.LedgerOpened)
}

// AdoptReference asks to rely on a list from outside.
type AdoptReference struct {
	alone
	ReferenceAdopted
}

func (AdoptReference) Stream() StreamName { return LedgerStream }

func (c AdoptReference) Decide(in Input) ([]Event, error) {
	for _, r := range in.History {
		if e, ok := r.Event.(*ReferenceAdopted); ok && e.Name == c.Name && e.Version == c.Version {
			return nil, broken(RuleOnce, "version", "%s %s is already adopted", c.Name, c.Version)
		}
	}
	return one(&c.ReferenceAdopted)
}
