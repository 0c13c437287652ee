// Package web is the site: what a citizen, a journalist or a mayor reads. It is rendered here, in French at / and in
// English at /en/, and works without scripts; it asks nothing of any other host. There is one script, on the page of a
// record, which verifies the record in the reader's browser (assets/verify.js); without it the page gives a command.
//
// A page is made in three steps. A handler asks package ledger a question; it turns the answer into a view, which is the
// page in the order in which it is read, with every sentence said in the reader's language; a template sets the view. So
// templates hold structure and no reasoning, and what a page says can be read in one place. Nothing here decides what
// is true: the status, verdict and reason of a fact are those of the ledger.
//
// The fact stands in the text; its source, date and proof stand beside it in the margin, always in the same place.
package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
)

// Deps is what the site needs.
type Deps struct {
	Ledger *ledger.Ledger
	// Checkpoint gives the last checkpoint of the log: how many records it covers, whether it is signed, and its text.
	// Nil where no log is kept.
	Checkpoint func() (size uint64, signed bool, note []byte)
	// Cosigners tells how many of the log's witnesses have cosigned a checkpoint, by its text, and how many there are. Nil
	// where there are none.
	Cosigners func(note []byte) (cosigned, asked int)
	// Unsigned says why the log is not signed at the moment; every page says so. Nil where no log is kept.
	Unsigned func() Unsigned
	// TextsAbsent tells that this node lacks texts which nothing has erased: it was restored without them, or fetched
	// records from a mirror. Nil: it has them all.
	TextsAbsent func() bool
	// Proof gives the proof of the record at an index as the log serves it. Nil where no log is kept.
	Proof func(ctx context.Context, index uint64) ([]byte, error)
	// Key gives the public key of the log that is in force, in the form of signed notes, for the commands that a reader
	// pastes; it may be empty. Nil: it is not known.
	Key func(ctx context.Context) string
	// Operator is who runs this site. Every page says so.
	Operator string
	Version  string
	// Sessions are those who are signed in. Nil: nobody can sign in here.
	Sessions *auth.Sessions
	// Letters confirm the disputes of those without a token. Nil: none are sent, and the site says how else to dispute.
	Letters *Letters
	Random  io.Reader    // of the keys of forms; nil: crypto/rand
	Logger  *slog.Logger // nil: silent
}

// Unsigned is why a log is not signed at the moment.
type Unsigned string

const (
	// Signed: it is.
	Signed Unsigned = ""
	// Waiting: this node may not know all that was signed, and waits to be shown it.
	Waiting Unsigned = "waiting"
	// Broken: records are not what was signed.
	Broken Unsigned = "broken"
	// Stopped: for another reason, such as a key that is missing.
	Stopped Unsigned = "stopped"
)

// site answers requests. After New only what it remembers changes.
type site struct {
	Deps
	assets        *assets
	office        *forms.Office
	points        remembered[[]ledger.PointView]
	editionsKnown remembered[[]ledger.EditionShort]
	holdingsKnown remembered[holdings]

	bodiesKnown       remembered[*everyone]
	bodiesThen        recent[*everyone]
	rollsThen         recent[thenRoll]
	departementsKnown remembered[map[string][]*ledger.BodyShort]
	mentionsKnown     remembered[map[string][]given]
	rollsKnown        kept[int, datedRoll]
	changesKnown      kept[int, *changes]
	namedKnown        kept[string, named]
	movesKnown        kept[[2]int, *moves]
	groupsKnown       kept[comparison, movedBy]
	renderedKnown     remembered[map[string]int]
	// uploads holds one token for each file that is arriving.
	uploads chan struct{}
}

// handler makes the view of a page.
type handler func(p *page) (view any, err error)

