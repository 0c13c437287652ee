package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func newVaultPurge() *cobra.Command {
	cmd := &cobra.Command{
		Use: "purge --store esdb://...", Short: "Remove sealed values of a shared vault that have no record",
		Long: `Remove sealed values that have no record, from the vault that the nodes of a cluster
share: a value is kept before its record is written, and where that failed it stays.
On one machine serve does this at each start. Here no node does it by itself, because
it cannot know what others are about to write.

The whole cluster is read first, directly, and nothing is removed unless this node then
has all of it, and all that was ever signed. A value is removed only if it was put
longer ago than --older. Stop the serve of this directory; other nodes may run.

    arobase vault purge --data DIR --store esdb://... --vault postgres://...`,
		Args: noArgs,
	}
	data := dataFlag(cmd)
	storeFlag(cmd.Flags())
	older := cmd.Flags().Duration("older", 7*24*time.Hour, "the `age` from which on a value without a record is one that nobody will write any more;\nat least 24h")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !storeOf(cmd.Context()).shared() {
			return usagef("vault purge is for a ledger on a cluster: say --store; on one machine serve does it at each start")
		}
		if *older < othersAppend {
			return usagef("--older is at least %v: a node that was away may still write a record whose values are that old", othersAppend)
		}
		n, err := dataDir(*data).purgeShared(cmd.Context(), time.Now().Add(-*older))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "removed %d sealed values without a record\n", n)
		return err
	}
	return cmd
}

// purgeShared removes what has no record and was put before a moment, once this node is known to have every record.
func (d dataDir) purgeShared(ctx context.Context, before time.Time) (n int, err error) {
	const nothing = "nothing was removed"
	o, err := d.change(ctx, nothing)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	size, err := o.cluster.CatchUp(ctx)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", nothing, err)
	}
	origins, err := o.Origins(ctx)
	if err != nil {
		return 0, err
	}
	heads, err := o.openSharedHeads(ctx, signing{origins: origins})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", nothing, err)
	}
	last, err := heads.Last(ctx)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", nothing, err)
	}
	if int64(size) < last.Size {
		return 0, fmt.Errorf("%s: a checkpoint of %d records was signed, and the cluster has %d: some are lost, and their values may be wanted", nothing, last.Size, size)
	}
	return o.PurgeOrphans(ctx, before)
}
