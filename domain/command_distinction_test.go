package domain

func distinctionStories() []story {
	const (
		ten    MentionID = "territoire-excellence-numerique"
		source SourceID  = "localtis-2021"
	)
	stream := DistinctionStream(ten, aix)
	grant := func(from, until string) GrantDistinction {
		return GrantDistinction{DistinctionGranted{Distinction: ten, Collectivity: aix, Term: Term{From: from, Until: until}, Source: source}}
	}
	renew := func(until string) RenewDistinction {
		return RenewDistinction{Distinction: ten, Collectivity: aix, DistinctionRenewed: DistinctionRenewed{Until: until}}
	}
	lapse := LapseDistinction{Distinction: ten, Collectivity: aix, DistinctionLapsed: DistinctionLapsed{On: "2023-06", Cause: "given-up"}}
	held := at(stream, new(grant("2021-02-04", "2024-02-04").DistinctionGranted))
	ready := []past{cited(source), registered(aix)}

	return []story{
		tell("a distinction is given for a term").
			given(ready...).
			when(grant("2021-02-04", "2024-02-04")).
			then(new(grant("2021-02-04", "2024-02-04").DistinctionGranted)),
		tell("without a source it is the label's own").
			given(registered(aix)).
			when(with(grant("2021", "2024"), func(c *GrantDistinction) { c.Source = "" })).
			then(new(with(grant("2021", "2024").DistinctionGranted, func(e *DistinctionGranted) { e.Source = "" }))),
		tell("again after it ended").
			given(ready...).
			given(held).
			when(grant("2024-02-05", "2027-02-05")).
			then(new(grant("2024-02-05", "2027-02-05").DistinctionGranted)),
		tell("again after it was given up").
			given(ready...).
			given(held, did(lapse)).
			when(grant("2023-07-01", "2026-07-01")).
			then(new(grant("2023-07-01", "2026-07-01").DistinctionGranted)),
		tell("not while it is held").
			given(ready...).
			given(held).
			when(grant("2024-02-04", "2027-02-04")).
			refused(RuleTerm, "from"),
		tell("a year that holds the last day is not after it").
			given(ready...).
			given(held).
			when(grant("2024", "2027")).
			refused(RuleTerm, "from"),
		tell("a day of the last year is not after it").
			given(ready...).
			given(at(stream, new(grant("2021", "2024").DistinctionGranted))).
			when(grant("2024-06-01", "2027-06-01")).
			refused(RuleTerm, "from"),
		tell("a term ends after it begins").
			given(ready...).
			when(grant("2021-02-04", "2020-02-04")).
			refused(RuleTerm, "until"),
		tell("not when it begins").
			given(ready...).
			when(grant("2021-02-04", "2021-02-04")).
			refused(RuleTerm, "until"),
		tell("its holder was entered before").
			given(cited(source)).
			when(grant("2021-02-04", "2024-02-04")).
			refused(RuleBodyFirst, "collectivity"),
		tell("its source was cited before").
			given(registered(aix)).
			when(grant("2021-02-04", "2024-02-04")).
			refused(RuleSourceFirst, "source"),
		tell("a term has an end").
			given(ready...).
			when(grant("2021-02-04", "when it rains")).
			malformed("partialdate", "until"),

		tell("it is prolonged").
			given(held).
			when(renew("2027-02-04")).
			then(&DistinctionRenewed{Until: "2027-02-04"}),
		tell("as a source says").
			given(held, cited(source)).
			when(with(renew("2027-02-04"), func(c *RenewDistinction) { c.Source = source })).
			then(&DistinctionRenewed{Until: "2027-02-04", Source: source}),
		tell("as a source says that was cited before").
			given(held).
			when(with(renew("2027-02-04"), func(c *RenewDistinction) { c.Source = source })).
			refused(RuleSourceFirst, "source"),
		tell("to a later day").
			given(held).
			when(renew("2024-02-04")).
			refused(RuleTerm, "until"),
		tell("a month of the last year is not later than that year").
			given(at(stream, new(grant("2021", "2024").DistinctionGranted))).
			when(renew("2024-06")).
			refused(RuleTerm, "until"),
		tell("to a day later than the last renewal").
			given(held, did(renew("2027-02-04"))).
			when(renew("2026-02-04")).
			refused(RuleTerm, "until"),
		tell("what nobody holds is not prolonged").
			when(renew("2027-02-04")).
			refused(RuleTerm, "until"),
		tell("nor is what ended").
			given(held, did(lapse)).
			when(renew("2027-02-04")).
			refused(RuleTerm, "until"),

		tell("it ends").
			given(held).
			when(lapse).
			then(&lapse.DistinctionLapsed),
		tell("once").
			given(held, did(lapse)).
			when(lapse).
			refused(RuleTerm, "on"),
		tell("what nobody holds does not end").
			when(lapse).
			refused(RuleTerm, "on"),
		tell("for one of three causes").
			given(held).
			when(with(lapse, func(c *LapseDistinction) { c.Cause = "weather" })).
			malformed("oneof", "cause"),
	}
}
