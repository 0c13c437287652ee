package domain

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
)

// What the stories of candidacies have in common: edition 27 under a made-up regulation, with six jurors of whom the first
// four sat in session 1, and Aix-les-Bains, on which jurors 1 and 2 report.
const (
	here       Edition  = 27
	regulation          = "reglement-2026"
	playground ActionID = "aix-terrain-numerique"
)

var (
	aixHere = Candidacy{here, aix}
	ours    = aixHere.Stream()
	under   = Under{regulation}
	panel   = []int{5, 6}
	sitting = []int{1, 2, 3, 4}
)

var (
	// declaring is a calendar in which declarations are open today; celebrating one whose ceremony was last week.
	declaring   = Calendar{Opens: "2026-03-01", Closes: "2026-06-01", Jury: "2026-09-15", Ceremony: "2027-01-20"}
	celebrating = Calendar{Opens: "2025-09-01", Closes: "2025-12-31", Jury: "2026-03-01", Ceremony: "2026-05-25"}
)

func ruledBy(change func(*RegulationPublished)) past {
	assumed := func(n int, article string) RuledNumber {
		return RuledNumber{n, Footing{Known: "assumed", Article: article}}
	}
	e := &RegulationPublished{
		Regulation: regulation, From: here, Title: "Règlement du label, inventé pour les tests", SHA256: fmt.Sprintf("%064x", 7),
		MinimumLevel: assumed(1, "12"), Quorum: assumed(3, "8"), JurorsPerCandidacy: assumed(2, "7"), Notice: assumed(15, "6"), AppealDays: assumed(30, "12"),
		TieBreak: RuledTieBreak{"chair", Footing{Known: "assumed"}}, Elected: RuledChoice{"no", Footing{Known: "assumed"}},
		Fee: RuledFee{5, 5000, 500000, Footing{Known: "assumed"}},
	}
	for i, topic := range []Topic{
		TopicCandidacies, TopicCalendar, TopicActions, TopicAdmission, TopicJury, TopicConflicts, TopicDeliberation, TopicLevels, TopicMentions,
		TopicEmbargo, TopicWithdrawal, TopicAppeals,
	} {
		e.Articles = append(e.Articles, Article{fmt.Sprint(i + 1), string(topic)})
	}
	change(e)
	return at(RegulationStream(regulation), e)
}

func opened(c Calendar) past {
	return at(EditionStream(here), &EditionOpened{
		Edition: here, Regulation: regulation, Grid: "grille-2026", Calendar: c,
		Mentions: []MentionOffered{{Mention: "inclusion", Name: "Inclusion"}, {Mention: "transition", Name: "Transition"}},
	})
}

func inEdition(e Event) past { return at(EditionStream(here), e) }
func ofAix(e Event) past     { return at(ours, e) }

var (
	entered    = ofAix(&CandidacyRegistered{Candidacy: aixHere, Kind: "ville"})
	submission = ofAix(&CandidacySubmitted{Candidacy: aixHere, SignedOff: Text("the mayor")})
	withdrawal = ofAix(&CandidacyWithdrawn{Candidacy: aixHere})
	dismissal  = ofAix(&CandidacyRuledInadmissible{Candidacy: aixHere, Ground: "other", Article: "4", Reason: Text("no file")})
	question   = ofAix(&InformationRequested{Candidacy: aixHere, Question: Text("since when?"), Until: "2026-06-10"}).called("question")
	closed     = inEdition(&DeclarationsClosed{Edition: here, Candidacies: 1})
	list       = inEdition(&JuryListPublished{Edition: here, Jurors: []int{1, 2, 3, 4, 5, 6}})
	session    = inEdition(&JurySessionHeld{Edition: here, Session: 1, On: "2026-05-20", Present: []int{3, 1, 4, 2}, Quorum: 3})
	concluded  = inEdition(&DeliberationClosed{Edition: here, Decisions: 1})
	celebrated = inEdition(&PalmaresPublished{Edition: here, On: "2026-05-26", Digest: fmt.Sprintf("%064x", 1), Second: Text("the secretary")})
)

func assigned(n int) past { return ofAix(&JurorAssigned{Candidacy: aixHere, Juror: n}) }
func recused(n int) past {
	return ofAix(&JurorRecused{Candidacy: aixHere, Juror: n, Category: "family"})
}
func bound(n int) past {
	return at(JurorStream(here, n), &ConflictDeclared{Edition: here, Juror: n, Collectivity: aix, Category: "contract"})
}

