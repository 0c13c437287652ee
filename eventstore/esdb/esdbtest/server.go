// Package esdbtest is a stand-in for an EventStoreDB cluster in tests: servers in this process that speak its gRPC
// protocol, from the public stubs of the client module.
//
// It was written from those stubs, from the source of the Go client, and from the public source of the server, without a
// server at hand. Comments say which behaviour was taken from where. It knows what package esdb uses: append, read and
// subscribe, with a filter by event type, gossip and server features. Deleting, tombstones, batch append and persistent
// subscriptions are not there.
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
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
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

	mu     sync.Mutex
	log    *transactionLog  // guarded by mu
	leader int              // guarded by mu
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
	c := &Cluster{t: t, log: newTransactionLog()}
	host := ownHost()
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
	return "esdb://" + strings.Join(hosts, ",") + "?tls=false&gossipTimeout=1"
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

// Lead makes another node the leader.
func (c *Cluster) Lead(node int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leader = node
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

// Set writes the metadata of a stream, as an operator would.
func (c *Cluster) Set(stream, metadata string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := "$$" + stream
	e := &record{id: uuid.New(), data: []byte(metadata), metadata: map[string]string{"type": "$metadata", "content-type": "application/json"}}
	c.log.append(name, int64(len(c.log.streams[name]))-1, []*record{e})
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
	n.server = grpc.NewServer(grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Second, PermitWithoutStream: true}))
	streams.RegisterStreamsServer(n.server, n)
	gossip.RegisterGossipServer(n.server, gossiper{node: n})
	serverfeatures.RegisterServerFeaturesServer(n.server, n)
	go func() { _ = n.server.Serve(l) }() // ends with stop
}

func (n *node) stop() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server != nil {
		n.server.Stop()
		n.server = nil
	}
}

// leads says whether this node is the leader, and else who is.
func (n *node) leads() (bool, *node) {
	n.cluster.mu.Lock()
	defer n.cluster.mu.Unlock()
	return n.cluster.leader == n.index, n.cluster.nodes[n.cluster.leader]
}

// GetSupportedMethods gives a version without batch append: the client then uses the plain one.
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
	_, leader := g.node.leads()
	info := &gossip.ClusterInfo{}
	for _, m := range g.node.cluster.nodes {
		host, port := m.endpoint()
		state := gossip.MemberInfo_Follower
		if m == leader {
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
