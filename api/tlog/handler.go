package tlog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"filippo.io/torchwood"
)

// Handler serves the log to readers (C2SP tlog-tiles, "APIs"), under the prefix /log/:
//
//	GET /log/checkpoint
//	GET /log/checkpoints/<size>
//	GET /log/rotations
//	GET /log/tile/<L>/<N>[.p/<W>]
//	GET /log/tile/entries/<N>[.p/<W>]
//
// Everything may be read from any site (CORS *). A tile is served only as far as the last public checkpoint reaches. A
// path in any other form than the specification's is not found. testdata/http.txt shows each kind of answer.
func (l *Log) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "ETag")
		h.Set("X-Content-Type-Options", "nosniff") // hashes may begin like an image
		// The escaped path and no redirects, so that everything has one address.
		path := r.URL.EscapedPath()
		switch {
		case r.Method == http.MethodOptions:
			allowFromAnySite(h)
			w.WriteHeader(http.StatusNoContent)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", methods)
			l.fail(w, r, errMethod)
		case path == "/log/checkpoint":
			l.serveCheckpoint(w, r)
		case strings.HasPrefix(path, "/log/checkpoints/"):
			l.serveCheckpointFor(w, r, path[len("/log/checkpoints/"):])
		case path == "/log/rotations":
			l.serveRotations(w, r)
		case strings.HasPrefix(path, "/log/tile/"):
			l.serveTile(w, r, path[len("/log/"):])
		default:
			l.fail(w, r, errNoAddress)
		}
	})
}

const methods = "GET, HEAD, OPTIONS"

// allowFromAnySite answers what a browser asks before a script of another site may send a header that is not on its list,
// such as If-None-Match (Fetch, "CORS-preflight fetch").
func allowFromAnySite(h http.Header) {
	h.Set("Allow", methods)
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "If-None-Match, Range")
	h.Set("Access-Control-Max-Age", "86400")
}

var (
	errMethod    = errors.New("method not allowed")
	errNoAddress = errors.New("no such address")
	// errNoTile says that a tile is not one, or reaches beyond the last public checkpoint.
	errNoTile = errors.New("no such tile")
	// errBehind says that the checkpoint covers a tile, and this node's tree does not have it yet.
	errBehind = errors.New("tree lags behind the last checkpoint")
)

func (l *Log) serveCheckpoint(w http.ResponseWriter, r *http.Request) {
	head, err := l.Checkpoint(r.Context())
	if err != nil {
		l.fail(w, r, err)
		return
	}
	serveCurrent(w, r, "text/plain; charset=utf-8", head.Signed)
}

// serveCurrent serves what may be another thing at any moment: a reader that asks again is told quickly if it is not.
func serveCurrent(w http.ResponseWriter, r *http.Request, contentType string, body []byte) {
	serveCached(w, r, contentType, "no-cache", body)
}

// serveCached serves a text with a word for caches.
func serveCached(w http.ResponseWriter, r *http.Request, contentType, caching string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", caching)
	sum := sha256.Sum256(body)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func (l *Log) serveTile(w http.ResponseWriter, r *http.Request, path string) {
	tile, err := torchwood.ParseTilePath(path)
	if err != nil || torchwood.TilePath(tile) != path { // tile/data/ would parse too
		l.fail(w, r, errNoTile)
		return
	}
	data, err := l.tile(r.Context(), tile)
	if err != nil {
		l.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	// A tile is small and comes whole: part of a compressed one would be of no use (RFC 9110, section 14.3).
	h.Set("Accept-Ranges", "none")
	if tile.L == -1 {
		data = compress(w, r, data)
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // the reader may be gone
}

// fail tells the reader what kind of failure it is, and the logger what happened.
func (l *Log) fail(w http.ResponseWriter, r *http.Request, err error) {
	code, text := http.StatusInternalServerError, "the log cannot serve this now"
	switch {
	case errors.Is(err, ErrNoHead):
		code, text = http.StatusNotFound, "no checkpoint is signed yet"
	case errors.Is(err, errNoCheckpoint):
		code, text = http.StatusNotFound, "no public checkpoint has that size or more"
	case errors.Is(err, errNoTile):
		code, text = http.StatusNotFound, "no such tile under the last public checkpoint"
	case errors.Is(err, errNoAddress):
		code, text = http.StatusNotFound, "the log has checkpoint, checkpoints/, rotations, and tile/ (c2sp.org/tlog-tiles)"
	case errors.Is(err, errNoRotations):
		code, text = http.StatusNotFound, "the rotations of the key are not told here"
	case errors.Is(err, errMethod):
		code, text = http.StatusMethodNotAllowed, "the log can only be read"
	case errors.Is(err, errBehind):
		code, text = http.StatusServiceUnavailable, "this node lags behind the last checkpoint"
		w.Header().Set("Retry-After", "1")
	case errors.Is(err, context.Canceled):
		return // nobody listens
	case l.Logger != nil:
		l.Logger.ErrorContext(r.Context(), "serving the log failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store") // what is not there now may be soon
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text + "\n"))
}
