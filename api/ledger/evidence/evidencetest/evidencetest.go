// Package evidencetest is the conformance suite of evidence.Store: every sentence of the contract is a test here.
package evidencetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"arobase/api/ledger/evidence"
)

// At is when the files of the tests are uploaded.
var At = time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)

// File makes a file out of its content.
func File(content string) evidence.File {
	return evidence.File{Hash: sha256.Sum256([]byte(content)), Media: evidence.Text, Uploaded: At, Content: []byte(content)}
}

const aix, laon = "declarant:fr-commune-73008", "declarant:fr-commune-02408"

// Run tests a store. open gives a new, empty one and releases it when its test ends.
func Run(t *testing.T, open func(t *testing.T) evidence.Store) {
	for name, test := range map[string]func(*testing.T, evidence.Store){
		"a file and its owners": owners, "what is erased": erased, "what nobody names": purged, "each": each, "many at once": atOnce,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func put(t *testing.T, s evidence.Store, f evidence.File, owner string) {
	t.Helper()
	if err := s.Put(t.Context(), f, owner); err != nil {
		t.Fatal(err)
	}
}

func owners(t *testing.T, s evidence.Store) {
	f := File("a report")
	owned := func(owner string, want bool) {
		t.Helper()
		if got, err := s.Owned(t.Context(), f.Hash, owner); err != nil || got != want {
			t.Errorf("of %s: %t, %v", owner, got, err)
		}
	}
	held := func(owner string, want int64) {
		t.Helper()
		if got, err := s.Held(t.Context(), owner); err != nil || got != want {
			t.Errorf("%s holds %d bytes, %v; want %d", owner, got, err, want)
		}
	}
	if _, err := s.Get(t.Context(), f.Hash); !errors.Is(err, evidence.ErrAbsent) {
		t.Errorf("before it is there: %v", err)
	}
	owned(aix, false)
	put(t, s, f, aix)
	put(t, s, f, aix)
	later := f
	later.Uploaded = At.Add(time.Hour)
	put(t, s, later, laon)
	put(t, s, File("another one"), aix)
	got, err := s.Get(t.Context(), f.Hash)
	if diff := cmp.Diff(f, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	owned(aix, true)
	owned(laon, true)
	owned("registrar:secretariat", false)
	held(aix, int64(len("a report")+len("another one")))
	held(laon, int64(len("a report")))
	held("registrar:secretariat", 0)
}

func erased(t *testing.T, s evidence.Store) {
	f, other, never := File("about Anne Martin"), File("about nobody"), File("never here")
	put(t, s, f, aix)
	put(t, s, other, aix)
	for range 2 {
		if err := s.Erase(t.Context(), f.Hash, never.Hash); err != nil {
			t.Fatal(err)
		}
		for _, gone := range []evidence.File{f, never} {
			if _, err := s.Get(t.Context(), gone.Hash); !errors.Is(err, evidence.ErrErased) {
				t.Errorf("%s: %v", gone.Content, err)
			}
			if err := s.Put(t.Context(), gone, laon); !errors.Is(err, evidence.ErrErased) {
				t.Errorf("%s, put again: %v", gone.Content, err)
			}
			if err := s.Renew(t.Context(), gone.Hash, At); !errors.Is(err, evidence.ErrErased) {
				t.Errorf("%s, renewed: %v", gone.Content, err)
			}
		}
	}
	if owned, err := s.Owned(t.Context(), f.Hash, aix); err != nil || owned {
		t.Errorf("owned: %t, %v", owned, err)
	}
	if n, err := s.Held(t.Context(), aix); err != nil || n != int64(len(other.Content)) {
		t.Errorf("held: %d, %v", n, err)
	}
	if _, err := s.Get(t.Context(), other.Hash); err != nil {
		t.Errorf("another: %v", err)
	}
}

func purged(t *testing.T, s evidence.Store) {
	old, named, renewed, again, young := File("old"), File("named"), File("renewed"), File("again"), File("young")
	young.Uploaded = At.Add(time.Hour)
	for _, f := range []evidence.File{old, named, renewed, again, young} {
		put(t, s, f, aix)
	}
	if err := s.Renew(t.Context(), renewed.Hash, At.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	again.Uploaded = At.Add(time.Hour)
	put(t, s, again, laon)
	is := func(h evidence.Hash) bool { return h == named.Hash }
	if n, err := s.Purge(t.Context(), At, is); n != 0 || err != nil {
		t.Errorf("at the moment: %d, %v", n, err)
	}
	if n, err := s.Purge(t.Context(), At.Add(time.Hour), is); n != 1 || err != nil {
		t.Errorf("an hour later: %d, %v", n, err)
	}
	if _, err := s.Get(t.Context(), old.Hash); !errors.Is(err, evidence.ErrAbsent) {
		t.Errorf("the old one: %v", err)
	}
	if err := s.Renew(t.Context(), old.Hash, At); !errors.Is(err, evidence.ErrAbsent) {
		t.Errorf("renewed too late: %v", err)
	}
	for _, f := range []evidence.File{named, renewed, again, young} {
		if _, err := s.Get(t.Context(), f.Hash); err != nil {
			t.Errorf("%s: %v", f.Content, err)
		}
	}
	put(t, s, old, laon) // it is no tombstone
	if owned, err := s.Owned(t.Context(), old.Hash, aix); err != nil || owned {
		t.Errorf("it is still of who uploaded it first: %t, %v", owned, err)
	}
}

func each(t *testing.T, s evidence.Store) {
	a, b := File("a"), File("b")
	put(t, s, a, laon)
	put(t, s, a, aix)
	put(t, s, b, aix)
	if err := s.Erase(t.Context(), b.Hash); err != nil {
		t.Fatal(err)
	}
	if err := s.Renew(t.Context(), a.Hash, At.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var got []evidence.Kept
	if err := s.Each(t.Context(), func(k evidence.Kept) error { got = append(got, k); return nil }); err != nil {
		t.Fatal(err)
	}
	want := []evidence.Kept{{File: a, Owners: []string{laon, aix}, Young: At.Add(time.Minute)}, {File: evidence.File{Hash: b.Hash}, Erased: true}}
	slices.Sort(want[0].Owners)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	enough := errors.New("enough")
	if err := s.Each(t.Context(), func(evidence.Kept) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("stopped: %v", err)
	}
}

func atOnce(t *testing.T, s evidence.Store) {
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 5 {
				f := File(fmt.Sprintf("file %d", i))
				if err := s.Put(t.Context(), f, fmt.Sprint("owner ", n)); err != nil {
					t.Error(err)
				}
				if _, err := s.Get(t.Context(), f.Hash); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	count := 0
	if err := s.Each(t.Context(), func(k evidence.Kept) error {
		if count++; len(k.Owners) != 8 {
			t.Errorf("%s has %d owners", k.Content, len(k.Owners))
		}
		return nil
	}); err != nil || count != 5 {
		t.Errorf("%d files, %v", count, err)
	}
}