// presides makes a juror of the jury the one who presides; the voice of the chair decides where votes are equal.
func presides(n int) past {
	return at(JurorStream(here, n), &JurorAppointed{Edition: here, Juror: n, College: "academic", Chair: "yes", Person: Text("the chair")})
}

// equal is a history under a regulation with another tie-break.
func equal(tieBreak string, events []past) []past {
	return append([]past{ruledBy(func(r *RegulationPublished) { r.TieBreak.Value = tieBreak })}, events[1:]...)
}

func left(n int) past {
	return at(JurorStream(here, n), &JurorTermEnded{Edition: here, Juror: n, Cause: "resigned"})
}

func jury() []past {
	var all []past
	for n := 1; n <= 6; n++ {
		all = append(all, at(JurorStream(here, n), &JurorAppointed{Edition: here, Juror: n, College: "academic", Person: Text(fmt.Sprint("juror ", n))}))
	}
	return append(all, list)
}

// The stages of an edition, each with all that comes before it.
func declarationsOpen() []past {
	return []past{ruledBy(func(*RegulationPublished) {}), registered(aix), opened(declaring)}
}
func onTheWay() []past { return append(declarationsOpen(), entered, submission) }
func whenJudging() []past {
	all := append([]past{ruledBy(func(*RegulationPublished) {}), registered(aix), opened(celebrating), entered, submission, closed}, jury()...)
	return append(all, session)
}
func whenReported() []past { return append(whenJudging(), assigned(1), assigned(2)) }
func afterSeal() []past {
	return append(whenReported(), ofAix(sealDecision().event()).called("decision"))
}
func beforeCeremony() []past { return append(afterSeal(), concluded) }
func afterDisclosure() []past {
	return append(beforeCeremony(), ofAix(new(disclose().DecisionDisclosed)).called("disclosure"))
}
func afterCeremony() []past { return append(afterDisclosure(), celebrated) }
func afterNotice() []past {
	return append(afterCeremony(), ofAix(&DecisionNotified{Candidacy: aixHere, Of: id("decision"), On: "2026-05-27", Channel: "letter"}))
}
func underAppeal() []past {
	return append(afterNotice(), ofAix(&AppealLodged{Candidacy: aixHere, Of: id("decision"), On: "2026-05-28", Grounds: Text("we did more")}).called("appeal"))
}
func heardAppeal() []past {
	return append(underAppeal(), ofAix(&AppealAdmitted{Candidacy: aixHere, Appeal: id("appeal")}))
}

func fourArobases() Result {
	return Result{Distinction: DistinctionLevel, Level: 4, Mentions: []MentionID{"inclusion"}}
}

// event is what a command holds, as it is sealed.
func (c SealDecision) event() *DecisionSealed { return &c.DecisionSealed }

// sealing gives the decision on Aix-les-Bains.
func sealing(x Result, t Tally, possible int, departure string) SealDecision {
	mentions := slices.Clone(x.Mentions)
	if mentions == nil {
		mentions = []MentionID{}
	}
	return SealDecision{under, sitting, DecisionSealed{
		Candidacy: aixHere, Session: 1, Distinction: Secret(x.Distinction), Level: Secret(int(x.Level)), Mentions: Secret(mentions), Tally: Secret(t),
		Assessment: Secret(Finding{Possible: possible, Text: "4 @ are possible: 61 % of the services, 14 stakes"}), Departure: Secret(departure),
		Motivation: Text("a policy that lasts"), Votes: Text("1: for, 2: for, 3: for, 4: against"),
	}}
}

func sealDecision() SealDecision { return sealing(fourArobases(), Tally{For: 3, Against: 1}, 4, "") }

// saltOf is the salt of the stories' vault.
func saltOf(o Opening) Salt {
	sum := sha256.Sum256(fmt.Appendf(nil, "salt of %s %s", o.Event, o.Pointer))
	return Salt(base64.StdEncoding.EncodeToString(sum[:]))
}

// opening opens a decision that is called "decision".
func opening(x Result, t Tally) DiscloseDecision {
	salt := func(pointer string) Salt { return saltOf(Opening{id("decision"), "/data/" + pointer}) }
	mentions := slices.Clone(x.Mentions)
	if mentions == nil {
		mentions = []MentionID{}
	}
	return DiscloseDecision{under, sitting, DecisionDisclosed{Candidacy: aixHere, Of: id("decision"), Opened: Opened{
		OpenedDistinction{x.Distinction, salt("distinction")}, OpenedLevel{int(x.Level), salt("level")},
		OpenedMentions{mentions, salt("mentions")}, OpenedTally{t, salt("tally")},
	}}}
}

func disclose() DiscloseDecision { return opening(fourArobases(), Tally{For: 3, Against: 1}) }
