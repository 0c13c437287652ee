package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"filippo.io/torchwood"
	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"arobase/api/tlog"
	"arobase/domain"
)

func newLogKey() *cobra.Command {
	cmd := &cobra.Command{
		Use: "key", Short: "Print the public key of the log",
		Long: `Print the verifier key of the log that is in force, in the form of signed notes. Whoever
has it can check every checkpoint and every proof; it is not secret.

--all prints every key that the log was ever signed by, with the name that the log had,
and the record by which each came into force.`,
		Args: noArgs,
	}
	data, output := dataFlag(cmd), listing(cmd)
	all := cmd.Flags().Bool("all", false, "every key that there was, the oldest first")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkOutput(*output); err != nil {
			return err
		}
		if !*all && *output != "table" {
			return usagef("-o is for --all; one key is printed as it is")
		}
		return withLedger(cmd, *data, func(o *opened) error {
			keys, err := o.publicKeys(cmd.Context())
			if err != nil {
				return err
			}
			if *all {
				return printKeys(cmd.OutOrStdout(), *output, keys)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), keys[len(keys)-1].Key)
			return err
		})
	}
	return cmd
}

// publicKey is a key that the log was signed by.
type publicKey struct {
	Origin string `json:"origin"`
	Key    string `json:"key"`
	// Since is the index of the record that brought it into force.
	Since   uint64 `json:"since"`
	InForce bool   `json:"inForce"`
}

// publicKeys are all keys of the log, the oldest first; the last is in force. As long as the ledger names none of an
// origin, the key is the one in log.key.
func (o *opened) publicKeys(ctx context.Context) ([]publicKey, error) {
	origins, err := o.Origins(ctx)
	if err != nil {
		return nil, err
	}
	var all []publicKey
	for _, origin := range origins {
		for _, k := range origin.Keys {
			all = append(all, publicKey{origin.Name, k.Key, k.Since, false})
		}
	}
	if current := origins[len(origins)-1]; len(current.Keys) == 0 {
		key, err := tlog.LoadKey(o.dir.file(keyFile), o.LedgerID, current.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, publicKey{current.Name, key.VerifierKey(), current.Since, false})
	}
	all[len(all)-1].InForce = true
	return all, nil
}

func printKeys(w io.Writer, output string, all []publicKey) error {
	switch output {
	case "json":
		return writeJSONArray(w, all)
	case "jsonl":
		return writeJSONLines(w, all)
	case "csv":
		return writeCSV(w, []string{"origin", "since", "in_force", "key"}, func(row func(...any)) {
			for _, k := range all {
				row(k.Origin, k.Since, k.InForce, k.Key)
			}
		})
	}
	p := newPage(w)
	var rows [][]string
	for _, k := range all {
		state := ""
		if k.InForce {
			state = "in force"
		}
		rows = append(rows, []string{fmt.Sprint(k.Since), state, k.Key})
	}
	p.table("", []column{{"since record", true}, {"", false}, {"key", false}}, rows)
	_, err := p.WriteTo(w)
	return err
}

// checkHead holds that a checkpoint says what is noted beside it and is signed by one of some keys of one origin.
func checkHead(head tlog.Head, keys ...string) error {
	var verifiers []note.Verifier
	seen := map[string]bool{}
	for _, key := range keys {
		if seen[key] {
			continue // two verifiers of one key are ambiguous
		}
		seen[key] = true
		v, err := note.NewVerifier(key)
		if err != nil {
			return fmt.Errorf("reading the key: %w", err)
		}
		verifiers = append(verifiers, v)
	}
	signed, err := note.Open(head.Signed, note.VerifierList(verifiers...))
	if err != nil {
		return err
	}
	c, err := torchwood.ParseCheckpoint(signed.Text)
	if err != nil {
		return err
	}
	if c.Origin != domain.VerifierKeyName(keys[0]) || c.N != head.Size || c.Hash != head.Root {
		return errors.New("it does not say what is noted beside it")
	}
	return nil
}

// keyAt is the key that was in force when an origin had a size.
func keyAt(keys []publicKey, size int64) string {
	i := slices.IndexFunc(keys, func(k publicKey) bool { return int64(k.Since) >= size })
	switch {
	case i < 0:
		i = len(keys)
	case i == 0:
		i = 1
	}
	return keys[i-1].Key
}
