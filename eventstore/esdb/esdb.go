// Package esdb keeps events in an EventStoreDB cluster, which is the truth and takes the writes. Each node follows the
// cluster into a replica of its own and reads from there, so reading goes on while the cluster is away.
//
// The replica is any eventstore.Replica; in production it is the sqlite store. One goroutine follows `$all`, filtered by
// event type, gathers what has arrived and adds it in one call (follow.go). It stops for good at the first thing that
// cannot be true: a gap in a stream, an event of another ledger, a known id with other bytes ([Halted]). Then nothing is
// written through this node either, and what it holds can still be read.
//
// Order and identity are the cluster's. Positions are dense here and are not there: `$all` also holds what others write,
// and its positions are places in a file. Nodes number the filtered events 0, 1, 2, ... as they come, which is the same
// on every node.
package esdb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"arobase/eventstore"
)

// Options are those of Open. The zero value is ready.
type Options struct {
	// Cursor is the file that says how far the cluster was followed. Without it every start follows from the beginning,
	// and compares what the replica holds with it.
	Cursor string
	// Namespace is put before the names of streams and of types, so that several ledgers can be in one cluster without
	// knowing of each other, as those of tests are. It must not begin with "$" and is the same for ever.
	Namespace Namespace
	// Check refuses events that are not of this ledger, see [Envelopes]; nil takes everything.
	Check func(eventstore.Event) error
	// Patience bounds how long an append is tried again while the cluster does not answer; 10 seconds if zero.
	Patience time.Duration
	// Grace is how long a cluster that was lost is looked for before appends are refused at once, without being tried,
	// until it is found; 3 seconds if zero. A change of leader should fit into it.
	Grace time.Duration
	// Attempt bounds one call to the cluster; 3 seconds if zero.
	Attempt time.Duration
	// Backoff is the first pause before the cluster is followed again, doubled up to thirty times; 100 ms if zero.
	Backoff time.Duration
	// Now is the clock that the lag is measured with; time.Now if nil.
	Now func() time.Time
	// Logger hears of interruptions. May be nil.
	Logger *slog.Logger
}

