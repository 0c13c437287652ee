package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
)

// remote is a ledger that another process serves, asked over HTTP.
type remote struct {
	base   string
	client *http.Client
}

// mostOfAnAnswer bounds what is read from a server that may not be what it says.
const mostOfAnAnswer = 256 << 20

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

// get asks for one resource. ledger.ErrUnknown where the server has none.
func (r *remote) get(ctx context.Context, path string, query url.Values, into any) error {
	address := r.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("asking %s: %w", address, err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "arobase/"+programVersion())
	resp, err := r.client.Do(req)
	if err != nil {
		return fmt.Errorf("asking %s: %w", r.base, reason(err))
	}
	defer resp.Body.Close()
	body := io.LimitReader(resp.Body, mostOfAnAnswer)
	if resp.StatusCode != http.StatusOK {
		return refusal(address, resp.StatusCode, body)
	}
	if err := json.NewDecoder(body).Decode(into); err != nil {
		return fmt.Errorf("the answer of %s is not that of a ledger: %w", address, err)
	}
	return nil
}

// reason takes the address out of the error, which names it already.
func reason(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// refusal says what the server says, where it says it as RFC 9457 has it.
func refusal(address string, status int, body io.Reader) error {
	var problem struct{ Title, Detail string }
	_ = json.NewDecoder(body).Decode(&problem) // anything else is told by its status
	said := problem.Detail
	if said == "" {
		said = problem.Title
	}
	if said == "" {
		said = http.StatusText(status)
	}
	if status == http.StatusNotFound {
		return fmt.Errorf("%s: %s: %w", address, said, ledger.ErrUnknown)
	}
	return fmt.Errorf("%s answers %d: %s", address, status, said)
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
