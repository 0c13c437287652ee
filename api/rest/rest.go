// Package rest answers questions about the ledger over HTTP: JSON, CSV where rows come out, and an OpenAPI 3.1 document
// that says so. It is thin: what an answer holds is decided in package ledger; here is only how it is asked for, how it
// is written down, how long it may be kept, and how an error reads.
//
// Three rules hold everywhere. Every answer names the size of the ledger it rests on, and any question can be asked again
// as of that size. An unknown parameter is an error, because a filter that is ignored silently gives a wrong answer. And
// every error is a problem of RFC 9457 whose type is an address that explains it.
package rest

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"arobase/api/auth"
	"arobase/api/ledger"
)

// Prover proves to anyone that an event is in the log: a C2SP tlog-proof against the last signed checkpoint.
type Prover interface {
	Proof(ctx context.Context, index uint64) ([]byte, error)
}

// Deps are what the interface rests on.
type Deps struct {
	Ledger *ledger.Ledger
	// Gate recognises who asks to have something recorded. Nil: nothing is recorded here.
	Gate *auth.Gate
	// Log gives proofs. Nil: this node signs nothing, and says so.
	Log Prover
	// Logger hears of what readers are not told. Nil: slog.Default.
	Logger *slog.Logger
	// Version is that of the program: it stands in the OpenAPI document, and another version makes other ETags.
	Version string
	// Clock sets deadlines for live readers. Nil: the clock of the machine.
	Clock func() time.Time
	// Stopping is closed when the server begins to shut down. http.Server.Shutdown waits for readers of the live events,
	// who would stay for ever: they are sent away by this. Nil: never.
	Stopping <-chan struct{}
	// Heartbeat is how often a live reader hears that the line still stands. 0: 15 seconds.
	Heartbeat time.Duration
	// MaxLive bounds how many read live events at once. 0: 256.
	MaxLive int
}

// Patterns are the patterns of http.ServeMux under which the handler belongs. Everything below them is answered here,
// unknown addresses too.
var Patterns = []string{
	"/v1/", "/openapi.json", "/openapi.yaml", "/docs", "/docs/", "/schemas/", "/log/disclosed/", "/problems/",
	"/evidence/", "/exports/", "/datapackage.json", "/catalog.jsonld",
}

// api is the handler.
type api struct {
	Deps
	mux  *http.ServeMux
	huma huma.API
	spec specification
	live chan struct{} // one token for each live reader
	// making holds one token for each file that is being made: the largest take time and memory.
	making chan struct{}
	// uploads holds one token for each file that is arriving.
	uploads chan struct{}
}

// New makes the handler. It is safe for concurrent use and owns nothing that has to be closed.
func New(d Deps) http.Handler {
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	if d.Heartbeat == 0 {
		d.Heartbeat = 15 * time.Second
	}
	if d.Clock == nil {
		d.Clock = time.Now //nolint:forbidigo // the default; tests give their own
	}
	if d.MaxLive == 0 {
		d.MaxLive = 256
	}
	a := &api{Deps: d, mux: http.NewServeMux(), live: make(chan struct{}, d.MaxLive), making: make(chan struct{}, 2), uploads: make(chan struct{}, mostUploads)}
	a.huma = newHuma(a)
	a.editions()
	a.barometer()
	a.collectivities()
	a.trends()
	a.actions()
	a.events()
	a.sources()
	a.sealed()
	a.schemas()
	a.problems()
	a.exports()
	a.writes()
	a.reading()
	a.jury()
	a.evidence()
	a.tokens()
	a.describePrivate()
	a.document()
	a.docs()
	return a
}

// Mount puts the handler under all its patterns.
func Mount(mux *http.ServeMux, d Deps) {
	h := New(d)
	for _, p := range Patterns {
		mux.Handle(p, h)
	}
}
