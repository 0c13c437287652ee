package domain

const (
	bassens        CollectivityID = "unsettled-bassens"
	bassensGironde CollectivityID = "fr-commune-33032"
	bassensSavoie  CollectivityID = "fr-commune-73031"
)

// identityStories tell who a name means, and who came after whom.
func identityStories() []story {
	contesting := IdentityContested{
		Collectivity: bassens, Name: "Bassens", Candidates: []CollectivityID{bassensGironde, bassensSavoie},
		Note: Text("the source gives no département"), Provenance: by("anna"),
	}
	contested := at(CollectivityStream(bassens), &IdentityContested{
		Collectivity: bassens, Name: "Bassens", Candidates: contesting.Candidates, Provenance: by("anna"),
	})
	settling := func(as CollectivityID, person string) SettleIdentity {
		return SettleIdentity{IdentitySettled{Collectivity: bassens, As: as, Reason: Text("the town's own page"), Provenance: by(person)}}
	}
	const gravenchon, portJerome CollectivityID = "fr-commune-76476-2015", "fr-commune-76476"
	succession := CollectivitySucceeded{From: []CollectivityID{gravenchon}, To: []CollectivityID{portJerome}, On: "2016-01-01"}

	return []story{
		tell("a name is contested").
			when(ContestIdentity{IdentityContested: contesting}).
			then(&contesting),
		tell("once").
			given(contested).
			when(ContestIdentity{IdentityContested: contesting}).
			refused(RuleOnce, "name"),
		tell("a contested name is not a body").
			when(ContestIdentity{IdentityContested: with(contesting, func(e *IdentityContested) { e.Collectivity = bassensSavoie })}).
			refused(RuleIdentityForm, "collectivity"),
		tell("its candidates are bodies").
			when(ContestIdentity{IdentityContested: with(contesting, func(e *IdentityContested) {
				e.Candidates = []CollectivityID{bassensSavoie, "unsettled-bassens-bas"}
			})}).
			refused(RuleIdentityForm, "candidates"),
		tell("one candidate leaves nothing to contest").
			when(ContestIdentity{IdentityContested: with(contesting, func(e *IdentityContested) { e.Candidates = e.Candidates[:1] })}).
			malformed("min", "candidates"),

		tell("a name that nobody contested needs no settling").
			given(registered(bassensSavoie)).
			when(settling(bassensSavoie, "bruno")).
			refused(RuleIdentityCandidate, "collectivity"),
		tell("it is settled as one of its candidates").
			given(contested, registered(aix)).
			when(settling(aix, "bruno")).
			refused(RuleIdentityCandidate, "as"),
		tell("and as a body that was entered").
			given(contested).
			when(settling(bassensSavoie, "bruno")).
			refused(RuleBodyFirst, "as"),
		tell("once").
			given(contested, registered(bassensSavoie), registered(bassensGironde), did(settling(bassensSavoie, "bruno"))).
			when(settling(bassensGironde, "chloé")).
			refused(RuleIdentityCandidate, "as"),
		tell("not by the person who contested it").
			given(contested, registered(bassensSavoie)).
			when(settling(bassensSavoie, "anna")).
			refused(RuleFourEyes, "by"),
		tell("nor by nobody").
			given(contested, registered(bassensSavoie)).
			when(settling(bassensSavoie, "")).
			refused(RuleFourEyes, "by"),

		tell("a body takes the place of another").
			given(registered(gravenchon), registered(portJerome)).
			when(SucceedCollectivity{CollectivitySucceeded: succession}).
			then(&succession),
		tell("a body does not succeed itself").
			given(registered(gravenchon)).
			when(SucceedCollectivity{CollectivitySucceeded: with(succession, func(e *CollectivitySucceeded) { e.To = e.From })}).
			refused(RuleNoHeir, "to"),
		tell("a succession is entered once").
			given(registered(gravenchon), did(SucceedCollectivity{CollectivitySucceeded: succession})).
			when(SucceedCollectivity{CollectivitySucceeded: succession}).
			refused(RuleOnce, "to"),
		tell("what ended was entered before").
			given(registered(portJerome)).
			when(SucceedCollectivity{CollectivitySucceeded: succession}).
			refused(RuleBodyFirst, "from"),
		tell("something ended").
			when(SucceedCollectivity{CollectivitySucceeded: with(succession, func(e *CollectivitySucceeded) { e.From = nil })}).
			malformed("required", "from"),
		tell("something took its place").
			given(registered(gravenchon)).
			when(SucceedCollectivity{CollectivitySucceeded: with(succession, func(e *CollectivitySucceeded) { e.To = nil })}).
			malformed("required", "to"),
	}
}
