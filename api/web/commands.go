package web

import (
	"context"
	"net"
	"regexp"
	"strings"
)

// Commands that a reader pastes name this site and the key of the log.

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
	key := p.site.logKey(p.ctx)
	if key == "" {
		return p.T("proof.key")
	}
	return "'" + strings.ReplaceAll(key, "'", "") + "'"
}

// logKey is the key in force, "" where it is not known.
func (s *site) logKey(ctx context.Context) string {
	if s.Key == nil {
		return ""
	}
	return s.Key(ctx)
}

// proofCommands fetch a proof and check it.
func (p *page) proofCommands(proofURL string) string {
	file := p.T("proof.file")
	return "curl -fo " + file + " " + p.origin() + proofURL + "\narobase verify " + file + " --key " + p.key()
}
