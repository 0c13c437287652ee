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

	"arobase/api/ledger"
)

// remote is a ledger that another process serves, asked over HTTP.
type remote struct {
	base   string
	client *http.Client
}

// mostOfAnAnswer bounds what is read from a server that may not be what it says.
const mostOfAnAnswer = 256 << 20

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
	return r.do(req, into)
}

// post asks for something to be done, as somebody who has the right token.
func (r *remote) post(ctx context.Context, path, token string, body, into any) error {
	address := r.base + path
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("asking %s: %w", address, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("asking %s: %w", address, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	return r.do(req, into)
}

func (r *remote) do(req *http.Request, into any) error {
	address := req.URL.String()
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
