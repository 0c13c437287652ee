package tlog_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/eventstore/envelope"
)

// Whatever strangers send: an error, never a panic, and never a word of what the key has not signed. Each fuzz test begins
// with what is real and with small changes of it.

// signedAt are the sizes at which the log of the fuzz tests is signed.
var signedAt = []int{1, 2, 7, 12}

// fuzzLog is a log that was signed at several sizes, with all the checkpoints.
func fuzzLog(t testing.TB, key *tlog.Key) (logs []*tlog.Log, e *events) {
	t.Helper()
	e = newEvents(t, "log", 20)
	for _, size := range signedAt {
		heads := &memoryHeads{}
		if _, err := tlog.NewSigner(key, treeOf(t, &events{all: e.all[:size]}), heads, clock).Sign(t.Context()); err != nil {
			t.Fatal(err)
		}
		logs = append(logs, &tlog.Log{Tree: treeOf(t, e), Events: e, Heads: heads})
	}
	return logs, e
}

// realProofs are some proofs of the log of the fuzz tests.
func realProofs(t testing.TB, logs []*tlog.Log) [][]byte {
	t.Helper()
	var out [][]byte
	for i, log := range logs {
		proof, err := log.Proof(t.Context(), int64(signedAt[i])/2)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, proof)
	}
	return out
}

// nearly gives small changes of a real thing: lines lost, doubled and swapped, cuts, other characters.
func nearly(real []byte) [][]byte {
	lines := bytes.SplitAfter(real, []byte("\n"))
	out := [][]byte{
		bytes.ReplaceAll(real, []byte("\n"), []byte("\r\n")), bytes.ToUpper(real), append(bytes.Clone(real), 0),
		bytes.TrimSuffix(real, []byte("\n")), append(bytes.Clone(real), real...), bytes.ReplaceAll(real, []byte("="), nil),
	}
	for i := range lines {
		out = append(out, bytes.Join(slices.Delete(slices.Clone(lines), i, i+1), nil), bytes.Join(slices.Insert(slices.Clone(lines), i, lines[i]), nil))
		if i > 0 {
			swapped := slices.Clone(lines)
			swapped[i], swapped[i-1] = swapped[i-1], swapped[i]
			out = append(out, bytes.Join(swapped, nil))
		}
	}
	for i := 0; i < len(real); i += 1 + len(real)/20 {
		flipped := bytes.Clone(real)
		flipped[i] ^= 1
		out = append(out, flipped, real[:i])
	}
	return out
}

// isSigned holds what a proof was said to show against what was signed: the record itself, at its index, under one of the
// checkpoints.
func isSigned(t *testing.T, e *events, v tlog.Verified) {
	t.Helper()
	if v.Index < 0 || v.Index >= v.Size || !slices.Contains(signedAt, int(v.Size)) || !bytes.Equal(v.Bytes, e.all[v.Index]) {
		t.Fatalf("verified: record %d of %d is %q", v.Index, v.Size, v.Bytes)
	}
	root, err := treeOf(t, e).Root(v.Size)
	if err != nil {
		t.Fatal(err)
	}
	want, err := envelope.Parse(v.Bytes)
	if err != nil || v.Root != root || v.Origin != origin || v.Envelope.ID != want.ID || len(v.Steps) != 4 {
		t.Fatalf("verified: %+v (%v)", v, err)
	}
}

func FuzzVerifyProof(f *testing.F) {
	key := newKey(f, 1)
	logs, e := fuzzLog(f, key)
	other, _ := fuzzLog(f, newKey(f, 2))
	for _, proof := range append(realProofs(f, logs), realProofs(f, other)...) {
		f.Add(proof)
		for _, near := range nearly(proof) {
			f.Add(near)
		}
	}
	f.Fuzz(func(t *testing.T, proof []byte) {
		v, err := tlog.VerifyProof(proof, key.VerifierKey())
		if err == nil {
			isSigned(t, e, v)
		}
	})
}

// The key may be anything too. A proof that is real verifies under the key that made it, in whatever way that is written,
// and under no other.
func FuzzVerifyProofWithKey(f *testing.F) {
	key := newKey(f, 1)
	logs, e := fuzzLog(f, key)
	proofs := realProofs(f, logs)
	for _, vkey := range []string{key.VerifierKey(), newKey(f, 2).VerifierKey(), ""} {
		for _, near := range append(nearly([]byte(vkey)), []byte(vkey)) {
			f.Add(string(near), uint8(3))
		}
	}
	f.Fuzz(func(t *testing.T, vkey string, which uint8) {
		v, err := tlog.VerifyProof(proofs[int(which)%len(proofs)], vkey)
		if err != nil {
			return
		}
		isSigned(t, e, v)
		if !bytes.Equal(public(vkey), public(key.VerifierKey())) {
			t.Fatalf("verified under %q", vkey)
		}
	})
}

