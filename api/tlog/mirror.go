package tlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"filippo.io/torchwood"
)

// Mirror is a place that has the log too: another node, or a static export of it. Nothing that it says is believed
// without a signature of the log. One goroutine at a time uses it.
type Mirror struct {
	where string
	// places are where the paths of C2SP tlog-tiles may begin: under /log/ as on a node, or at once as in an export. The
	// one that has a checkpoint is taken.
	places []torchwood.TileReader
}

const (
	// asking bounds how long a mirror may take to give its checkpoint.
	asking = 5 * time.Second
	// fetching bounds how long it may take for the next entry.
	fetching = 2 * time.Minute
	// maxMirrored bounds one answer of a mirror: a full bundle of the largest entries.
	maxMirrored = torchwood.TileWidth*(2+65535) + 1
)

// OpenMirror names a mirror: a URL, http or https, of a node or of an export, or a directory with an export. agent is
// what requests say who asks.
func OpenMirror(where, agent string) (*Mirror, error) {
	m := &Mirror{where: where}
	if !strings.Contains(where, "://") {
		root, err := os.OpenRoot(where)
		if err != nil {
			return nil, fmt.Errorf("opening the mirror %s: %w", where, err)
		}
		files := root.FS()
		for _, below := range []string{"log", "."} {
			sub, err := fs.Sub(files, below)
			if err != nil {
				return nil, fmt.Errorf("opening the mirror %s: %w", where, err)
			}
			place, err := torchwood.NewTileFS(sub)
			if err != nil {
				return nil, fmt.Errorf("opening the mirror %s: %w", where, err)
			}
			m.places = append(m.places, place)
		}
		return m, nil
	}
	u, err := url.Parse(where)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the mirror %s is neither a directory nor an address like https://label.example", where)
	}
	client := &http.Client{Transport: bounded{http.DefaultTransport}, Timeout: fetching}
	for _, below := range []string{"log", "."} {
		place, err := torchwood.NewTileFetcher(u.JoinPath(below).String(),
			torchwood.WithHTTPClient(client), torchwood.WithUserAgent(agent), torchwood.WithConcurrencyLimit(8))
		if err != nil {
			return nil, fmt.Errorf("opening the mirror %s: %w", where, err)
		}
		m.places = append(m.places, place)
	}
	return m, nil
}

func (m *Mirror) String() string { return m.where }

// Checkpoint is the checkpoint that the mirror has, not verified. What has none, or does not answer within five seconds,
// is an error.
func (m *Mirror) Checkpoint(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	var failures []error
	for _, place := range m.places {
		signed, err := place.ReadEndpoint(ctx, "checkpoint")
		if err == nil {
			m.places = []torchwood.TileReader{place}
			return signed, nil
		}
		failures = append(failures, err)
	}
	return nil, fmt.Errorf("asking the mirror %s for its checkpoint: %w", m.where, errors.Join(failures...))
}

// bounded keeps a stranger from sending without end: what is longer than any answer can be is cut, and then does not
// verify.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxMirrored), resp.Body}
	}
	return resp, err
}
