package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"arobase/api/auth"
	"arobase/api/rest"
	"arobase/api/tlog"
	"arobase/api/web"
	"arobase/domain"
	"arobase/projections"
	"arobase/projections/actions/wordindex"
)

// settings are those of serve.
type settings struct {
	data, listen, admin, operator string
	// clock is the file that says how far the clock of a made-up ledger is ahead, or "".
	clock string
	// show is told the first token of a new ledger; nil: nobody is.
	show      io.Writer
	evidence  evidenceFlags
	witnesses witnessFlags
	trust     trustFlags
	letters   letterFlags
}

func newServe() *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the site, the API and the log",
		Long: `Serve the site, the API and the log on --listen, and metrics, health and readiness
on --admin. One process at a time serves a directory. A ledger is made where there
is none, and an admin token is printed once. Interrupt it to stop: requests under way
are finished first.

With --store the records are kept in an EventStoreDB cluster, any number of nodes serve
them, and the directory holds this node's replica of them (docs/eventstoredb.md).

` + trustHelp + "\n\n" + witnessHelp,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.trust.scrub == 0 {
				return usagef("--scrub is a time from 1s on, such as 24h: it cannot be left out")
			}
			logger := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			s.show = cmd.OutOrStdout()
			return serve(cmd.Context(), s, logger)
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.data, "data", "./arobase-data", "the `directory` of the ledger")
	vaultFlag(f)
	storeFlag(f)
	f.StringVar(&s.listen, "listen", "127.0.0.1:8080", "the `address` of the site, the API and the log")
	f.StringVar(&s.admin, "admin", "127.0.0.1:9090", "the `address` of metrics, health and readiness; not for the public")
	f.StringVar(&s.clock, "made-up-clock", "", "for a rehearsal: a `file` that says how far ahead the clock of a made-up ledger is, such as 240h")
	f.StringVar(&s.operator, "operator", "", "who operates this site, as `name` on every page")
	s.letters.add(f)
	s.evidence.add(f)
	s.trust.add(f)
	s.witnesses.add(f)
	return cmd
}

// drain bounds how long requests under way may take once the process is asked to stop.
const drain = 10 * time.Second

func serve(ctx context.Context, s settings, logger *slog.Logger) (err error) {
	witnesses, err := s.witnesses.read()
	if err != nil {
		return err
	}
	others, err := s.trust.read()
	if err != nil {
		return err
	}
	letters, err := s.letters.read()
	if err != nil {
		return err
	}
	limits, err := s.evidence.read()
	if err != nil {
		return err
	}
	o, created, err := dataDir(s.data).write(ctx, genesis{origin: defaultOrigin, logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if created {
		logger.Info("made a new ledger", "ledger", o.LedgerID, "origin", o.Origin)
	}
	if err := o.replaceLostKey(ctx, logger); err != nil {
		return err
	}
	tokens, err := o.openTokens(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tokens.Close()) }()
	if created && s.show != nil {
		if err := o.firstToken(ctx, tokens, s.show); err != nil {
			return err
		}
	}
	room, err := o.openWorkspace(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, room.Close()) }()
	o.UseWorkspace(room)
	words, err := wordindex.Open(o.dir.file(wordsFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, words.Close()) }()
	o.UseWords(words)
	if err := o.takeEvidence(ctx, limits); err != nil {
		return err
	}
	if s.clock != "" {
		if err := o.rehearse(s.clock); err != nil {
			return err
		}
	}
	p, err := o.openLog(ctx, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	n := &node{opened: o, logParts: p, gate: auth.NewGate(authority(tokens)), signer: o.newSigner(p), logger: logger, letters: letters, started: time.Now()}
	if n.collector, err = p.attend(witnesses, n.signer, logger); err != nil {
		return err
	}
	if p.log.Witnesses != nil {
		others.witnesses = n.collector
	}
	p.log.Differs = n.differs
	absent, err := o.absent(ctx)
	if err != nil {
		return err
	}
	n.lacking.Store(len(absent) > 0)
	if n.scrubber, err = n.newScrubber(s.trust.scrub, logger); err != nil {
		return err
	}
	if err := errors.Join(n.doubt(ctx), n.show(ctx, others.seen)); err != nil {
		return err
	}
	n.ask(ctx, others)    // before anything is signed
	if o.cluster == nil { // elsewhere others write too, and this node may not know of it yet: arobase vault purge
		if err := o.purge(ctx, p, n.signer, logger); err != nil {
			return err
		}
	}
	if err := o.Runner().CatchUp(ctx); err != nil {
		logger.Error("answers stand before an event that cannot be read", "error", err)
	}

	// All that can fail comes before the first goroutine: what they use is closed only when they have ended.
	public, admin, err := listen(s)
	if err != nil {
		return err
	}
	if err := announce(o.lock, reachable(admin.Addr())); err != nil {
		return errors.Join(err, public.Close(), admin.Close())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.project(ctx) })
	g.Go(func() error { n.Warm(ctx); n.warm.Store(true); return nil })
	g.Go(func() error { n.indexWords(ctx); return nil })
	g.Go(func() error { return n.growTree(ctx) })
	g.Go(func() error { return n.signer.Run(ctx) })
	g.Go(func() error { n.collector.Run(ctx); return nil })
	g.Go(func() error { n.scrubber.Run(ctx); return nil })
	g.Go(func() error { n.beShown(ctx, others); return nil })
	g.Go(func() error { n.tellStanding(ctx); return nil })
	g.Go(func() error { n.sweepUp(ctx); return nil })
	n.serveBoth(ctx, g, s, public, admin)
	return g.Wait()
}

