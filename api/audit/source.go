package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"filippo.io/torchwood"
)

// Source gives what a log serves, by the paths of C2SP tlog-tiles below the address of the log: checkpoint,
// tile/0/000, tile/entries/000; and besides these disclosed/<commitment> and rotations. It may be asked by many
// goroutines at once.
type Source interface {
	// Read gives a resource. ErrAbsent says that the log has none, ErrGone that it has none any more, ErrTooLarge that it
	// is over most bytes; an *UnreachableError that the log cannot be asked now.
	Read(ctx context.Context, path string, most int64) ([]byte, error)
}

var (
	// ErrAbsent says that a log does not have what it was asked for.
	ErrAbsent = errors.New("not there")
	// ErrGone says that a log says that it does not have any more what it was asked for. It is an ErrAbsent too.
	ErrGone = fmt.Errorf("gone: %w", ErrAbsent)
	// ErrTooLarge says that an answer is larger than any right one.
	ErrTooLarge = errors.New("larger than it can be")
)

// UnreachableError says that a server or a directory cannot be read. It says nothing about what it holds.
type UnreachableError struct {
	Address string
	Err     error
}

func (e *UnreachableError) Error() string { return fmt.Sprintf("reading %s: %v", e.Address, e.Err) }

func (e *UnreachableError) Unwrap() error { return e.Err }

// Place is what is audited.
type Place struct {
	// Log is the log of the ledger.
	Log Source
	// Site is the server that answers questions about it. Nil where there is only a log.
	Site *Site
}

// InDirectory is the place of a static export of a log: the paths of a log as files.
func InDirectory(path string) (Place, error) {
	if _, err := os.Stat(filepath.Join(path, "checkpoint")); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(path, "log", "checkpoint")); err == nil {
			path = filepath.Join(path, "log")
		}
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return Place{}, &UnreachableError{path, err}
	}
	return Place{Log: directory{root}}, nil
}

// directory reads files below a directory and nowhere else, whatever links are in it.
type directory struct{ root *os.Root }

func (d directory) Read(_ context.Context, path string, most int64) ([]byte, error) {
	f, err := d.root.Open(filepath.FromSlash(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrAbsent
	}
	if err != nil {
		return nil, &UnreachableError{path, err}
	}
	defer f.Close()
	return readAtMost(f, path, most)
}

func readAtMost(r io.Reader, address string, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, &UnreachableError{address, err}
	}
	if int64(len(b)) > most {
		return nil, fmt.Errorf("%s has more than %d bytes: %w", address, most, ErrTooLarge)
	}
	return b, nil
}

