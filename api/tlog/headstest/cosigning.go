package headstest

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"arobase/api/tlog"
	"arobase/eventstore"
)

// Base64 is what a signature by a key with this hash looks like. It is one in form only.
func Base64(keyHash uint32) string {
	return base64.StdEncoding.EncodeToString(append(binary.BigEndian.AppendUint32(nil, keyHash), "not a signature"...))
}

func by(name string, keyHash uint32) note.Signature {
	return note.Signature{Name: name, Hash: keyHash, Base64: Base64(keyHash)}
}

// with is a head with lines behind its own.
func with(head tlog.Head, sigs ...note.Signature) tlog.Head {
	head.Signed = append([]byte(nil), head.Signed...)
	for _, s := range sigs {
		head.Signed = fmt.Appendf(head.Signed, "— %s %s\n", s.Name, s.Base64)
	}
	return head
}

func cosigning(t *testing.T, open Opener) {
	one, two, three := by("witness.example/z", 7), by("witness.example/a", 8), by("witness.example/z", 9)

	t.Run("AddsLines", func(t *testing.T) {
		heads, again := open(t)
		first, second := headOf(3, 0), headOf(5, 0)
		replace(t, heads, tlog.Head{}, first)
		cosign(t, heads, first, one)
		replace(t, heads, first, second) // the cosignature of the last head does not keep it from being replaced
		cosign(t, again(), first, two)
		cosign(t, heads, first, one) // again: nothing changes
		cosign(t, heads, first, three)
		cosign(t, heads, second, two)
		for _, heads := range []tlog.Heads{heads, again()} {
			for what, got := range map[string]func() (tlog.Head, error){
				"At(1)":     func() (tlog.Head, error) { return heads.At(t.Context(), 1) },
				"Before(5)": func() (tlog.Head, error) { return heads.Before(t.Context(), 5) },
				"LastCosigned by one": func() (tlog.Head, error) {
					return heads.LastCosigned(t.Context(), one.Name, one.Hash)
				},
				"LastCosigned by three": func() (tlog.Head, error) {
					return heads.LastCosigned(t.Context(), three.Name, three.Hash)
				},
			} {
				if head, err := got(); err != nil || !cmp.Equal(head, with(first, one, two, three)) {
					t.Errorf("%s: %s, %v", what, head.Signed, err)
				}
			}
			if head, err := heads.Last(t.Context()); err != nil || !cmp.Equal(head, with(second, two)) {
				t.Errorf("Last: %s, %v", head.Signed, err)
			}
			if head, err := heads.LastCosigned(t.Context(), two.Name, two.Hash); err != nil || !cmp.Equal(head, with(second, two)) {
				t.Errorf("LastCosigned by two: %s, %v", head.Signed, err)
			}
			for _, stranger := range []note.Signature{by(one.Name, two.Hash), by(two.Name, one.Hash), by("witness.example", 7)} {
				if head, err := heads.LastCosigned(t.Context(), stranger.Name, stranger.Hash); err != nil || head.Size != 0 {
					t.Errorf("LastCosigned by a stranger: %s, %v", head.Signed, err)
				}
			}
		}
	})

	t.Run("OnlyWhatIsSigned", func(t *testing.T) {
		heads, _ := open(t)
		if err := heads.Cosign(t.Context(), 3, headOf(3, 0).Root, one); !errors.Is(err, tlog.ErrNoHead) {
			t.Errorf("nothing is signed: %v, want ErrNoHead", err)
		}
		replace(t, heads, tlog.Head{}, headOf(3, 0))
		for what, head := range map[string]tlog.Head{"smaller": headOf(2, 0), "greater": headOf(4, 0), "of another root": headOf(3, 1)} {
			if err := heads.Cosign(t.Context(), head.Size, head.Root, one); !errors.Is(err, tlog.ErrNoHead) {
				t.Errorf("%s: %v, want ErrNoHead", what, err)
			}
		}
		if head, err := heads.Last(t.Context()); err != nil || !cmp.Equal(head, headOf(3, 0)) {
			t.Errorf("Last: %s, %v", head.Signed, err)
		}
	})

	t.Run("OnlyWhatCanStandInANote", func(t *testing.T) {
		heads, _ := open(t)
		replace(t, heads, tlog.Head{}, headOf(3, 0))
		for what, s := range map[string]note.Signature{
			"no name":                {Hash: 7, Base64: Base64(7)},
			"a name with a space":    {Name: "a b", Hash: 7, Base64: Base64(7)},
			"a name with a plus":     {Name: "a+b", Hash: 7, Base64: Base64(7)},
			"a name with a line":     {Name: "a\nb", Hash: 7, Base64: Base64(7)},
			"a name not in UTF-8":    {Name: "a\xff", Hash: 7, Base64: Base64(7)},
			"a control character":    {Name: "a\x01", Hash: 7, Base64: Base64(7)},
			"no signature":           {Name: "a", Hash: 7},
			"not base64":             {Name: "a", Hash: 7, Base64: "$$$$"},
			"a line in the base64":   {Name: "a", Hash: 7, Base64: Base64(7)[:4] + "\n" + Base64(7)[4:]},
			"loose base64":           {Name: "a", Hash: 7, Base64: "AAAAB0A=" + "\n"},
			"bits that mean nothing": {Name: "a", Hash: 7, Base64: "AAAAB0B="},
			"another key's":          {Name: "a", Hash: 7, Base64: Base64(8)},
			"nothing but the hash":   {Name: "a", Hash: 7, Base64: "AAAABw=="},
		} {
			if err := heads.Cosign(t.Context(), 3, headOf(3, 0).Root, s); !errors.Is(err, eventstore.ErrInvalid) {
				t.Errorf("%s: %v, want ErrInvalid", what, err)
			}
		}
		if head, err := heads.Last(t.Context()); err != nil || !cmp.Equal(head, headOf(3, 0)) {
			t.Errorf("Last: %s, %v", head.Signed, err)
		}
	})

	t.Run("NotTooMany", func(t *testing.T) {
		heads, _ := open(t)
		replace(t, heads, tlog.Head{}, headOf(3, 0))
		for i := range tlog.MaxCosignatures {
			cosign(t, heads, headOf(3, 0), by("witness.example", uint32(100+i)))
		}
		if err := heads.Cosign(t.Context(), 3, headOf(3, 0).Root, one); !errors.Is(err, eventstore.ErrInvalid) {
			t.Errorf("one more: %v, want ErrInvalid", err)
		}
		cosign(t, heads, headOf(3, 0), by("witness.example", 100))
		if head, err := heads.Last(t.Context()); err != nil || strings.Count(string(head.Signed), "\n") != 5+tlog.MaxCosignatures {
			t.Errorf("Last: %s, %v", head.Signed, err)
		}
	})

	t.Run("EndedContext", func(t *testing.T) {
		heads, _ := open(t)
		replace(t, heads, tlog.Head{}, headOf(3, 0))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := heads.Cosign(ended, 3, headOf(3, 0).Root, one); !errors.Is(err, context.Canceled) {
			t.Errorf("Cosign: %v, want the context's error", err)
		}
		if head, err := heads.Last(t.Context()); err != nil || !cmp.Equal(head, headOf(3, 0)) {
			t.Errorf("Last: %s, %v", head.Signed, err)
		}
	})

	t.Run("AtOnce", func(t *testing.T) {
		first, again := open(t)
		replace(t, first, tlog.Head{}, headOf(3, 0))
		handles := []tlog.Heads{first, again()}
		var witnesses sync.WaitGroup
		for i := range 8 {
			for _, heads := range handles { // each cosignature comes twice
				witnesses.Go(func() {
					if err := heads.Cosign(t.Context(), 3, headOf(3, 0).Root, by("witness.example", uint32(i))); err != nil {
						t.Error(err)
					}
				})
			}
		}
		witnesses.Wait()
		head, err := first.Last(t.Context())
		if err != nil || strings.Count(string(head.Signed), "— witness.example ") != 8 {
			t.Errorf("Last: %s, %v", head.Signed, err)
		}
		for i := range 8 {
			if !strings.Contains(string(head.Signed), "— witness.example "+Base64(uint32(i))+"\n") {
				t.Errorf("the cosignature of %d is missing", i)
			}
		}
	})
}

func replace(t *testing.T, heads tlog.Heads, old, next tlog.Head) {
	t.Helper()
	if err := heads.Replace(t.Context(), old, next); err != nil {
		t.Fatal(err)
	}
}

func cosign(t *testing.T, heads tlog.Heads, head tlog.Head, by note.Signature) {
	t.Helper()
	if err := heads.Cosign(t.Context(), head.Size, head.Root, by); err != nil {
		t.Fatal(err)
	}
}