// purge removes sealed values that have no record. Nobody else writes here, or they have had the time to: what has no
// record now never will, unless the ledger has lost some. Its own tree and its signed checkpoints tell; then every value is kept, for records that may
// be brought back.
func (o *opened) purge(ctx context.Context, p *logParts, signer *tlog.Signer, logger *slog.Logger) error {
	_, err := signer.Sign(ctx)
	if p.misfit != nil {
		err = errors.Join(p.misfit, err)
	}
	if err != nil {
		logger.Error("the log is not signed, and nothing is removed from the vault", "error", withAdvice(err))
		return nil
	}
	n, err := o.PurgeOrphans(ctx, purgeBefore(ctx, time.Now()))
	if err != nil {
		return fmt.Errorf("removing sealed values without a record: %w", err)
	}
	if n > 0 {
		logger.Info("removed sealed values without a record", "count", n)
	}
	return nil
}

// again is how long to wait before a store that could not be read is read again.
const again = time.Second

// project keeps the projections up to date. Where they stop, the rest goes on: the tree grows, the log is signed, and
// readiness says why answers stand still. A store that cannot be read is tried again.
func (n *node) project(ctx context.Context) error {
	for ctx.Err() == nil {
		err := n.Runner().Run(ctx)
		if err == nil {
			break
		}
		n.logger.Error("answers stand still", "error", err)
		if errors.Is(err, projections.ErrStopped) {
			break
		}
		n.unread.Store(&err)
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
	<-ctx.Done()
	return nil
}

// indexWords enters the texts that are there, so that the first who searches does not wait for it.
func (n *node) indexWords(ctx context.Context) {
	if err := n.IndexWords(ctx); err != nil && ctx.Err() == nil {
		n.logger.Error("words are not found until the next question", "error", err)
	}
}

// node is a running server.
type node struct {
	*opened
	*logParts
	signer    *tlog.Signer
	gate      *auth.Gate
	collector *tlog.Collector
	scrubber  *tlog.Scrubber
	logger    *slog.Logger
	letters   *web.Letters // nil: none are sent
	started   time.Time
	unread    atomic.Pointer[error] // why the projections could not read the store the last time they could not
	lacking   atomic.Bool           // that records are here without their sealed values
	warm      atomic.Bool           // that what the first pages rest on is counted
}

// listen takes both addresses.
func listen(s settings) (public, admin net.Listener, err error) {
	if public, err = net.Listen("tcp", s.listen); err != nil {
		return nil, nil, fmt.Errorf("listening on %s: %w", s.listen, err)
	}
	if admin, err = net.Listen("tcp", s.admin); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("listening on %s for metrics and health: %w", s.admin, err), public.Close())
	}
	return public, admin, nil
}