// AtAddress is the place of a served ledger, its log under log/ and its answers under v1/; or that of a log that a file
// server shows at the very address. The client follows redirects and accepts gzip as package http does.
func AtAddress(ctx context.Context, address string, client *http.Client) (Place, error) {
	base, err := url.Parse(address)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.RawQuery != "" || base.Fragment != "" {
		return Place{}, fmt.Errorf("%q is not an address such as https://ledger.example.org", address)
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	site := &Site{base: base.String(), host: base.Host, client: client}
	for _, log := range []servedLog{{site, "/log/"}, {site, "/"}} {
		_, err := log.Read(ctx, "checkpoint", maxCheckpoint)
		if errors.Is(err, ErrAbsent) {
			continue
		}
		if err != nil && !errors.Is(err, ErrTooLarge) {
			return Place{}, err
		}
		if log.under == "/" {
			// A log by itself, unless answers stand beside it: they are not to be left out because the log is at another place.
			if r, err := site.get(ctx, "/v1/editions", "application/json", maxAnswer); err != nil || r.status != http.StatusOK {
				return Place{Log: log}, ctx.Err()
			}
		}
		return Place{Log: log, Site: site}, nil
	}
	return Place{}, &UnreachableError{site.base, errors.New("no log is there: neither log/checkpoint nor checkpoint")}
}

// Site is a server that is asked what anyone may ask.
type Site struct {
	base, host string
	client     *http.Client
}

// reply is what a server answers.
type reply struct {
	status int
	header http.Header
	body   []byte
}

const (
	// tries is how often a server is asked that is busy or does not answer.
	tries = 5
	// firstPause is how long to wait before the second time; each further pause is twice as long.
	firstPause = 200 * time.Millisecond
	// longestPause bounds what a server may ask for by Retry-After.
	longestPause = 30 * time.Second
)

// get asks for one address below that of the site. A server that is busy (429, 503) or broken for a moment is asked
// again; if it goes on, the error is an *UnreachableError.
func (s *Site) get(ctx context.Context, path, accept string, most int64) (reply, error) {
	header := http.Header{}
	if accept != "" {
		header.Set("Accept", accept)
	}
	return s.do(ctx, http.MethodGet, path, header, most)
}

// do is get with another method, or with other headers.
func (s *Site) do(ctx context.Context, method, path string, header http.Header, most int64) (reply, error) {
	pause := firstPause
	for try := 1; ; try++ {
		r, err := s.once(ctx, method, path, header, most)
		if err == nil && !busy(r.status) || ctx.Err() != nil || errors.Is(err, ErrTooLarge) {
			return r, err
		}
		if err == nil {
			err = &UnreachableError{s.base + path, fmt.Errorf("the server answers %d", r.status)}
		}
		if try == tries {
			return reply{}, err
		}
		select {
		case <-time.After(max(pause, retryAfter(r.header))):
			pause *= 2
		case <-ctx.Done():
			return reply{}, ctx.Err()
		}
	}
}

func busy(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter reads the form in seconds of the header; a server that names a moment is asked again by our own measure.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 16)
	if err != nil {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, longestPause)
}

func (s *Site) once(ctx context.Context, method, path string, header http.Header, most int64) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, nil)
	if err != nil {
		return reply{}, fmt.Errorf("asking %s%s: %w", s.base, path, err)
	}
	req.Header = header.Clone()
	resp, err := s.client.Do(req)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return reply{}, &UnreachableError{s.base + path, err}
	}
	defer resp.Body.Close()
	body, err := readAtMost(resp.Body, s.base+path, most)
	return reply{resp.StatusCode, resp.Header, body}, err
}

// servedLog is the log of a site.
type servedLog struct {
	site  *Site
	under string
}

func (l servedLog) Read(ctx context.Context, path string, most int64) ([]byte, error) {
	r, err := l.site.get(ctx, l.under+path, "", most)
	switch {
	case err != nil:
		return nil, err
	case r.status == http.StatusOK:
		return r.body, nil
	case r.status == http.StatusNotFound:
		return nil, ErrAbsent
	case r.status == http.StatusGone:
		return nil, ErrGone
	}
	return nil, &UnreachableError{l.site.base + l.under + path, fmt.Errorf("the server answers %d", r.status)}
}

const (
	maxCheckpoint = 64 << 10
	// maxBundle is the size of 256 entries of the greatest size, each with its length (C2SP tlog-tiles, "Log Entries").
	maxBundle = torchwood.TileWidth * (2 + 0xffff)
	// maxDisclosed is more than the greatest disclosed value takes.
	maxDisclosed = 1 << 20
	maxAnswer    = 256 << 20
)

// readTile gives a tile of hashes or, for level -1, an entry bundle, with how many hashes or entries are in it: a log may
// drop a partial tile once the full one is there, which is then given instead (C2SP tlog-tiles, "Partial Tiles").
func readTile(ctx context.Context, log Source, t tlog.Tile) (data []byte, width int, err error) {
	most := int64(maxBundle)
	if t.L >= 0 {
		most = torchwood.TileWidth * tlog.HashSize
	}
	width = t.W
	data, err = log.Read(ctx, torchwood.TilePath(t), most)
	if errors.Is(err, ErrAbsent) && t.W < torchwood.TileWidth {
		t.W, width = torchwood.TileWidth, torchwood.TileWidth
		data, err = log.Read(ctx, torchwood.TilePath(t), most)
	}
	return data, width, err
}
