package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"

	"arobase/api/audit"
)

// watch audits round after round, and says a line about each.
func (f *auditFlags) watch(cmd *cobra.Command, a *audit.Auditor) error {
	m := newAuditMetrics()
	stop, err := m.serve(cmd.Context(), f.metrics)
	if err != nil {
		return err
	}
	defer stop()
	var last audit.Report
	var keepErr error
	out := cmd.OutOrStdout()
	err = a.Follow(cmd.Context(), f.every, func(report audit.Report, err error) {
		m.note(report, err)
		failure, _ := errors.AsType[*audit.Failure](err)
		switch last = report; {
		case err != nil && failure == nil:
			fmt.Fprintln(cmd.ErrOrStderr(), "arobase:", err)
		case failure == nil && report.Unknown == 0:
			keepErr = errors.Join(keepErr, f.printRound(out, report), f.keepCheckpoint(report))
		}
	})
	if cmd.Context().Err() != nil {
		return keepErr // it was asked to stop, and nothing was wrong
	}
	return errors.Join(printVerdict(out, f.lines(), last, err), keepErr)
}

// lines is how to print of a monitor: a line for each round.
func (f *auditFlags) lines() string {
	if f.output == "json" {
		return "jsonl"
	}
	return f.output
}

// printRound says that a round has found nothing wrong.
func (f *auditFlags) printRound(out io.Writer, report audit.Report) error {
	if f.output == "json" {
		return printVerdict(out, f.lines(), report, nil)
	}
	_, err := fmt.Fprintf(out, "%s verified %d records, root %s\n", time.Now().UTC().Format(time.RFC3339), report.Size, report.Root)
	return err
}

// auditMetrics are what whoever runs a monitor watches. Names are stable.
type auditMetrics struct {
	registry *prometheus.Registry
	size     prometheus.Gauge
	success  prometheus.Gauge
	verified prometheus.Gauge
	failures prometheus.Counter
}

func newAuditMetrics() *auditMetrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "arobase", Subsystem: "audit", Name: name, Help: help})
	}
	m := &auditMetrics{
		registry: prometheus.NewRegistry(),
		size:     gauge("size", "Records that the last verified round covers."),
		success:  gauge("last_success_timestamp_seconds", "When the last round ended that found nothing wrong."),
		verified: gauge("verified", "1 if the last round that came to a verdict found nothing wrong."),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "arobase", Subsystem: "audit", Name: "failures_total", Help: "Rounds that found something wrong, or could not read the server.",
		}),
	}
	m.registry.MustRegister(m.size, m.success, m.verified, m.failures)
	return m
}

// note counts a round.
func (m *auditMetrics) note(report audit.Report, err error) {
	_, wrong := errors.AsType[*audit.Failure](err)
	switch {
	case wrong || err == nil && report.Unknown > 0:
		m.verified.Set(0)
		m.failures.Inc()
	case err != nil:
		m.failures.Inc()
	default:
		m.size.Set(float64(report.Size))
		m.success.Set(float64(time.Now().Unix()))
		m.verified.Set(1)
	}
}

// serve shows the metrics at an address until stop is called. "" is nowhere.
func (m *auditMetrics) serve(ctx context.Context, address string) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening on %s for metrics: %w", address, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() { _ = server.Serve(l) }() // it ends with stop
	return func() { _ = server.Close() }, nil
}
