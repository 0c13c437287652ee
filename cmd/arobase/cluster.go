package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"arobase/api/ledger"
	"arobase/api/tlog"
	"arobase/eventstore/esdb"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/pgvault"
)

// A ledger on an EventStoreDB cluster, as one of its nodes has it. The directory of a node is that of a ledger, with these
// differences:
//
//	cluster         says that this is a node, and of which ledger; a directory that has it is written to with --store only
//	ledger.db       the replica: nobody writes to it but who follows the cluster
//	cluster.cursor  how far the cluster was followed, and cluster.cursor.confirmed how far that was read a second time
//	ledger.secret   the same on all nodes, as log.key is
//	vault.db, auth.db, workspace.db, evidence.db and log.db are not there: PostgreSQL has the first four, the cluster the
//	checkpoints

const (
	clusterFile = "cluster"
	cursorFile  = "cluster.cursor"
)

// storePlace is the connection string of a cluster, or "" for the file in the directory. As a flag it does not show its
// password, and takes any text: the message about a wrong one would print it.
type storePlace string

// passwords are those of a connection string; several hosts keep it from being a URL.
var passwords = regexp.MustCompile(`^([a-z+]+://[^:@/]*):[^@]*@`)

func (p *storePlace) String() string { return passwords.ReplaceAllString(string(*p), "$1:xxxxx@") }

func (p *storePlace) Set(s string) error { *p = storePlace(s); return nil }

// Type is how the help calls it.
func (p *storePlace) Type() string { return "address" }

func (p storePlace) shared() bool { return p != "" }

func isCluster(address string) bool {
	return strings.HasPrefix(address, "esdb://") || strings.HasPrefix(address, "esdb+discover://")
}

// namespaceParameter is the one part of a connection string that is ours: what is put before all names in the cluster.
var namespaceParameter = regexp.MustCompile(`([?&])namespace=([^&]*)(&?)`)

var namespaceForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// split gives the client's connection string, and the namespace.
func (p storePlace) split() (connection string, n esdb.Namespace, err error) {
	connection = string(p)
	m := namespaceParameter.FindStringSubmatchIndex(connection)
	if m == nil {
		return connection, "", nil
	}
	name := connection[m[4]:m[5]]
	if !namespaceForm.MatchString(name) {
		return "", "", usagef("the namespace in --store has small letters, digits and hyphens, not %q", name)
	}
	before, after := connection[:m[2]], connection[m[7]:]
	if after != "" {
		before = connection[:m[3]]
	}
	return before + after, esdb.Namespace(name + "-"), nil
}

// storeFlag adds --store.
func storeFlag(f *pflag.FlagSet) {
	f.Var(new(storePlace), "store", "where the records are kept if not in the directory: the `address` of an\nEventStoreDB cluster, esdb://...; needs --vault (docs/eventstoredb.md)")
}

type storeKey struct{}

// withStore puts the place that a command was given into its context.
func withStore(cmd *cobra.Command) error {
	f := cmd.Flags().Lookup("store")
	if f == nil || !f.Value.(*storePlace).shared() {
		return nil
	}
	place := *f.Value.(*storePlace)
	switch {
	case !isCluster(string(place)):
		return usagef("--store is the address of an EventStoreDB cluster, esdb://HOST:2113,HOST:2113")
	case !vaultOf(cmd.Context()).shared():
		return usagef("--store needs --vault, the address of a PostgreSQL database: the nodes of a cluster share their sealed values, tokens and drafts there")
	}
	if _, _, err := place.split(); err != nil {
		return err
	}
	cmd.SetContext(context.WithValue(cmd.Context(), storeKey{}, place))
	return nil
}

// storeOf is the place that the command was given.
func storeOf(ctx context.Context) storePlace {
	place, _ := ctx.Value(storeKey{}).(storePlace)
	return place
}

