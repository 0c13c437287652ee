package words

import (
	"testing"

	"arobase/domain"
)

type ledgerNames struct{}

func (ledgerNames) Body(id string) string {
	if id == "fr-commune-92072" {
		return "Sèvres"
	}
	return id
}

func (ledgerNames) Record(id string) (string, bool) { return "12", id == "known" }

// TestParticulars writes one of each kind.
func TestParticulars(t *testing.T) {
	fr, en := French(), English()
	check := func(p domain.Particular, french, english string) {
		t.Helper()
		if got := fr.particular(p, ledgerNames{}); got != french {
			t.Errorf("%s in French: %q, want %q", p.Kind, got, french)
		}
		if got := en.particular(p, ledgerNames{}); got != english {
			t.Errorf("%s in English: %q, want %q", p.Kind, got, english)
		}
	}
	of := func(kind domain.Kind, text string) domain.Particular {
		return domain.Particular{Slot: domain.Slot{Kind: kind}, Text: text}
	}
	number := func(kind domain.Kind, n int64, list ...string) domain.Particular {
		return domain.Particular{Slot: domain.Slot{Kind: kind}, Number: n, List: list}
	}
	check(number(domain.KindNumber, 23500), "23\u202f500", "23,500")
	check(number(domain.KindYear, 2027), "2027", "2027")
	check(number(domain.KindEdition, 28), "28", "28")
	check(number(domain.KindCents, 155050), fr.Euros(155050), en.Euros(155050))
	check(of(domain.KindDay, "2027-02-01"), "1er\u00a0février 2027", "1\u00a0February 2027")
	check(of(domain.KindWhen, "2027-02-01"), "le 1er\u00a0février 2027", "on 1\u00a0February 2027")
	check(of(domain.KindWhen, "2027-02"), "en février 2027", "in February 2027")
	check(of(domain.KindWhen, "2027"), "en 2027", "in 2027")
	check(of(domain.KindBody, "fr-commune-92072"), "Sèvres", "Sèvres")
	check(of(domain.KindRecord, "known"), "l’inscription nº\u202f12", "record 12")
	check(of(domain.KindRecord, "0190-b"), "l’inscription 0190-b", "record 0190-b")
	check(of(domain.KindType, "payment-recorded"), "paiement", "payment")
	check(of(domain.KindWord, "residence"), "résidence", "residence")
	check(of(domain.KindName, "r-2027"), "r-2027", "r-2027")
	check(number(domain.KindNumbers, 0, "1", "2", "7"), "1, 2 et 7", "1, 2 and 7")
	check(number(domain.KindNames, 0, "/data/by", "/data/note"), "/data/by et /data/note", "/data/by and /data/note")
	check(number(domain.KindAward, 4, "level"), "4\u202f@", "4\u00a0@")
	check(number(domain.KindAward, 0, "hors-concours"), "hors concours", "beyond competition")
	check(number(domain.KindCounts, 0, "4=2", "5=1"), "4\u202f@\u202f: 2 et 5\u202f@\u202f: 1", "4\u00a0@: 2 and 5\u00a0@: 1")
}

// TestRefusalWithoutACase is told by its rule, which is for the page to say.
func TestRefusalWithoutACase(t *testing.T) {
	if said := French().Refusal(domain.Telling{}, ledgerNames{}); said != "" {
		t.Errorf("it says %q", said)
	}
}
