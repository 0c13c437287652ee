package interop_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"k8s.io/klog/v2"

	"arobase/api/audit"
	"arobase/api/ledger"
	"arobase/api/rest"
	"arobase/domain"
	"arobase/domain/territory"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/sqlitevault"
)

// made is a made-up ledger that grows by events which its rules allow, as quickly as they can be made.
type made struct {
	b       *testing.B
	ledger  uuid.UUID
	store   *sqlite.Store
	vault   vault.Vault
	streams map[domain.StreamName][]domain.Recorded // of those that others are decided from
	ends    map[domain.StreamName]int64
	pending []eventstore.Event
	secrets []vault.Secret
	size    int64
	at      time.Time
}

func (m *made) fail(err error) {
	m.b.Helper()
	if err != nil {
		m.b.Fatal(err)
	}
}

// put decides one command and adds its event. Streams that others are decided from are remembered.
func (m *made) put(c domain.Command, remember bool) {
	m.b.Helper()
	in := domain.Input{Now: m.at, History: m.streams[c.Stream()], Others: map[domain.StreamName][]domain.Recorded{}}
	basis := map[string]int64{}
	for _, s := range c.Basis() {
		in.Others[s] = m.streams[s]
		basis[string(s)] = m.ends[s] - 1
	}
	events, err := domain.Decide(in, c)
	m.fail(err)
	for _, e := range events {
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[:], uint64(m.at.UnixMilli())<<16|uint64(m.size&0xffff))
		binary.BigEndian.PutUint64(id[8:], 1<<63|uint64(m.size))
		m.seal(id, e)
		data, err := envelope.Canonical(e)
		m.fail(err)
		revision := m.ends[c.Stream()]
		bytes, err := envelope.Envelope{
			Actor: "registrar:history", Basis: basis, Data: data, ID: id, Ledger: m.ledger, Revision: revision, Subject: string(c.Stream()),
			Time: m.at, Type: domain.TypeOf(e).String(),
		}.Encode()
		m.fail(err)
		m.pending = append(m.pending, eventstore.Event{
			Position: eventstore.Position(m.size), Stream: string(c.Stream()), Revision: eventstore.Revision(revision), ID: id,
			Type: domain.TypeOf(e).String(), Recorded: m.at, Bytes: bytes,
		})
		if remember {
			m.streams[c.Stream()] = append(m.streams[c.Stream()], domain.Recorded{ID: id, Position: uint64(m.size), Stream: c.Stream(), Revision: revision, Time: m.at, Event: e})
		}
		m.ends[c.Stream()]++
		m.size++
		m.at = m.at.Add(time.Millisecond)
	}
	if len(m.pending) >= 4096 {
		m.flush()
	}
}

func (m *made) seal(id uuid.UUID, e domain.Event) {
	for f := range domain.SealedFields(e) {
		value, err := envelope.Canonical(f.Field.Value())
		m.fail(err)
		s := vault.Secret{Event: id, Pointer: f.Pointer, Value: value, Visibility: vault.Visibility(f.Visibility)}
		copy(s.Salt[:], id[:])
		s.Commitment = vault.Commit(s.Salt, m.ledger, id, f.Pointer, value)
		f.Field.Seal(s.Commitment.String())
		m.secrets = append(m.secrets, s)
	}
}

func (m *made) flush() {
	m.fail(m.vault.Put(m.b.Context(), m.secrets, nil))
	m.fail(m.store.Replicate(m.b.Context(), m.pending))
	m.pending, m.secrets = nil, nil
}

// grow makes a ledger of a size: a hundred sources, every commune and EPCI of the country, and then labels of them, each
// with its basis, edition after edition, up to a million; further events are lists of the communes of EPCIs, on which no
// answer rests. Of every so many labels one has a note that is disclosed; 0 for none.
func (m *made) grow(size int64, noteEvery int) {
	const facts = 1_000_000
	for s := range 100 {
		m.put(domain.CiteSource{SourceCited: domain.SourceCited{
			Source: sourceID(s), SourceParticulars: domain.SourceParticulars{Publisher: fmt.Sprint("Publisher ", s), Title: "A title of some length"},
		}}, true)
	}
	var bodies []domain.CollectivityID
	for t := range territory.Official().All() {
		id := domain.CollectivityID(t.ID)
		bodies = append(bodies, id)
		m.put(domain.RegisterCollectivity{CollectivityRegistered: domain.CollectivityRegistered{
			Collectivity: id, Type: t.Kind, Name: t.Name, INSEE: id.INSEE(), SIREN: t.SIREN, Departement: t.Departement, Region: t.Region,
			Reference: territory.Official().Name(),
		}}, true)
	}
	n := 0
	for e := domain.Edition(1); m.size < min(size, facts); e++ {
		for i, id := range bodies {
			if m.size >= min(size, facts) {
				break
			}
			award := domain.AwardRecorded{
				Award: domain.Award{Distinction: domain.DistinctionLevel, Level: domain.Level(1 + (i+int(e))%5)},
				Holding: domain.Holding{
					Edition: e, YearAsStated: strconv.Itoa(e.Year()), Collectivity: id, Holder: "The name of a holder", Certainty: domain.Stated, Source: sourceID(i),
				},
			}
			if n++; noteEvery > 0 && n%noteEvery == 0 {
				award.Note = domain.Text("A remark of some length, as somebody makes it who enters a fact.")
			}
			m.put(domain.RecordAward{AwardRecorded: award}, false)
		}
	}
	for i := 0; m.size < size; i++ {
		id := bodies[i%len(bodies)]
		if id.Kind() != domain.EPCI {
			continue
		}
		for range 1000 {
			if m.size >= size {
				break
			}
			m.put(domain.RecordEPCIMembers{EPCIMembersRecorded: domain.EPCIMembersRecorded{
				Collectivity: id, Members: bodies[i%1000 : i%1000+3], On: "2020-01-01",
			}}, false)
		}
	}
	m.flush()
}