func (o *Options) defaults() {
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	if o.Grace == 0 {
		o.Grace = 3 * time.Second
	}
	if o.Attempt == 0 {
		o.Attempt = 3 * time.Second
	}
	if o.Backoff == 0 {
		o.Backoff = 100 * time.Millisecond
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // a store is at the edge: this is its default clock
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Store is an eventstore.Store on a cluster. Its methods may be called by many goroutines at once.
type Store struct {
	replica eventstore.Replica
	cluster *cluster
	options Options

	applied signal // fires whenever the replica has grown or the follower halted
	halted  atomic.Pointer[Halted]
	halting chan struct{} // closed when halted is set
	live    atomic.Bool
	behind  atomic.Int64 // nanoseconds between the last event's commit and its arrival in the replica

	caughtUp      atomic.Bool  // that the server said so once
	subscriptions atomic.Int64 // how many have begun
	again         atomic.Int64 // how often an append was sent again

	waiting waiters

	away  absence
	doubt chan bool // has room for one, see doubts

	// Used by the follower only. suspects are the settings, by stream, that would delete events if there were any.
	cursor   cursor
	suspects map[string]string

	confirming sync.Mutex
	confirmed  cursor // guarded by confirming

	stop     context.CancelFunc
	stopped  <-chan struct{} // closed by stop
	followed chan struct{}   // closed when the follower has ended

	mu     sync.RWMutex
	closed bool           // guarded by mu
	calls  sync.WaitGroup // appends under way; Add only with mu held and closed false
}

var _ eventstore.Store = (*Store)(nil)

// Open connects to the cluster that the connection string names and begins to follow it into the replica, which belongs
// to the store from then on: Close closes it. The cluster need not be there. Credentials and TLS are in the connection
// string. `maxDiscoverAttempts` of it is ignored: a cluster that is away is looked for until the store is closed.
func Open(ctx context.Context, connection string, replica eventstore.Replica, o Options) (*Store, error) {
	o.defaults()
	c, err := connect(connection)
	if err != nil {
		return nil, fmt.Errorf("opening EventStoreDB: %w", err)
	}
	s := &Store{replica: replica, cluster: c, options: o, halting: make(chan struct{}), followed: make(chan struct{}), doubt: make(chan bool, 1), suspects: make(map[string]string)}
	if s.cursor, err = readCursor(ctx, o.Cursor, replica); err != nil {
		c.close()
		return nil, fmt.Errorf("opening EventStoreDB: %w", err)
	}
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop, s.stopped = stop, following.Done()
	if s.confirmed, err = readCursor(ctx, s.confirmedFile(), replica); err != nil {
		stop()
		c.close()
		return nil, fmt.Errorf("opening EventStoreDB: %w", err)
	}
	go s.follow(following)
	return s, nil
}

// Halted says why the replica follows the cluster no longer: an eventstore.ErrHalted. Somebody has to find out which of the
// two is wrong; following goes on only in a new process.
type Halted struct {
	// At is the position at which the next event would be.
	At  eventstore.Position
	Err error
}

func (h *Halted) Error() string {
	return fmt.Sprintf("the replica stopped before event %d of the cluster: %v", h.At, h.Err)
}

// Unwrap gives the reason, and what it means for whoever writes.
func (h *Halted) Unwrap() []error { return []error{eventstore.ErrHalted, h.Err} }

// Status is how the replica does, for readiness and for metrics.
type Status struct {
	// Live says that the cluster is being followed at this moment.
	Live bool
	// Lag is how long the last event took from the cluster to the replica, by the two clocks.
	Lag time.Duration
	// CaughtUp says that this process has once followed all that there was.
	CaughtUp bool
	// Subscriptions is how many have begun, and Retries how often an append was sent again because its answer was unclear.
	Subscriptions, Retries int64
	// Halted is nil when all is well.
	Halted *Halted
}

// Status is how the replica does.
func (s *Store) Status() Status {
	return Status{
		Live: s.live.Load(), Lag: time.Duration(s.behind.Load()), CaughtUp: s.caughtUp.Load(),
		Subscriptions: s.subscriptions.Load(), Retries: s.again.Load(), Halted: s.halted.Load(),
	}
}

// Resolve implements eventstore.Store. A token is the id of the last event; it is known here when the replica has it. A
// replica that halted will never have it: *Halted.
func (s *Store) Resolve(ctx context.Context, token eventstore.Token) (eventstore.Position, error) {
	id, err := uuid.Parse(string(token))
	if err != nil || id.String() != string(token) {
		return 0, fmt.Errorf("%w: %q is not a token of this store", eventstore.ErrInvalid, string(token))
	}
	e, err := s.await(ctx, id)
	if err != nil {
		return 0, fmt.Errorf("resolving token %s: %w", token, err)
	}
	return e.Position, nil
}

// await gives an event as soon as the replica has it.
func (s *Store) await(ctx context.Context, id uuid.UUID) (eventstore.Event, error) {
	for {
		grown := s.applied.next()
		e, err := s.replica.Lookup(ctx, id)
		if !errors.Is(err, eventstore.ErrNotFound) {
			return e, err
		}
		if h := s.halted.Load(); h != nil {
			return eventstore.Event{}, h
		}
		select {
		case <-grown:
		case <-s.stopped:
			return eventstore.Event{}, eventstore.ErrClosed
		case <-ctx.Done():
			return eventstore.Event{}, ctx.Err()
		}
	}
}

// ReadStream implements eventstore.Store, from the replica.
func (s *Store) ReadStream(ctx context.Context, stream string, from eventstore.Revision) iter.Seq2[eventstore.Event, error] {
	return s.replica.ReadStream(ctx, stream, from)
}

// ReadAll implements eventstore.Store, from the replica.
func (s *Store) ReadAll(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return s.replica.ReadAll(ctx, from)
}

// Follow implements eventstore.Store, from the replica.
func (s *Store) Follow(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return s.replica.Follow(ctx, from)
}

// Lookup implements eventstore.Store, from the replica.
func (s *Store) Lookup(ctx context.Context, id uuid.UUID) (eventstore.Event, error) {
	return s.replica.Lookup(ctx, id)
}

// Size implements eventstore.Store: that of the replica.
func (s *Store) Size(ctx context.Context) (eventstore.Position, error) { return s.replica.Size(ctx) }

// SizeAt implements eventstore.Store, from the replica.
func (s *Store) SizeAt(ctx context.Context, t time.Time) (eventstore.Position, error) {
	return s.replica.SizeAt(ctx, t)
}

// Close implements eventstore.Store. It ends the following, keeps how far it came and closes the replica.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return fmt.Errorf("closing: %w", eventstore.ErrClosed)
	}
	s.closed = true
	s.mu.Unlock()
	s.calls.Wait()
	s.stop()
	<-s.followed
	err := errors.Join(s.cursor.write(s.options.Cursor), s.replica.Close())
	s.cluster.close()
	return err
}

func (s *Store) enter() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return eventstore.ErrClosed
	}
	s.calls.Add(1)
	return nil
}

// signal wakes all who wait for the next time something happens. The zero value is ready.
type signal struct {
	mu sync.Mutex
	ch chan struct{} // guarded by mu; closed by fire; nil while nobody waits
}

func (s *signal) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *signal) fire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}
