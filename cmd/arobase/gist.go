package main

import (
	"encoding/json"
	"strings"

	"github.com/rivo/uniseg"

	"arobase/api/ledger"
	"arobase/domain"
)

// gist says in a few words what a record says beyond its type and its stream. Types of which it knows nothing have
// none: -o jsonl gives the whole.
func gist(e ledger.EventView) string {
	data, err := domain.Decode(e.Type, e.Data)
	if err != nil {
		return ""
	}
	switch d := data.(type) {
	case *domain.LedgerOpened:
		return words(d.Kind, d.Origin)
	case *domain.ReferenceAdopted:
		return words(d.Name, d.Version)
	case *domain.KeyRotated:
		return words(domain.VerifierKeyID(d.From), "->", domain.VerifierKeyID(d.To))
	case *domain.OriginOpened:
		return words(d.Closed.Origin, "->", d.Origin, "("+d.Cause+")")
	case *domain.SourceCited:
		return words(d.Publisher+":", d.Title)
	case *domain.SourceCorrected:
		return words(d.Publisher+":", d.Title)
	case *domain.CollectivityRegistered:
		return words(d.Name, d.INSEE, d.SIREN)
	case *domain.NameRecorded:
		return d.Name
	case *domain.CollectivityRenamed:
		return words(d.Name, d.On)
	case *domain.CollectivitySucceeded:
		return words(joined(d.From), "->", joined(d.To), d.On)
	case *domain.PopulationRecorded:
		return words(grouped(float64(d.Value)), "in", number(float64(d.Year)), string(d.Source), d.Reference)
	case *domain.IdentityContested:
		return words(d.Name+":", strings.ReplaceAll(joined(d.Candidates), ",", " or"))
	case *domain.IdentitySettled:
		return words("as", string(d.As))
	case *domain.AwardRecorded:
		return words(d.Holder, award(d.Award), cited(d.Holding))
	case *domain.MentionRecorded:
		return words(d.Holder, string(d.Mention), cited(d.Holding))
	case *domain.AwardArbitrated:
		return award(d.Chosen)
	}
	return gistOfStatement(e, data)
}

// gistOfStatement is gist for what is said of editions, figures, facts and distinctions.
func gistOfStatement(e ledger.EventView, data domain.Event) string {
	switch d := data.(type) {
	case *domain.FigurePublished:
		f := ledger.FigureView{Value: d.Float(), Unit: d.Unit, Precision: string(d.Precision), Sources: []string{string(d.Source)}}
		return words(d.Metric, d.Scope) + ": " + figureWithSources(f)
	case *domain.CeremonyFactRecorded:
		value := d.On + disclosed(e, "/data/value")
		if d.Until != "" {
			value += "/" + d.Until
		}
		if d.Number != 0 {
			value = number(float64(d.Number))
		}
		return words(d.Attribute+":", value, "("+string(d.Source)+", "+d.Precision+")")
	case *domain.EditionEnumerated:
		return words(number(float64(d.Count)), "holders", "("+string(d.Source)+")")
	case *domain.RuleRecorded:
		return words(d.Topic+":", disclosed(e, "/data/statement"), "("+string(d.Source)+")")
	case *domain.ExplanationProposed:
		return words(d.Kind, "on", d.Metric, d.Scope) + ": " + disclosed(e, "/data/textEn")
	case *domain.RecordRetracted:
		return words(d.Event.String(), d.Cause)
	case *domain.FigureRetracted:
		return words(d.Event.String(), d.Cause)
	case *domain.FactDisputed:
		return words(d.Event.String(), disclosed(e, "/data/claim"))
	case *domain.DisputeAnswered:
		return words(d.Outcome+":", disclosed(e, "/data/answer"))
	case *domain.DistinctionGranted:
		return words("from", d.From, "until", d.Until, string(d.Source))
	case *domain.DistinctionRenewed:
		return words("until", d.Until, string(d.Source))
	case *domain.DistinctionLapsed:
		return words("on", d.On, d.Cause)
	case *domain.PersonalDataErased:
		return words(d.Event.String(), d.Pointer, d.Ground)
	case *domain.SealedValueRead:
		return words(d.Event.String(), d.Pointer, d.Purpose)
	}
	return ""
}

func award(a domain.Award) string {
	level := int(a.Level)
	if a.Level.Valid() {
		return awardInWords(string(a.Distinction), &level)
	}
	return awardInWords(string(a.Distinction), nil)
}

func cited(h domain.Holding) string {
	if h.Certainty == domain.Stated {
		return "(" + string(h.Source) + ")"
	}
	return "(" + string(h.Source) + ", " + string(h.Certainty) + ")"
}

// disclosed gives a sealed text that is public, "" where it is not or was erased.
func disclosed(e ledger.EventView, pointer string) string {
	var s string
	_ = json.Unmarshal(e.Disclosed[pointer], &s) // no text: nothing to show
	return s
}

func joined(ids []domain.CollectivityID) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = string(id)
	}
	return strings.Join(parts, ", ")
}

// words joins what there is by spaces.
func words(all ...string) string { return strings.Join(strings.Fields(strings.Join(all, " ")), " ") }

// cut shortens a text to a width.
func cut(s string, width int) string {
	if uniseg.StringWidth(s) <= width {
		return s
	}
	var b strings.Builder
	used, rest, state := 0, s, -1
	for len(rest) > 0 {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used+w > width-3 {
			break
		}
		b.WriteString(cluster)
		used += w
	}
	return b.String() + "..."
}
