package domain

func sourceStories() []story {
	particulars := SourceParticulars{
		Publisher: "Localtis", Title: "Labels Villes Internet 2016", URL: "https://example.org/labels", PublishedOn: "2016-02-03",
	}
	citing := SourceCited{Source: "localtis-2016-labels", SourceParticulars: particulars}
	correcting := func(change func(*SourceCorrected)) CorrectSource {
		return CorrectSource{with(SourceCorrected{
			Source: "localtis-2016-labels", SourceParticulars: particulars, Reason: Text("the title was cut"),
		}, change)}
	}
	copying := func(s SourceID) SourceCited { return with(citing, func(e *SourceCited) { e.OriginOf = s }) }

	return []story{
		tell("a source is cited; it happened when it was published").
			when(CiteSource{citing}).
			then(new(with(citing, func(e *SourceCited) { e.Occurred = "2016-02-03" }))),
		tell("a source without a date, with an address and a remark").
			when(CiteSource{SourceCited{
				Source: "localtis-2009", SourceParticulars: SourceParticulars{Publisher: "Localtis", Title: "Villes Internet"},
				Note: Text("page undated"), Provenance: by("anna"),
			}}).
			then(&SourceCited{
				Source: "localtis-2009", SourceParticulars: SourceParticulars{Publisher: "Localtis", Title: "Villes Internet"},
				Note: Text("page undated"), Provenance: by("anna"),
			}),
		tell("a source is cited once").
			given(cited("localtis-2016-labels")).
			when(CiteSource{citing}).
			refused(RuleOnce, "source"),
		tell("a source says which one it copies").
			given(cited("dna-2017-02-01")).
			when(CiteSource{with(copying("dna-2017-02-01"), func(e *SourceCited) { e.PublishedOn = "" })}).
			then(new(with(copying("dna-2017-02-01"), func(e *SourceCited) { e.PublishedOn = "" }))),
		tell("a source does not copy itself").
			when(CiteSource{copying("localtis-2016-labels")}).
			refused(RuleSourceFirst, "originOf"),
		tell("a source copies one that was cited before").
			when(CiteSource{copying("nobody-2016")}).
			refused(RuleSourceFirst, "originOf"),
		tell("a source has a publisher").
			when(CiteSource{with(citing, func(e *SourceCited) { e.Publisher = "" })}).
			malformed("required", "publisher"),
		tell("a title has one line").
			when(CiteSource{with(citing, func(e *SourceCited) { e.Title = "Labels\nVilles" })}).
			malformed("line", "title"),
		tell("an address is one of the web").
			when(CiteSource{with(citing, func(e *SourceCited) { e.URL = "javascript:alert(1)" })}).
			malformed("weburl", "url"),

		tell("the particulars of a source are corrected").
			given(cited("localtis-2016-labels")).
			when(correcting(func(*SourceCorrected) {})).
			then(&SourceCorrected{Source: "localtis-2016-labels", SourceParticulars: particulars, Reason: Text("the title was cut")}),
		tell("only those of a source that was cited").
			when(correcting(func(*SourceCorrected) {})).
			refused(RuleSourceFirst, "source"),
		tell("a correction does not make a source a copy of itself").
			given(cited("localtis-2016-labels")).
			when(correcting(func(e *SourceCorrected) { e.OriginOf = e.Source })).
			refused(RuleSourceFirst, "originOf"),
		tell("a correction has a reason").
			given(cited("localtis-2016-labels")).
			when(correcting(func(e *SourceCorrected) { e.Reason = nil })).
			malformed("required", "reason"),
		tell("a blank reason is none").
			given(cited("localtis-2016-labels")).
			when(correcting(func(e *SourceCorrected) { e.Reason = Secret(" ") })).
			malformed("required", "reason"),
	}
}