// isNode tells whether a directory is that of a node of a cluster.
func (d dataDir) isNode() (bool, error) {
	_, err := os.Stat(d.file(clusterFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// errNode says that something is not in the directory of a node.
func (d dataDir) errNode(what string) error {
	return fmt.Errorf("%s is a node of a ledger on a cluster: %s (docs/eventstoredb.md)", d, what)
}

// notANode holds that a directory is not that of a node, for what cannot be right there.
func (d dataDir) notANode(what string) error {
	if node, err := d.isNode(); err != nil || !node {
		return err
	}
	return d.errNode(what)
}

// writeNode opens a node of the ledger on a cluster. The lock is held. New is a node that has the secret and the key of
// another one; the ledger itself is made where the genesis says so.
func (o *opened) writeNode(ctx context.Context, g genesis, there bool) (created bool, err error) {
	d := o.dir
	if g.onCluster {
		if there {
			return false, nil
		}
		return true, o.createOnCluster(ctx, g)
	}
	if !there {
		if err := d.join(ctx); err != nil {
			return false, err
		}
	}
	return false, o.openNode(ctx)
}

// join makes the replica of a new node: all else it has from another one.
func (d dataDir) join(ctx context.Context) error {
	const advice = "`arobase init --store` makes a new ledger; to join one, copy ledger.secret and log.key of another node here"
	if _, err := os.Stat(d.file(creatingFile)); err == nil {
		return fmt.Errorf("making a ledger in %s was interrupted; `arobase init --store` begins again", d)
	}
	id, _, err := d.secretHere()
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w in %s; %s", errNoLedger, d, advice)
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(d.file(keyFile)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not there; %s", d.file(keyFile), advice)
	} else if err != nil {
		return err
	}
	if err := writeDurably(d.file(clusterFile), clusterText(id), 0o600); err != nil {
		return err
	}
	replica, err := sqlite.Create(ctx, d.file(ledgerFile), id)
	if err != nil {
		return err
	}
	return replica.Close()
}

// secretHere reads the secret of a ledger that only the secret names.
func (d dataDir) secretHere() (id uuid.UUID, secret [32]byte, err error) {
	text, err := os.ReadFile(d.file(secretFile))
	if err != nil {
		return id, secret, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if id, err = uuid.Parse(strings.TrimPrefix(first, "# ledger ")); err != nil {
		return id, secret, fmt.Errorf("%s does not say which ledger it is of", d.file(secretFile))
	}
	secret, err = readSecret(d.file(secretFile), id)
	return id, secret, err
}

func clusterText(id uuid.UUID) []byte {
	return fmt.Appendf(nil, "# ledger %s\nledger.db is a replica of a cluster; nothing may be written to it. serve with --store.\n", id)
}

// follow opens the cluster over the replica, which belongs to it from then on.
func (o *opened) follow(ctx context.Context, replica *sqlite.Store) error {
	place := storeOf(ctx)
	connection, namespace, err := place.split()
	if err != nil {
		return err
	}
	o.cluster, err = esdb.Open(ctx, connection, replica, esdb.Options{
		Cursor: o.dir.file(cursorFile), Namespace: namespace, Check: esdb.Envelopes(replica.LedgerID()), Logger: o.logger(),
	})
	if err != nil {
		return fmt.Errorf("opening %s: %w", &place, err)
	}
	o.local = replica
	o.store = o.measured(o.cluster)
	return nil
}

// openNode opens a node that has its replica.
func (o *opened) openNode(ctx context.Context) (err error) {
	d := o.dir
	replica, err := sqlite.Open(ctx, d.file(ledgerFile))
	if err != nil {
		return fmt.Errorf("opening %s: %w", d.file(ledgerFile), err)
	}
	if err := o.follow(ctx, replica); err != nil {
		return errors.Join(err, replica.Close())
	}
	adopted, err := o.adopt(ctx)
	if err != nil {
		return err
	}
	if err := o.begun(ctx); err != nil {
		return err
	}
	if _, err := os.Stat(d.file(keyFile)); errors.Is(err, fs.ErrNotExist) {
		return d.errNode("bring " + keyFile + " back from another node, it is the same on all")
	}
	if err := o.openRest(ctx, d.file(vaultFile)); err != nil || !adopted {
		return err
	}
	if err := o.moveBeside(ctx); err != nil {
		return fmt.Errorf("moving tokens and drafts beside the vault: %w", err)
	}
	return writeDurably(d.file(clusterFile), clusterText(o.local.LedgerID()), 0o600)
}

// adopt tells whether a directory held a ledger of its own, and is about to become a node. Then the cluster is known to hold
// every record of it.
func (o *opened) adopt(ctx context.Context) (bool, error) {
	node, err := o.dir.isNode()
	if err != nil || node {
		return false, err
	}
	size, err := o.local.Size(ctx)
	if err != nil {
		return false, err
	}
	if err := o.cluster.Confirm(ctx, size); err != nil {
		return false, fmt.Errorf("%s has %d records, and becomes a node only of a cluster that holds them all (arobase copy --to brings them there): %w", o.dir, size, err)
	}
	return true, nil
}

// begun waits until the replica has the first records: without them nothing can be opened.
func (o *opened) begun(ctx context.Context) error {
	told := false
	for {
		size, err := o.local.Size(ctx)
		if err != nil || size >= genesisRecords {
			return err
		}
		if h := o.cluster.Status().Halted; h != nil {
			return h
		}
		if !told {
			o.logger().Info("waiting for the first records of the cluster")
			told = true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// createOnCluster makes a ledger in a cluster that holds none, and this directory its first node. One that was interrupted
// goes on with the secret and the key that it made.
func (o *opened) createOnCluster(ctx context.Context, g genesis) (err error) {
	d := o.dir
	id, secret, err := d.beginOnCluster(g)
	if err != nil {
		return fmt.Errorf("making a ledger in %s: %w", d, err)
	}
	replica, err := sqlite.Open(ctx, d.file(ledgerFile))
	if errors.Is(err, fs.ErrNotExist) {
		replica, err = sqlite.Create(ctx, d.file(ledgerFile), id)
	}
	if err != nil {
		return err
	}
	if err := o.follow(ctx, replica); err != nil {
		return errors.Join(err, replica.Close())
	}
	size, err := o.cluster.CatchUp(ctx)
	if err != nil {
		return fmt.Errorf("a new ledger needs a cluster that holds none, and one that answers: %w", err)
	}
	address := string(vaultOf(ctx))
	v, err := pgvault.Create(ctx, address, id)
	if errors.Is(err, fs.ErrExist) {
		v, err = pgvault.Open(ctx, address, id)
	}
	if err != nil {
		return err
	}
	o.vault, o.secret = v, secret
	if size == 0 {
		parts := ledger.Parts{Store: o.store, Vault: o.vault, Secret: secret, Clock: time.Now}
		if _, err := ledger.Create(ctx, parts, ledger.Genesis{LedgerID: id, Origin: g.origin, MadeUp: g.madeUp}); err != nil {
			return fmt.Errorf("making a ledger in %s: %w", d, err)
		}
	} else if size != genesisRecords {
		return fmt.Errorf("making the ledger was interrupted between its first two records; begin again with an empty cluster and an empty directory")
	}
	if err := errors.Join(writeDurably(d.file(clusterFile), clusterText(id), 0o600), os.Remove(d.file(creatingFile)), syncDir(string(d))); err != nil {
		return err
	}
	if o.Ledger, err = ledger.Open(ctx, ledger.Parts{Store: o.store, Vault: o.vault, Secret: o.secret, Clock: time.Now}); err != nil {
		return fmt.Errorf("opening %s: %w", d, err)
	}
	return o.sameLedger()
}

// beginOnCluster makes the secret and the key, or takes those of an attempt that was interrupted.
func (d dataDir) beginOnCluster(g genesis) (id uuid.UUID, secret [32]byte, err error) {
	if _, err := os.Stat(d.file(creatingFile)); err == nil {
		id, secret, err := d.secretHere()
		if err == nil {
			_, err = tlog.LoadKey(d.file(keyFile), id, g.origin)
		}
		if err == nil {
			return id, secret, nil
		}
	}
	if err := d.clear(context.Background()); err != nil {
		return id, secret, err
	}
	if err := writeDurably(d.file(creatingFile), nil, 0o600); err != nil {
		return id, secret, err
	}
	if id, err = uuid.NewV7(); err != nil {
		return id, secret, fmt.Errorf("making an id: %w", err)
	}
	if _, err := rand.Read(secret[:]); err != nil {
		return id, secret, fmt.Errorf("making a secret: %w", err)
	}
	if err := writeDurably(d.file(secretFile), secretText(secret, id), 0o600); err != nil {
		return id, secret, err
	}
	_, err = tlog.GenerateKey(d.file(keyFile), id, g.origin, rand.Reader)
	return id, secret, err
}

// logger is that of whoever opened the ledger.
func (o *opened) logger() *slog.Logger {
	if o.hears == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.hears
}
