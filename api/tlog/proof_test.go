package tlog_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
)

// signedLog is a log of n events, the first size of which are signed.
func signedLog(t testing.TB, key *tlog.Key, n, size int) (*tlog.Log, *events) {
	t.Helper()
	all := newEvents(t, "log", n)
	heads := &memoryHeads{}
	if _, err := tlog.NewSigner(key, treeOf(t, &events{all: all.bytes()[:size]}), heads, clock).Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &tlog.Log{Tree: treeOf(t, all), Events: all, Heads: heads}, all
}

func TestProof(t *testing.T) {
	key := newKey(t, 1)
	verifier, err := note.NewVerifier(key.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	policy, err := torchwood.ParsePolicy([]byte("log " + key.VerifierKey() + "\nquorum none\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{1, 2, 3, 7, 8, 20} {
		log, e := signedLog(t, key, 20, size)
		head, err := log.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for index := range int64(size) {
			proof, err := log.Proof(t.Context(), index)
			if err != nil {
				t.Fatal(err)
			}
			v, err := tlog.VerifyProof(proof, key.VerifierKey())
			if err != nil {
				t.Fatalf("event %d of %d: %v", index, size, err)
			}
			want, err := envelope.Parse(e.bytes()[index])
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tlog.Verified{
				Steps:    []tlog.Step{tlog.StepForm, tlog.StepSignatures, tlog.StepLeaf, tlog.StepEnvelope},
				Envelope: want, Bytes: e.bytes()[index], Index: index, Origin: origin, Size: int64(size), Root: head.Root,
			}, v); diff != "" {
				t.Errorf("event %d of %d:\n%s", index, size, diff)
			}

			// The same with the specification's library, and by hand with nothing but notes and trees.
			if err := torchwood.VerifyProof(policy, xtlog.RecordHash(e.bytes()[index]), proof); err != nil {
				t.Errorf("torchwood: %v", err)
			}
			verifyByHand(t, proof, verifier, index, e.bytes()[index])
		}
	}
}

func verifyByHand(t *testing.T, proof []byte, verifier note.Verifier, index int64, event []byte) {
	t.Helper()
	head, checkpoint, _ := strings.Cut(string(proof), "\n\n")
	lines := strings.Split(head, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != "extra "+base64.StdEncoding.EncodeToString(event) || lines[2] != fmt.Sprintf("index %d", index) {
		t.Fatalf("proof begins\n%s", head)
	}
	var path xtlog.RecordProof
	for _, line := range lines[3:] {
		h, err := xtlog.ParseHash(line)
		if err != nil {
			t.Fatal(err)
		}
		path = append(path, h)
	}
	n, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	c, err := torchwood.ParseCheckpoint(n.Text)
	if err != nil {
		t.Fatal(err)
	}
	if err := xtlog.CheckRecord(path, c.N, c.Hash, index, xtlog.RecordHash(event)); err != nil {
		t.Fatal(err)
	}
}

func TestProofOfWhatIsNotSigned(t *testing.T) {
	log, _ := signedLog(t, newKey(t, 1), 20, 12)
	for _, index := range []int64{12, 19, 20, 1 << 60} {
		_, err := log.Proof(t.Context(), index)
		notYet, ok := errors.AsType[*tlog.NotSignedYet](err)
		if !ok || notYet.Index != index || notYet.Size != 12 {
			t.Errorf("event %d: %v, want a *NotSignedYet", index, err)
		}
	}
	if _, err := log.Proof(t.Context(), -1); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("event -1: %v, want ErrNotFound", err)
	}
	log.Heads = &memoryHeads{}
	if _, err := log.Proof(t.Context(), 0); err == nil {
		t.Error("a log without checkpoint gave a proof")
	}
}

// A proof that would not verify is not given.
func TestProofOfWhatDisagrees(t *testing.T) {
	key := newKey(t, 1)
	log, e := signedLog(t, key, 20, 12)
	good := e.all[3]
	e.all[3] = []byte("rewritten")
	if _, err := log.Proof(t.Context(), 3); !errors.Is(err, tlog.ErrDisagree) {
		t.Errorf("event rewritten in the ledger: %v, want ErrDisagree", err)
	}
	log.Tree = treeOf(t, e)
	for _, index := range []int64{3, 4} {
		if _, err := log.Proof(t.Context(), index); !errors.Is(err, tlog.ErrDisagree) {
			t.Errorf("event %d, tree over a rewritten ledger: %v, want ErrDisagree", index, err)
		}
	}
	e.all[3] = good
	log.Tree, log.Events = treeOf(t, e), &events{all: e.all[:3]}
	if _, err := log.Proof(t.Context(), 3); !errors.Is(err, tlog.ErrDisagree) {
		t.Errorf("event lost: %v, want ErrDisagree", err)
	}
}

func TestVerifyProofRefuses(t *testing.T) {
	key := newKey(t, 1)
	log, e := signedLog(t, key, 20, 20)
	good, err := log.Proof(t.Context(), 11)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(good), "\n")
	with := func(line int, text string) string {
		changed := slices.Clone(lines)
		changed[line] = text
		return strings.Join(changed, "\n")
	}
	swapped := slices.Clone(lines)
	swapped[3], swapped[4] = swapped[4], swapped[3]
	without := func(from, to int) string {
		return strings.Join(slices.Delete(slices.Clone(lines), from, to), "\n")
	}
	extra := func(event []byte) string { return "extra " + base64.StdEncoding.EncodeToString(event) }

	other, _ := signedLog(t, newKey(t, 2), 20, 20)
	others, err := other.Proof(t.Context(), 11)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		why, proof string
		step       tlog.Step
	}{
		{"empty", "", tlog.StepForm},
		{"another version", with(0, "c2sp.org/tlog-proof@v2"), tlog.StepForm},
		{"no event", without(1, 2), tlog.StepForm},
		{"event not in base64", with(1, "extra $"), tlog.StepForm},
		{"no index", without(2, 3), tlog.StepForm},
		{"index with a zero", with(2, "index 011"), tlog.StepForm},
		{"index with a sign", with(2, "index +11"), tlog.StepForm},
		{"negative index", with(2, "index -1"), tlog.StepForm},
		{"index that is not a number", with(2, "index x"), tlog.StepForm},
		{"a hash that is none", with(3, "AAAA"), tlog.StepForm},
		{"carriage returns", strings.ReplaceAll(string(good), "\n", "\r\n"), tlog.StepForm},
		{"no checkpoint", strings.SplitAfter(string(good), "\n\n")[0], tlog.StepSignatures},
		{"cut off in the checkpoint", string(good[:len(good)-1]), tlog.StepSignatures},
		{"too large", string(good) + strings.Repeat("x", 1<<20), tlog.StepForm},
		{"another origin", strings.Replace(string(good), "\n\n"+origin, "\n\nexample.org/other", 1), tlog.StepSignatures},
		{"another size", strings.Replace(string(good), "\n20\n", "\n21\n", 1), tlog.StepSignatures},
		{"signed by another key", string(others), tlog.StepSignatures},
		{"another event", with(1, extra(e.bytes()[12])), tlog.StepLeaf},
		{"another index", with(2, "index 12"), tlog.StepLeaf},
		{"an index beyond the tree", with(2, "index 20"), tlog.StepLeaf},
		{"a hash less", without(3, 4), tlog.StepLeaf},
		{"a hash more", with(3, lines[3]+"\n"+lines[3]), tlog.StepLeaf},
		{"two hashes swapped", strings.Join(swapped, "\n"), tlog.StepLeaf},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			v, err := tlog.VerifyProof([]byte(tt.proof), key.VerifierKey())
			failure, ok := errors.AsType[*tlog.VerifyError](err)
			if !ok || failure.Step != tt.step {
				t.Errorf("error is %v, want one of step %s", err, tt.step)
			}
			if !cmp.Equal(v, tlog.Verified{}) {
				t.Errorf("a failed verification shows %+v", v)
			}
		})
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if _, err := tlog.VerifyProof(bad, key.VerifierKey()); err == nil {
			t.Fatalf("verifies with a bit of byte %d flipped (%q)", i, bad[max(0, i-20):i+1])
		}
	}
	if _, err := tlog.VerifyProof(good, "not a key"); err == nil {
		t.Error("verifies under a key that is none")
	}
}

