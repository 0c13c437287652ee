package web

import (
	"fmt"
	"strings"

	"arobase/api/ledger"
)

// verifyView is the page that says how to verify the ledger from outside. Its commands work as they stand.
type verifyView struct {
	Log               bool
	Key               string
	Whole, Next       string
	Watch, One, Plain string
	Checkpoint        string
	First             labelled // the record that the examples are about
}

func (s *site) verify(p *page) (any, error) {
	p.Title, p.Description = p.T("verify.title"), p.T("verify.description")
	v := verifyView{Log: s.Checkpoint != nil, Key: s.logKey(p.ctx)}
	site, key, kept := p.origin(), p.key(), p.T("verify.file")
	v.Whole = fmt.Sprintf("arobase audit %s --key %s --keep %s", site, key, kept)
	v.Next = fmt.Sprintf("arobase audit %s --key %s --seen %s --keep %s", site, key, kept, kept)
	v.Watch = fmt.Sprintf("arobase audit %s --key %s --follow", site, key)
	v.Checkpoint = "curl -f " + site + "/log/checkpoint"
	for e, err := range s.Ledger.Events(p.ctx, ledger.EventFilter{Before: 1}) {
		if err != nil {
			return nil, err
		}
		address := "/v1/events/" + e.ID.String()
		v.First = labelled{p.T("record.short", p.Int(0)), p.href("record", e.ID.String())}
		v.One = p.proofCommands(address + "/proof")
		v.Plain = strings.Join([]string{
			fmt.Sprintf("curl -fo %s -H 'Accept: application/cloudevents+json' %s%s", p.T("verify.recordfile"), site, address),
			fmt.Sprintf(`(printf '\000'; cat %s) | sha256sum`, p.T("verify.recordfile")),
		}, "\n")
	}
	return v, nil
}
