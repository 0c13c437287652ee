package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/rehearsal"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
)

// BenchmarkJuryDay has twenty jurors and their presidency work at once, over HTTP, on a server with everything that serve
// has: every file durable, the tree grown, the log signed. The peer answers the same requests of the same people in the
// same run, part by part in turns, and knows no rules: it appends each body to a store of the same kind and reads a stream
// where a dossier is asked for.
//
// The edition before, whose decisions are the precedents, is rehearsed first; that takes most of the time.
func BenchmarkJuryDay(b *testing.B) {
	for _, candidacies := range []int{60, 1000} {
		b.Run(fmt.Sprintf("candidacies=%d", candidacies), func(b *testing.B) {
			if candidacies > 60 && testing.Short() {
				b.Skip("the design size takes minutes")
			}
			for range b.N {
				juryDay(b, candidacies)
			}
		})
	}
}

func juryDay(b *testing.B, candidacies int) {
	ctx, stop := context.WithCancel(b.Context())
	dir := b.TempDir()
	data, clock := filepath.Join(dir, "data"), filepath.Join(dir, "clock")
	admin, err := prepareRehearsal(ctx, data, clock)
	if err != nil {
		b.Fatal(err)
	}
	public, private, err := freeAddresses()
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, settings{data: data, listen: public, admin: private, clock: clock, trust: trustFlags{scrub: 24 * time.Hour}}, slog.New(slog.DiscardHandler))
	}()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}()
	url := "http://" + public
	if err := answering(ctx, url, ended); err != nil {
		b.Fatal(err)
	}
	p := newBare(b, filepath.Join(dir, "bare.db"))
	record := &recorder{next: &http.Transport{MaxIdleConnsPerHost: 64}, sent: map[string][]sent{}}
	var ahead atomic.Int64
	day := rehearsal.Day{Candidacies: candidacies, Jurors: 20, Seed: 1, Clock: time.Now, Progress: func(line string) { b.Log(line) }}
	var ours, theirs time.Duration
	var requests int
	var bareTook []time.Duration
	day.Part = func(name string, took time.Duration) error {
		people := record.take()
		if name != rehearsal.PartReading && name != rehearsal.PartDecisions {
			return nil
		}
		spent, times := p.replay(b, people)
		ours, theirs, requests, bareTook = ours+took, theirs+spent, requests+len(times), append(bareTook, times...)
		return nil
	}
	measured, err := rehearsal.JuryDay(ctx, &rehearsal.Server{
		URL: url, Admin: admin, Client: &http.Client{Timeout: 10 * time.Minute, Transport: record},
		Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
		Advance: func(d time.Duration) error {
			record.take()
			return replaceFile(clock, time.Duration(ahead.Add(int64(d))).String())
		},
	}, day)
	if err != nil {
		b.Fatal(err)
	}
	commands := 0
	for kind, times := range measured.Took {
		if kind != "deliberations" && kind != "publications" {
			tell(b, kind, times)
			if kind != "dossier" && kind != "diagnosis" {
				commands += len(times)
			}
		}
	}
	slices.Sort(bareTook)
	tell(b, "bare", bareTook)
	b.ReportMetric(float64(commands)/ours.Seconds(), "commands/s")
	b.ReportMetric(float64(requests)/ours.Seconds(), "requests/s")
	b.ReportMetric(float64(requests)/theirs.Seconds(), "bare-requests/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
	b.ReportMetric(float64(measured.Conflicts), "answers-409")
	b.ReportMetric(measured.Parts[rehearsal.PartClosing].Seconds(), "closing-s")
	b.ReportMetric(measured.Parts[rehearsal.PartPublishing].Seconds(), "publishing-s")
	b.ReportMetric(0, "ns/op")
}

// tell reports the times of a kind of request, which are in ascending order.
func tell(b *testing.B, kind string, times []time.Duration) {
	at := func(part float64) float64 {
		return float64(times[int(part*float64(len(times)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), kind+"-p50-ms")
	b.ReportMetric(at(0.99), kind+"-p99-ms")
	b.Logf("%-14s %6d requests, p50 %7.1f ms, p99 %7.1f ms, longest %7.1f ms", kind, len(times), at(0.5), at(0.99), at(1))
}

// sent is a request that can be sent again.
type sent struct {
	method, path string
	body         []byte
}

// recorder keeps what each person sends.
type recorder struct {
	next http.RoundTripper
	mu   sync.Mutex
	sent map[string][]sent // by token; guarded by mu
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil { // a question has none
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	who := req.Header.Get("Authorization")
	r.mu.Lock()
	r.sent[who] = append(r.sent[who], sent{req.Method, req.URL.Path, body})
	r.mu.Unlock()
	return r.next.RoundTrip(req)
}

// take gives what was kept since the last time, by person.
func (r *recorder) take() map[string][]sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.sent
	r.sent = map[string][]sent{}
	return all
}

// bare answers without rules.
type bare struct {
	url    string
	client *http.Client
}

func newBare(b *testing.B, path string) *bare {
	ctx := b.Context()
	store, err := sqlite.Create(ctx, path, uuid.New())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	post := func(r *http.Request) error {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		var about struct {
			Collectivity string `json:"collectivity"`
		}
		if err := json.Unmarshal(body, &about); err != nil {
			return err
		}
		e := eventstore.Proposed{ID: uuid.New(), Type: r.URL.Path, Recorded: time.Now(), Bytes: body}
		expected := eventstore.NoStream
		for {
			_, err := store.Append(r.Context(), "about-"+about.Collectivity, expected, []eventstore.Proposed{e})
			var conflict *eventstore.RevisionConflict
			if !errors.As(err, &conflict) {
				return err
			}
			expected = conflict.Actual
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			if err := post(r); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
			return
		}
		parts := strings.Split(r.URL.Path, "/") // /v1/editions/29/candidacies/ID/dossier
		for e, err := range store.ReadStream(r.Context(), "about-"+parts[len(parts)-2], 0) {
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			_, _ = w.Write(e.Bytes)
		}
	}))
	b.Cleanup(server.Close)
	return &bare{server.URL, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// replay has every person send the same again, each in the same order and all at once. It gives how long that took, and how
// long each answer.
func (p *bare) replay(b *testing.B, people map[string][]sent) (time.Duration, []time.Duration) {
	var mu sync.Mutex
	var all []time.Duration
	var group sync.WaitGroup
	began := time.Now()
	for _, requests := range people {
		group.Go(func() {
			var times []time.Duration
			for _, s := range requests {
				req, err := http.NewRequestWithContext(b.Context(), s.method, p.url+s.path, bytes.NewReader(s.body))
				if err != nil {
					b.Error(err)
					return
				}
				began := time.Now()
				answer, err := p.client.Do(req)
				if err == nil {
					_, err = io.Copy(io.Discard, answer.Body)
					answer.Body.Close()
				}
				if err != nil || answer.StatusCode != http.StatusOK {
					b.Errorf("the bare handler: %v", err)
					return
				}
				times = append(times, time.Since(began))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, times...)
		})
	}
	group.Wait()
	return time.Since(began), all
}
