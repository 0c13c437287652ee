package web_test

import (
	"testing"

	"arobase/api/auth"
)

// sealOf is the decision that is sealed on a candidacy of edition 28.
func (c *court) sealOf(id string) string {
	c.t.Helper()
	for _, due := range c.ledger.Running(28).Candidacies {
		if string(due.Collectivity) == id && due.State.Seal() != nil {
			return due.State.Seal().Event.String()
		}
	}
	c.t.Fatalf("nothing is sealed on %s", id)
	return ""
}

// TestTakenBackAndFollowed: a decision that stands no more is told to the presidency, taken back, taken again and published; an
// appeal then changes it. Every page that shows the result says what the jury's reasons belong to, and why it is another.
func TestTakenBackAndFollowed(t *testing.T) {
	c := newCourt(t)
	president := c.enter(t, auth.President, "", "Anne Martin")
	c.act(anne, "sessions", `{"edition":28,"session":1,"on":%q,"present":[1,2,3],"quorum":2}`, on(4))
	for _, id := range []string{aix, bourges, laon} {
		c.draft(28, id, map[bool]int{true: 3, false: 2}[id == aix], "Motivation de "+id)
	}
	if _, err := c.ledger.CloseDeliberation(t.Context(), anne, 28, nil); err != nil {
		t.Fatal(err)
	}
	c.says("/jury/28", president, []string{"Reprendre cette décision", "Les délibérations sont closes."}, []string{"ne tient plus", "Préparer la décision"})
	// The one who reports on Bourges has an interest there.
	c.act(auth.Principal{Token: "j3", Role: auth.Juror, For: "28-3", Person: "Juré 3"}, "conflicts", `{"edition":28,"juror":3,"collectivity":%q,"category":"family"}`, bourges)
	c.says("/jury/28", president, []string{"1 décision scellée ne tient plus"}, nil)
	c.says("/editions/28/proces-verbal", president, []string{"déport connu après la décision, qu'il ne change pas", "3 sur 3 présents pouvaient voter"}, nil)
	c.act(anne, "supersessions", `{"edition":28,"collectivity":%q,"of":%q,"reason":"Un rapporteur a un intérêt"}`, bourges, c.sealOf(bourges))
	c.says("/jury/28", president, []string{"1 décision a été reprise", "Préparer la décision", "Seules les décisions reprises sont scellées"}, []string{"ne tient plus"})
	c.act(anne, "assignments", `{"edition":28,"collectivity":%q,"juror":1}`, bourges)
	c.draft(28, bourges, 2, "Motivation nouvelle de "+bourges)
	if _, err := c.ledger.CloseDeliberation(t.Context(), anne, 28, nil); err != nil {
		t.Fatal(err)
	}
	day := on(int(c.day.Add(1)))
	for _, who := range []auth.Principal{anne, bruno} {
		if _, err := c.ledger.Publish(t.Context(), who, 28, day, nil); err != nil {
			t.Fatal(err)
		}
	}
	c.says("/editions/28/proces-verbal", nil, []string{"Procès-verbal de l'édition 28 (2027) : 1 séance, 3 décisions. Le registre compte", "1 décision scellée avant celle-ci a été reprise.", "Motivation nouvelle de " + bourges, "Motivation du jury : Motivation de " + laon}, []string{"Recours"})

	of := c.sealOf(bourges)
	appeal := c.act(chloe, "appeals", `{"edition":28,"collectivity":%q,"of":%q,"on":%q,"grounds":"Nous valions mieux."}`, bourges, of, day)
	c.act(anne, "appeal-admissions", `{"edition":28,"collectivity":%q,"appeal":%q}`, bourges, appeal.Events[0])
	c.act(anne, "appeal-decisions", `{"edition":28,"collectivity":%q,"appeal":%q,"panel":[2],"outcome":"changed","to":{"distinction":"level","level":3},
		"tally":{"for":1,"against":0,"abstained":0},"reason":"Deux actions avaient été oubliées."}`, bourges, appeal.Events[0])
	president = c.enter(t, auth.President, "", "Anne Martin") // a session lives for hours, and a day has gone by
	followed := []string{"Motivation du jury, pour 2 arobases sur 5 : Motivation nouvelle de " + bourges, "Recours formé le", "Recours tranché le", "siège 2 ; pour 1, contre 0, abstentions 0", "Motif : Deux actions avaient été oubliées."}
	for _, path := range []string{"/editions/28/proces-verbal", "/collectivites/" + bourges} {
		c.says(path, nil, followed, nil)
	}
	c.says("/editions/28/palmares", nil, []string{"pour 2 arobases sur 5", "Motif : Deux actions avaient été oubliées."}, nil)
	c.says("/editions/28/dossiers/"+bourges, president, append(followed, "La décision", "La candidature rend", "Ce que chaque niveau demande", "pas atteint"), nil)
	c.says("/en/collectivities/"+bourges, nil, []string{"The jury's reasons, for 2 at-signs out of 5:"}, nil)

	// What the public reads is of the records and not of the day: an auditor who makes a page again another day gets the same.
	read := map[string]string{}
	for _, path := range []string{"/", "/editions/28", "/editions/28/proces-verbal", "/en/editions/28/minutes", "/editions/28/palmares", "/editions/28/barometre", "/collectivites/" + bourges, "/registre", "/donnees"} {
		_, read[path] = c.page(path, nil)
	}
	c.day.Add(100)
	for path, before := range read {
		if _, after := c.page(path, nil); after != before {
			t.Errorf("%s is another page on another day, of the same records", path)
		}
	}
}