// public is the public key in a verifier key.
func public(vkey string) []byte {
	parts := strings.SplitN(vkey, "+", 3)
	decoded, _ := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	return decoded
}

// A policy may be anything too. One that does not name the log's key takes none of its proofs.
func FuzzVerifyProofUnder(f *testing.F) {
	key := newKey(f, 1)
	logs, e := fuzzLog(f, key)
	proofs := realProofs(f, logs)
	_, witness, err := note.GenerateKey(zeros(9), "example.net/witness")
	if err != nil {
		f.Fatal(err)
	}
	for _, policy := range []string{
		"log " + key.VerifierKey() + "\nquorum none\n",
		"log\t" + key.VerifierKey() + "\r\n\r\n\v\n\u00a0\nquorum none\r\n",
		"quorum none\n", "", "log\n", "witness w\n", "group g 1\n", "group g any g\nquorum g\n", "group g 2 w\n",
		"log " + newKey(f, 2).VerifierKey() + "\nquorum none\n",
		"log " + key.VerifierKey() + "\nlog " + key.VerifierKey() + "\nquorum none\n",
		"log " + key.VerifierKey() + "\nwitness w " + witness + "\nquorum w\n",
		"witness w " + key.VerifierKey() + "\nquorum w\n",
	} {
		f.Add([]byte(policy), proofs[2])
		for _, near := range nearly([]byte(policy)) {
			f.Add(near, proofs[3])
		}
	}
	f.Fuzz(func(t *testing.T, text, proof []byte) {
		policy, err := tlog.ParsePolicy(text)
		if err != nil {
			return
		}
		v, err := tlog.VerifyProofUnder(proof, policy)
		if err != nil {
			return
		}
		isSigned(t, e, v)
		named := false
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			named = named || len(fields) > 1 && fields[0] == "log" && bytes.Equal(public(fields[1]), public(key.VerifierKey()))
		}
		if !named {
			t.Fatalf("verified under a policy that does not name the log:\n%s", text)
		}
	})
}

// fixedHeads says that a checkpoint is the last, and remembers what it was to be replaced by.
type fixedHeads struct {
	tlog.Heads
	last, next tlog.Head
}

func (h *fixedHeads) Last(context.Context) (tlog.Head, error) { return h.last, nil }

func (h *fixedHeads) Doubts(context.Context) (tlog.Doubts, error) { return tlog.Doubts{}, nil }

func (h *fixedHeads) Replace(_ context.Context, _, next tlog.Head) error {
	h.next = next
	return nil
}

// A checkpoint is believed only if the key has signed it, by readers and by the signer, who signs nothing after any other.
func FuzzCheckpoint(f *testing.F) {
	key := newKey(f, 1)
	logs, e := fuzzLog(f, key)
	tree := treeOf(f, e)
	other, _ := fuzzLog(f, newKey(f, 2))
	for _, log := range append(logs, other...) {
		head, err := log.Checkpoint(f.Context())
		if err != nil {
			f.Fatal(err)
		}
		for _, near := range append(nearly(head.Signed), head.Signed) {
			f.Add(near, head.Size, head.Root[:])
		}
		f.Add(head.Signed, head.Size+1, head.Root[:])
		f.Add(head.Signed, head.Size, head.Root[1:])
		f.Add(head.Signed, -head.Size, []byte(nil))
	}
	f.Fuzz(func(t *testing.T, signed []byte, size int64, root []byte) {
		c, err := tlog.OpenCheckpoint(signed, key.VerifierKey())
		if err == nil {
			want, err := tree.Root(c.N)
			if err != nil || c.Hash != want || c.Origin != origin || !slices.Contains(signedAt, int(c.N)) {
				t.Fatalf("believed: %+v", c)
			}
		}
		if size == 0 {
			return // nothing is signed yet
		}
		heads := &fixedHeads{last: tlog.Head{Size: size, Signed: signed}}
		copy(heads.last.Root[:], root)
		head, signErr := tlog.NewSigner(key, tree, heads, clock).Sign(t.Context())
		if sound := err == nil && c.N == size && c.Hash == heads.last.Root; sound != (signErr == nil) {
			t.Fatalf("after a last checkpoint that is sound (%t), Sign says %v", sound, signErr)
		}
		if signErr == nil && (head.Size != 20 || heads.next.Size != 20) || signErr != nil && heads.next.Size != 0 {
			t.Fatalf("signed %d, kept %d: %v", head.Size, heads.next.Size, signErr)
		}
	})
}

