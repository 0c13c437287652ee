package domain

import (
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// part is one member of the JSON of an event, or of an object in it, as the struct and its tags tell it.
type part struct {
	name       string
	index      []int // of the field, from the struct of the event or of the object
	kind       reflect.Type
	rules      []formRule // of the member
	items      []formRule // of each item, where the member is a list
	always     bool       // the member is never left out
	visibility Visibility // of a sealed member
	kept       bool       // a sealed member that can never be erased
}

// formRule is one rule of a validate tag: max=200.
type formRule struct{ name, param string }

// parts gives the members of a struct in its order, those of embedded structs in their place.
func parts(t reflect.Type) []part {
	var found []part
	for f := range t.Fields() {
		if f.Anonymous {
			for _, p := range parts(f.Type) {
				p.index = slices.Concat(f.Index, p.index)
				found = append(found, p)
			}
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := part{
			name: name, index: f.Index, kind: f.Type, always: options != "omitempty",
			visibility: Visibility(f.Tag.Get("seal")), kept: f.Tag.Get("erase") == neverErased,
		}
		of := &p.rules
		for r := range strings.SplitSeq(f.Tag.Get("validate"), ",") {
			switch name, param, _ := strings.Cut(r, "="); name {
			case "", "required", "omitempty": // told by always
			case "dive":
				of = &p.items
			default:
				*of = append(*of, formRule{name, param})
			}
		}
		found = append(found, p)
	}
	return found
}

func (p part) isUUID() bool { return p.kind == reflect.TypeFor[uuid.UUID]() }

// object is the struct of a member that is an object in JSON, or nil.
func (p part) object() reflect.Type {
	t := p.kind
	if t == sealedType {
		return nil
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

// param gives what a rule of the member asks for: 200 for max=200.
func param(rules []formRule, name string) (string, bool) {
	i := slices.IndexFunc(rules, func(r formRule) bool { return r.name == name })
	if i < 0 {
		return "", false
	}
	return rules[i].param, true
}

// meaning says in one sentence what a member holds: in one event, or in all that have it.
func meaning(event, path string) string {
	if s, ok := meanings[event+" "+path]; ok {
		return s
	}
	return meanings[path]
}

// meanings are by the path of a member, alone or after the name of the only event that it is about.
var meanings = map[string]string{
	"answer":                           "What is answered to the objection.",
	"as":                               "The body that the name means.",
	"attribute":                        "What is told of the ceremony.",
	"by":                               "The person who entered it. The log shows a role and a body only.",
	"candidates":                       "The bodies that the name may mean.",
	"cause":                            "Why it is taken back: read wrongly, about another body, or the source was corrected.",
	"origin-opened cause":              "Why the log cannot go on under its name: records are lost, they contradict what was signed, another operator keeps the log, or otherwise.",
	"distinction-lapsed cause":         "Why it ended: the term was over, it was withdrawn or given up.",
	"certainty":                        "How the source tells it: stated, derived by reasoning, or without saying of which edition.",
	"chosen":                           "The award that is held to be right, among those that the sources give.",
	"chosen.distinction":               "What kind of label it is.",
	"chosen.level":                     "The number of arobases, of a label that has one.",
	"claim":                            "What is objected, in the words of whoever objects.",
	"closed":                           "The name that ends, and the last that is known to be signed under it.",
	"closed.key":                       "Its key, which was in force.",
	"closed.origin":                    "The name that ends.",
	"closed.root":                      "The root of the last signed checkpoint that is known, or of the empty tree.",
	"closed.size":                      "The size of the last signed checkpoint that is known, or 0.",
	"collectivity":                     "The body that it is about.",
	"identity-contested collectivity":  "The id under which facts stand until the name is settled.",
	"identity-settled collectivity":    "The id under which facts stood until now.",
	"count":                            "How many holders the source lists.",
	"departement":                      "The département, in the reference of today.",
	"dispute":                          "The objection that is answered.",
	"distinction":                      "What kind of label it is: a level, hors concours, or a label whose level the source does not tell.",
	"distinction-granted distinction":  "Which distinction is given.",
	"edition":                          "The edition, by its ordinal: 18 is the ceremony of 2017-02-01. Left out where it is not known.",
	"ceremony-fact-recorded edition":   "The edition, by its ordinal: 18 is the ceremony of 2017-02-01.",
	"edition-enumerated edition":       "The edition, by its ordinal: 18 is the ceremony of 2017-02-01.",
	"envelope":                         "The form in which every event of the ledger is written.",
	"event":                            "The fact that it is about, by the id of its event.",
	"personal-data-erased event":       "The event of which a sealed value is destroyed.",
	"from":                             "The bodies that ended.",
	"key-rotated from":                 "The key that was in force: it signed the log until now.",
	"distinction-granted from":         "When the term begins.",
	"ground":                           "Why it is destroyed: on request, on objection, because its time was over, by a court, or otherwise.",
	"holder":                           "What the source calls the body.",
	"inForce":                          "From when and until when the body existed, as far as known.",
	"inForce.from":                     "The first day, month or year.",
	"inForce.to":                       "The last day, month or year.",
	"insee":                            "The code of a commune in the Code officiel géographique.",
	"key":                              "The key that signs under the new name.",
	"kind":                             "Whether somebody thinks so or a source says it.",
	"ledger-opened kind":               "Whether the ledger is about real bodies or made up. It never changes.",
	"label":                            "What the source calls the mention.",
	"ledgerId":                         "The id of the ledger.",
	"level":                            "The number of arobases, of a label that has one.",
	"members":                          "The communes of the body.",
	"mention":                          "Which mention or distinction it is.",
	"metric":                           "What is counted.",
	"name":                             "The name by which sources know the body.",
	"reference-adopted name":           "The name of the list.",
	"collectivity-registered name":     "The official name.",
	"collectivity-renamed name":        "The new official name.",
	"note":                             "A remark of whoever entered it.",
	"number":                           "The number of the edition or of the assembly, as the source gives it.",
	"occurred":                         "When it happened, where that is another time than when it was recorded.",
	"on":                               "When it was so.",
	"ceremony-fact-recorded on":        "The day of the ceremony, or the first one.",
	"distinction-lapsed on":            "When it ended.",
	"origin":                           "The name of the public log.",
	"origin-opened origin":             "The new name of the public log.",
	"originOf":                         "The source that this one copies: the two count as one.",
	"outcome":                          "Whether the objection was upheld, rejected or only noted.",
	"pointer":                          "Which of its values is destroyed.",
	"precision":                        "How exactly the source gives the number; derived where it was counted or added up.",
	"ceremony-fact-recorded precision": "Whether the source states it, announced it, or lets it be concluded.",
	"publishedOn":                      "When it was published, as far as known.",
	"publisher":                        "Who published it.",
	"reason":                           "Why.",
	"personal-data-erased reason":      "What the ground alone does not say.",
	"reference":                        "The adopted list from which it was taken.",
	"region":                           "The région, in the reference of today.",
	"scale":                            "How many of the digits of the number are decimals.",
	"scope":                            "Of what it is counted; left out for the whole edition.",
	"sha256":                           "The hash of the work as it was read.",
	"reference-adopted sha256":         "The hash of the list: whoever has the list can check it.",
	"siren":                            "The number of the legal body in the national directory.",
	"source":                           "The source that says so.",
	"source-cited source":              "The id of the source in this ledger.",
	"source-corrected source":          "The id of the source in this ledger.",
	"statement":                        "What the source says, reworded.",
	"test":                             "The arithmetic test by which the ledger checks the explanation itself.",
	"text":                             "The explanation, in French.",
	"textEn":                           "The explanation, in English.",
	"title":                            "Its title.",
	"to":                               "The bodies that took their place. They hold none of the labels of those that ended.",
	"key-rotated to":                   "The key that signs the log from now on.",
	"topic":                            "What the rule is about.",
	"type":                             "What kind of body it is.",
	"unit":                             "The word of the source for what it counts; left out where it does not say.",
	"until":                            "When the term ends.",
	"ceremony-fact-recorded until":     "The last day, of a ceremony that took several.",
	"url":                              "Its address.",
	"value":                            "The number, without its decimal point.",
	"population-recorded value":        "How many inhabitants.",
	"ceremony-fact-recorded value":     "The place, the person or the body, for an attribute that is neither a day nor a number.",
	"version":                          "The version of the list.",
	"year":                             "The year of the count.",
	"yearAsStated":                     "The year as the source gives it, with its doubts.",
}
