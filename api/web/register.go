package web

import (
	"fmt"
	"html/template"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"arobase/api/ledger"
)

// registerView is the ledger itself: how far it is sealed, how to check it, and its records, the latest first.
type registerView struct {
	Seal seal
	// Witnessed says how many witnesses have cosigned the checkpoint, "" where there are none.
	Witnessed string
	Key       string // the public key, "" where it is not told
	Audit     string // commands for whoever keeps the ledger
	Log       bool
	Lines     []recordLine
	Older     string
	Newer     string
}

type recordLine struct {
	Index, Href, Kind, Recorded string
	Says                        template.HTML
}

const recordsPerPage = 40

func (s *site) register(p *page) (any, error) {
	p.Title, p.Description = p.T("register.title"), p.T("register.description")
	v := registerView{Seal: p.seal(), Log: s.Checkpoint != nil}
	if s.Cosigners != nil && v.Seal.Note != "" {
		if cosigned, asked := s.Cosigners([]byte(v.Seal.Note)); asked > 0 {
			v.Witnessed = p.N("register.cosign", asked, p.Int(cosigned))
		}
	}
	if v.Log {
		v.Key = s.Key
		v.Audit = "arobase log key --data ./arobase-data\narobase log checkpoint --data ./arobase-data\narobase check --data ./arobase-data"
	}
	before := p.size
	if text := p.req.URL.Query().Get("before"); text != "" {
		n, err := strconv.ParseUint(text, 10, 53)
		if err != nil {
			return nil, fmt.Errorf("%w: before %q", ledger.ErrQuery, text)
		}
		before = min(before, n)
	}
	var first uint64
	if before > recordsPerPage {
		first = before - recordsPerPage
		v.Older = p.hrefWith("register", "", url.Values{"before": {fmt.Sprint(first)}})
	}
	if before < p.size {
		v.Newer = p.hrefWith("register", "", url.Values{"before": {fmt.Sprint(before + recordsPerPage)}})
	}
	for e, err := range s.Ledger.Events(p.ctx, ledger.EventFilter{After: first}) {
		if err != nil {
			return nil, err
		}
		if e.Index >= before {
			break
		}
		says, _ := p.tells(e)
		name := typeName(e.Type)
		v.Lines = append([]recordLine{{
			p.Int(int(e.Index)), p.href("record", e.ID.String()), p.or("record.type."+name, name), p.Moment(e.Recorded), says,
		}}, v.Lines...)
	}
	return v, nil
}

// plainHost is a host that may stand in a command to paste.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$`)

// origin is the address under which the visitor sees this site. Elsewhere than on this machine it is taken to be behind
// HTTPS.
func (p *page) origin() string {
	host := p.req.Host
	if !plainHost.MatchString(host) {
		return "https://" + p.T("origin.unknown")
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if ip := net.ParseIP(name); name == "localhost" || ip != nil && ip.IsLoopback() {
		return "http://" + host
	}
	return "https://" + host
}

// key is the public key of the log as a command takes it.
func (p *page) key() string {
	if p.site.Key == "" {
		return p.T("proof.key")
	}
	return "'" + strings.ReplaceAll(p.site.Key, "'", "") + "'"
}
