package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"arobase/api/tlog"
)

const witnessHelp = `Witnesses are strangers who are shown every checkpoint of the log and sign it too, so
that nobody can be shown another history (C2SP tlog-witness). Name each with its key,
as its operator tells it, in the environment with a space between two:

    arobase serve --witness 'https://witness.example#NAME+HASH+KEY'

or name them in a policy file, whose quorum then decides (C2SP tlog-policy):

    log LOGKEY                              as arobase log key prints it
    witness first NAME+HASH+KEY https://witness.example
    quorum first

A checkpoint is public as soon as its quorum has cosigned it (all of them, unless
--quorum or a policy says otherwise), and in any case half a second after it was
signed: a witness that is away never stops the log. docs/witnesses.md says more.`

// witnessFlags are what the command line says about witnesses.
type witnessFlags struct {
	addresses      []string
	policy, quorum string
}

func (w *witnessFlags) add(f *pflag.FlagSet) {
	f.StringArrayVar(&w.addresses, "witness", nil, "the address and the key of a witness, `URL#KEY`, or a URL whose key --policy has; may be repeated")
	f.StringVar(&w.policy, "policy", "", "a `file` with the witnesses and their quorum; those with an address in it are asked")
	f.StringVar(&w.quorum, "quorum", "all", "how many witnesses a checkpoint waits for where there is no policy: a `number`, or all")
}

// read gives the witnesses, or nil where there are none.
func (w witnessFlags) read() (*tlog.Witnesses, error) {
	s := tlog.WitnessSettings{Addresses: w.addresses, Quorum: tlog.AllWitnesses}
	if w.policy != "" {
		var err error
		if s.Policy, err = os.ReadFile(w.policy); err != nil {
			return nil, fmt.Errorf("reading the policy: %w", err)
		}
	}
	if w.quorum != "all" && w.quorum != "" {
		n, err := strconv.ParseUint(w.quorum, 10, 16)
		if err != nil {
			return nil, usagef("--quorum is a number of witnesses, or all, not %q", w.quorum)
		}
		if s.Policy != nil {
			return nil, usagef("--policy has a quorum of its own; leave --quorum away")
		}
		s.Quorum = int(n)
	}
	witnesses, err := tlog.NewWitnesses(s)
	if err != nil {
		return nil, &usageError{err}
	}
	return witnesses, nil
}

// attend has what the signer signs shown to the witnesses, and the log wait for them.
func (p *logParts) attend(witnesses *tlog.Witnesses, signer *tlog.Signer, logger *slog.Logger) (*tlog.Collector, error) {
	p.log.Now = time.Now
	if p.unfit != nil {
		witnesses = nil // nothing is signed that they could be shown
	}
	if witnesses != nil {
		if err := witnesses.Fit(p.key); err != nil {
			return nil, &usageError{err}
		}
		p.log.Witnesses = witnesses
	}
	collector := tlog.NewCollector(tlog.CollectorParts{
		Witnesses: witnesses, Tree: p.tree, Heads: p.heads, Now: time.Now, Random: rand.Float64,
		Agent: "arobase/" + programVersion(), Logger: logger,
	})
	signer.OnSigned(collector.Wake)
	return collector, nil
}

// checkpoint is the last public checkpoint, and whether the log still goes on from it.
func (n *node) checkpoint() (size uint64, signed bool, note []byte) {
	head, err := n.log.Checkpoint(context.Background())
	if err != nil {
		return 0, false, nil // nothing is public yet, or the store says so elsewhere
	}
	return uint64(head.Size), n.refused() == nil, head.Signed
}

// cosigners is how many of the witnesses have cosigned a checkpoint, and how many there are.
func (n *node) cosigners(note []byte) (cosigned, asked int) {
	return n.log.Witnesses.Cosigners(note), n.log.Witnesses.Len()
}

// quorum tells whether the public checkpoint has the quorum of the witnesses.
func (n *node) quorum(ctx context.Context) (met bool, note []byte) {
	head, err := n.log.Checkpoint(ctx)
	return err == nil && n.log.Witnesses.Met(head), head.Signed
}

// witnessChecks says how the witnesses do. It never makes a node unready.
func (n *node) witnessChecks(ctx context.Context, checks map[string]string) {
	if n.log.Witnesses.Len() == 0 {
		return
	}
	met, note := n.quorum(ctx)
	cosigned, asked := n.cosigners(note)
	said := "the quorum is met"
	if !met {
		said = "the quorum is not met"
	}
	checks["witnesses"] = fmt.Sprintf("%d of %d have cosigned the public checkpoint, %s", cosigned, asked, said)
	for _, s := range n.collector.State() {
		checks["witness "+s.Name] = s.String()
	}
}

// witnessMetrics are what an operator watches of the witnesses. Names are stable.
type witnessMetrics struct{ *node }

var (
	publicSize      = describe("log_public_size", "Size of the checkpoint that readers are given.")
	cosignedSize    = describe("log_cosigned_size", "Size of the greatest checkpoint that is known to have the quorum of the witnesses.")
	quorumMet       = describe("log_quorum_met", "1 while the public checkpoint has the quorum of the witnesses.")
	witnessSize     = describe("witness_size", "Size of the last checkpoint that a witness has cosigned.", "witness")
	witnessFailures = describe("witness_failures_total", "Attempts to have a checkpoint cosigned that failed.", "witness")
	witnessAlarm    = describe("witness_alarm", "1 while a witness says or does what should not be: somebody should look.", "witness")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName("arobase", "", name), help, labels, nil)
}

func (m witnessMetrics) Describe(all chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{publicSize, cosignedSize, quorumMet, witnessSize, witnessFailures, witnessAlarm} {
		all <- d
	}
}

func (m witnessMetrics) Collect(all chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		all <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	flag := func(set bool) float64 {
		if set {
			return 1
		}
		return 0
	}
	size, _, _ := m.checkpoint()
	gauge(publicSize, float64(size))
	if m.log.Witnesses.Len() == 0 {
		return
	}
	met, _ := m.quorum(context.Background())
	gauge(quorumMet, flag(met))
	gauge(cosignedSize, float64(m.collector.CosignedSize()))
	for _, s := range m.collector.State() {
		gauge(witnessSize, float64(s.Size), s.Name)
		gauge(witnessAlarm, flag(s.Alarm()), s.Name)
		all <- prometheus.MustNewConstMetric(witnessFailures, prometheus.CounterValue, float64(s.Failures), s.Name)
	}
}
