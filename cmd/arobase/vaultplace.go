package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"arobase/eventstore/vault"
	"arobase/eventstore/vault/pgvault"
	"arobase/eventstore/vault/sqlitevault"
)

// Where the sealed values of a ledger lie: in vault.db in its directory, or in a PostgreSQL database that several nodes
// share. Every command that opens a directory must open the same vault, so the place is a flag of all of them, and travels
// in the context of the command.

// vaultPlace is the address of a database, or "" for the file. As a flag it does not show its password, and takes any text:
// the message about a wrong one would print it.
type vaultPlace string

func (p *vaultPlace) String() string {
	if *p == "" {
		return ""
	}
	return pgvault.Redacted(string(*p))
}

func (p *vaultPlace) Set(s string) error { *p = vaultPlace(s); return nil }

// Type is how the help calls it.
func (p *vaultPlace) Type() string { return "address" }

func (p vaultPlace) shared() bool { return p != "" }

// vaultFlag adds --vault.
func vaultFlag(f *pflag.FlagSet) {
	f.Var(new(vaultPlace), "vault", "where the sealed values lie if not in the directory: the `address` of a\nPostgreSQL database, postgres://...")
}

type vaultKey struct{}

// withVault puts the place that a command was given into its context.
func withVault(cmd *cobra.Command) error {
	f := cmd.Flags().Lookup("vault")
	if f == nil || !f.Value.(*vaultPlace).shared() {
		return nil
	}
	place := *f.Value.(*vaultPlace)
	if !pgvault.Is(string(place)) {
		return usagef("--vault is the address of a PostgreSQL database, postgres://USER@HOST/NAME")
	}
	cmd.SetContext(context.WithValue(cmd.Context(), vaultKey{}, place))
	return nil
}

// vaultOf is the place that the command was given.
func vaultOf(ctx context.Context) vaultPlace {
	place, _ := ctx.Value(vaultKey{}).(vaultPlace)
	return place
}

// vaultName is what to call the vault of a directory in a message.
func (d dataDir) vaultName(ctx context.Context) string {
	if p := vaultOf(ctx); p.shared() {
		return "the vault at " + p.String()
	}
	return d.file(vaultFile)
}

// createVault makes the vault of a new ledger. path is where the file is, if it is one.
func createVault(ctx context.Context, path string, id uuid.UUID) (vault.Vault, error) {
	if p := vaultOf(ctx); p.shared() {
		return orNone(pgvault.Create(ctx, string(p), id))
	}
	return orNone(sqlitevault.Create(ctx, path, id))
}

// openVault opens the vault of a ledger for writing. One that is missing is fs.ErrNotExist.
func (d dataDir) openVault(ctx context.Context, path string, id uuid.UUID) (vault.Vault, error) {
	p := vaultOf(ctx)
	if !p.shared() {
		return orNone(sqlitevault.Open(ctx, path, id))
	}
	// Two vaults of one ledger would each lack what is in the other.
	if _, err := os.Lstat(d.file(vaultFile)); err == nil {
		return nil, fmt.Errorf("%s is there, and the vault was said to be at %s: move its values there and the file away (docs/operating.md), or leave --vault out", d.file(vaultFile), &p)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return orNone(pgvault.Open(ctx, string(p), id))
}

// openVaultReadOnly opens the vault of a ledger for reading. One that is missing is fs.ErrNotExist.
func (d dataDir) openVaultReadOnly(ctx context.Context, id uuid.UUID) (vault.Vault, error) {
	if p := vaultOf(ctx); p.shared() {
		return orNone(pgvault.OpenReadOnly(ctx, string(p), id))
	}
	return orNone(sqlitevault.OpenReadOnly(ctx, d.file(vaultFile), id))
}

// orNone keeps a pointer to nothing from looking like a vault.
func orNone[V vault.Vault](v V, err error) (vault.Vault, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

// othersAppend is how long another node that shares the vault may take from putting a value to appending its record, with
// all its retries and the difference of the clocks.
const othersAppend = 24 * time.Hour

// purgeBefore is the moment before which a sealed value without a record is one that nobody will write any more.
func purgeBefore(ctx context.Context, now time.Time) time.Time {
	if vaultOf(ctx).shared() {
		return now.Add(-othersAppend)
	}
	return now
}
