package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
)

// ask opens the ledger of a directory, finds the moment that is asked about, and closes the ledger after the answer.
func (d dataDir) ask(ctx context.Context, asOf string, answer func(o *opened, size uint64) error) (err error) {
	o, err := d.read(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	size, err := o.AsOf(ctx, asOf)
	if err != nil {
		return asked(err)
	}
	return answer(o, size)
}

// asked makes a question that has no meaning here a matter of usage.
func asked(err error) error {
	switch {
	case errors.Is(err, ledger.ErrAsOf):
		return usagef("--as-of: %s", strings.TrimPrefix(err.Error(), ledger.ErrAsOf.Error()+": "))
	case errors.Is(err, ledger.ErrQuery):
		return &usageError{err}
	}
	return err
}

// asOfFlag adds --as-of.
func asOfFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("as-of", "", "answer with what was known at this `moment`: a size of the\nledger, or a time such as 2026-03-01T00:00:00Z")
}

// place says where a question goes: to the directory of a ledger on this machine, or to a server.
type place struct {
	cmd       *cobra.Command
	data, url *string
}

func placeFlags(cmd *cobra.Command) place {
	return place{cmd, dataFlag(cmd), cmd.Flags().String("url", "", "ask the `address` of a served ledger instead, such as http://127.0.0.1:8080")}
}

// remote gives the server to ask, or nil where the directory is to be read. A flag wins over the environment.
func (p place) remote() (*remote, error) {
	if *p.url == "" {
		return nil, nil
	}
	byFlag := func(name string) bool { return strings.HasPrefix(originOf(p.cmd.Flags().Lookup(name)), "flag") }
	if byFlag("data") {
		if byFlag("url") {
			return nil, usagef("--data and --url are two places; name one")
		}
		return nil, nil
	}
	u, err := url.Parse(*p.url)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, usagef("--url is an address such as http://127.0.0.1:8080, not %q", *p.url)
	}
	return &remote{strings.TrimSuffix(u.String(), "/"), &http.Client{Timeout: time.Minute}}, nil
}
