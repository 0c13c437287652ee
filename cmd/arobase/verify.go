package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"arobase/api/tlog"
)

// maxProof bounds what is read of a stranger's file.
const maxProof = 2 << 20

func newVerify() *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify PROOF --key VKEY", Short: "Verify the proof of a record, without any server",
		Long: `Verify a proof that a record is in the log, with nothing but the log's public key
(arobase log key) or a policy that names it. PROOF is a C2SP tlog-proof, or - for
standard input.

    arobase log proof 0 | arobase verify - --key "$(arobase log key)"

"verified" means that the record has not been altered since it was entered. It does
not say that its source is right. Exit code 3 where it does not verify.

A log can change its key. A proof that is signed by a newer key than yours verifies
with --rotations, a document that the log serves at /log/rotations: it shows who put
each key in the place of the one before, and need not be trusted.`,
		Args: between(1, 1, "one proof: a file, or - for standard input"),
	}
	key := cmd.Flags().String("key", "", "the public `key` of the log")
	policy := cmd.Flags().String("policy", "", "a `file` with a policy (C2SP tlog-policy) instead of a key: logs, witnesses, quorum")
	rotations := cmd.Flags().String("rotations", "", "a `file` that leads from the key given to later ones of the log")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if (*key == "") == (*policy == "") {
			return usagef("verify needs the log's key (--key) or a policy (--policy), one of them")
		}
		if *rotations != "" && *key == "" {
			return usagef("--rotations leads on from the log's key (--key); a policy names the keys itself")
		}
		proof, err := readAtMost(cmd.InOrStdin(), args[0], maxProof)
		if err != nil {
			return err
		}
		var v tlog.Verified
		if *rotations != "" {
			v, err = verifyAlong(proof, *key, *rotations)
		} else {
			v, err = verify(proof, *key, *policy)
		}
		var failed *tlog.VerifyError
		out := cmd.OutOrStdout()
		switch {
		case errors.As(err, &failed):
			fmt.Fprintf(out, "not verified: %s: %s\n", failed.Step, visible(failed.Err.Error()))
			if _, other := errors.AsType[*tlog.OtherKeyError](err); other && *rotations == "" {
				fmt.Fprintln(out, "Whether that key has taken the place of yours cannot be known from the proof. If it has, --rotations FILE shows it;\n"+
					"the log serves that file at /log/rotations.")
			}
			return &unprovenError{errors.New("the proof does not verify")}
		case err != nil:
			return err
		}
		printVerified(out, v)
		return nil
	}
	return cmd
}

func verify(proof []byte, key, policyFile string) (tlog.Verified, error) {
	if key != "" {
		if err := checkVerifierKey(key); err != nil {
			return tlog.Verified{}, err
		}
		return tlog.VerifyProof(proof, key)
	}
	text, err := os.ReadFile(policyFile)
	if err != nil {
		return tlog.Verified{}, err
	}
	policy, err := tlog.ParsePolicy(text)
	if err != nil {
		return tlog.Verified{}, fmt.Errorf("reading the policy %s: %w", policyFile, err)
	}
	return tlog.VerifyProofUnder(proof, policy)
}

// checkVerifierKey says what is wrong with what was given as the public key of a log.
func checkVerifierKey(key string) error {
	if _, err := note.NewVerifier(key); err != nil {
		return usagef("--key %.120q is not the public key of a log, such as example.org/log+0123abcd+AQ…, whole as arobase log key prints it: %w", key, err)
	}
	return nil
}

// maxRotations bounds what is read of a stranger's document.
const maxRotations = 64 << 20

// verifyAlong verifies a proof for somebody whose key may have been replaced since.
func verifyAlong(proof []byte, key, rotationsFile string) (tlog.Verified, error) {
	document, err := readAtMost(nil, rotationsFile, maxRotations)
	if err != nil {
		return tlog.Verified{}, err
	}
	if err := checkVerifierKey(key); err != nil {
		return tlog.Verified{}, err
	}
	chain, err := tlog.ParseChain(document)
	if err != nil {
		return tlog.Verified{}, &tlog.VerifyError{Step: tlog.StepRotations, Err: err}
	}
	return chain.VerifyProof(proof, key)
}

// printVerified prints one line for each check, with what it found.
func printVerified(out io.Writer, v tlog.Verified) {
	line := func(what, format string, args ...any) {
		fmt.Fprintf(out, "%-12s %s\n", what, fmt.Sprintf(format, args...))
	}
	if slices.Contains(v.Steps, tlog.StepRotations) {
		line("keys", "the rotations lead from the key given to the one that signed")
	}
	line("signature", "of the log %s, over %d records", v.Origin, v.Size)
	line("root", "%s", v.Root)
	line("record", "number %d of the log: its hash and the path lead to the root", v.Index)
	e := v.Envelope
	line("form", "%s of %s, recorded %s by %s", e.Type, e.Subject, e.Time.Format(time.RFC3339), e.Actor)
	line("data", "%s", e.Data)
	fmt.Fprintln(out, "verified")
}

// readAtMost reads a file, or standard input, if there is one, for "-".
func readAtMost(stdin io.Reader, path string, most int64) ([]byte, error) {
	from := stdin
	if path != "-" || stdin == nil {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, most+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if int64(len(b)) > most {
		return nil, fmt.Errorf("%s is too large: more than %d bytes", path, most)
	}
	return b, nil
}
