package main

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"arobase/eventstore"
	"arobase/eventstore/esdb"
)

// storeMeter counts what a store is asked to write. The names are the same for every store; what one cannot have, such as
// a lag on one machine, stays 0.
type storeMeter struct {
	appends *prometheus.CounterVec
	events  prometheus.Counter
	seconds prometheus.Histogram
	halted  atomic.Bool // the last append said that none will be taken any more
	cluster *esdb.Store // nil where there is none
}

// outcomes of an append, as a label.
const (
	outcomeDone        = "done"
	outcomeDuplicate   = "duplicate"
	outcomeConflict    = "conflict"
	outcomeIDConflict  = "id-conflict"
	outcomeUnavailable = "unavailable"
	outcomeHalted      = "halted"
	outcomeGivenUp     = "given-up"
	outcomeFailed      = "failed"
)

func newStoreMeter(c *esdb.Store) *storeMeter {
	m := &storeMeter{
		cluster: c,
		appends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "arobase", Name: "store_appends_total", Help: "Appends that were asked for, by what became of them.",
		}, []string{"outcome"}),
		events: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "arobase", Name: "store_appended_events_total", Help: "Events that were appended here.",
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "arobase", Name: "store_append_seconds", Help: "Time from asking for an append to knowing what became of it.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
	}
	for _, o := range []string{outcomeDone, outcomeDuplicate, outcomeConflict, outcomeIDConflict, outcomeUnavailable, outcomeHalted, outcomeGivenUp, outcomeFailed} {
		m.appends.WithLabelValues(o) // so that each is there from the start
	}
	return m
}

var (
	storeLag           = describe("store_lag_seconds", "How long the last event took from the cluster to this node's replica, by the two clocks.")
	storeLive          = describe("store_live", "1 while this node hears of every event: always, where the store is on this machine.")
	storeHalted        = describe("store_halted", "1 once the store takes nothing any more until somebody has acted.")
	storeRetries       = describe("store_retries_total", "Appends that were sent again because their answer was unclear.")
	storeSubscriptions = describe("store_subscriptions_total", "How often following the cluster has begun.")
)

// Describe implements prometheus.Collector.
func (m *storeMeter) Describe(all chan<- *prometheus.Desc) {
	m.appends.Describe(all)
	m.events.Describe(all)
	m.seconds.Describe(all)
	for _, d := range []*prometheus.Desc{storeLag, storeLive, storeHalted, storeRetries, storeSubscriptions} {
		all <- d
	}
}

// Collect implements prometheus.Collector.
func (m *storeMeter) Collect(all chan<- prometheus.Metric) {
	m.appends.Collect(all)
	m.events.Collect(all)
	m.seconds.Collect(all)
	s := esdb.Status{Live: true}
	if m.cluster != nil {
		s = m.cluster.Status()
	}
	value := func(d *prometheus.Desc, kind prometheus.ValueType, v float64) {
		all <- prometheus.MustNewConstMetric(d, kind, v)
	}
	truth := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	value(storeLag, prometheus.GaugeValue, s.Lag.Seconds())
	value(storeLive, prometheus.GaugeValue, truth(s.Live))
	value(storeHalted, prometheus.GaugeValue, truth(s.Halted != nil || m.halted.Load()))
	value(storeRetries, prometheus.CounterValue, float64(s.Retries))
	value(storeSubscriptions, prometheus.CounterValue, float64(s.Subscriptions))
}

// measuredStore is a store whose appends are counted.
type measuredStore struct {
	eventstore.Store
	meter *storeMeter
}

// measured has the appends of a store counted.
func (o *opened) measured(s eventstore.Store) eventstore.Store {
	o.meter = newStoreMeter(o.cluster)
	return &measuredStore{s, o.meter}
}

// Append implements eventstore.Store.
func (s *measuredStore) Append(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Proposed) (eventstore.Appended, error) {
	begun := time.Now()
	done, err := s.Store.Append(ctx, stream, expected, events)
	s.meter.seconds.Observe(time.Since(begun).Seconds())
	outcome := outcomeOf(done, err)
	s.meter.appends.WithLabelValues(outcome).Inc()
	if outcome == outcomeDone {
		s.meter.events.Add(float64(len(events)))
	}
	if outcome == outcomeHalted {
		s.meter.halted.Store(true)
	}
	return done, err
}

func outcomeOf(done eventstore.Appended, err error) string {
	var revision *eventstore.RevisionConflict
	var id *eventstore.IDConflict
	switch {
	case err == nil && done.Duplicate:
		return outcomeDuplicate
	case err == nil:
		return outcomeDone
	case errors.As(err, &revision):
		return outcomeConflict
	case errors.As(err, &id):
		return outcomeIDConflict
	case errors.Is(err, eventstore.ErrHalted), errors.Is(err, eventstore.ErrPoisoned):
		return outcomeHalted
	case errors.Is(err, eventstore.ErrUnavailable):
		return outcomeUnavailable
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return outcomeGivenUp
	}
	return outcomeFailed
}
