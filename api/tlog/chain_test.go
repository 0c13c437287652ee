package tlog_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"arobase/api/tlog"
	"arobase/domain"
	"arobase/projections/transparency"
)

// rotated is a log whose key was rotated some times, with three events and a checkpoint between the rotations.
type rotated struct {
	*tlog.Log
	e     *events
	tree  *transparency.Tree
	heads *memoryHeads
	keys  []*tlog.Key
	at    []int64 // the index of each event key-rotated
}

func newRotated(t testing.TB, rotations int) *rotated {
	t.Helper()
	e := &events{}
	e.record(t, domain.LedgerStream, &domain.LedgerOpened{LedgerID: ledgerID, Origin: origin, Envelope: domain.EnvelopeForm, Kind: "real"})
	r := &rotated{e: e, tree: treeOf(t, e), heads: &memoryHeads{}, keys: []*tlog.Key{newKey(t, 1)}}
	r.Log = &tlog.Log{Tree: r.tree, Events: e, Heads: r.heads, Origins: e.origins}
	r.sign(t, r.keys[0], 3)
	for range rotations {
		r.rotate(t)
	}
	return r
}

// last is the key in force, as one that follows the others.
func (r *rotated) last(t testing.TB) *tlog.Key {
	t.Helper()
	var earlier []string
	for _, k := range r.keys {
		earlier = append(earlier, k.VerifierKey())
	}
	key, err := r.keys[len(r.keys)-1].Following(earlier...)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// sign adds events and signs.
func (r *rotated) sign(t testing.TB, key *tlog.Key, n int) tlog.Head {
	t.Helper()
	grow(t, r.e, r.tree, n)
	head, err := tlog.NewSigner(key, r.tree, r.heads, clock).Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func (r *rotated) rotate(t testing.TB) {
	t.Helper()
	old := r.keys[len(r.keys)-1]
	next := newKey(t, zeros(len(r.keys)+1))
	r.at = append(r.at, r.e.record(t, domain.LedgerStream, &domain.KeyRotated{From: old.VerifierKey(), To: next.VerifierKey()}))
	r.keys = append(r.keys, next)
	r.sign(t, r.last(t).Beside(old), 0)
	r.sign(t, r.last(t), 3)
}

func (r *rotated) document(t testing.TB) []byte {
	t.Helper()
	document, err := r.Rotations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func (r *rotated) chain(t testing.TB) *tlog.Chain {
	t.Helper()
	chain, err := tlog.ParseChain(r.document(t))
	if err != nil {
		t.Fatal(err)
	}
	return chain
}

// proofAt proves event 0 under the checkpoint of a size.
func (r *rotated) proofAt(t testing.TB, head tlog.Head) []byte {
	t.Helper()
	log := *r.Log
	log.Heads = &memoryHeads{all: []tlog.Head{head}}
	proof, err := log.Proof(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

// signedBy are the ids of the keys that signed a checkpoint, as it says.
func signedBy(head tlog.Head) (ids []string) {
	for line := range strings.Lines(string(head.Signed)) {
		if id := keyOf(line); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

func idOf(key *tlog.Key) string { return domain.VerifierKeyID(key.VerifierKey()) }

// From every key that was ever in force the document leads to the present one, and every proof that the log ever gave
// verifies for whoever holds the key that signed it or an earlier one.
func TestChain(t *testing.T) {
	r := newRotated(t, 3)
	chain := r.chain(t)
	if chain.Origin() != origin {
		t.Errorf("the chain is of %s", chain.Origin())
	}
	for i, held := range r.keys {
		if now, err := chain.InForce(held.VerifierKey()); err != nil || now != r.keys[3].VerifierKey() {
			t.Errorf("from key %d: %s, %v", i, now, err)
		}
		for _, head := range r.heads.signed() {
			var by []int
			for j, k := range r.keys {
				if slices.Contains(signedBy(head), idOf(k)) {
					by = append(by, j)
				}
			}
			v, err := chain.VerifyProof(r.proofAt(t, head), held.VerifierKey())
			if want := by[len(by)-1] >= i; want != (err == nil) {
				t.Errorf("holding key %d, size %d signed by the keys %v: %v", i, head.Size, by, err)
			} else if want && (v.Size != head.Size || v.Steps[0] != tlog.StepRotations) {
				t.Errorf("verified %+v", v)
			}
		}
	}
	stranger := newKey(t, 77).VerifierKey()
	if _, err := chain.InForce(stranger); !errors.Is(err, tlog.ErrNotInChain) {
		t.Errorf("from a stranger's key: %v", err)
	}
	if _, err := chain.VerifyProof(r.proofAt(t, r.heads.signed()[0]), stranger); !errors.Is(err, tlog.ErrNotInChain) {
		t.Errorf("verified for a stranger's key: %v", err)
	}
	if _, err := chain.InForce(strings.Replace(stranger, origin, "example.org/other", 1)); !errors.Is(err, tlog.ErrOrigin) {
		t.Errorf("from a key of another log: %v", err)
	}
}

// Each rotation has one checkpoint that both keys signed: the first that covers it. Later ones have one signature.
func TestRotationIsSignedByBoth(t *testing.T) {
	r := newRotated(t, 2)
	var signatures []int
	for _, head := range r.heads.signed() {
		signatures = append(signatures, len(signedBy(head)))
	}
	if want := []int{1, 2, 1, 2, 1}; !slices.Equal(signatures, want) {
		t.Errorf("the checkpoints have %v signatures, want %v", signatures, want)
	}
	for i, index := range r.at {
		head, err := r.heads.At(t.Context(), index+1)
		if err != nil || len(signedBy(head)) != 2 {
			t.Errorf("rotation %d: %v, signed by %v", i, err, signedBy(head))
		}
	}
}

// A log whose key was never rotated says so; what is held is in force.
func TestChainWithoutRotations(t *testing.T) {
	r := newRotated(t, 0)
	if got, want := string(r.document(t)), "{\n  \"origin\": \""+origin+"\",\n  \"rotations\": []\n}\n"; got != want {
		t.Errorf("the document is %s", got)
	}
	chain, held := r.chain(t), r.keys[0].VerifierKey()
	if now, err := chain.InForce(held); err != nil || now != held {
		t.Errorf("in force is %s, %v", now, err)
	}
	proof := r.proofAt(t, r.heads.signed()[0])
	if _, err := chain.VerifyProof(proof, held); err != nil {
		t.Error(err)
	}
	if _, err := chain.VerifyProof(proof, newKey(t, 9).VerifierKey()); err == nil {
		t.Error("verified for another key")
	}
}

// A rotation that no checkpoint covers yet is not in the document.
func TestRotationThatIsNotSignedYet(t *testing.T) {
	r := newRotated(t, 1)
	before := r.document(t)
	r.e.record(t, domain.LedgerStream, &domain.KeyRotated{From: r.keys[1].VerifierKey(), To: newKey(t, 9).VerifierKey()})
	if err := r.tree.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := r.document(t); !bytes.Equal(before, after) {
		t.Errorf("the document tells of it:\n%s", after)
	}
}

// A rotation whose checkpoint the older key did not sign is not shown as one: the log says that something is wrong.
func TestRotationThatNobodyCanFollow(t *testing.T) {
	r := newRotated(t, 0)
	next := newKey(t, 2)
	r.e.record(t, domain.LedgerStream, &domain.KeyRotated{From: r.keys[0].VerifierKey(), To: next.VerifierKey()})
	r.keys = append(r.keys, next)
	r.sign(t, r.last(t), 0)
	if document, err := r.Rotations(t.Context()); !errors.Is(err, tlog.ErrDisagree) {
		t.Errorf("%v\n%s", err, document)
	}
}

// Under a new origin there are its own rotations only: no signature leads from the closed one to it.
func TestRotationsUnderANewOrigin(t *testing.T) {
	r := newRotated(t, 2)
	key, err := tlog.GenerateKey(t.TempDir()+"/log.key", ledgerID, "example.org/second", zeros(50))
	if err != nil {
		t.Fatal(err)
	}
	r.e.record(t, domain.LedgerStream, &domain.OriginOpened{
		Origin: "example.org/second", Key: key.VerifierKey(), Cause: "other",
		Closed: domain.ClosedOrigin{Origin: origin, Size: 3, Root: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", Key: r.keys[2].VerifierKey()},
	})
	r.keys, r.at, r.heads = []*tlog.Key{key}, nil, &memoryHeads{}
	r.Log.Heads = r.heads
	r.sign(t, key, 3)
	if got := string(r.document(t)); !strings.Contains(got, `"rotations": []`) || !strings.Contains(got, "example.org/second") {
		t.Errorf("the document is %s", got)
	}
	if now, err := r.chain(t).InForce(key.VerifierKey()); err != nil || now != key.VerifierKey() {
		t.Errorf("in force is %s, %v", now, err)
	}
}

// document is the document of /log/rotations as a liar takes it apart.
type document struct {
	Origin    string `json:"origin"`
	Rotations []entry
}

type entry struct {
	Index int64
	From  string
	To    string
	Proof string
}

// entry is the rotation that an event tells, with its proof under a checkpoint of a size that both keys sign.
func (r *rotated) entry(t testing.TB, index int64, from, to *tlog.Key, size int) entry {
	t.Helper()
	all := r.e.bytes()[:size]
	log := tlog.Log{Events: &events{all: all}, Tree: treeOf(t, &events{all: all}), Heads: &memoryHeads{}}
	if _, err := tlog.NewSigner(to.Beside(from), log.Tree, log.Heads, clock).Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	proof, err := log.Proof(t.Context(), index)
	if err != nil {
		t.Fatal(err)
	}
	return entry{index, from.VerifierKey(), to.VerifierKey(), string(proof)}
}

// lies are ways to spoil the document of three rotations, with the rotation that is found not to hold, or 0 where it is
// the whole. Each is at the disposal of somebody who has every public byte and keys of his own.
func lies(t testing.TB, r *rotated) map[string]struct {
	link int
	text []byte
} {
	t.Helper()
	all := make(map[string]struct {
		link int
		text []byte
	})
	lie := func(what string, link int, change func(d *document)) {
		var d document
		if err := json.Unmarshal(r.document(t), &d); err != nil {
			t.Fatal(err)
		}
		change(&d)
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		all[what] = struct {
			link int
			text []byte
		}{link, text}
	}
	skey, vkey, err := note.GenerateKey(zeros(66), origin)
	if err != nil {
		t.Fatal(err)
	}
	mine, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	// countersigned gives the proof of an event with my signature added, as anybody can.
	countersigned := func(index int64) string {
		head, err := r.heads.At(t.Context(), index+1)
		if err != nil {
			t.Fatal(err)
		}
		text, _, _ := strings.Cut(string(head.Signed), "\n\n")
		signed, err := note.Sign(&note.Note{Text: text + "\n"}, mine)
		if err != nil {
			t.Fatal(err)
		}
		_, line, _ := bytes.Cut(signed, []byte("\n\n"))
		log := *r.Log
		log.Heads = &memoryHeads{all: []tlog.Head{{Size: head.Size, Root: head.Root, Signed: append(slices.Clone(head.Signed), line...)}}}
		proof, err := log.Proof(t.Context(), index)
		if err != nil {
			t.Fatal(err)
		}
		return string(proof)
	}
	without := func(proof string, key *tlog.Key) string {
		var kept []string
		for line := range strings.Lines(proof) {
			if keyOf(line) != idOf(key) {
				kept = append(kept, line)
			}
		}
		if len(kept) != strings.Count(proof, "\n")-1 {
			t.Fatal("not one signature was left out")
		}
		return strings.Join(kept, "")
	}

	lie("the older key did not sign", 2, func(d *document) { d.Rotations[1].Proof = without(d.Rotations[1].Proof, r.keys[1]) })
	lie("the newer key did not sign", 2, func(d *document) { d.Rotations[1].Proof = without(d.Rotations[1].Proof, r.keys[2]) })
	lie("a gap", 2, func(d *document) { d.Rotations = slices.Delete(d.Rotations, 1, 2) })
	lie("one twice", 2, func(d *document) { d.Rotations = slices.Insert(d.Rotations, 1, d.Rotations[0]) })
	lie("two swapped", 2, func(d *document) { d.Rotations[0], d.Rotations[1] = d.Rotations[1], d.Rotations[0] })
	lie("a cycle", 4, func(d *document) {
		d.Rotations = append(d.Rotations, entry{99, d.Rotations[2].To, d.Rotations[0].From, d.Rotations[2].Proof})
	})
	lie("a key takes its own place", 1, func(d *document) { d.Rotations[0].To = d.Rotations[0].From })
	lie("my key in the place of the last", 3, func(d *document) { d.Rotations[2].To = vkey })
	lie("my key, and I signed the checkpoint too", 3, func(d *document) {
		d.Rotations[2] = entry{r.at[2], d.Rotations[2].From, vkey, countersigned(r.at[2])}
	})
	lie("my key, on the proof of something else", 4, func(d *document) {
		d.Rotations = append(d.Rotations, entry{r.at[2] + 2, d.Rotations[2].To, vkey, countersigned(r.at[2] + 2)})
	})
	lie("my key as the first", 1, func(d *document) {
		d.Rotations[0] = entry{r.at[0], vkey, d.Rotations[0].To, countersigned(r.at[0])}
	})
	lie("another index", 1, func(d *document) { d.Rotations[0].Index++ })
	lie("another origin", 1, func(d *document) { d.Origin = "example.org/other" })
	lie("no origin", 0, func(d *document) { d.Origin = "" })
	lie("a key that is none", 1, func(d *document) { d.Rotations[0].To = origin + "+00000000+AAAA" })
	lie("no proof", 2, func(d *document) { d.Rotations[1].Proof = "" })
	lie("the proof of another rotation", 2, func(d *document) { d.Rotations[1].Proof = d.Rotations[2].Proof })
	lie("too many", 0, func(d *document) { d.Rotations = slices.Repeat(d.Rotations, 1000) })

	whole := string(r.document(t))
	for what, text := range map[string]string{
		"nothing": "", "half of it": whole[:len(whole)/2], "something after it": whole + "{}", "another member": strings.Replace(whole, `"index"`, `"size": 1, "index"`, 1),
		"a list": "[" + whole + "]", "null": "null", "a number as a key": strings.Replace(whole, `"from": "`, `"from": 1, "x": "`, 1),
	} {
		all[what] = struct {
			link int
			text []byte
		}{0, []byte(text)}
	}
	return all
}

// keyOf is the id of the key in a line of a signed note, or "".
func keyOf(line string) string {
	fields := strings.Fields(line)
	if len(fields) != 3 || fields[0] != "—" {
		return ""
	}
	signature, err := base64.StdEncoding.DecodeString(fields[2])
	if err != nil || len(signature) < 4 {
		return ""
	}
	return hex.EncodeToString(signature[:4])
}

func TestChainOfALiar(t *testing.T) {
	r := newRotated(t, 3)
	held := r.keys[0].VerifierKey()
	for what, lie := range lies(t, r) {
		t.Run(what, func(t *testing.T) {
			chain, err := tlog.ParseChain(lie.text)
			if err == nil {
				now, _ := chain.InForce(held)
				t.Fatalf("it is believed, and leads to %s", now)
			}
			link, ok := errors.AsType[*tlog.LinkError](err)
			if ok != (lie.link > 0) || ok && link.Link != lie.link {
				t.Errorf("%v; want rotation %d", err, lie.link)
			}
		})
	}
	if len(lies(t, r)) != 25 {
		t.Errorf("%d lies were told", len(lies(t, r)))
	}
}

// An event that says so in another stream, or of another ledger, rotates nothing.
func TestChainHoldsTheStreamAndTheLedger(t *testing.T) {
	r := newRotated(t, 1)
	next := newKey(t, 9)
	index := r.e.record(t, "source-a", &domain.KeyRotated{From: r.keys[1].VerifierKey(), To: next.VerifierKey()})
	var d document
	if err := json.Unmarshal(r.document(t), &d); err != nil {
		t.Fatal(err)
	}
	d.Rotations = append(d.Rotations, r.entry(t, index, r.keys[1], next, len(r.e.bytes())))
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tlog.ParseChain(text); err == nil || !strings.Contains(err.Error(), "stream source-a") {
		t.Errorf("an event of another stream: %v", err)
	}

	// Two rotations that are each in order, of two ledgers that share their keys.
	first, second := newRotated(t, 2), newRotated(t, 2)
	for i, b := range second.e.all {
		second.e.all[i] = bytes.ReplaceAll(b, []byte(ledgerID.String()), []byte(uuid.NewSHA1(ledgerID, []byte("other")).String()))
	}
	var mixed document
	if err := json.Unmarshal(first.document(t), &mixed); err != nil {
		t.Fatal(err)
	}
	mixed.Rotations[1] = second.entry(t, second.at[1], second.keys[1], second.keys[2], len(second.e.bytes()))
	if text, err = json.Marshal(mixed); err != nil {
		t.Fatal(err)
	}
	if _, err := tlog.ParseChain(text); err == nil || !strings.Contains(err.Error(), "the same ledger") {
		t.Errorf("an event of another ledger: %v", err)
	}
}

// A log that rotates back to an old key, or before the rotation before is signed, is not followed, although every
// signature is there.
func TestChainOfALogThatBreaksTheRules(t *testing.T) {
	r := newRotated(t, 1)
	rotate := func(from, to *tlog.Key) int64 {
		return r.e.record(t, domain.LedgerStream, &domain.KeyRotated{From: from.VerifierKey(), To: to.VerifierKey()})
	}
	first, second, third := r.keys[0], r.keys[1], newKey(t, 3)
	back, on := rotate(second, first), rotate(second, third)
	size := len(r.e.bytes())
	begin := r.entry(t, r.at[0], first, second, int(r.at[0])+1)
	for what, tt := range map[string]struct {
		rotations []entry
		why       string
	}{
		"in order":       {[]entry{begin, r.entry(t, on, second, third, size)}, ""},
		"there and back": {[]entry{begin, r.entry(t, back, second, first, size)}, "leads back to a key"},
		"too early":      {[]entry{r.entry(t, r.at[0], first, second, size), r.entry(t, on, second, third, size)}, "not recorded after"},
	} {
		text, err := json.Marshal(document{origin, tt.rotations})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = tlog.ParseChain(text); tt.why == "" && err != nil || tt.why != "" && (err == nil || !strings.Contains(err.Error(), tt.why)) {
			t.Errorf("%s: %v, want %q", what, err, tt.why)
		}
	}
}

// A key signs in its own time only: one that was replaced, and may have been stolen since, says nothing of what came
// later, and one that is to come says nothing of what was before.
func TestChainHoldsKeysToTheirTime(t *testing.T) {
	r := newRotated(t, 2)
	chain := r.chain(t)
	var sizes []int64
	for _, head := range r.heads.signed() {
		sizes = append(sizes, head.Size)
	}
	by := func(key *tlog.Key, size int64, all [][]byte) []byte {
		log := tlog.Log{Events: &events{all: all[:size]}, Tree: treeOf(t, &events{all: all[:size]}), Heads: &memoryHeads{}}
		if _, err := tlog.NewSigner(key, log.Tree, log.Heads, clock).Sign(t.Context()); err != nil {
			t.Fatal(err)
		}
		proof, err := log.Proof(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		return proof
	}
	all := r.e.bytes()
	changed := slices.Clone(all)
	changed[1] = []byte("rewritten")
	first, second := sizes[1], sizes[3] // the sizes at which the keys changed
	tests := []struct {
		what string
		key  int
		size int64
		all  [][]byte
		why  string // "" where it verifies
	}{
		{"the first key in its time", 0, first - 1, all, ""},
		{"the first key at its end", 0, first, all, ""},
		{"the first key after its end", 0, first + 1, all, "was replaced at"},
		{"the second key before its time", 1, first - 1, all, "came into force at"},
		{"the second key from its beginning", 1, first, all, ""},
		{"the second key at its end", 1, second, all, ""},
		{"the second key after its end", 1, second + 1, all, "was replaced at"},
		{"the third key before its time", 2, second - 1, all, "came into force at"},
		{"the third key in its time", 2, second + 1, all, ""},
		{"another history at the size of a rotation", 1, second, changed, "two histories"},
	}
	for _, tt := range tests {
		_, err := chain.VerifyProof(by(r.keys[tt.key], tt.size, tt.all), r.keys[0].VerifierKey())
		if tt.why == "" && err != nil || tt.why != "" && (err == nil || !strings.Contains(err.Error(), tt.why)) {
			t.Errorf("%s: %v, want %q", tt.what, err, tt.why)
		}
	}
}

// Offline nobody can tell a rotation from a forgery: the error says what is known, and both keys.
func TestProofByAnotherKey(t *testing.T) {
	r := newRotated(t, 1)
	heads := r.heads.signed()
	held, next := r.keys[0], r.keys[1]
	_, err := tlog.VerifyProof(r.proofAt(t, heads[len(heads)-1]), held.VerifierKey())
	other, ok := errors.AsType[*tlog.OtherKeyError](err)
	if !ok || other.Origin != origin || fmt.Sprintf("%08x", other.Held) != idOf(held) ||
		len(other.Signed) != 1 || fmt.Sprintf("%08x", other.Signed[0]) != idOf(next) {
		t.Fatalf("%v, want an *OtherKeyError of the keys %v and %v", err, held, next)
	}
	if failed, ok := errors.AsType[*tlog.VerifyError](err); !ok || failed.Step != tlog.StepSignatures {
		t.Errorf("%v is not a failure of the signatures", err)
	}
	// Both signed this one.
	if _, err := tlog.VerifyProof(r.proofAt(t, heads[1]), held.VerifierKey()); err != nil {
		t.Errorf("the checkpoint of both keys, with the older: %v", err)
	}
	// What is no matter of rotations is not taken for one.
	by := string(r.proofAt(t, heads[len(heads)-1]))
	for what, proof := range map[string]string{
		"a forged signature of the held key":  strings.Replace(string(r.proofAt(t, heads[0])), "\n"+origin+"\n4\n", "\n"+origin+"\n5\n", 1),
		"another log":                         strings.Replace(by, "\n"+origin+"\n", "\nexample.org/other\n", 1),
		"a signature in another name":         strings.Replace(by, "— "+origin, "— witness.example", 1),
		"no checkpoint at all":                strings.Replace(by, "\n"+origin+"\n", "\n"+origin+"\nx", 1),
		"a signature in the name of a prefix": strings.Replace(by, "— "+origin, "— "+origin[:4], 1),
	} {
		if _, err := tlog.VerifyProof([]byte(proof), held.VerifierKey()); err == nil {
			t.Errorf("%s: verified", what)
		} else if _, ok := errors.AsType[*tlog.OtherKeyError](err); ok {
			t.Errorf("%s is taken for a rotation: %v", what, err)
		}
	}
}

// Whatever a stranger writes, only the keys of the log are ever led to, and nothing that a stranger signed verifies.
func FuzzChain(f *testing.F) {
	r := newRotated(f, 2)
	known := map[string]bool{}
	for _, k := range r.keys {
		known[k.VerifierKey()] = true
	}
	f.Add(r.document(f))
	f.Add(newRotated(f, 0).document(f))
	for _, lie := range lies(f, newRotated(f, 3)) {
		f.Add(lie.text)
	}
	thief := newKey(f, 66)
	log := tlog.Log{Tree: r.tree, Events: r.e, Heads: &memoryHeads{}}
	if _, err := tlog.NewSigner(thief, r.tree, log.Heads, clock).Sign(f.Context()); err != nil {
		f.Fatal(err)
	}
	forged, err := log.Proof(f.Context(), 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		chain, err := tlog.ParseChain(text)
		if err != nil {
			return
		}
		for _, k := range r.keys {
			if now, err := chain.InForce(k.VerifierKey()); err == nil && !known[now] {
				t.Fatalf("%v leads to %s", k, now)
			}
			if _, err := chain.VerifyProof(forged, k.VerifierKey()); err == nil {
				t.Fatalf("what another signed verifies for %v", k)
			}
		}
	})
}

func TestServeRotations(t *testing.T) {
	r := newRotated(t, 1)
	handler := r.Handler()
	w := request(handler, "GET", "/log/rotations")
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), r.document(t)) {
		t.Errorf("GET: %d\n%s", w.Code, w.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*", "Content-Length": fmt.Sprint(w.Body.Len()),
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	tag := w.Header().Get("ETag")
	r.sign(t, r.last(t), 5)
	if w := request(handler, "GET", "/log/rotations", "If-None-Match", tag); w.Code != 304 {
		t.Errorf("after events that rotate nothing: %d, want 304", w.Code)
	}
	r.rotate(t)
	if w := request(handler, "GET", "/log/rotations", "If-None-Match", tag); w.Code != 200 || !bytes.Equal(w.Body.Bytes(), r.document(t)) {
		t.Errorf("after a rotation: %d\n%s", w.Code, w.Body)
	}
	if w := request(handler, "POST", "/log/rotations"); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
	if w := request(handler, "GET", "/log/rotations/"); w.Code != 404 {
		t.Errorf("with a slash: %d", w.Code)
	}
	r.e.all[r.at[0]] = bytes.Replace(r.e.all[r.at[0]], []byte("operator:ledger"), []byte("operator:others"), 1)
	if w := request(handler, "GET", "/log/rotations"); w.Code != 500 {
		t.Errorf("of a ledger that was rewritten: %d\n%s", w.Code, w.Body)
	}
	r.Log.Origins = nil
	if w := request(handler, "GET", "/log/rotations"); w.Code != 404 {
		t.Errorf("of a log that knows no keys: %d", w.Code)
	}
}
