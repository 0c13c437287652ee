// Package esdbtest is a stand-in for an EventStoreDB cluster in tests: servers in this process that speak its gRPC
// protocol, from the public stubs of the client module.
//
// It was written from those stubs, from the source of the Go client, and from the public source of the server, without a
// server at hand. Comments say which behaviour was taken from where. It knows what package esdb uses: append, read and
// subscribe, with a filter by event type, gossip and server features. Batch append, which the Go client does not use,
// persistent subscriptions, and deleting by a call are not there; that a stream was deleted is.
package esdbtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// MaxAppendSize is the default limit of one append in bytes (MaxAppendSize in the server's options).
const MaxAppendSize = 1 << 20

// Call is what a fault can be put into.
type Call string

// The calls of a client, and the events of a subscription, one by one.
const (
	Append    Call = "append"
	Read      Call = "read"
	Subscribe Call = "subscribe"
	Deliver   Call = "deliver"
)

// Fault is what goes wrong with a call. The zero Fault is none.
type Fault struct {
	Delay  time.Duration // before anything is done
	Before error         // the answer, nothing having been done
	After  error         // the answer, all having been done
	Twice  bool          // an event is delivered twice
	Change func(*streams.ReadResp_ReadEvent_RecordedEvent)
}

// Cluster is a number of nodes over one log.
type Cluster struct {
	t     testing.TB
	nodes []*node
	// security is what is asked of who connects; nil for nothing.
	security *security

	mu     sync.Mutex
	log    *transactionLog  // guarded by mu
	leader int              // guarded by mu; -1 while none is elected
	behind int              // guarded by mu; the records that followers have, or -1 where they have all
	fault  func(Call) Fault // guarded by mu; may be nil
}

// node is one server. address stays its own while it is away.
type node struct {
	streams.UnimplementedStreamsServer
	serverfeatures.UnimplementedServerFeaturesServer

	cluster *Cluster
	index   int
	address string

	mu     sync.Mutex
	server *grpc.Server // guarded by mu; nil while it is away
}

// Start starts a cluster, which ends with the test.
func Start(t testing.TB, nodes int) *Cluster {
	t.Helper()
	return start(t, nodes, ownHost(), nil)
}

func start(t testing.TB, nodes int, host string, s *security) *Cluster {
	t.Helper()
	c := &Cluster{t: t, log: newTransactionLog(), behind: -1, security: s}
	for i := range nodes {
		n := &node{cluster: c, index: i, address: net.JoinHostPort(host, "0")}
		n.start()
		c.nodes = append(c.nodes, n)
	}
	t.Cleanup(c.Away)
	return c
}

// ownHost is an address of this machine that this process has for itself, so that nobody takes the port of a node while it
// is away: neither another process nor a connection, which begins at 127.0.0.1. Systems but Linux have that one only.
func ownHost() string {
	pid := os.Getpid()
	host := fmt.Sprintf("127.%d.%d.%d", 1+pid>>16%254, pid>>8&255, pid&255)
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "127.0.0.1"
	}
	_ = l.Close()
	return host
}

// ConnectionString names all nodes.
func (c *Cluster) ConnectionString() string {
	var hosts []string
	for _, n := range c.nodes {
		hosts = append(hosts, n.address)
	}
	all := strings.Join(hosts, ",")
	if s := c.security; s != nil {
		return "esdb://" + s.user + ":" + s.password + "@" + all + "?gossipTimeout=1&tlsCaFile=" + s.caFile
	}
	return "esdb://" + all + "?tls=false&gossipTimeout=1"
}

// Away stops all nodes: calls under way break, and nobody listens.
func (c *Cluster) Away() {
	for _, n := range c.nodes {
		n.stop()
	}
}

// Back starts the nodes that are away, at their old addresses.
func (c *Cluster) Back() {
	for _, n := range c.nodes {
		n.start()
	}
}

// Lead makes another node the leader, or none for the time of an election (-1).
func (c *Cluster) Lead(node int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leader = node
	c.log.wake() // who leads has everything
}

// Lag has the nodes that do not lead stand still with what they have, or catch up. A leader has everything.
func (c *Cluster) Lag(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.behind = -1
	if on {
		c.behind = len(c.log.records)
	}
	c.log.wake()
}

// Break puts faults into calls: f is asked at each, under a lock. nil ends it.
func (c *Cluster) Break(f func(Call) Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = f
}

// System writes events that nobody asked for, as a real server does all the time.
func (c *Cluster) System(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range n {
		c.log.system("$$$stats", "$statsCollected")
	}
}

// Write adds an event to a stream, as another application would.
func (c *Cluster) Write(stream, kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log.system(stream, kind)
}

// Set writes the metadata of a stream, as an operator would.
func (c *Cluster) Set(stream, metadata string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log.set(stream, metadata)
}

