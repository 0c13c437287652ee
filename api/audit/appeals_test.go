package audit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"arobase/api/audit"
	"arobase/domain"
)

// TestErasedUnderAppeal: an erasure that is forced into the store while a candidacy that is judged by it is under appeal does
// not name the candidacy in its basis, and the audit finds that; so does one of a file that another action shows too.
func TestErasedUnderAppeal(t *testing.T) {
	const file = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
	for name, tt := range map[string]struct {
		of      domain.CollectivityID // whose action it is
		pointer string
		named   bool // the basis names the candidacy under appeal, as it was before
		settled bool // the appeal was decided before
		found   bool
	}{
		"a text":                      {aix, "/data/title", false, false, true},
		"a text of another":           {laon, "/data/title", false, false, false},
		"a file":                      {laon, "/data/evidence/0", false, false, true},
		"looked at before the appeal": {aix, "/data/title", true, false, false},
		"once the appeal is rejected": {aix, "/data/title", false, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared := map[domain.CollectivityID]uuid.UUID{}
			s := newEditionOf(t, func(s *edition, id domain.CollectivityID) []domain.ActionRevision {
				action := domain.ActionID("wifi-" + id[len(id)-5:])
				declared[id] = s.execute(t, domain.DeclareAction{ActionDeclared: domain.ActionDeclared{Action: action, Collectivity: id, ActionParticulars: domain.ActionParticulars{
					Grid: "grille", Services: []string{"wifi"}, StartedOn: "2025", OperatorKind: "collectivity", Title: domain.Text("Wi-Fi"),
					Evidence: []domain.Evidence{{URL: "https://example.org/", SHA256: file}},
				}}})
				return []domain.ActionRevision{{Action: action}}
			})
			s.celebrate(t)
			appeal := s.execute(t, domain.LodgeAppeal{Under: under, AppealLodged: domain.AppealLodged{Candidacy: of(aix), Of: s.seals[aix], On: "2026-11-26", Grounds: domain.Text("more")}})
			if tt.settled {
				s.execute(t, domain.RejectAppeal{Under: under, AppealRejected: domain.AppealRejected{Candidacy: of(aix), Appeal: appeal, Article: "1", Reason: domain.Text("late")}})
			}
			basis := map[string]int64{string(domain.ActionStream(domain.ActionID("wifi-" + tt.of[len(tt.of)-5:]))): 0}
			if tt.named {
				basis[string(of(aix).Stream())] = 1
			}
			s.force(t, "ledger", "arobase.personal-data-erased.v1", fmt.Sprintf(`{"event":"%s","ground":"request","pointer":"%s"}`, declared[tt.of], tt.pointer), basis)
			s.sign(t)
			opt := s.options(t, t.TempDir())
			_, err := s.round(t, opt)
			var f *audit.Failure
			found := errors.As(err, &f) && f.Rule == string(domain.RuleUnderAppeal) && strings.Contains(f.Error(), string(of(aix).Stream()))
			if found != tt.found || errors.As(err, &f) && f.Check == "rules" && !found {
				t.Errorf("found %v, want a failure: %t", err, tt.found)
			}
		})
	}
}