// serveBoth serves both addresses until the context ends.
func (n *node) serveBoth(ctx context.Context, g *errgroup.Group, s settings, public, admin net.Listener) {
	metrics := newMetrics(n)
	n.serveOn(ctx, g, public, metrics.measure(n.publicHandler(s, ctx.Done())), writing)
	n.serveOn(ctx, g, admin, n.adminHandler(metrics), 0) // a profile takes as long as one asks for
	n.logger.Info("serving", "site", "http://"+public.Addr().String(), "admin", "http://"+admin.Addr().String(),
		"records", n.Size(), "ledger", n.LedgerID)
}

// writing bounds how long a visitor may take to accept an answer. Live events have a deadline for each piece instead.
const writing = time.Minute

// serveOn serves one address. The context is not that of the requests: those under way are finished when it ends.
func (n *node) serveOn(ctx context.Context, g *errgroup.Group, l net.Listener, h http.Handler, writing time.Duration) {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: writing, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(n.logger.Handler(), slog.LevelWarn),
	}
	g.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving on %s: %w", l.Addr(), err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		err := server.Shutdown(end)
		if errors.Is(err, context.DeadlineExceeded) {
			n.logger.Warn("cut off requests that took too long to finish", "address", l.Addr().String())
			err = server.Close()
		}
		return err
	})
}

// publicHandler puts the faces side by side. stopping sends away those who would stay for ever.
func (n *node) publicHandler(s settings, stopping <-chan struct{}) http.Handler {
	api := rest.New(rest.Deps{Ledger: n.Ledger, Gate: n.gate, Log: prover{n.log}, Logger: n.logger, Version: programVersion(), Stopping: stopping})
	site := web.New(web.Deps{
		Ledger: n.Ledger, Sessions: auth.NewSessions(n.gate), Operator: s.operator, Version: programVersion(), Logger: n.logger, Key: n.publicKey,
		Proof:   func(ctx context.Context, index uint64) ([]byte, error) { return n.log.Proof(ctx, int64(index)) },
		Letters: n.letters, Checkpoint: n.checkpoint, Unsigned: n.unsigned, TextsAbsent: n.lacking.Load, Cosigners: n.cosigners,
	})
	mux := http.NewServeMux()
	for _, pattern := range rest.Patterns {
		mux.Handle(pattern, api)
	}
	mux.Handle("/log/", n.log.Handler())
	mux.Handle("/", site)
	return mux
}

// publicKey is the one that the checkpoint shown is verified with, "" where it is not known here. On a cluster it may be
// another than this node has, of the name under which this node shows checkpoints.
func (n *node) publicKey(ctx context.Context) string {
	if n.custody != nil {
		size, _, _ := n.checkpoint()
		if key := n.custody.inForceAt(ctx, size); domain.VerifierKeyName(key) == n.origin().Name {
			return key
		}
	}
	if n.unfit != nil {
		return n.origin().InForce()
	}
	return n.key.VerifierKey()
}

// unsigned says why the log is not signed at the moment.
func (n *node) unsigned() web.Unsigned {
	r := n.refused()
	switch {
	case r == nil:
		return web.Signed
	case r.Cause == tlog.Unproven:
		return web.Waiting
	case r.Cause == tlog.Unverified, r.Cause == tlog.Held, r.Cause == tlog.Superseded:
		return web.Stopped
	}
	return web.Broken
}

// prover gives proofs by the index of a record.
type prover struct{ log *tlog.Log }

func (p prover) Proof(ctx context.Context, index uint64) ([]byte, error) {
	return p.log.Proof(ctx, int64(index))
}