// A signature has one form too: bits of its base64 that mean nothing must not be set.
func TestVerifyProofRefusesLooseBase64(t *testing.T) {
	key := newKey(t, 1)
	log, _ := signedLog(t, key, 20, 12)
	proof, err := log.Proof(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := bytes.LastIndexByte(proof, '=') - 1 // a signature is 68 bytes: two bits of this character are free
	proof[last] = alphabet[strings.IndexByte(alphabet, proof[last])|1]
	_, err = tlog.VerifyProof(proof, key.VerifierKey())
	if failed, ok := errors.AsType[*tlog.VerifyError](err); !ok || failed.Step != tlog.StepForm {
		t.Errorf("%v, want a failure of the form", err)
	}
}

// A leaf that is no envelope is in the tree all the same, and the last step says what is wrong.
func TestVerifyProofOfAStrangeLeaf(t *testing.T) {
	key := newKey(t, 1)
	e := &events{all: [][]byte{[]byte(`{"not": "an envelope"}`)}}
	heads := &memoryHeads{}
	log := &tlog.Log{Tree: treeOf(t, e), Events: e, Heads: heads}
	if _, err := tlog.NewSigner(key, log.Tree, heads, clock).Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	proof, err := log.Proof(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tlog.VerifyProof(proof, key.VerifierKey())
	if failure, ok := errors.AsType[*tlog.VerifyError](err); !ok || failure.Step != tlog.StepEnvelope {
		t.Errorf("error is %v, want one of step envelope", err)
	}
}

// A policy may ask for witnesses; the log's own signature alone is then not enough.
func TestVerifyProofUnderAPolicy(t *testing.T) {
	key := newKey(t, 1)
	log, _ := signedLog(t, key, 5, 5)
	proof, err := log.Proof(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := torchwood.ParsePolicy([]byte("log " + key.VerifierKey() + "\nquorum none\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tlog.VerifyProofUnder(proof, alone); err != nil {
		t.Errorf("the log alone: %v", err)
	}
	_, err = tlog.VerifyProofUnder(proof, torchwood.ThresholdPolicy(2, alone, nobody{}))
	if failure, ok := errors.AsType[*tlog.VerifyError](err); !ok || failure.Step != tlog.StepSignatures {
		t.Errorf("with a witness that did not sign: %v", err)
	}
}

// nobody is a policy that is never satisfied.
type nobody struct{}

func (nobody) Check(string, []note.Signature) error { return errors.New("nobody signed") }

func (nobody) Verifier(name string, hash uint32) (note.Verifier, error) {
	return nil, &note.UnknownVerifierError{Name: name, KeyHash: hash}
}