// A file is the key of a log only if it has the form of one, and no error shows a secret.
func FuzzLoadKey(f *testing.F) {
	path := filepath.Join(f.TempDir(), "log.key")
	if _, err := tlog.GenerateKey(path, ledgerID, origin, zeros(1)); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, near := range append(nearly(good), good) {
		f.Add(near)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "log.key")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		key, err := tlog.LoadKey(path, ledgerID, origin)
		if err != nil {
			if strings.Contains(err.Error(), "PRIVATE") {
				t.Fatalf("the error shows the secret: %v", err)
			}
			return
		}
		head, err := tlog.NewSigner(key, treeOf(t, newEvents(t, "key", 1)), &memoryHeads{}, clock).Sign(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c, err := tlog.OpenCheckpoint(head.Signed, key.VerifierKey()); err != nil || c.Origin != origin || c.N != 1 {
			t.Fatalf("what the key signs is not by it: %+v, %v", c, err)
		}
	})
}

// Whatever is asked for below /log/: what is served is a tile or a bundle, whole, under the checkpoint, by its one address.
func FuzzTilePath(f *testing.F) {
	const signed = 700
	log, e := signedLog(f, newKey(f, 1), 800, signed)
	handler := log.Handler()
	contract, err := os.ReadFile("testdata/http.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(contract)) {
		if target, ok := strings.CutPrefix(line, "GET /log/"); ok {
			f.Add(strings.Fields(target)[0])
		}
	}
	f.Fuzz(func(t *testing.T, path string) {
		address, err := url.ParseRequestURI("/log/" + path)
		if err != nil {
			return
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, &http.Request{Method: http.MethodGet, URL: address, Header: http.Header{}})
		if w.Code == http.StatusNotFound || address.EscapedPath() == "/log/checkpoint" {
			return
		}
		if size, ok := strings.CutPrefix(address.EscapedPath(), "/log/checkpoints/"); ok && w.Code == http.StatusOK {
			if n, err := strconv.Atoi(size); err != nil || strconv.Itoa(n) != size || n < 0 || n > signed {
				t.Fatalf("%s is served", address)
			}
			return
		}
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", address, w.Code)
		}
		tile, err := torchwood.ParseTilePath(strings.TrimPrefix(address.EscapedPath(), "/log/"))
		if err != nil || "/log/"+torchwood.TilePath(tile) != address.EscapedPath() || tile.L > 1 {
			t.Fatalf("%s is served", address)
		}
		span := 1 << (8 * max(tile.L, 0))
		var want []byte
		for i := int(tile.N) * 256; i < int(tile.N)*256+tile.W; i++ {
			if (i+1)*span > signed {
				t.Fatalf("%s reaches beyond the checkpoint", address)
			}
			if tile.L == -1 {
				want, _ = torchwood.AppendTileEntry(want, e.all[i])
				continue
			}
			h := merkle(e.all[i*span : (i+1)*span])
			want = append(want, h[:]...)
		}
		if !bytes.Equal(w.Body.Bytes(), want) {
			t.Fatalf("%s has %d bytes, want %d", address, w.Body.Len(), len(want))
		}
	})
}

// A bundle that fits its tile is the bundle: there is no second way to write the same entries, and a record that was
// changed in the store is never served.
func FuzzEntryBundle(f *testing.F) {
	const size = 5
	log, e := signedLog(f, newKey(f, 1), size, size)
	address := fmt.Sprintf("/log/tile/entries/000.p/%d", size)
	real := request(log.Handler(), http.MethodGet, address).Body.Bytes()
	for _, near := range append(nearly(real), real) {
		f.Add(near)
	}
	f.Add(append([]byte{0, 0}, real...))
	leaves, err := xtlog.ReadTileData(xtlog.Tile{H: 8, W: size}, log.Tree)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, bundle []byte) {
		var hashes []byte
		var entries [][]byte
		for rest := bundle; len(rest) > 0; {
			entry, more, err := torchwood.ReadTileEntry(rest)
			if err != nil {
				return
			}
			h := xtlog.RecordHash(entry)
			hashes, entries, rest = append(hashes, h[:]...), append(entries, entry), more
		}
		if bytes.Equal(hashes, leaves) != bytes.Equal(bundle, real) {
			t.Fatalf("another bundle has the same leaves: %q", bundle)
		}
		if len(entries) == 0 {
			return
		}
		changed := &events{all: slices.Clone(e.all)}
		changed.all[len(entries)%size] = entries[0]
		w := request((&tlog.Log{Tree: log.Tree, Events: changed, Heads: log.Heads}).Handler(), http.MethodGet, address)
		if same := bytes.Equal(entries[0], e.all[len(entries)%size]); same != (w.Code == http.StatusOK) {
			t.Fatalf("a record that is the same (%t) is served with %d", same, w.Code)
		}
	})
}
