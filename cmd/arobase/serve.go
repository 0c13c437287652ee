package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"arobase/api/rest"
	"arobase/api/tlog"
	"arobase/api/web"
)

// settings are those of serve.
type settings struct {
	data, listen, admin, operator string
}

func newServe() *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the site, the API and the log",
		Long: `Serve the site, the API and the log on --listen, and metrics, health and readiness
on --admin. One process at a time serves a directory. A ledger is made where there
is none. Interrupt it to stop: requests under way are finished first.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			logger := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			return serve(cmd.Context(), s, logger)
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.data, "data", "./arobase-data", "the `directory` of the ledger")
	f.StringVar(&s.listen, "listen", "127.0.0.1:8080", "the `address` of the site, the API and the log")
	f.StringVar(&s.admin, "admin", "127.0.0.1:9090", "the `address` of metrics, health and readiness; not for the public")
	f.StringVar(&s.operator, "operator", "", "who operates this site, as `name` on every page")
	return cmd
}

// drain bounds how long requests under way may take once the process is asked to stop.
const drain = 10 * time.Second

func serve(ctx context.Context, s settings, logger *slog.Logger) (err error) {
	o, created, err := dataDir(s.data).write(ctx, genesis{origin: defaultOrigin})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if created {
		logger.Info("made a new ledger", "ledger", o.LedgerID, "origin", o.Origin)
	}
	// Nobody else writes here: what has no event now never will.
	if n, err := o.PurgeOrphans(ctx, time.Now()); err != nil {
		return fmt.Errorf("removing sealed values without a record: %w", err)
	} else if n > 0 {
		logger.Info("removed sealed values without a record", "count", n)
	}
	p, err := o.openLog(ctx, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := o.Runner().CatchUp(ctx); err != nil {
		logger.Error("answers stand before an event that cannot be read", "error", err)
	}
	signer := tlog.NewSigner(p.key, p.tree, p.heads, time.Now)
	n := &node{opened: o, logParts: p, signer: signer, logger: logger, started: time.Now()}

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.project(ctx) })
	g.Go(func() error { return p.tree.Run(ctx) })
	g.Go(func() error { return signer.Run(ctx) })
	if err := n.listen(ctx, g, s); err != nil {
		return err
	}
	return g.Wait()
}

// project keeps the projections up to date. Where they stop, the rest goes on: the tree grows, the log is signed, and
// readiness says why answers stand still.
func (n *node) project(ctx context.Context) error {
	if err := n.Runner().Run(ctx); err != nil {
		n.logger.Error("answers stand still", "error", err)
	}
	<-ctx.Done()
	return nil
}

// node is a running server.
type node struct {
	*opened
	*logParts
	signer  *tlog.Signer
	logger  *slog.Logger
	started time.Time
}

// listen serves both addresses until the context ends.
func (n *node) listen(ctx context.Context, g *errgroup.Group, s settings) error {
	public, err := net.Listen("tcp", s.listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", s.listen, err)
	}
	admin, err := net.Listen("tcp", s.admin)
	if err != nil {
		return errors.Join(fmt.Errorf("listening on %s for metrics and health: %w", s.admin, err), public.Close())
	}
	metrics := newMetrics(n)
	n.serveOn(ctx, g, public, metrics.measure(n.publicHandler(s)))
	n.serveOn(ctx, g, admin, n.adminHandler(metrics))
	n.logger.Info("serving", "site", "http://"+public.Addr().String(), "admin", "http://"+admin.Addr().String(),
		"records", n.Size(), "ledger", n.LedgerID)
	return nil
}

func (n *node) serveOn(ctx context.Context, g *errgroup.Group, l net.Listener, h http.Handler) {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(n.logger.Handler(), slog.LevelWarn),
		BaseContext: func(net.Listener) context.Context { return ctx },
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
		return server.Shutdown(end)
	})
}

// publicHandler puts the faces side by side.
func (n *node) publicHandler(s settings) http.Handler {
	api := rest.New(rest.Deps{Ledger: n.Ledger, Log: prover{n.log}, Logger: n.logger, Version: programVersion()})
	site := web.New(web.Deps{
		Ledger: n.Ledger, Operator: s.operator, Version: programVersion(), Logger: n.logger, Key: n.key.VerifierKey(),
		Proof: func(ctx context.Context, index uint64) ([]byte, error) { return n.log.Proof(ctx, int64(index)) },
		Checkpoint: func() (uint64, bool, []byte) {
			state := n.signer.State()
			return uint64(state.Head.Size), state.Refused == nil && state.Head.Size > 0, state.Head.Signed
		},
	})
	mux := http.NewServeMux()
	for _, pattern := range rest.Patterns {
		mux.Handle(pattern, api)
	}
	mux.Handle("/log/", n.log.Handler())
	mux.Handle("/", site)
	return mux
}

// prover gives proofs by the index of a record.
type prover struct{ log *tlog.Log }

func (p prover) Proof(ctx context.Context, index uint64) ([]byte, error) {
	return p.log.Proof(ctx, int64(index))
}
