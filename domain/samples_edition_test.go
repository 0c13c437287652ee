package domain

import (
	"maps"
	"strings"

	"github.com/google/uuid"
)

// editionSamples are the samples of what a whole edition is made of.
func editionSamples() map[string]Event {
	entered := func(occurred string) Provenance { return Provenance{Occurred: occurred, By: sealed('b')} }
	footing := Footing{Known: "assumed", Source: "villes-internet-2016-interview", Article: "R.5"}
	number := func(n int) RuledNumber { return RuledNumber{Value: n, Footing: footing} }
	all := map[string]Event{
		"arobase.regulation-published.v1": &RegulationPublished{
			Regulation: "2027", From: 28, Title: "Règlement du label", SHA256: strings.Repeat("0123456789abcdef", 4), URL: "https://example.org/règlement.pdf",
			Articles:     []Article{{Number: "R.5", Topic: "quorum"}, {Number: "12", Topic: "appeals"}},
			MinimumLevel: number(1), Quorum: number(5), TieBreak: RuledTieBreak{Value: "another-vote", Footing: footing}, JurorsPerCandidacy: number(2),
			Notice: number(15), AppealDays: number(60), Elected: RuledChoice{Value: "no", Footing: footing},
			Fee: RuledFee{PerInhabitant: 5, Least: 5000, Most: 500000, Footing: footing}, Provenance: entered("2026-09-01"),
		},
		"arobase.grid-published.v1": &GridPublished{
			Grid: "2027", Kind: "made-up", Themes: []Theme{{ID: "vivre-ensemble", Name: "Vivre ensemble"}},
			Stakes:     []Stake{{ID: "inclusion", Theme: "vivre-ensemble", Name: "Inclusion"}},
			Services:   []Service{{ID: "ateliers", Stake: "inclusion", Name: "Ateliers numériques", Kinds: []string{"village", "ville"}}, {ID: "wifi", Stake: "inclusion", Name: "Wi-Fi"}},
			Thresholds: []Threshold{{Level: 5, Services: 80, Stakes: 100, Assess: []string{"citizen-approach", "innovation"}, Footing: footing}},
			Before:     "2026", Mapping: []Correspondence{{From: "ateliers-2026", To: "ateliers"}}, Provenance: entered("2026-09-01"),
		},
		"arobase.edition-opened.v1": &EditionOpened{
			Edition: 28, Regulation: "2027", Grid: "2027",
			Calendar:   Calendar{Opens: "2026-09-15", Closes: "2026-11-30", Jury: "2026-12-10", Ceremony: "2027-02-01"},
			Mentions:   []MentionOffered{{Mention: "arobase-verte", Name: "Arobase verte", Follows: "transition-ecologique"}},
			Provenance: entered("2026-09-15"),
		},
		"arobase.deadline-extended.v1":   &DeadlineExtended{Edition: 28, Deadline: "closes", Until: "2026-12-05", Reason: sealed('r'), Provenance: entered("2026-11-28")},
		"arobase.declarations-closed.v1": &DeclarationsClosed{Edition: 28, Candidacies: 250, Provenance: entered("2026-12-05")},
		"arobase.jury-list-published.v1": &JuryListPublished{Edition: 28, Jurors: []int{1, 2, 3}, Provenance: entered("2026-11-20")},
		"arobase.jury-session-held.v1":   &JurySessionHeld{Edition: 28, Session: 1, On: "2026-12-10", Present: []int{1, 3}, Quorum: 2, Provenance: entered("2026-12-10")},
		"arobase.deliberation-closed.v1": &DeliberationClosed{Edition: 28, Decisions: 249, Provenance: entered("2026-12-12")},
		"arobase.ceremony-postponed.v1":  &CeremonyPostponed{Edition: 28, To: "2027-02-08", Reason: sealed('r'), Provenance: entered("2027-01-30")},
		"arobase.edition-closed.v1":      &EditionClosed{Edition: 28, Provenance: entered("2027-06-30")},
		"arobase.conflict-declared.v1":   &ConflictDeclared{Edition: 28, Juror: 3, Collectivity: "fr-commune-73008", Category: "mandate", Nature: sealed('n'), Provenance: entered("2026-11-21")},
		"arobase.juror-term-ended.v1":    &JurorTermEnded{Edition: 28, Juror: 3, Cause: "resigned", Provenance: entered("2026-11-22")},
		"arobase.payment-recorded.v1":    &PaymentRecorded{Collectivity: "fr-commune-73008", Year: 2027, Amount: 150000, On: "2027-01-15", Reference: sealed('r'), Provenance: entered("2027-01-15")},
		"arobase.action-confirmed.v1":    &ActionConfirmed{Action: "wifi-73008", On: "2026-10-01", Provenance: entered("2026-10-01")},
		"arobase.action-ended.v1":        &ActionEnded{Action: "wifi-73008", On: "2026-09", Provenance: entered("2026-09")},
		"arobase.juror-appointed.v1": &JurorAppointed{
			Edition: 28, Juror: 3, College: "academic", Chair: "yes", Person: sealed('p'), Affiliation: sealed('a'), Provenance: entered("2026-11-01"),
		},
		"arobase.palmares-published.v1": &PalmaresPublished{
			Edition: 28, On: "2027-02-08", Digest: strings.Repeat("0123456789abcdef", 4), Labelled: 249, CountsByLevel: []LevelCount{{Level: 5, Count: 20}, {Level: 1, Count: 229}},
			HorsConcours: 1, Mentions: 17, Second: sealed('s'), Provenance: entered("2027-02-08"),
		},
		"arobase.membership-corrected.v1": &MembershipCorrected{
			Collectivity: "fr-commune-73008", Year: 2027, Of: uuid.MustParse("0190b5a0-0000-7000-8000-000000000001"), Cause: "population", Regulation: "2027", Fee: 160000,
			Population: 32000, PopulationYear: 2026, Reason: sealed('r'), Why: sealed('w'), Provenance: entered("2027-01-03"),
		},
		"arobase.membership-retracted.v1": &MembershipRetracted{
			Collectivity: "fr-commune-73008", Year: 2027, Of: uuid.MustParse("0190b5a0-0000-7000-8000-000000000001"), Cause: "collectivity", Why: sealed('w'), Provenance: entered("2027-01-04"),
		},
		"arobase.payment-retracted.v1": &PaymentRetracted{
			Collectivity: "fr-commune-73008", Year: 2027, Of: uuid.MustParse("0190b5a0-0000-7000-8000-000000000002"), Cause: "returned", Why: sealed('w'), Provenance: entered("2027-01-04"),
		},
		"arobase.membership-recorded.v1": &MembershipRecorded{
			Collectivity: "fr-commune-73008", Year: 2027, Regulation: "2027", Fee: 150000, Population: 30000, PopulationYear: 2026, Reason: sealed('r'), Provenance: entered("2027-01-02"),
		},
	}
	particulars := ActionParticulars{
		Grid: "2027", Services: []string{"ateliers", "wifi"}, StartedOn: "2025-10", EndedOn: "2026-09-30", OperatorKind: "association", Innovation: "local",
		Title: sealed('t'), Description: sealed('d'), URL: "https://example.org/wifi",
		Evidence: []Evidence{{URL: "https://example.org/photo", SHA256: strings.Repeat("0123456789abcdef", 4)}},
	}
	all["arobase.action-declared.v1"] = &ActionDeclared{Action: "wifi-73008", Collectivity: "fr-commune-73008", ActionParticulars: particulars, Provenance: entered("2025-10")}
	all["arobase.action-amended.v1"] = &ActionAmended{Action: "wifi-73008", ActionParticulars: particulars, Provenance: entered("2026-09")}
	maps.Copy(all, candidacySamples())
	return all
}

