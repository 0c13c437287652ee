package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"arobase/api/tlog/sqlitelog"
	"arobase/domain"
)

func newLog() *cobra.Command {
	cmd := &cobra.Command{
		Use: "log", Short: "The log that anyone can verify: its key, its checkpoint, proofs, a static copy",
		Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLogKey(), newLogCheckpoint(), newLogProof(), newLogExport(), newLogRotate(), newLogReopen())
	return cmd
}

func newLogCheckpoint() *cobra.Command {
	cmd := &cobra.Command{
		Use: "checkpoint", Short: "Print the last signed checkpoint",
		Long: `Print the last signed checkpoint: the origin of the log, how many records it holds,
and the root of the tree over them, signed, with the cosignatures of witnesses that
there are. Two people who see the same checkpoint see the same history.

Every checkpoint that was ever signed is kept. --size prints the first one of at
least that many records. With --origin, those under a name that the log had before.`,
		Args: noArgs,
	}
	data := dataFlag(cmd)
	origin := cmd.Flags().String("origin", "", "a `name` that the log had, instead of the one in force")
	size := cmd.Flags().Int64("size", 0, "the first checkpoint of at least this `number` of records, instead of the last")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if cmd.Flags().Changed("size") && *size < 1 {
			return usagef("--size is a number of records from 1, not %d", *size)
		}
		return withLedger(cmd, *data, func(o *opened) (err error) {
			origins, err := o.Origins(cmd.Context())
			if err != nil {
				return err
			}
			if *origin == "" {
				*origin = o.Origin
			}
			i := slices.IndexFunc(origins, func(l domain.LogOrigin) bool { return l.Name == *origin })
			if i < 0 {
				return usagef("the log never had the name %s", *origin)
			}
			head, err := lastHead(cmd.Context(), o.dir.headsOf(i), o)
			if err != nil {
				return err
			}
			if head.Size == 0 {
				return errors.New("nothing is signed yet; serve and import sign what they write")
			}
			if *size > head.Size {
				return fmt.Errorf("no checkpoint of %d records or more is signed; the last has %d", *size, head.Size)
			}
			if *size > 0 {
				heads, err := sqlitelog.Open(o.dir.headsOf(i), o.LedgerID)
				if err != nil {
					return err
				}
				defer func() { _ = heads.Close() }()
				if head, err = heads.At(cmd.Context(), *size); err != nil {
					return err
				}
			}
			_, err = cmd.OutOrStdout().Write(head.Signed)
			return err
		})
	}
	return cmd
}

func newLogProof() *cobra.Command {
	cmd := &cobra.Command{
		Use: "proof EVENT", Short: "Print the proof that a record is in the log",
		Long: `Print a proof that a record is in the log, as a C2SP tlog-proof with the record
itself in it. EVENT is the id of the record, or its index in the log.

    arobase log proof 0 > genesis.tlog-proof`,
		Args: between(1, 1, "one record: its id or its index"),
	}
	data := dataFlag(cmd)
	out := cmd.Flags().String("out", "", "write the proof to a `file`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withLedger(cmd, *data, func(o *opened) (err error) {
			index, err := indexOf(cmd, o, args[0])
			if err != nil {
				return err
			}
			p, err := o.readLog(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, p.close()) }()
			proof, err := p.log.Proof(cmd.Context(), index)
			if err != nil {
				return err
			}
			if *out != "" {
				return os.WriteFile(*out, proof, 0o644)
			}
			_, err = cmd.OutOrStdout().Write(proof)
			return err
		})
	}
	return cmd
}

// indexOf reads the id or the index of an event.
func indexOf(cmd *cobra.Command, o *opened, s string) (int64, error) {
	if n, err := strconv.ParseUint(s, 10, 53); err == nil {
		if n >= o.Size() {
			return 0, fmt.Errorf("there is no record %d; the log has %d", n, o.Size())
		}
		return int64(n), nil
	}
	id, err := uuid.Parse(s)
	if err != nil {
		return 0, usagef("%q is neither the id nor the index of a record", s)
	}
	e, err := o.Event(cmd.Context(), id)
	return int64(e.Index), err
}

// withLedger opens the ledger for questions.
func withLedger(cmd *cobra.Command, data string, f func(o *opened) error) (err error) {
	o, err := dataDir(data).read(cmd.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	return f(o)
}
