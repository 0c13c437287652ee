package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// logState says how the signing does, and what can be done about it.
func (n *node) logState() string {
	state := n.signer.State()
	if r := state.Refused; r != nil && advice(r) != "" {
		return state.String() + "; " + advice(r)
	}
	return state.String()
}

// scrubMetrics are what an operator watches of the scrub. Names are stable. Times are in seconds since 1970; 0 stands for
// none.
type scrubMetrics struct{ *node }

var (
	scrubPeriod   = describe("scrub_period_seconds", "The period in which every record is compared with its leaf once.")
	scrubEnded    = describe("scrub_last_timestamp_seconds", "When the last round ended.")
	scrubNext     = describe("scrub_next_timestamp_seconds", "When the next round begins; 0 while one is under way.")
	scrubDone     = describe("scrub_compared_leaves", "Leaves compared in the round under way; 0 while there is none.")
	scrubLeaves   = describe("scrub_last_leaves", "Leaves compared in the last round.")
	scrubFound    = describe("scrub_difference", "1 while the last round has found that a record is not what it was.")
	scrubRounds   = describe("scrub_rounds_total", "Rounds that came to their end since the process started.")
	scrubFailures = describe("scrub_failures_total", "Rounds that could not be finished since the process started.")
)

func (m scrubMetrics) Describe(all chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{scrubPeriod, scrubEnded, scrubNext, scrubDone, scrubLeaves, scrubFound, scrubRounds, scrubFailures} {
		all <- d
	}
}

func (m scrubMetrics) Collect(all chan<- prometheus.Metric) {
	if m.scrubber == nil {
		return
	}
	value := func(d *prometheus.Desc, kind prometheus.ValueType, v float64) {
		all <- prometheus.MustNewConstMetric(d, kind, v)
	}
	seconds := func(t time.Time) float64 {
		if t.IsZero() {
			return 0
		}
		return float64(t.UnixMilli()) / 1000
	}
	s := m.scrubber.State()
	found := 0.0
	if s.Found != nil {
		found = 1
	}
	value(scrubPeriod, prometheus.GaugeValue, s.Period.Seconds())
	value(scrubEnded, prometheus.GaugeValue, seconds(s.Ended))
	value(scrubNext, prometheus.GaugeValue, seconds(s.Next))
	value(scrubDone, prometheus.GaugeValue, float64(s.Done))
	value(scrubLeaves, prometheus.GaugeValue, float64(s.Leaves))
	value(scrubFound, prometheus.GaugeValue, found)
	value(scrubRounds, prometheus.CounterValue, float64(s.Rounds))
	value(scrubFailures, prometheus.CounterValue, float64(s.Failures))
}
