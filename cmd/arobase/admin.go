package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/pprof"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what an operator watches. Names are stable.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(n *node) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "arobase", Name: "http_request_seconds", Help: "Time to answer a request, by face, method and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"face", "method", "status"}),
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "arobase", Name: name, Help: help}, value)
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: "arobase", Name: "info", Help: "Always 1; the labels say which ledger and which program this is.",
		ConstLabels: prometheus.Labels{"ledger": n.LedgerID.String(), "origin": n.Origin, "version": programVersion()},
	})
	info.Set(1)
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests, info,
		gauge("store_events", "Events in the store.", func() float64 { return float64(n.stored()) }),
		gauge("projections_events", "Events that the answers rest on.", func() float64 { return float64(n.Size()) }),
		gauge("projections_lag_events", "Events in the store that the answers do not rest on yet.", func() float64 {
			return float64(n.stored()) - float64(n.Size())
		}),
		gauge("tree_leaves", "Leaves of the tree.", func() float64 { return float64(n.tree.Size()) }),
		gauge("log_signed_size", "Size of the last signed checkpoint.", func() float64 { return float64(n.signer.State().Head.Size) }),
		witnessMetrics{n}, scrubMetrics{n},
		gauge("log_refused", "1 while the signer refuses to sign.", func() float64 {
			if n.signer.State().Refused != nil {
				return 1
			}
			return 0
		}),
	)
	if n.meter != nil {
		m.registry.MustRegister(n.meter)
	}
	return m
}

// stored is the number of events in the store, or 0 where it cannot be asked.
func (n *node) stored() uint64 {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	size, err := n.store.Size(ctx)
	if err != nil {
		return 0
	}
	return uint64(size)
}

// measure times requests. The label is the face, never the path: addresses are too many for a metric.
func (m *metrics) measure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, recorder := time.Now(), &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		if r.URL.Path == "/v1/events/live" {
			return // as long as the visitor stays
		}
		m.requests.WithLabelValues(faceOf(r.URL.Path), knownMethod(r.Method), strconv.Itoa(recorder.status)).Observe(time.Since(start).Seconds())
	})
}

func faceOf(path string) string {
	switch {
	case strings.HasPrefix(path, "/v1/"):
		return "api"
	case strings.HasPrefix(path, "/log/"):
		return "log"
	}
	return "site"
}

func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions:
		return m
	}
	return "other"
}

// statusRecorder remembers the status of an answer.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection, to flush a live stream.
func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Flush is for handlers that look for an http.Flusher.
func (s *statusRecorder) Flush() { _ = http.NewResponseController(s.ResponseWriter).Flush() }

// adminHandler serves what is for operators only.
func (n *node) adminHandler(m *metrics) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeStatus(w, true, map[string]string{"process": "up"}) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ready, checks := n.readiness(r.Context())
		writeStatus(w, ready, checks)
	})
	mux.HandleFunc("POST "+erasuresPath, n.takeErasure)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// maxLag is how many events answers may be behind before a node should get no visitors.
const maxLag = 1000

// readiness says whether visitors should be sent here, and why not.
func (n *node) readiness(ctx context.Context) (bool, map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	ready := true
	checks := map[string]string{"projections": "up to date", "log": n.logState()}
	if n.scrubber != nil {
		checks["scrub"] = n.scrubber.State().String()
	}
	stored, err := n.store.Size(ctx)
	lag, unread := int64(stored)-int64(n.Size()), n.unread.Load()
	switch {
	case err != nil:
		ready, checks["store"] = false, err.Error()
	case lag > 0 && unread != nil:
		ready, checks["projections"] = false, (*unread).Error()
	case lag > maxLag:
		ready, checks["projections"] = false, strconv.FormatInt(lag, 10)+" events behind"
	case !n.warm.Load():
		ready, checks["projections"] = false, "counting what the first pages show; they can be asked for, and wait for it"
	}
	if err := n.Runner().Stopped(); err != nil {
		ready, checks["projections"] = false, err.Error()
	}
	if n.cluster != nil {
		ready = n.clusterChecks(checks) && ready
	}
	n.witnessChecks(ctx, checks)
	// A refused signature does not stop the site: it goes on, marked as unsigned. Nor does a witness that is away.
	return ready, checks
}

func writeStatus(w http.ResponseWriter, ok bool, checks map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": ok, "checks": checks})
}

// clusterChecks says how following does. A cluster that is away is no reason to send nobody here: answers stand as of the
// last record that was followed. One that this process never saw is, because nobody knows how old these answers are.
func (n *node) clusterChecks(checks map[string]string) (ready bool) {
	s := n.cluster.Status()
	switch {
	case s.Halted != nil:
		checks["store"] = s.Halted.Error()
		return false
	case !s.CaughtUp:
		checks["store"] = "following the cluster, and not yet at its end"
		return false
	case !s.Live:
		checks["store"] = "the cluster does not answer: answers stand as of the last record that was followed, and nothing is recorded"
		return true
	}
	checks["store"] = "following the cluster; the last record took " + s.Lag.Round(time.Millisecond).String()
	return true
}
