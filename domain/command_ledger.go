package domain

// OpenLedger asks for the genesis event.
type OpenLedger struct {
	alone
	LedgerOpened
}

func (e *LedgerOpened) command(Recorded) Command { return OpenLedger{LedgerOpened: *e} }

func (OpenLedger) Stream() StreamName { return LedgerStream }

func (c OpenLedger) Decide(in Input) ([]Event, error) {
	if len(in.History) > 0 {
		return nil, broken(genesisOpen, "")
	}
	return one(&c.LedgerOpened)
}

// AdoptReference asks to rely on a list from outside.
type AdoptReference struct {
	alone
	ReferenceAdopted
}

func (e *ReferenceAdopted) command(Recorded) Command { return AdoptReference{ReferenceAdopted: *e} }

func (AdoptReference) Stream() StreamName { return LedgerStream }

func (c AdoptReference) Decide(in Input) ([]Event, error) {
	for _, r := range in.History {
		if e, ok := r.Event.(*ReferenceAdopted); ok && e.Name == c.Name && e.Version == c.Version {
			return nil, broken(onceReference, "version", c.Name, c.Version)
		}
	}
	return one(&c.ReferenceAdopted)
}

// RotateKey asks to sign the log by another key.
type RotateKey struct {
	alone
	KeyRotated
}

func (e *KeyRotated) command(Recorded) Command { return RotateKey{KeyRotated: *e} }

func (RotateKey) Stream() StreamName { return LedgerStream }

func (c RotateKey) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.KeyRotated); err != nil {
		return nil, err
	}
	origins := LogOrigins(in.History)
	if len(origins) == 0 {
		return nil, broken(genesisClosed, "")
	}
	current := &origins[len(origins)-1]
	if err := current.checkKeyInForce(c.From, "from"); err != nil {
		return nil, err
	}
	current.name(c.From)
	if err := checkKeyNew(origins, current.Name, c.To, "to"); err != nil {
		return nil, err
	}
	return one(&c.KeyRotated)
}

// OpenOrigin asks to go on under another name of the log.
type OpenOrigin struct {
	alone
	OriginOpened
}

func (e *OriginOpened) command(Recorded) Command { return OpenOrigin{OriginOpened: *e} }

func (OpenOrigin) Stream() StreamName { return LedgerStream }

func (c OpenOrigin) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.OriginOpened); err != nil {
		return nil, err
	}
	origins := LogOrigins(in.History)
	if len(origins) == 0 {
		return nil, broken(genesisClosed, "")
	}
	for _, o := range origins {
		if o.Name == c.Origin {
			return nil, broken(originHad, "origin", c.Origin)
		}
	}
	current := origins[len(origins)-1]
	if c.Closed.Origin != current.Name {
		return nil, broken(originOther, "closed.origin", current.Name)
	}
	if err := current.checkKeyInForce(c.Closed.Key, "closed.key"); err != nil {
		return nil, err
	}
	if (c.Closed.Size == 0) != (c.Closed.Root == emptyTree) {
		return nil, broken(originRoot, "closed.root", emptyTree)
	}
	if err := checkKeyNew(origins, c.Origin, c.Key, "key"); err != nil {
		return nil, err
	}
	return one(&c.OriginOpened)
}

// emptyTree is the root of the tree without leaves (RFC 6962, section 2.1): the hash of nothing.
const emptyTree = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
