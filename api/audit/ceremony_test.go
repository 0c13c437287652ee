package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"arobase/api/audit"
	"arobase/api/ledger"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/vault"
)

// The edition of these tests is run on one day, for three collectivities: two are decided, by four jurors, and one withdraws.
const (
	run                domain.Edition        = 28
	regulation                               = "reglement"
	aix, laon, bourges domain.CollectivityID = "fr-commune-73008", "fr-commune-02408", "fr-commune-18033"
)

var under = domain.Under{Regulation: regulation}

// edition is what the tests know of it.
type edition struct {
	*site
	seals map[domain.CollectivityID]uuid.UUID
}

func of(id domain.CollectivityID) domain.Candidacy {
	return domain.Candidacy{Edition: run, Collectivity: id}
}

// newEdition is a site on which an edition was run until the deliberation was closed.
func newEdition(t *testing.T) *edition { return newEditionOf(t, nil) }

// newEditionOf is newEdition with the actions that a collectivity submits; nil: none.
func newEditionOf(t *testing.T, declared func(*edition, domain.CollectivityID) []domain.ActionRevision) *edition {
	t.Helper()
	s := &edition{newEmptySite(t, t.TempDir()), map[domain.CollectivityID]uuid.UUID{}}
	s.imports(t, "sources", "source_id,publisher,title,published_on,url,note\nfirst,The First,What was said,2017-02-01,https://first.example/a,\n")
	s.imports(t, "awards", "edition,year_as_stated,holder,distinction,level,certainty,source_id,note\n"+
		"18,2017,Aix-les-Bains,level,5,stated,first,\n18,2017,Laon,level,3,stated,first,\n18,2017,Bourges,level,2,stated,first,\n")
	const day = "2026-11-26"
	assumed := domain.Footing{Known: "assumed"}
	number := func(n int) domain.RuledNumber { return domain.RuledNumber{Value: n, Footing: assumed} }
	for _, c := range []domain.Command{
		domain.PublishRegulation{RegulationPublished: domain.RegulationPublished{
			Regulation: regulation, From: run, Title: "Règlement inventé", SHA256: strings.Repeat("0f", 32), Articles: []domain.Article{{Number: "1", Topic: "candidacies"}},
			MinimumLevel: number(1), Quorum: number(3), JurorsPerCandidacy: number(1), Notice: number(0), AppealDays: number(30),
			TieBreak: domain.RuledTieBreak{Value: "chair", Footing: assumed}, Elected: domain.RuledChoice{Value: "no", Footing: assumed},
			Fee: domain.RuledFee{PerInhabitant: 5, Least: 5000, Most: 500000, Footing: assumed},
		}},
		domain.PublishGrid{GridPublished: domain.GridPublished{
			Grid: "grille", Kind: "made-up", Themes: []domain.Theme{{ID: "t", Name: "T"}}, Stakes: []domain.Stake{{ID: "s", Theme: "t", Name: "S"}},
			Services: []domain.Service{{ID: "wifi", Stake: "s", Name: "Wi-Fi"}}, Thresholds: []domain.Threshold{{Level: 1, Footing: assumed}},
		}},
		domain.OpenEdition{EditionOpened: domain.EditionOpened{
			Edition: run, Regulation: regulation, Grid: "grille", Calendar: domain.Calendar{Opens: day, Closes: day, Jury: day, Ceremony: day},
			Mentions: []domain.MentionOffered{{Mention: "inclusion", Name: "Inclusion"}},
		}},
	} {
		s.execute(t, c)
	}
	for _, id := range []domain.CollectivityID{aix, laon, bourges} {
		s.execute(t, domain.RegisterCandidacy{Under: under, CandidacyRegistered: domain.CandidacyRegistered{Candidacy: of(id), Kind: "ville"}})
		submitted := domain.CandidacySubmitted{Candidacy: of(id), SignedOff: domain.Text("the mayor")}
		if declared != nil {
			submitted.Actions = declared(s, id)
		}
		s.execute(t, domain.SubmitCandidacy{Under: under, CandidacySubmitted: submitted})
	}
	s.execute(t, domain.WithdrawCandidacy{Under: under, CandidacyWithdrawn: domain.CandidacyWithdrawn{Candidacy: of(bourges)}})
	s.execute(t, domain.CloseDeclarations{Under: under, DeclarationsClosed: domain.DeclarationsClosed{Edition: run, Candidacies: 3}})
	jurors := []int{1, 2, 3, 4}
	for _, n := range jurors {
		s.execute(t, domain.AppointJuror{Under: under, JurorAppointed: domain.JurorAppointed{Edition: run, Juror: n, College: "academic", Person: domain.Text(fmt.Sprint("juror ", n))}})
	}
	s.execute(t, domain.PublishJuryList{Under: under, JuryListPublished: domain.JuryListPublished{Edition: run, Jurors: jurors}})
	for n, present := range [][]int{jurors, {1, 2}} {
		s.execute(t, domain.HoldSession{Under: under, JurySessionHeld: domain.JurySessionHeld{Edition: run, Session: n + 1, On: day, Present: present, Quorum: 3}})
	}
	for _, id := range []domain.CollectivityID{aix, laon} {
		s.execute(t, domain.AssignJuror{Under: under, JurorAssigned: domain.JurorAssigned{Candidacy: of(id), Juror: 1}})
		s.seals[id] = s.execute(t, sealing(id))
	}
	s.execute(t, domain.CloseDeliberation{Under: under, DeliberationClosed: domain.DeliberationClosed{Edition: run, Decisions: 2}})
	return s
}

