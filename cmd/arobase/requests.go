package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arobase/api/rest"
)

// desk is a server that is asked to record things, in the name of whom the token belongs to.
type desk struct {
	*remote
	token string
	wait  func(context.Context, time.Duration) error // before it is asked again
}

// deskFlags adds --url and --token.
func deskFlags(cmd *cobra.Command) func() (desk, error) {
	at := cmd.Flags().String("url", "", "the `address` of a served ledger, such as http://127.0.0.1:8080")
	token := cmd.Flags().String("token", "", "the `token` of who asks. Better in AROBASE_TOKEN: other users of the machine\nsee the arguments of a process")
	return func() (desk, error) {
		if *at == "" {
			return desk{}, usagef("%s asks a server; say which with --url, or with AROBASE_URL", cmd.CommandPath())
		}
		u, err := url.Parse(*at)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			return desk{}, usagef("--url is an address such as http://127.0.0.1:8080, not %q", *at)
		}
		return desk{&remote{strings.TrimSuffix(u.String(), "/"), &http.Client{Timeout: time.Minute}}, strings.TrimSpace(*token), pause}, nil
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// refused is an answer that says no, as RFC 9457 has it.
type refused struct {
	rest.Problem
	Address string
	body    []byte // as it came, where it is one
}

func (e *refused) Error() string {
	said := e.Detail
	if said == "" {
		said = e.Title
	}
	return fmt.Sprintf("%s answers %d: %s", e.Address, e.Status, said)
}

// unclear says that it is not known whether a request was carried out.
type unclear struct{ error }

func (e *unclear) Unwrap() error { return e.error }

// patience bounds how often a request is sent again where the server says when.
const patience = 30

// post sends one request, again where the server says when, and gives the answer. The error is a *refused where the server
// says no, an *unclear where no answer came.
func (d desk) post(ctx context.Context, resource string, body []byte, headers map[string]string) (status int, answer []byte, err error) {
	for tried := 0; ; tried++ {
		status, answer, after, err := d.once(ctx, resource, body, headers)
		if after == 0 || tried == patience {
			return status, answer, err
		}
		if err := d.wait(ctx, after); err != nil {
			return 0, nil, err
		}
	}
}

// once sends a request. after is when to send it again, 0 where that helps nothing.
func (d desk) once(ctx context.Context, resource string, body []byte, headers map[string]string) (status int, answer []byte, after time.Duration, err error) {
	address := d.base + "/v1/" + resource
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, 0, fmt.Errorf("asking %s: %w", address, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "arobase/"+programVersion())
	if d.token != "" {
		req.Header.Set("Authorization", "Bearer "+d.token)
	}
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return 0, nil, 0, &unclear{fmt.Errorf("asking %s: %w", d.base, reason(err))}
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, mostOfAnAnswer))
	if err != nil {
		return 0, nil, 0, &unclear{fmt.Errorf("reading the answer of %s: %w", address, err)}
	}
	if resp.StatusCode < 300 {
		return resp.StatusCode, answer, 0, nil
	}
	no := &refused{Address: address}
	if json.Unmarshal(answer, &no.Problem) == nil && no.Type != "" {
		no.body = bytes.TrimSpace(answer)
	} else {
		no.Problem = rest.Problem{Title: http.StatusText(resp.StatusCode), Detail: "not the answer of a ledger"}
	}
	no.Status = resp.StatusCode
	// A server that is away may have carried the request out all the same: only one with a key is sent again by itself.
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable && headers["Idempotency-Key"] != "" {
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
			after = time.Duration(seconds) * time.Second
		}
	}
	return resp.StatusCode, nil, after, no
}

// told shows a refusal to a person: what is wrong, field by field, and what it means.
func (e *refused) told(p *page) {
	p.heading(fmt.Sprintf("refused: %s", e.Title))
	for _, f := range e.Errors {
		where := f.Rule
		if f.Article != "" {
			where += ", article " + f.Article + " of the regulation"
		}
		lead := "  "
		if f.Field != "" {
			lead += f.Field + ": "
		}
		p.text(lead, f.Message+" ("+where+")")
	}
	if len(e.Errors) == 0 {
		p.text("  ", e.Detail)
	}
	if e.Current != nil {
		p.text("  ", fmt.Sprintf("the stream is at revision %d now: read it again, and decide again", *e.Current))
	}
	if strings.HasPrefix(e.Type, "/") {
		if u, err := url.Parse(e.Address); err == nil {
			p.line("  what that means: " + u.Scheme + "://" + u.Host + e.Type)
		}
	}
}

// whyUnclear adds to an error without an answer what to do about it.
func whyUnclear(err error, keyed bool) error {
	var u *unclear
	if !errors.As(err, &u) {
		return err
	}
	if keyed {
		return fmt.Errorf("%w; send it again with the same --key: it is recorded once", err)
	}
	return fmt.Errorf("%w; look whether it was recorded before you send it again (with --key that is safe)", err)
}
