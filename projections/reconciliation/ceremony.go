package reconciliation

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"arobase/domain"
	"arobase/projections/figures"
	"arobase/projections/phrase"
)

// attributes of a ceremony, in the order in which they are shown.
var attributes = []string{"date", "place", "presenter", "host", "sponsor", "edition_number", "assembly_number"}

// ceremony compares what sources say of a ceremony. An announcement that was not held to is not an error: announced and
// held are two things, and only what was held is compared.
func (w World) ceremony(e domain.Edition) []Item {
	all := w.Figures.Ceremony(e, w.Size)
	var out []Item
	for _, attribute := range attributes {
		it := Item{Edition: e, Metric: "ceremony_" + attribute}
		var facts []figures.Ceremony
		erased := false
		for _, c := range all {
			if c.Attribute != attribute {
				continue
			}
			value, ok := w.value(c)
			erased = erased || !ok
			it.Statements = append(it.Statements, Statement{value, c.Precision, c.Source, c.Entry})
			facts = append(facts, c)
		}
		if len(it.Statements) == 0 {
			continue
		}
		switch {
		case erased:
			it.Verdict, it.Reason = CannotTell, phrase.New("Un des textes a été effacé ou n'est pas disponible ici.", "One of the texts was erased or is not at hand here.")
		case attribute == "edition_number":
			it.Verdict, it.Reason = numbered(e, facts)
		case attribute == "date":
			it.Verdict, it.Reason = dated(facts)
		default:
			it.Verdict, it.Reason = worded(it.Statements)
		}
		if !erased {
			it.Reason = phrase.Join(it.Reason, announcedOnly(it.Statements))
		}
		out = append(out, it)
	}
	return out
}

// value writes the value of an attribute.
func (w World) value(c figures.Ceremony) (string, bool) {
	switch {
	case c.On != "":
		return days(c), true
	case c.Number != 0:
		return fmt.Sprint(c.Number), true
	case w.Disclosed == nil:
		return "", false
	}
	return w.Disclosed(c.Value)
}

// numbered compares the number that sources give an edition with its ordinal.
func numbered(e domain.Edition, all []figures.Ceremony) (Verdict, phrase.Phrase) {
	for _, c := range all {
		if c.Number != int(e) {
			return Contradicts, phrase.New("%[1]s la numérote %[2]d ; c'est la %[3]de par le décompte des éditions.",
				"%[1]s numbers it %[2]d; by the count of editions it is number %[3]d.", string(c.Source), c.Number, int(e))
		}
	}
	return Agrees, phrase.New("Le numéro est celui du décompte des éditions.", "The number is that of the count of editions.")
}

// dated compares days; a congress of two days agrees with either.
func dated(all []figures.Ceremony) (Verdict, phrase.Phrase) {
	held := heldOnly(all, func(c figures.Ceremony) string { return c.Precision })
	for i, a := range held {
		for _, b := range held[:i] {
			if until(a) < b.On || until(b) < a.On {
				return Contradicts, phrase.New("%s selon %s, %s selon %s.", "%s according to %s, %s according to %s.", days(b), string(b.Source), days(a), string(a.Source))
			}
		}
	}
	return several(sourcesOf(held))
}

// days writes the days of a ceremony: one of ISO 8601, or the first and the last.
func days(c figures.Ceremony) string {
	if c.Until == "" {
		return c.On
	}
	return c.On + "/" + c.Until
}

func until(c figures.Ceremony) string {
	if c.Until != "" {
		return c.Until
	}
	return c.On
}

func sourcesOf(all []figures.Ceremony) int {
	seen := map[domain.SourceID]bool{}
	for _, c := range all {
		seen[c.Source] = true
	}
	return len(seen)
}

// heldOnly keeps what was held where anything is known to have been held, and announcements otherwise.
func heldOnly[T any](all []T, precision func(T) string) []T {
	held := slices.DeleteFunc(slices.Clone(all), func(x T) bool { return precision(x) == "announced" })
	if len(held) == 0 {
		return all
	}
	return held
}

// several says that what a number of sources say does not differ.
func several(sources int) (Verdict, phrase.Phrase) {
	if sources > 1 {
		return Agrees, phrase.New("Les sources disent la même chose.", "The sources say the same.")
	}
	return CannotTell, phrase.New("Une seule source, rien à comparer.", "A single source, nothing to compare it with.")
}

// worded compares texts by source: the persons or places that each names. Equal sets agree. Different ones are not
// called a contradiction: a place is named more or less exactly, and who names one person need not name all.
func worded(all []Statement) (Verdict, phrase.Phrase) {
	held := heldOnly(all, func(s Statement) string { return s.Precision })
	said := map[domain.SourceID][]string{}
	for _, s := range held {
		said[s.Source] = append(said[s.Source], s.Value)
	}
	var sets []string
	for _, values := range said {
		sort.Strings(values)
		sets = append(sets, strings.Join(slices.Compact(values), " + "))
	}
	sort.Strings(sets)
	if distinct := slices.Compact(slices.Clone(sets)); len(distinct) > 1 {
		return CannotTell, phrase.New("Les sources ne disent pas la même chose : %[1]s. Laquelle est complète, on ne le sait pas.",
			"The sources do not say the same: %[2]s. Which one is complete is not known.", quoted(distinct, "« %s »"), quoted(distinct, "\"%s\""))
	}
	return several(len(sets))
}

func quoted(all []string, form string) string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = fmt.Sprintf(form, s)
	}
	return strings.Join(out, ", ")
}

// announcedOnly says what was announced and is not what was held.
func announcedOnly(all []Statement) phrase.Phrase {
	held := heldOnly(all, func(s Statement) string { return s.Precision })
	if len(held) == len(all) {
		return phrase.Phrase{}
	}
	var announced, real []string
	for _, s := range held {
		real = append(real, s.Value)
	}
	for _, s := range all {
		if s.Precision == "announced" && !slices.Contains(real, s.Value) && !slices.Contains(announced, s.Value) {
			announced = append(announced, s.Value)
		}
	}
	if len(announced) == 0 {
		return phrase.Phrase{}
	}
	sort.Strings(real)
	return phrase.New("Annoncé : %[1]s ; tenu : %[2]s. Une annonce n'est pas une erreur.",
		"Announced: %[1]s; held: %[2]s. An announcement is not an error.", strings.Join(announced, ", "), strings.Join(slices.Compact(real), ", "))
}