// execute carries out a command.
func (s *edition) execute(t testing.TB, c domain.Command) uuid.UUID {
	t.Helper()
	r, err := s.ledger.Execute(t.Context(), ledger.Request{Actor: "registrar:history", Command: c})
	if err != nil {
		t.Fatal(err)
	}
	return r.Events[0]
}

// sealing gives Aix-les-Bains five arobases and Laon four.
func sealing(id domain.CollectivityID) domain.SealDecision {
	r := results()[id]
	return domain.SealDecision{Under: under, Jurors: []int{1, 2, 3, 4}, DecisionSealed: domain.DecisionSealed{
		Candidacy: of(id), Session: 1, Distinction: domain.Secret(r.Distinction), Level: domain.Secret(int(r.Level)), Mentions: domain.Secret(append([]domain.MentionID{}, r.Mentions...)),
		Tally: domain.Secret(domain.Tally{For: 4}), Assessment: domain.Secret(domain.Finding{Possible: int(r.Level), Text: "all of it"}), Departure: domain.Secret(""),
		Motivation: domain.Text("a policy that lasts"), Votes: domain.Text("all for"),
	}}
}

func results() map[domain.CollectivityID]domain.Result {
	return map[domain.CollectivityID]domain.Result{
		aix: {Distinction: domain.DistinctionLevel, Level: 5, Mentions: []domain.MentionID{"inclusion"}}, laon: {Distinction: domain.DistinctionLevel, Level: 4},
	}
}

// secret gives a sealed value of a decision.
func (s *edition) secret(t *testing.T, id domain.CollectivityID, pointer string) (found vault.Secret) {
	t.Helper()
	if err := s.vault.Each(t.Context(), func(x vault.Secret) error {
		if x.Event == s.seals[id] && x.Pointer == pointer {
			found = x
		}
		return nil
	}); err != nil || found.Event == uuid.Nil {
		t.Fatalf("no %s of %s: %v", pointer, id, err)
	}
	return found
}

func (s *edition) disclosure(t *testing.T, id domain.CollectivityID) domain.DiscloseDecision {
	t.Helper()
	salt := func(field string) domain.Salt {
		x := s.secret(t, id, "/data/"+field)
		return domain.Salt(vault.Commitment(x.Salt).String())
	}
	r := results()[id]
	return domain.DiscloseDecision{Under: under, Jurors: []int{1, 2, 3, 4}, DecisionDisclosed: domain.DecisionDisclosed{Candidacy: of(id), Of: s.seals[id], Opened: domain.Opened{
		Distinction: domain.OpenedDistinction{Value: r.Distinction, Salt: salt("distinction")}, Level: domain.OpenedLevel{Value: int(r.Level), Salt: salt("level")},
		Mentions: domain.OpenedMentions{Value: append([]domain.MentionID{}, r.Mentions...), Salt: salt("mentions")}, Tally: domain.OpenedTally{Value: domain.Tally{For: 4}, Salt: salt("tally")},
	}}}
}

