package esdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"arobase/eventstore"
)

// maxStuck bounds the calls that were given up and have not come back. The client looks for a cluster that is away
// without a deadline, and whoever calls it meanwhile waits for that.
const maxStuck = 16

// cluster is the client, with what it lacks.
//
//   - It looks for the cluster without regard to contexts. A call here returns when its context ends, and leaves the
//     client's call behind; it comes back with an error once the cluster is found, because its context has ended.
//   - It dies when it has looked in vain for a number of times, and calls that wait at that moment wait for ever. It is
//     told to look without end.
//   - It panics where a call fails after Close. It is closed when its calls have come back.
//   - It sees EOF, and not the reason, where a server refuses an append before all of it is sent. A new client looks for
//     the leader anew.
//   - It does not send that a call is for the leader (it puts the header where a server would look for it). Then a node
//     that leads no longer answers from what it has, which may be too little. It is sent here.
type cluster struct {
	config *esdb.Configuration

	mu      sync.Mutex
	current *generation // guarded by mu; nil once closed
}

// generation is one client and the calls that use it.
type generation struct {
	client *esdb.Client
	calls  sync.WaitGroup // Add only with the cluster's mu held and the generation current
	stuck  chan struct{}  // holds one for each call that was given up and has not come back
}

func connect(connection string) (*cluster, error) {
	config, err := esdb.ParseConnectionString(connection)
	if err != nil {
		return nil, err
	}
	config.MaxDiscoverAttempts = math.MaxInt
	config.Logger = func(esdb.LogLevel, string, ...any) {} // it prints to standard output otherwise
	c := &cluster{config: config}
	c.current, err = c.begin()
	return c, err
}

func (c *cluster) begin() (*generation, error) {
	client, err := esdb.NewClient(c.config)
	if err != nil {
		return nil, err
	}
	return &generation{client: client, stuck: make(chan struct{}, maxStuck)}, nil
}

// take gives the current client for a call; its calls.Done is to be called when the call has come back.
func (c *cluster) take() (*generation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil {
		return nil, eventstore.ErrClosed
	}
	if len(c.current.stuck) == maxStuck {
		return nil, fmt.Errorf("%w: the cluster has not been found for some time", eventstore.ErrUnavailable)
	}
	c.current.calls.Add(1)
	return c.current, nil
}

// do makes a call with the current client. It returns when the context ends, whatever the client does; call must give
// back nothing but through its return.
func (c *cluster) do(ctx context.Context, call func(context.Context, *esdb.Client) error) error {
	g, err := c.take()
	if err != nil {
		return err
	}
	if c.config.NodePreference == esdb.NodePreferenceLeader {
		ctx = metadata.AppendToOutgoingContext(ctx, "requires-leader", "true")
	}
	// The client must not outlive our interest: what it sends later is sent by nobody.
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		defer g.calls.Done()
		defer cancel()
		done <- call(ctx, g.client)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select { // it may have come back and ended the context itself
	case err := <-done:
		return err
	default:
	}
	select {
	case g.stuck <- struct{}{}:
		go func() { _, _ = <-done, <-g.stuck }() // whoever is late finds nobody to tell
	default:
	}
	return ctx.Err()
}

// renew begins with a new client, if the current one is still that of the caller.
func (c *cluster) renew(old *generation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != old || old == nil {
		return
	}
	next, err := c.begin()
	if err != nil {
		return // a configuration that was good is good: it goes on with the old one
	}
	c.current = next
	go old.close()
}

func (c *cluster) generation() *generation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

func (c *cluster) close() {
	c.mu.Lock()
	g := c.current
	c.current = nil
	c.mu.Unlock()
	if g != nil {
		go g.close() // calls that were given up may take until the cluster is found
	}
}

func (g *generation) close() {
	g.calls.Wait()
	_ = g.client.Close() // always nil
}

// passing says that a call may succeed when it is made again.
func passing(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, eventstore.ErrUnavailable) {
		return true
	}
	e, ok := errors.AsType[*esdb.Error](err)
	if !ok {
		return status.Code(err) == codes.Unavailable
	}
	switch e.Code() {
	case esdb.ErrorUnavailable, esdb.ErrorCodeDeadlineExceeded, esdb.ErrorCodeNotLeader, esdb.ErrorAborted,
		esdb.ErrorCodeConnectionClosed, esdb.ErrorCodeInternalServer:
		return true
	case esdb.ErrorCodeUnauthenticated, esdb.ErrorCodeAccessDenied: // until an operator mends it, which needs no restart there
		return true
	case esdb.ErrorCodeUnknown:
		return status.Code(e.Err()) != codes.InvalidArgument
	}
	return false
}

func isCode(err error, code esdb.ErrorCode) bool {
	e, ok := errors.AsType[*esdb.Error](err)
	return ok && e.Code() == code
}

// noSuchPlace says that the cluster has nothing at a position of `$all`: its log is another one there. A place beyond its
// end is no error to it.
func noSuchPlace(err error) bool {
	e, ok := errors.AsType[*esdb.Error](err)
	return ok && status.Code(e.Err()) == codes.InvalidArgument
}
