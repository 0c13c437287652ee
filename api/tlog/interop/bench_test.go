package interop_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"

	"arobase/eventstore"
)

// interval is how often a checkpoint is made at most, by both.
const interval = 200 * time.Millisecond

// BenchmarkAppend appends entries of 507 bytes by many writers at once, each of which waits until its entry is durable and
// has its place, and waits at the end for a checkpoint that covers all. One iteration is one entry. The peer is Tessera over
// files, with the same interval between checkpoints and batches as large as the writers can fill. The two take turns, and
// each writes into an empty log.
func BenchmarkAppend(b *testing.B) {
	klog.LogToStderr(false) // Tessera greets each new directory
	klog.SetOutput(io.Discard)
	for _, writers := range []int{64, 1024} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			var spent [2]time.Duration
			entries := 0
			for entries < b.N {
				n := min(max(b.N-entries, writers), 50_000)
				spent[0] += appendToArobase(b, writers, n)
				spent[1] += appendToTessera(b, writers, n)
				entries += n
			}
			b.ReportMetric(0, "ns/op") // is the sum of both, and says nothing
			b.ReportMetric(float64(entries)/spent[0].Seconds(), "entries/s")
			b.ReportMetric(float64(entries)/spent[1].Seconds(), "peer-entries/s")
			b.ReportMetric(spent[1].Seconds()/spent[0].Seconds(), "ratio")
		})
	}
}

// entry is an entry of the mean size of a full history.
func entry(i int) []byte {
	return append(fmt.Appendf(nil, "%0107d", i), strings.Repeat("entry   ", 50)...)
}

// all calls f for n entries from many goroutines.
func all(b *testing.B, writers, n int, f func(writer, i int) error) {
	b.Helper()
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range next {
				if err := f(w, i); err != nil {
					b.Errorf("appending: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
}

// until waits for a checkpoint of a size.
func until(b *testing.B, n int, read func(ctx context.Context) ([]byte, error)) {
	b.Helper()
	for {
		signed, _ := read(b.Context()) // there is none at first
		if bytes.Contains(signed, fmt.Appendf(nil, "\n%d\n", n)) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func appendToArobase(b *testing.B, writers, n int) time.Duration {
	b.Helper()
	node := newNode(b)
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = node.tree.Run(ctx) })
	running.Go(func() { _ = node.signer.Run(ctx) })
	defer running.Wait()
	defer stop()

	began := time.Now()
	revisions := make([]eventstore.Revision, writers)
	all(b, writers, n, func(w, i int) error {
		var id uuid.UUID // grows with time, as that of a plain command does
		binary.BigEndian.PutUint64(id[:], uint64(i))
		_, err := node.store.Append(ctx, fmt.Sprint("stream-", w), revisions[w]-1, []eventstore.Proposed{{
			ID: id, Type: "arobase.source-cited.v1", Recorded: began, Bytes: entry(i),
		}})
		revisions[w]++
		return err
	})
	until(b, n, func(ctx context.Context) ([]byte, error) {
		head, err := node.log.Checkpoint(ctx)
		return head.Signed, err
	})
	return time.Since(began)
}

func appendToTessera(b *testing.B, writers, n int) time.Duration {
	b.Helper()
	secret, _, err := note.GenerateKey(nil, origin)
	if err != nil {
		b.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	driver, err := posix.New(ctx, posix.Config{Path: filepath.Join(b.TempDir(), "tessera")})
	if err != nil {
		b.Fatal(err)
	}
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).WithCheckpointInterval(interval).WithBatching(uint(writers), 10*time.Millisecond))
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	all(b, writers, n, func(_, i int) error {
		_, err := appender.Add(ctx, tessera.NewEntry(entry(i)))()
		return err
	})
	until(b, n, reader.ReadCheckpoint)
	spent := time.Since(began)
	if err := shutdown(ctx); err != nil {
		b.Fatal(err)
	}
	return spent
}
