// Package ledger is the application: one method for each use case. Every face (command line, REST, site) is thin over
// it. It turns commands into events through the domain, seals what must not be public, writes, waits for the
// projections, and answers questions from them.
package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger/evidence"
	"arobase/api/ledger/workspace"
	"arobase/domain"
	"arobase/domain/territory"
	"arobase/eventstore"
	"arobase/eventstore/vault"
	"arobase/projections"
	"arobase/projections/actions"
	"arobase/projections/campaigns"
	"arobase/projections/figures"
	"arobase/projections/labels"
	"arobase/projections/reconciliation"
	"arobase/projections/trends"
)

// Parts are what a ledger is made of. Who makes it chooses the stores, the clock and the randomness.
type Parts struct {
	Store eventstore.Store
	// Vault holds the sealed values. Nil: nothing can be written, and no text is shown.
	Vault vault.Vault
	// Secret makes ids of keyed commands unguessable and binds requests to their keys. 32 random bytes, private.
	Secret [32]byte
	Clock  func() time.Time // the time at which things are recorded; needed to write
	Random io.Reader        // nil: crypto/rand
	// Workspace keeps what the jury prepares. Nil: nothing can be prepared here.
	Workspace workspace.Workspace
	// Evidence keeps uploaded files. Nil: none can be uploaded here.
	Evidence evidence.Store
}

// Genesis is what a ledger says of itself when it begins.
type Genesis struct {
	LedgerID uuid.UUID
	// Origin is the name of its log. Of an open ledger it is the one in force: a later event may have opened another.
	Origin string
	MadeUp bool
}

// Ledger is an open ledger.
type Ledger struct {
	Genesis
	store  eventstore.Store
	vault  vault.Vault
	secret [32]byte
	clock  func() time.Time
	random io.Reader
	room   workspace.Workspace
	files  evidence.Store
	limits EvidenceLimits
	cog    *territory.Reference
	runner *projections.Runner
	// The projections are guarded by the runner.
	labels    *labels.Labels
	figures   *figures.Figures
	campaigns *campaigns.Campaigns
	actions   *actions.Actions
	counts    *trends.Counts       // guards itself
	kept      *reconciliation.Kept // guards itself
	index     *bodyIndex           // guards itself
	histories histories            // guards itself
	collated  collation            // guards itself
	texts     textIndex            // guards itself
	// past are the ceremonies that were held. It guards itself.
	past *campaigns.Ceremonies

	// earlier holds one while somebody looks through lists as of a size that is gone by.
	earlier chan struct{}

	// ceremonies is held by whoever closes a deliberation or publishes: one at a time, on this node.
	ceremonies sync.Mutex

	comparing sync.Mutex
	compared  map[domain.Edition]compared // guarded by comparing
	// comparedAt is the last that was asked for as of an earlier size. Guarded by comparing.
	comparedAt earlier

	mu   sync.Mutex
	last time.Time // the last time written by this node; guarded by mu
}

// ErrNotOpened says that the store holds no ledger yet.
var ErrNotOpened = errors.New("the store holds no ledger")

// ErrReadOnly says that the ledger was opened without a vault.
var ErrReadOnly = errors.New("this ledger is open for reading only")

// Create writes the genesis event and adopts the official territories. The store must be empty.
func Create(ctx context.Context, p Parts, g Genesis) (*Ledger, error) {
	if n, err := p.Store.Size(ctx); err != nil || n != 0 {
		return nil, fmt.Errorf("opening a new ledger: the store holds %d events: %w", n, err)
	}
	l := assemble(p)
	l.Genesis = g
	kind := "real"
	if g.MadeUp {
		kind = "made-up"
	}
	open := domain.OpenLedger{LedgerOpened: domain.LedgerOpened{
		LedgerID: g.LedgerID, Origin: g.Origin, Envelope: domain.EnvelopeForm, Kind: kind,
	}}
	adopt := domain.AdoptReference{ReferenceAdopted: domain.ReferenceAdopted{
		Name: l.cog.Name(), Version: l.cog.Version(), SHA256: l.cog.SHA256(),
	}}
	for _, c := range []domain.Command{open, adopt} {
		if _, err := l.write(ctx, Request{Actor: OperatorActor, Command: c}); err != nil {
			return nil, fmt.Errorf("opening a new ledger: %w", err)
		}
	}
	return l, nil
}

// Open reads the genesis event of a store, and under which name its log is kept now.
func Open(ctx context.Context, p Parts) (*Ledger, error) {
	l := assemble(p)
	for e, err := range p.Store.ReadAll(ctx, 0) {
		if err != nil {
			return nil, fmt.Errorf("reading the first event: %w", err)
		}
		r, err := projections.Decode(e)
		if err != nil {
			return nil, fmt.Errorf("reading the first event: %w", err)
		}
		g, ok := r.Event.(*domain.LedgerOpened)
		if !ok {
			return nil, fmt.Errorf("the first event is %s, not ledger-opened", r.Event.EventName())
		}
		l.Genesis = Genesis{g.LedgerID, g.Origin, g.Kind == "made-up"}
		origins, err := l.Origins(ctx)
		if err != nil {
			return nil, err
		}
		if n := len(origins); n > 0 {
			l.Origin = origins[n-1].Name
		}
		return l, nil
	}
	return nil, ErrNotOpened
}

func assemble(p Parts) *Ledger {
	l := &Ledger{
		room: p.Workspace, files: p.Evidence, limits: DefaultEvidenceLimits(), store: p.Store, vault: p.Vault, secret: p.Secret, clock: p.Clock, random: p.Random,
		cog: territory.Official(), labels: labels.New(), figures: figures.New(), campaigns: campaigns.New(), actions: actions.New(),
		past: campaigns.NewCeremonies(), earlier: make(chan struct{}, 1),
		counts: new(trends.Counts), kept: new(reconciliation.Kept), index: new(bodyIndex),
	}
	if l.random == nil {
		l.random = rand.Reader
	}
	l.runner = projections.NewRunner(p.Store, l.labels, l.figures, l.campaigns, l.actions, l.past)
	return l
}

// UseWorkspace gives the room in which editions are prepared. It is for whoever opened the ledger, before anyone uses it.
func (l *Ledger) UseWorkspace(room workspace.Workspace) { l.room = room }

// ErrReal says that something is possible for a made-up ledger only.
var ErrReal = errors.New("this ledger is real; that is for a made-up one")

// UseClock gives the clock of a rehearsal, whose days go by faster. It is for whoever opened the ledger, before anyone uses
// it. A real ledger keeps the clock of the machine: the error is ErrReal.
func (l *Ledger) UseClock(clock func() time.Time) error {
	if !l.MadeUp {
		return ErrReal
	}
	l.clock = clock
	return nil
}

// Runner follows the store for the projections. Whoever opened the ledger runs it, or calls CatchUp.
func (l *Ledger) Runner() *projections.Runner { return l.runner }

// Territories is the list of official territories that names are looked up in.
func (l *Ledger) Territories() *territory.Reference { return l.cog }

// Actors are roles and bodies; who acted is a sealed value.
const (
	OperatorActor  = "operator:ledger"
	RegistrarActor = "registrar:history"
)