// Delete deletes a stream, as an operator would: so that it can begin anew, or for good.
func (c *Cluster) Delete(stream string, forGood bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if forGood {
		c.log.tombstone(stream)
		return
	}
	c.log.set(stream, fmt.Sprintf(`{"$tb":%d}`, int64(softDeleted)))
}

// Count is the number of events whose type has a prefix.
func (c *Cluster) Count(prefix string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, r := range c.log.records {
		if strings.HasPrefix(r.eventType(), prefix) {
			n++
		}
	}
	return n
}

func (c *Cluster) broken(call Call) Fault {
	c.mu.Lock()
	f := Fault{}
	if c.fault != nil {
		f = c.fault(call)
	}
	c.mu.Unlock()
	if f.Delay > 0 {
		time.Sleep(f.Delay)
	}
	return f
}

func (n *node) start() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server != nil {
		return
	}
	l, err := net.Listen("tcp", n.address)
	for tries := 0; err != nil && tries < 50; tries++ {
		time.Sleep(20 * time.Millisecond)
		l, err = net.Listen("tcp", n.address)
	}
	if err != nil {
		n.cluster.t.Errorf("starting a node: %v", err)
		return
	}
	n.address = l.Addr().String()
	// The client pings every ten seconds, also when it is idle; a server in Go takes that for an attack.
	n.server = grpc.NewServer(append(n.cluster.security.options(),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Second, PermitWithoutStream: true}))...)
	streams.RegisterStreamsServer(n.server, n)
	gossip.RegisterGossipServer(n.server, gossiper{node: n})
	serverfeatures.RegisterServerFeaturesServer(n.server, n)
	server := n.server
	go func() { _ = server.Serve(l) }() // ends with stop
}

func (n *node) stop() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server != nil {
		n.server.Stop()
		n.server = nil
	}
}

// refuses answers a call that is for the leader where this node does not lead; nil where it does. A call that is not is
// taken anywhere (source of the server: ClusterVNodeController, HandleAsNonLeader: an append is passed on, a read answered
// from what the node has).
func (n *node) refuses(ctx context.Context, trailer func(metadata.MD)) error {
	asked := metadata.ValueFromIncomingContext(ctx, "requires-leader")
	if len(asked) == 0 || !strings.EqualFold(asked[0], "true") {
		return nil
	}
	n.cluster.mu.Lock()
	leader := n.cluster.leader
	n.cluster.mu.Unlock()
	switch {
	case leader == n.index:
		return nil
	case leader < 0:
		// Source of the server: RpcExceptions.NoLeaderInfo.
		return status.Error(codes.Unknown, "No leader info available in response")
	}
	// Source of the server: RpcExceptions.LeaderInfo. The client goes where the trailers say.
	host, port := n.cluster.nodes[leader].endpoint()
	trailer(metadata.Pairs("exception", "not-leader", "leader-endpoint-host", host, "leader-endpoint-port", strconv.Itoa(port)))
	return status.Error(codes.NotFound, "Leader info available")
}

// seen gives the records that this node has. Called with the cluster's mu held.
func (n *node) seen() []*record {
	c := n.cluster
	if c.behind >= 0 && c.leader != n.index {
		return c.log.records[:c.behind]
	}
	return c.log.records
}

// GetSupportedMethods gives a version, and none of the methods that the client uses only where a server says it has them:
// it would not use batch append for an append to one stream in any case.
func (n *node) GetSupportedMethods(context.Context, *shared.Empty) (*serverfeatures.SupportedMethods, error) {
	return &serverfeatures.SupportedMethods{EventStoreServerVersion: "24.10.0"}, nil
}

// gossiper is a node as others see it; its Read is not that of streams.
type gossiper struct {
	gossip.UnimplementedGossipServer
	node *node
}

// Read tells who is who.
func (g gossiper) Read(context.Context, *shared.Empty) (*gossip.ClusterInfo, error) {
	g.node.cluster.mu.Lock()
	leader := g.node.cluster.leader
	g.node.cluster.mu.Unlock()
	info := &gossip.ClusterInfo{}
	for _, m := range g.node.cluster.nodes {
		host, port := m.endpoint()
		state := gossip.MemberInfo_Follower
		if m.index == leader {
			state = gossip.MemberInfo_Leader
		}
		info.Members = append(info.Members, &gossip.MemberInfo{
			State: state, IsAlive: m.alive(), HttpEndPoint: &gossip.EndPoint{Address: host, Port: uint32(port)},
		})
	}
	return info, nil
}

func (n *node) alive() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.server != nil
}

func (n *node) endpoint() (string, int) {
	host, port, err := net.SplitHostPort(n.address)
	if err != nil {
		panic(err) // we made it
	}
	p, _ := strconv.Atoi(port)
	return host, p
}

// ticks are .NET's: 100 ns since 1970, as the client expects them.
func ticks(t time.Time) string { return fmt.Sprint(t.UnixNano() / 100) }