// candidacySamples are the samples of one candidacy of an edition, from its registration to an appeal.
func candidacySamples() map[string]Event {
	event := uuid.MustParse("0190b5a0-0000-7000-8000-000000000001")
	entered := func(occurred string) Provenance { return Provenance{Occurred: occurred, By: sealed('b')} }
	of := Candidacy{Edition: 28, Collectivity: "fr-commune-73008"}
	result := func(n Level) Result {
		return Result{Distinction: DistinctionLevel, Level: n, Mentions: []MentionID{"arobase-verte", "teletravail"}}
	}
	salt := Salt(sealed('s').Commitment())
	tally := Tally{For: 7, Against: 2, Abstained: 1}
	return map[string]Event{
		"arobase.candidacy-registered.v1":         &CandidacyRegistered{Candidacy: of, Kind: "ville", Population: 30000, PopulationYear: 2026, Provenance: entered("2026-09-20")},
		"arobase.candidacy-submitted.v1":          &CandidacySubmitted{Candidacy: of, Actions: []ActionRevision{{Action: "wifi-73008", Revision: 2}}, SignedOff: sealed('s'), Provenance: entered("2026-11-29")},
		"arobase.candidacy-withdrawn.v1":          &CandidacyWithdrawn{Candidacy: of, Reason: sealed('r'), Provenance: entered("2026-12-01")},
		"arobase.candidacy-ruled-inadmissible.v1": &CandidacyRuledInadmissible{Candidacy: of, Ground: "unpaid", Article: "R.5", Reason: sealed('r'), Provenance: entered("2026-12-07")},
		"arobase.information-requested.v1":        &InformationRequested{Candidacy: of, Question: sealed('q'), Until: "2026-12-08", Provenance: entered("2026-12-06")},
		"arobase.information-answered.v1":         &InformationAnswered{Candidacy: of, Request: event, Answer: sealed('a'), Provenance: entered("2026-12-07")},
		"arobase.juror-assigned.v1":               &JurorAssigned{Candidacy: of, Juror: 1, Provenance: entered("2026-12-06")},
		"arobase.juror-recused.v1":                &JurorRecused{Candidacy: of, Juror: 3, Category: "mandate", Provenance: entered("2026-12-06")},
		"arobase.opinion-sealed.v1":               &OpinionSealed{Candidacy: of, Juror: 1, Opinion: sealed('o'), Provenance: entered("2026-12-09")},
		"arobase.decision-deferred.v1":            &DecisionDeferred{Candidacy: of, Session: 1, Reason: sealed('r'), Provenance: entered("2026-12-10")},
		"arobase.decision-sealed.v1": &DecisionSealed{
			Candidacy: of, Session: 2, Distinction: sealed('d'), Level: sealed('l'), Mentions: sealed('m'), Tally: sealed('t'),
			Assessment: sealed('a'), Departure: sealed('e'), Motivation: sealed('o'), Votes: sealed('v'), Provenance: entered("2026-12-11"),
		},
		"arobase.decision-superseded.v1": &DecisionSuperseded{Candidacy: of, Of: event, Reason: sealed('r'), Provenance: entered("2026-12-12")},
		"arobase.decision-disclosed.v1": &DecisionDisclosed{Candidacy: of, Of: event, Opened: Opened{
			Distinction: OpenedDistinction{DistinctionLevel, salt}, Level: OpenedLevel{4, salt},
			Mentions: OpenedMentions{[]MentionID{"arobase-verte", "teletravail"}, salt}, Tally: OpenedTally{tally, salt},
		}, Provenance: entered("2027-02-08")},
		"arobase.decision-notified.v1":  &DecisionNotified{Candidacy: of, Of: event, On: "2027-02-10", Channel: "letter", Provenance: entered("2027-02-10")},
		"arobase.decision-rectified.v1": &DecisionRectified{Candidacy: of, Of: event, From: result(3), To: result(4), Reason: sealed('r'), Provenance: entered("2027-02-20")},
		"arobase.label-withdrawn.v1":    &LabelWithdrawn{Candidacy: of, Of: event, Article: "12", Reason: sealed('r'), Provenance: entered("2027-05-01")},
		"arobase.appeal-lodged.v1":      &AppealLodged{Candidacy: of, Of: event, On: "2027-03-01", Grounds: sealed('g'), Provenance: entered("2027-03-01")},
		"arobase.appeal-admitted.v1":    &AppealAdmitted{Candidacy: of, Appeal: event, Provenance: entered("2027-03-05")},
		"arobase.appeal-rejected.v1":    &AppealRejected{Candidacy: of, Appeal: event, Article: "12", Reason: sealed('r'), Provenance: entered("2027-03-05")},
		"arobase.appeal-decided.v1": &AppealDecided{
			Candidacy: of, Appeal: event, Panel: []int{2, 4}, Outcome: "changed", To: new(result(5)), Tally: tally, Reason: sealed('r'), Provenance: entered("2027-04-01"),
		},
	}
}
