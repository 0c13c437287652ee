package main

import (
	"crypto/rand"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"arobase/api/mail"
	"arobase/api/web"
)

// letterFlags say through what server letters are sent: those that confirm a dispute of somebody without a token.
type letterFlags struct{ server, user, password, from, home string }

func (l *letterFlags) add(f *pflag.FlagSet) {
	f.StringVar(&l.server, "smtp", "", "the mail server, as `host:port`, for letters that confirm a dispute; with\nnone, the site says how else to dispute a fact")
	f.StringVar(&l.user, "smtp-user", "", "the `name` under which to sign in to the mail server, over TLS or\non the machine itself")
	f.StringVar(&l.password, "smtp-password-file", "", "the `file` that holds the password for it")
	f.StringVar(&l.from, "mail-from", "", "the `address` that letters come from; needed with --smtp")
	f.StringVar(&l.home, "home", "", "the public `address` of this site, such as https://arobase.example, for links in\nletters; needed with --smtp")
}

// read gives what sends letters; nil where no server is named.
func (l letterFlags) read() (*web.Letters, error) {
	if l.server == "" {
		return nil, nil
	}
	if _, _, err := net.SplitHostPort(l.server); err != nil {
		return nil, usagef("--smtp is a host and a port, such as localhost:25, not %q", l.server)
	}
	from, err := mail.Address(l.from)
	if err != nil {
		return nil, usagef("--smtp needs --mail-from, the address that letters come from; %q is none", l.from)
	}
	home, err := url.Parse(strings.TrimSuffix(l.home, "/"))
	if err != nil || home.Host == "" || home.Scheme != "https" && home.Scheme != "http" || home.RawQuery != "" || home.Fragment != "" || home.Path != "" {
		return nil, usagef("--smtp needs --home, the public address of this site such as https://arobase.example; %q is none", l.home)
	}
	server := &mail.SMTP{Server: l.server, From: from, User: l.user, Now: time.Now, Random: rand.Reader}
	if l.user != "" {
		password, err := os.ReadFile(l.password)
		if err != nil {
			return nil, usagef("--smtp-user needs --smtp-password-file: %v", err)
		}
		server.Password = strings.TrimRight(string(password), "\r\n")
	}
	return &web.Letters{Mailer: server, Address: mail.Address, Home: home.String()}, nil
}
