package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"arobase/api/tlog"
)

func newLog() *cobra.Command {
	cmd := &cobra.Command{
		Use: "log", Short: "The log that anyone can verify: its key, its checkpoint, proofs",
		Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLogKey(), newLogCheckpoint(), newLogProof())
	return cmd
}

func newLogKey() *cobra.Command {
	cmd := &cobra.Command{
		Use: "key", Short: "Print the public key of the log",
		Long: `Print the verifier key of the log, in the form of signed notes. Whoever has it can
check every checkpoint and every proof; it is not secret.`,
		Args: noArgs,
	}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withLedger(cmd, *data, func(o *opened) error {
			key, err := tlog.LoadKey(o.dir.file(keyFile), o.LedgerID, o.Origin)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), key.VerifierKey())
			return err
		})
	}
	return cmd
}

func newLogCheckpoint() *cobra.Command {
	cmd := &cobra.Command{
		Use: "checkpoint", Short: "Print the last signed checkpoint",
		Long: `Print the last signed checkpoint: the origin of the log, how many records it holds,
and the root of the tree over them, signed, with the cosignatures of witnesses that
there are. Two people who see the same checkpoint see the same history.

Every checkpoint that was ever signed is kept. --size prints the first one of at
least that many records.`,
		Args: noArgs,
	}
	data := dataFlag(cmd)
	size := cmd.Flags().Int64("size", 0, "the first checkpoint of at least this `number` of records, instead of the last")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if cmd.Flags().Changed("size") && *size < 1 {
			return usagef("--size is a number of records from 1, not %d", *size)
		}
		return withLedger(cmd, *data, func(o *opened) (err error) {
			p, err := o.readKeyAndHeads()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, p.close()) }()
			head, err := p.heads.Last(cmd.Context())
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
				if head, err = p.heads.At(cmd.Context(), *size); err != nil {
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
