package audit_test

import (
	"testing"
)

// An honest ledger is verified, whole, by whoever has its key.
func TestHonest(t *testing.T) {
	s := newSite(t)
	opt := s.options(t, t.TempDir())
	opt.Answer = s.answers
	report, err := s.round(t, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range report.Checks {
		t.Logf("%-12s %s", c.Name, c.Says)
	}
	if report.Origin != origin || report.Size != int64(s.ledger.Size()) || report.Unknown != 0 {
		t.Errorf("%+v", report)
	}
	for name, want := range map[string]map[string]int64{
		"tree": {"leaves": report.Size, "tiles": 3}, "records": {"records": report.Size, "unknown": 0}, "rules": {"judged": report.Size},
		"sealed": {"erased": 0, "ceremony": 0}, "answers": {"proofs": 20},
	} {
		for figure, n := range want {
			if got := check(t, report, name).Figures[figure]; got != n {
				t.Errorf("%s: %s is %d, want %d", name, figure, got, n)
			}
		}
	}
	for name, figure := range map[string]string{"rules": "public", "sealed": "disclosed", "answers": "compared", "pages": "compared"} {
		if n := check(t, report, name).Figures[figure]; n < 40 {
			t.Errorf("%s: %s is %d", name, figure, n)
		}
	}
}
