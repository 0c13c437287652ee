package audit_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"arobase/api/audit"
	"arobase/eventstore/vault"
)

// A value may be erased at any moment of an audit. It is missing then, and that is no failure: a record says why.
func TestErasedMeanwhile(t *testing.T) {
	asked := func(x vault.Secret) string { return "/log/disclosed/" + x.Commitment.URL() }
	at := func(address string) func(vault.Secret) string { return func(vault.Secret) string { return address } }
	for name, test := range map[string]struct {
		// before is a part of the address before which it is erased, answers what is compared, by a program of a version;
		// late says that the record is signed later.
		before  func(x vault.Secret) string
		answers bool
		version string
		late    bool
	}{
		"before it is asked for":      {before: asked, version: version},
		"and its record signed later": {before: asked, version: version, late: true},
		"while answers are compared":  {before: at("/v1/sources?"), answers: true, version: "of another version", late: true},
		"while pages are compared":    {before: at("/en/editions"), answers: true, version: version},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			opt := s.options(t, t.TempDir())
			if opt.Program = test.version; test.answers {
				opt.Answer = s.answers
			}
			x := s.sealedOf(t)
			var unsigned sync.Once
			erased := false
			s.once(test.before(x), func() {
				s.erase(t, x)
				s.catchUp(t)
				erased = true
				if !test.late {
					unsigned.Do(func() { s.sign(t) })
				}
			})
			opt.Pause = func(ctx context.Context, _ time.Duration) error {
				unsigned.Do(func() { s.sign(t) })
				return ctx.Err()
			}
			size := int64(s.ledger.Size())
			report, err := s.round(t, opt)
			if err != nil || !erased {
				t.Fatalf("erased: %t; %v", erased, err)
			}
			if report.Size != size+1 {
				t.Errorf("it ends at %d records, where %d were recorded", report.Size, size+1)
			}
			opt.Answer = nil
			again, err := s.round(t, opt)
			if err != nil || check(t, again, "sealed").Figures["erased"] != 1 {
				t.Errorf("the next audit: %v, %+v", err, again.Checks)
			}
		})
	}
}

// What an audit has kept is erased when the log says so, and the next audit holds the log to that.
func TestErasedBetweenAudits(t *testing.T) {
	s := newSite(t)
	dir := t.TempDir()
	if _, err := s.round(t, s.options(t, dir)); err != nil {
		t.Fatal(err)
	}
	x := s.sealedOf(t)
	s.erase(t, x)
	s.sign(t)
	report, err := s.round(t, s.options(t, dir))
	if err != nil || check(t, report, "sealed").Figures["erased"] != 1 || check(t, report, "kept").Figures["records"] != report.Size-1 {
		t.Fatalf("%v, %+v", err, report.Checks)
	}
}

// Values are asked for many at once, and not more than a server can bear.
func TestValuesAreAskedForManyAtOnce(t *testing.T) {
	s := newSite(t)
	const many, most = 12, 32 // more than there are bundles
	var mu sync.Mutex
	running, peak := 0, 0
	reached := make(chan struct{})
	s.meanwhile = func(path string) {
		if !strings.Contains(path, "/log/disclosed/") {
			return
		}
		mu.Lock()
		if running++; running > peak {
			if peak = running; peak == many {
				close(reached)
			}
		}
		mu.Unlock()
		select {
		case <-reached:
		case <-time.After(time.Minute):
		}
		mu.Lock()
		running--
		mu.Unlock()
	}
	if _, err := s.round(t, s.options(t, t.TempDir())); err != nil {
		t.Fatal(err)
	}
	if peak < many || peak > most {
		t.Errorf("%d at once", peak)
	}
}

// Of several things that are wrong the first in the log is named, whatever check finds it.
func TestTheFirstFailureIsNamed(t *testing.T) {
	s := newSite(t)
	bad := s.force(t, "candidacy-19-fr-commune-73008", "arobase.award-recorded.v1", `{"certainty":"stated","collectivity":"fr-commune-73008","distinction":"level","edition":19,"holder":"Aix-les-Bains","level":5,"occurred":"2018","source":"nobody","yearAsStated":"2018"}`, nil)
	s.sign(t)
	values := func(path string, a *answered) {
		if strings.Contains(path, "/log/disclosed/") {
			changing(`"value":"`, `"value":"not `)(a)
		}
	}
	for name, test := range map[string]struct {
		lie         func(path string, a *answered)
		check, rule string
		leaf        int64
	}{
		"a rule":                       {func(string, *answered) {}, "rules", "", int64(s.ledger.Size()) - 1},
		"a value before a broken rule": {values, "sealed", "commitment", 2},
		"a value before a wrong bundle": {func(path string, a *answered) {
			if values(path, a); strings.Contains(path, "/log/tile/entries/001") {
				a.body = bytes.Replace(a.body, []byte("Niort"), []byte("Niart"), 1)
			}
		}, "sealed", "commitment", 2},
	} {
		t.Run(name, func(t *testing.T) {
			s.mu.Lock()
			s.lie = test.lie
			s.mu.Unlock()
			_, err := s.round(t, s.options(t, t.TempDir()))
			f, _ := errors.AsType[*audit.Failure](err)
			if f == nil || f.Check != test.check || f.Leaf != test.leaf || f.Rule == "" || test.rule != "" && f.Rule != test.rule || f.Type == "" {
				t.Fatalf("found %v of %+v", err, f)
			}
			if test.check == "rules" && f.Event != bad {
				t.Errorf("found %v, not %v", f.Event, bad)
			}
		})
	}
}
