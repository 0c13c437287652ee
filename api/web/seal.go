package web

// seal says how far the ledger is sealed: how many records its last checkpoint covers, and whether that is signed.
type seal struct {
	// State is signed, unsigned or none.
	State string
	Text  string
	Note  string // the checkpoint as it is served
	Href  string
}

func (p *page) seal() seal {
	v := seal{State: "none", Text: p.T("seal.none", p.Int(int(p.size))), Href: p.href("register", "")}
	if p.site.Checkpoint == nil {
		return v
	}
	size, signed, note := p.site.Checkpoint()
	v.Note = string(note)
	if size == 0 {
		return v // nothing is under a checkpoint yet
	}
	switch {
	case signed:
		v.State, v.Text = "signed", p.N("seal.signed", int(size))
	case p.unsigned() == Waiting, p.unsigned() == Stopped:
		v.State, v.Text = "unsigned", p.N("seal."+string(p.unsigned()), int(size))
	default:
		v.State, v.Text = "unsigned", p.N("seal.unsigned", int(size))
	}
	return v
}