func sourceID(n int) domain.SourceID { return domain.SourceID(fmt.Sprintf("source-%d", n%100)) }

// newLedger is a node that serves a made-up ledger of a size: its log, and the values that it discloses.
func newLedger(b *testing.B, size int64, noteEvery int) *node {
	b.Helper()
	n := newNode(b)
	v, err := sqlitevault.Create(b.Context(), filepath.Join(b.TempDir(), "vault.db"), ledgerID)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = v.Close() })
	l, err := ledger.Create(b.Context(), ledger.Parts{Store: n.store, Vault: v, Clock: time.Now}, ledger.Genesis{LedgerID: ledgerID, Origin: origin, MadeUp: true})
	if err != nil {
		b.Fatal(err)
	}
	m := &made{b: b, ledger: ledgerID, store: n.store, vault: v, streams: map[domain.StreamName][]domain.Recorded{}, ends: map[domain.StreamName]int64{}, size: 2, at: time.Now().UTC().Truncate(time.Millisecond)}
	m.grow(size, noteEvery)
	if err := n.tree.CatchUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	if _, err := n.signer.Sign(b.Context()); err != nil {
		b.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/log/", n.log.Handler())
	mux.Handle("/log/disclosed/", rest.New(rest.Deps{Ledger: l}))
	n.server.Close()
	n.server = httptest.NewServer(mux)
	b.Cleanup(n.server.Close)
	return n
}

// workspace keeps nothing from one audit to the next.
type workspace struct {
	b    *testing.B
	dir  string
	kept audit.Kept
	note audit.Note
}

func (w *workspace) Open(context.Context) (audit.Kept, bool, error) { return audit.Kept{}, false, nil }

func (w *workspace) Create(ctx context.Context, id uuid.UUID) (_ audit.Kept, err error) {
	w.dir = w.b.TempDir()
	if w.kept.Store, err = sqlite.Create(ctx, filepath.Join(w.dir, "ledger.db"), id); err != nil {
		return w.kept, err
	}
	w.kept.Vault, err = sqlitevault.Create(ctx, filepath.Join(w.dir, "vault.db"), id)
	return w.kept, err
}

func (w *workspace) Note() (audit.Note, error)    { return w.note, nil }
func (w *workspace) WriteNote(n audit.Note) error { w.note = n; return nil }
func (w *workspace) Close() error {
	return joined(w.kept.Vault.Close(), w.kept.Store.Close(), os.RemoveAll(w.dir))
}

func joined(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkAudit audits a whole log over loopback: tree, tiles, forms, rules and disclosed values, and keeps every record
// in a file. The peer is Tessera's fsck, which checks tree and tiles and keeps nothing. They take turns on the same log.
// One iteration is one reading of the log by each. AROBASE_BENCH_LEAVES is the size; 200,000 if not given.
func BenchmarkAudit(b *testing.B) {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	leaves := int64(200_000)
	if s := os.Getenv("AROBASE_BENCH_LEAVES"); s != "" {
		var err error
		if leaves, err = strconv.ParseInt(s, 10, 64); err != nil {
			b.Fatal(err)
		}
	}
	for name, noteEvery := range map[string]int{"plain": 0, "a-text-in-ten": 10} {
		b.Run(fmt.Sprintf("%s/leaves=%d", name, leaves), func(b *testing.B) {
			n := newLedger(b, leaves, noteEvery)
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			var spent [2]time.Duration
			rounds := 0
			for b.Loop() {
				rounds++
				began := time.Now()
				auditOnce(b, n, client, leaves)
				spent[0] += time.Since(began)
				began = time.Now()
				if err := tesseraFsck(b.Context(), n, client); err != nil {
					b.Fatal(err)
				}
				spent[1] += time.Since(began)
			}
			b.ReportMetric(0, "ns/op") // is the sum of both, and says nothing
			b.ReportMetric(float64(int64(rounds)*leaves)/spent[0].Seconds(), "leaves/s")
			b.ReportMetric(float64(int64(rounds)*leaves)/spent[1].Seconds(), "peer-leaves/s")
			b.ReportMetric(spent[1].Seconds()/spent[0].Seconds(), "ratio")
		})
	}
}

func auditOnce(b *testing.B, n *node, client *http.Client, leaves int64) {
	b.Helper()
	place, err := audit.AtAddress(b.Context(), n.server.URL, client)
	if err != nil {
		b.Fatal(err)
	}
	trust, err := audit.ByKey(n.vkey)
	if err != nil {
		b.Fatal(err)
	}
	a := audit.New(place, audit.Options{Trust: trust, Workspace: func(string) (audit.Workspace, error) { return &workspace{b: b}, nil }})
	report, err := a.Round(b.Context())
	if err := joined(err, a.Close()); err != nil {
		b.Fatal(err)
	}
	if report.Size != leaves || report.Unknown != 0 {
		b.Fatalf("audited %+v", report)
	}
}
