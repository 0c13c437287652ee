package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"arobase/api/audit"
	"arobase/eventstore/vault"
)

// disclosing is what the log discloses for a value.
func disclosing(t *testing.T, x vault.Secret) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"commitment": x.Commitment.String(), "ledgerId": ledgerID, "event": x.Event, "pointer": x.Pointer, "salt": x.Salt[:], "value": json.RawMessage(x.Value),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What was found right once is not taken for right for ever: a text that is withheld later, or altered, or that comes back after
// it was erased, is found by an audit that goes on from an earlier one, and by a monitor in a later round.
func TestValuesAreAskedForAgain(t *testing.T) {
	withheld := func(a *answered) { a.status, a.body = http.StatusNotFound, nil }
	for name, test := range map[string]struct {
		erased bool
		lie    func(x []byte) func(a *answered)
		says   string
	}{
		"withheld": {false, func([]byte) func(a *answered) { return withheld }, "and no record says that it was erased"},
		"altered":  {false, func([]byte) func(a *answered) { return changing(`"value":"`, `"value":"not `) }, "is not what was committed to"},
		"comes back": {true, func(x []byte) func(a *answered) {
			return func(a *answered) { a.status, a.body = http.StatusOK, bytes.Clone(x) }
		}, "was erased, as a record says, and is disclosed again"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newEmptySite(t, t.TempDir())
			s.imports(t, "sources", "source_id,publisher,title,published_on,url,note\nfirst,The First,What was said,2014-02-01,,a remark on a source\n")
			x := s.sealedOf(t)
			shown := disclosing(t, x)
			if test.erased {
				s.erase(t, x)
			}
			s.sign(t)
			a := s.auditor(t, s.options(t, t.TempDir()))
			defer func() { _ = a.Close() }()
			if _, err := a.Round(t.Context()); err != nil {
				t.Fatalf("an honest log: %v", err)
			}
			told := s.lies("/log/disclosed/", test.lie(shown))
			// Which value is asked for is chosen at random: each of the few that there are is, sooner or later.
			for round := 0; ; round++ {
				_, err := a.Round(t.Context())
				if err == nil && round < 100 {
					continue
				}
				if f, ok := errors.AsType[*audit.Failure](err); !ok || f.Check != "sealed" || !strings.Contains(f.Error(), test.says) || *told == 0 {
					t.Errorf("told %d times, found %v, want what says %q", *told, err, test.says)
				}
				return
			}
		})
	}
}

// What cannot be compared is told with the verdict, and is a failure to whoever asks for the whole: a server that calls itself
// another version shows pages that nobody compares.
func TestWhole(t *testing.T) {
	s := newTinySite(t)
	opt := s.options(t, t.TempDir())
	opt.Answer, opt.Program = s.answers, "of another version"
	report, err := s.round(t, opt)
	if err != nil || len(report.Uncompared) != 1 || !strings.HasPrefix(report.Uncompared[0], "pages (the server runs the version") {
		t.Errorf("%v, %q", err, report.Uncompared)
	}
	opt.Whole = true
	if _, err := s.round(t, opt); err == nil || !strings.Contains(err.Error(), "whole: not everything could be compared: pages (the server runs") {
		t.Errorf("whole: %v", err)
	}
	opt.Program = version
	if report, err := s.round(t, opt); err != nil || len(report.Uncompared) != 0 {
		t.Errorf("of this version: %v, %q", err, report.Uncompared)
	}
}

// A log at another place than that of this program is taken with the answers beside it, so that they are compared.
func TestAnswersBesideALogElsewhere(t *testing.T) {
	s := newTinySite(t)
	served, sites := s.served, true
	s.served = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case strings.HasPrefix(path, "/log/"), !sites && strings.HasPrefix(path, "/v1"):
			http.NotFound(w, r)
		case path == "/checkpoint", path == "/rotations", strings.HasPrefix(path, "/tile/"), strings.HasPrefix(path, "/disclosed/"):
			r.URL.Path, r.URL.RawPath = "/log"+path, ""
			served.ServeHTTP(w, r)
		default:
			served.ServeHTTP(w, r)
		}
	})
	for _, beside := range []bool{true, false} {
		sites = beside
		place, err := audit.AtAddress(context.Background(), "http://label.example", &http.Client{Transport: s})
		if err != nil {
			t.Fatal(err)
		}
		if (place.Site != nil) != beside {
			t.Errorf("answers are there: %t; taken with the log: %t", beside, place.Site != nil)
		}
	}
}

// Who stands before a server may call it by another name than visitors do. Its pages name it so, which is told and is no failure.
func TestServerThatIsCalledOtherwise(t *testing.T) {
	s := newTinySite(t)
	served := s.served
	s.served = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = "127.0.0.1:8080"
		served.ServeHTTP(w, r)
	})
	opt := s.options(t, t.TempDir())
	opt.Answer = s.answers
	report, err := s.round(t, opt)
	if err != nil {
		t.Fatal(err)
	}
	if says := check(t, report, "pages").Says; !strings.HasSuffix(says, `the site calls itself "127.0.0.1:8080", not "label.example"`) {
		t.Error(says)
	}
}