// New gives the handler of the whole site. It is meant for /, with the other faces at longer prefixes. It panics if the
// compiled-in templates or assets are broken, which the tests of this package exclude.
func New(deps Deps) http.Handler {
	if deps.Logger == nil {
		deps.Logger = slog.New(slog.DiscardHandler)
	}
	if deps.Random == nil {
		deps.Random = rand.Reader
	}
	s := &site{Deps: deps, uploads: make(chan struct{}, mostUploads)}
	s.office = forms.NewOffice(s.Ledger, func() *auth.Authority { return s.Sessions.Authority() })
	var err error
	if s.assets, err = readAssets(assetFiles); err != nil {
		panic(fmt.Sprintf("web: %v", err))
	}
	fr, en, err := newTongues(s.assets)
	if err != nil {
		panic(fmt.Sprintf("web: %v", err))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+assetPrefix+"{name}", s.assets.serve)
	mux.HandleFunc("GET "+runningPath, running)
	mux.HandleFunc("GET /badge/{file}", s.badge(fr))
	mux.HandleFunc("GET /en/badge/{file}", s.badge(en))
	pages := map[string]handler{
		"home": s.home, "search": s.search, "editions": s.editions, "edition": s.edition, "collectivity": s.collectivity,
		"reconciliation": s.reconciliation, "trends": s.trends, "sources": s.sources, "source": s.source,
		"palmares": s.palmares, "map": s.mapPage, "departement": s.departement, "mentions": s.mentionsAll, "mention": s.mention,
		"actions": s.actionsAll, "action": s.action, "service": s.service, "neighbours": s.neighbours,
		"panel": s.panel, "minutes": s.minutes, "barometer": s.barometer,
		"register": s.register, "record": s.record, "verify": s.verify, "data": s.data,
		"dispute":  s.dispute,
		"glossary": s.glossary, "accessibility": s.accessibility, "legal": s.legal,
	}
	for _, t := range []*tongue{fr, en} {
		for route, h := range pages {
			pattern := t.pattern(route)
			if route == "home" {
				pattern += "{$}"
			}
			mux.Handle("GET "+pattern, s.page(t, route, h))
		}
	}
	for _, t := range []*tongue{fr, en} {
		mux.Handle("GET "+t.feedPath(), s.feed(t))
		mux.Handle("GET /sitemap-"+t.Code+".xml", s.sitemapOf(t))
	}
	mux.Handle("GET /sitemap.xml", s.sitemap(fr))
	mux.Handle("GET /robots.txt", s.robots(fr))
	if s.Sessions != nil {
		for _, t := range []*tongue{fr, en} {
			at := t.pattern("session")
			mux.Handle("GET "+at, s.page(t, "session", s.session))
			mux.Handle("POST "+at, s.form(t, "session", s.signIn))
			mux.Handle("POST "+at+"/end", s.form(t, "session", s.signOut))
			mux.Handle("POST "+t.pattern("dispute"), s.form(t, "dispute", s.object))
			mux.Handle("GET "+t.pattern("confirm"), s.page(t, "confirm", s.confirm))
			mux.Handle("POST "+t.pattern("confirm"), s.form(t, "confirm", s.confirmed))
			mux.Handle("GET "+t.pattern("disputes"), s.page(t, "disputes", s.disputesAll))
			mux.Handle("GET "+t.pattern("workspace"), s.page(t, "workspace", s.workspace))
			mux.Handle("GET "+t.pattern("secretariat"), s.page(t, "secretariat", s.secretariat))
			mux.Handle("GET "+t.pattern("entry"), s.page(t, "entry", s.entry))
			mux.Handle("POST "+t.pattern("entry"), s.form(t, "entry", s.send))
			mux.Handle("GET "+t.pattern("mine"), s.page(t, "mine", s.mine))
			mux.Handle("GET "+t.pattern("review"), s.page(t, "review", s.review))
			mux.Handle("POST "+t.pattern("review"), s.form(t, "review", s.decide))
			mux.Handle("GET "+t.pattern("show"), s.page(t, "show", s.show))
			mux.Handle("POST "+t.pattern("show"), s.upload(t, "show", s.attach))
			mux.Handle("GET "+t.pattern("submission"), s.page(t, "submission", s.submission))
			mux.Handle("GET "+t.pattern("receipt"), s.page(t, "receipt", s.receipt))
			for route, h := range map[string]handler{"dossier": s.dossier, "diagnosis": s.diagnosis, "desk": s.desk, "deliberation": s.deliberation, "decision": s.decision} {
				mux.Handle("GET "+t.pattern(route), s.page(t, route, h))
			}
		}
	}
	mux.Handle("GET /en", http.RedirectHandler(en.path("home", "", nil), http.StatusMovedPermanently))
	mux.Handle("/en/", s.page(en, "problem", elsewhere(mux)))
	mux.Handle("/", s.page(fr, "problem", elsewhere(mux)))
	return secured(mux)
}
