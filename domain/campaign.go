package domain

import (
	"slices"
	"strconv"
	"strings"
)

// Under names the regulation by which a candidacy is judged: the one that its edition was opened under. Every command of
// a candidacy has it, so that a refusal can cite an article; a wrong one breaks [RuleBasis].
type Under struct{ Regulation string }

// basis are the streams that every decision on a candidacy reads.
func (u Under) basis(e Edition) []StreamName {
	if u.Regulation == "" {
		return []StreamName{EditionStream(e)}
	}
	return []StreamName{EditionStream(e), RegulationStream(u.Regulation)}
}

// underOf is the regulation that the basis of an event names.
func underOf(r Recorded) Under {
	for s := range r.Basis {
		if id, ok := strings.CutPrefix(string(s), "regulation-"); ok {
			return Under{id}
		}
	}
	return Under{}
}

// jurorsOf are the jurors of an edition whose streams the basis of an event names, in order.
func jurorsOf(r Recorded, e Edition) []int {
	var all []int
	for s := range r.Basis {
		if n, ok := strings.CutPrefix(string(s), "juror-"+e.String()+"-"); ok {
			if juror, err := strconv.Atoi(n); err == nil && JurorStream(e, juror) == s {
				all = append(all, juror)
			}
		}
	}
	slices.Sort(all)
	return all
}

func jurorStreams(e Edition, jurors []int) []StreamName {
	all := make([]StreamName, len(jurors))
	for i, n := range jurors {
		all[i] = JurorStream(e, n)
	}
	return all
}

// ruled is what a decision on a candidacy is taken from: its own stream, its edition and the regulation that holds there.
type ruled struct {
	in         Input
	candidacy  *CandidacyState
	edition    EditionState
	regulation *RegulationPublished
}

// look reads the streams that every command of a candidacy reads.
func (u Under) look(in Input, c Candidacy) (ruled, error) {
	r := ruled{in: in, candidacy: StateOfCandidacy(in.History), edition: StateOfEdition(in.Others[EditionStream(c.Edition)])}
	if r.edition.Opened != nil && r.edition.Opened.Regulation != u.Regulation {
		return r, broken(basisRegulation, "", c.Edition, r.edition.Opened.Regulation, u.Regulation)
	}
	r.regulation = RegulationOf(in.Others[RegulationStream(u.Regulation)])
	return r, nil
}

// today is the day of a decision: that of the association.
func (r ruled) today() string { return DayInParis(r.in.Now) }

// breach refuses a command by a rule, and cites the article of the regulation on a topic, where there is one.
func (r ruled) breach(c *Case, field string, topic Topic, args ...any) *Broken {
	return citing(r.article(topic), c, field, args...)
}

// citing refuses a command by a rule and an article.
func citing(article string, c *Case, field string, args ...any) *Broken {
	b := broken(c, field, args...)
	b.Article = article
	return b
}

// Topic is what an article of a regulation is about.
type Topic string

// The topics by which refusals find their article. A regulation may have others.
const (
	TopicCandidacies  Topic = "candidacies"
	TopicCalendar     Topic = "calendar"
	TopicActions      Topic = "actions"
	TopicAdmission    Topic = "admission"
	TopicJury         Topic = "jury"
	TopicConflicts    Topic = "conflicts"
	TopicDeliberation Topic = "deliberation"
	TopicLevels       Topic = "levels"
	TopicMentions     Topic = "mentions"
	TopicEmbargo      Topic = "embargo"
	TopicWithdrawal   Topic = "withdrawal"
	TopicAppeals      Topic = "appeals"
)

// article is the number of the first article on a topic, or "".
func (r ruled) article(t Topic) string {
	if r.regulation == nil {
		return ""
	}
	for _, a := range r.regulation.Articles {
		if a.Topic == string(t) {
			return a.Number
		}
	}
	return ""
}

// hasArticle tells whether the regulation has an article of a number.
func (r ruled) hasArticle(number string) bool {
	return r.regulation != nil && slices.ContainsFunc(r.regulation.Articles, func(a Article) bool { return a.Number == number })
}

// articleNamed holds that an article that a decision rests on is in the regulation.
func (r ruled) articleNamed(number string) error {
	if !r.hasArticle(number) {
		return broken(articleUnknown, "article", number)
	}
	return nil
}