// publication is that of both results.
func publication() domain.PublishPalmares {
	var all []domain.Laureate
	for id, r := range results() {
		all = append(all, domain.Laureate{Collectivity: id, Result: r})
	}
	p := domain.PalmaresOf(all)
	return domain.PublishPalmares{Under: under, PalmaresPublished: domain.PalmaresPublished{
		Edition: run, On: "2026-11-26", Digest: p.Digest, Labelled: p.Labelled, CountsByLevel: p.CountsByLevel, HorsConcours: p.HorsConcours, Mentions: p.Mentions,
		Second: domain.Text("the president"), Provenance: domain.Provenance{By: domain.Text("the secretary")},
	}}
}

// celebrate discloses both decisions and publishes the palmarès.
func (s *edition) celebrate(t *testing.T) {
	t.Helper()
	for _, id := range []domain.CollectivityID{laon, aix} {
		s.execute(t, s.disclosure(t, id))
	}
	s.execute(t, publication())
}

// recorded gives an event of the store that may be forced into it once more, changed.
func (s *edition) recorded(t *testing.T, id uuid.UUID) envelope.Envelope {
	t.Helper()
	e, err := s.store.Lookup(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	env, err := envelope.Parse(e.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// A whole edition is verified: before its ceremony, after it, and by an audit that goes on from an earlier one.
func TestEdition(t *testing.T) {
	s := newEdition(t)
	s.sign(t)
	opt := s.options(t, t.TempDir())
	opt.Answer = s.answers
	report, err := s.round(t, opt)
	if err != nil {
		t.Fatal(err)
	}
	if got := check(t, report, "sealed").Figures; got["open"] != 14 || got["ceremony"] != 14 {
		t.Errorf("before the ceremony: %v", got)
	}
	// Two decisions, each asked four rules about its result: nobody can tell yet.
	if got := check(t, report, "rules").Figures; got["deferred"] != 10 || got["opened"] != 0 {
		t.Errorf("before the ceremony: %v", got)
	}
	s.celebrate(t)
	s.sign(t)
	for _, dir := range []string{"", t.TempDir()} { // going on, and anew
		again := opt
		if dir != "" {
			again = s.options(t, dir)
		}
		report, err = s.round(t, again)
		if err != nil {
			t.Fatal(err)
		}
		if got := check(t, report, "sealed").Figures; got["open"] != 0 || got["ceremony"] != 0 {
			t.Errorf("after the ceremony: %v", got)
		}
		// They are asked of the disclosures too, and all are told.
		if got := check(t, report, "rules").Figures; got["deferred"] != 20 || got["opened"] != 20 {
			t.Errorf("after the ceremony: %v", got)
		}
	}
	before := check(t, report, "sealed").Figures
	// A motivation is erased: it is not missed.
	s.erase(t, s.secret(t, aix, "/data/motivation"))
	s.sign(t)
	for _, opt := range []audit.Options{opt, s.options(t, t.TempDir())} {
		if report, err = s.round(t, opt); err != nil {
			t.Fatal(err)
		}
		after := check(t, report, "sealed").Figures
		if after["erased"] != before["erased"]+1 || after["disclosed"] != before["disclosed"]-1 {
			t.Errorf("%v, and after the erasure %v", before, after)
		}
	}
}

// What the ledger refuses, or does not look at, an audit finds.
func TestForcedIntoAnEdition(t *testing.T) {
	sealed := func(s *edition, t *testing.T, change func(data string) string, basis func(map[string]int64)) {
		env := s.recorded(t, s.seals[laon])
		basis(env.Basis)
		s.force(t, string(of(laon).Stream()), env.Type, change(string(env.Data)), env.Basis)
	}
	same := func(data string) string { return data }
	for name, tt := range map[string]struct {
		does  func(s *edition, t *testing.T)
		check string
		rule  domain.Rule
		says  string
	}{
		"two seals": {func(s *edition, t *testing.T) { sealed(s, t, same, func(map[string]int64) {}) }, "rules", domain.RuleOneSeal, "decision-sealed"},
		"a decision outside quorum": {func(s *edition, t *testing.T) {
			s.execute(t, domain.SupersedeDecision{Under: under, DecisionSuperseded: domain.DecisionSuperseded{Candidacy: of(laon), Of: s.seals[laon], Reason: domain.Text("miscounted")}})
			sealed(s, t, func(data string) string { return strings.Replace(data, `"session":1`, `"session":2`, 1) }, func(b map[string]int64) {
				delete(b, string(domain.JurorStream(run, 3)))
				delete(b, string(domain.JurorStream(run, 4)))
			})
		}, "rules", domain.RuleQuorum, "quorum is 3"},
		"an erasure of a level": {func(s *edition, t *testing.T) {
			s.force(t, "ledger", "arobase.personal-data-erased.v1", fmt.Sprintf(`{"event":"%s","ground":"court","pointer":"/data/level"}`, s.seals[aix]), map[string]int64{string(of(aix).Stream()): 3})
		}, "rules", domain.RuleErasable, "never erased"},
		"a publication in which no second person is named": {func(s *edition, t *testing.T) {
			s.publishForced(t, "Anne", "")
		}, "records", "form", "second"},
		"a publication in which nobody is named": {func(s *edition, t *testing.T) {
			s.publishForced(t, "", "Anne")
		}, "rules", domain.RuleTwoPeople, "say who publishes"},
		"another level than was sealed": {func(s *edition, t *testing.T) {
			c := s.disclosure(t, laon)
			c.Opened.Level.Value = 5
			data, err := envelope.Canonical(c.DecisionDisclosed)
			if err != nil {
				t.Fatal(err)
			}
			s.force(t, string(of(laon).Stream()), "arobase.decision-disclosed.v1", string(data), s.recorded(t, s.execute(t, s.disclosure(t, aix))).Basis)
		}, "rules", domain.RuleOpenedFits, "opened.level"},
		"commitments that are left open": {func(s *edition, t *testing.T) {
			s.execute(t, s.disclosure(t, aix))
			s.execute(t, publication())
		}, "rules", domain.RulePalmares, "left open"},
		"a candidacy without a decision": {func(s *edition, t *testing.T) {
			s.execute(t, domain.SupersedeDecision{Under: under, DecisionSuperseded: domain.DecisionSuperseded{Candidacy: of(laon), Of: s.seals[laon], Reason: domain.Text("miscounted")}})
			s.execute(t, s.disclosure(t, aix))
			s.execute(t, publication())
		}, "rules", domain.RulePalmares, "no decision on " + string(laon)},
		"another digest": {func(s *edition, t *testing.T) {
			s.execute(t, s.disclosure(t, aix))
			s.execute(t, s.disclosure(t, laon))
			p := publication()
			p.Digest = strings.Repeat("0f", 32)
			s.execute(t, p)
		}, "rules", domain.RulePalmares, "digest"},
		"other counts": {func(s *edition, t *testing.T) {
			s.execute(t, s.disclosure(t, aix))
			s.execute(t, s.disclosure(t, laon))
			p := publication()
			p.CountsByLevel = []domain.LevelCount{{Level: 5, Count: 2}}
			s.execute(t, p)
		}, "rules", domain.RulePalmares, "countsByLevel"},
		"a motivation that is never shown": {func(s *edition, t *testing.T) {
			s.celebrate(t)
			c := s.secret(t, aix, "/data/motivation").Commitment
			s.lies("/log/disclosed/"+c.URL(), hiding)
		}, "sealed", "ceremony", "/data/motivation"},
		"another motivation": {func(s *edition, t *testing.T) {
			s.celebrate(t)
			c := s.secret(t, aix, "/data/motivation").Commitment
			s.lies("/log/disclosed/"+c.URL(), changing("a policy that lasts", "a policy that ended"))
		}, "sealed", "ceremony", "not what was committed to"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newEdition(t)
			tt.does(s, t)
			s.sign(t)
			report, err := s.round(t, s.options(t, t.TempDir()))
			var f *audit.Failure
			if !errors.As(err, &f) || f.Check != tt.check || f.Rule != string(tt.rule) || !strings.Contains(f.Error(), tt.says) && f.Type != tt.says || f.Event == uuid.Nil || f.Leaf == 0 {
				t.Fatalf("found %v, want %s of %s that says %q; %+v", err, tt.rule, tt.check, tt.says, report.Checks)
			}
		})
	}
}

// What the candidacies cover is computed from the records too.
func TestABarometerThatLies(t *testing.T) {
	s := newEdition(t)
	s.celebrate(t)
	s.sign(t)
	told := s.lies("/v1/editions/28/barometer", changing(`"candidacies":2`, `"candidacies":9`))
	opt := s.options(t, t.TempDir())
	opt.Answer = s.answers
	if _, err := s.round(t, opt); err == nil || !strings.Contains(err.Error(), "barometer") || *told == 0 {
		t.Errorf("told %d times, and found %v", *told, err)
	}
}

// publishForced opens both decisions and forces a publication by two names into the store, "" for none.
func (s *edition) publishForced(t *testing.T, first, second string) {
	t.Helper()
	for _, id := range []domain.CollectivityID{laon, aix} {
		s.execute(t, s.disclosure(t, id))
	}
	id := uuid.New()
	p := publication().PalmaresPublished
	var secrets []vault.Secret
	sealed := func(field, name string) *domain.Sealed {
		if name == "" {
			return nil
		}
		x := vault.Secret{Event: id, Pointer: "/data/" + field, Salt: [vault.SaltSize]byte{byte(len(field))}, Value: fmt.Appendf(nil, "%q", name), Visibility: vault.Restricted}
		x.Commitment = vault.Commit(x.Salt, ledgerID, id, x.Pointer, x.Value)
		secrets = append(secrets, x)
		f := domain.Secret(name)
		f.Seal(x.Commitment.String())
		return f
	}
	p.By, p.Second = sealed("by", first), sealed("second", second)
	if err := s.vault.Put(t.Context(), secrets, nil); err != nil {
		t.Fatal(err)
	}
	data, err := envelope.Canonical(p)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), `"second":null`, "", 1)
	text = strings.ReplaceAll(strings.ReplaceAll(text, ",,", ","), ",}", "}")
	stream, revision := string(domain.EditionStream(run)), eventstore.NoStream
	for e, err := range s.store.ReadStream(t.Context(), stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		revision = e.Revision
	}
	b, err := envelope.Envelope{
		Actor: "president:jury", Basis: map[string]int64{string(domain.RegulationStream(regulation)): 0}, Data: []byte(text), ID: id, Ledger: ledgerID,
		Revision: int64(revision) + 1, Subject: stream, Time: s.now, Type: "arobase.palmares-published.v1",
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	s.forceBytes(t, stream, revision, id, "arobase.palmares-published.v1", b)
}

// One person who publishes under two names that are the same is refused; where it is forced into the store, a stranger is
// told by the ledger that they are two, and whoever has the vault sees that they are not.
func TestPublicationByOnePerson(t *testing.T) {
	s := newEdition(t)
	alone := publication()
	alone.Second = domain.Text("the secretary")
	var broken *domain.Broken
	if _, err := s.ledger.Execute(t.Context(), ledger.Request{Actor: "president:jury", Command: alone}); !errors.As(err, &broken) || broken.Rule != domain.RuleTwoPeople {
		t.Errorf("the ledger: %v", err)
	}
	s.publishForced(t, "Anne", "Anne")
	s.sign(t)
	if report, err := s.round(t, s.options(t, t.TempDir())); err != nil || check(t, report, "rules").Figures["attested"] == 0 {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := s.ledger.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "one person published alone") {
		t.Errorf("with the vault: %v", err)
	}
	honest := newEdition(t)
	honest.celebrate(t)
	if _, err := honest.ledger.Check(t.Context()); err != nil {
		t.Errorf("two people: %v", err)
	}
}

// Before the ceremony nothing of a decision is disclosed; after it, all but what is for certain roles, and nothing of a
// decision that was superseded.
func TestDisclosedAtTheCeremony(t *testing.T) {
	s := newEdition(t)
	s.execute(t, domain.SupersedeDecision{Under: under, DecisionSuperseded: domain.DecisionSuperseded{Candidacy: of(laon), Of: s.seals[laon], Reason: domain.Text("miscounted")}})
	first := s.seals[laon]
	s.seals[laon] = s.execute(t, sealing(laon))
	shown := func() []string {
		var all []string
		if err := s.vault.Each(t.Context(), func(x vault.Secret) error {
			if x.Event != first && x.Event != s.seals[laon] {
				return nil
			}
			if _, err := s.ledger.Disclosed(t.Context(), x.Commitment.String()); err == nil {
				all = append(all, map[bool]string{true: "first "}[x.Event == first]+x.Pointer)
			} else if !errors.Is(err, vault.ErrUnknown) {
				return err
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(all)
		return all
	}
	for _, id := range []domain.CollectivityID{aix, laon} {
		s.execute(t, s.disclosure(t, id))
		if got := shown(); got != nil {
			t.Errorf("before the palmarès: %v", got)
		}
	}
	s.execute(t, publication())
	want := []string{"/data/assessment", "/data/departure", "/data/distinction", "/data/level", "/data/mentions", "/data/motivation", "/data/tally"}
	if diff := cmp.Diff(want, shown()); diff != "" {
		t.Errorf("after it (-want +got):\n%s", diff)
	}
	var v struct{ Disclosed map[string]json.RawMessage }
	e, err := s.ledger.Event(t.Context(), s.seals[laon])
	if err != nil {
		t.Fatal(err)
	}
	v.Disclosed = e.Disclosed
	if string(v.Disclosed["/data/motivation"]) != `"a policy that lasts"` || v.Disclosed["/data/votes"] != nil {
		t.Errorf("the event shows %s", v.Disclosed)
	}
	motivation := s.secret(t, laon, "/data/motivation")
	if given, err := s.ledger.Disclosed(t.Context(), motivation.Commitment.String()); err != nil || !given.Verify(s.ledger.LedgerID) {
		t.Errorf("the motivation is given as %v, %v", given, err)
	}
	s.sign(t)
	page := httptest.NewRecorder()
	s.served.ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/en/records/"+s.seals[laon].String(), nil))
	for _, text := range []string{"Reasons of the jury", "a policy that lasts", "Assessment of the declarations", "all of it"} {
		if !strings.Contains(page.Body.String(), text) {
			t.Errorf("the page of the record (%d) lacks %q", page.Code, text)
		}
	}
	// Where a node lacks it, the event says so.
	other, err := ledger.Open(t.Context(), ledger.Parts{Store: s.store, Vault: lacking{s.vault, motivation.Commitment}})
	if err == nil {
		err = other.Runner().CatchUp(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if e, err = other.Event(t.Context(), s.seals[laon]); err != nil || !slices.Equal(e.NotAtHand, []string{"/data/motivation"}) {
		t.Errorf("not at hand: %v, %v", e.NotAtHand, err)
	}
	exported := 0
	for _, err := range s.ledger.AllDisclosed(t.Context(), int64(s.ledger.Size())) {
		if exported++; err != nil {
			t.Fatal(err)
		}
	}
	if exported != 14 { // seven of each decision
		t.Errorf("%d values are exported", exported)
	}
	s.erase(t, motivation)
	if _, err := s.ledger.Disclosed(t.Context(), motivation.Commitment.String()); !errors.Is(err, vault.ErrErased) {
		t.Errorf("once it was erased: %v", err)
	}
}

// lacking is a vault that does not have one value.
type lacking struct {
	vault.Vault
	missing vault.Commitment
}

func (l lacking) Get(ctx context.Context, c vault.Commitment) (vault.Secret, error) {
	if c == l.missing {
		return vault.Secret{}, vault.ErrUnknown
	}
	return l.Vault.Get(ctx, c)
}
