package domain

func readingStories() []story {
	stream := CandidacyStream(18, aix)
	fact := awarded("one", level(4), Stated)
	fact.Note, fact.By = Text("the mayor was there"), Text("bruno")
	told := at(stream, fact).called("fact")
	read := func(change func(*ReadSealedValue)) ReadSealedValue {
		return with(ReadSealedValue{In: stream, SealedValueRead: SealedValueRead{
			Event: id("fact"), Pointer: "/data/by", Purpose: "audit", Provenance: by("chloé"),
		}}, change)
	}
	asked := read(func(*ReadSealedValue) {})
	seen := did(asked).called("reading")
	erased := did(ErasePersonalData{In: stream, PersonalDataErased: PersonalDataErased{Event: id("fact"), Pointer: "/data/by", Ground: "request"}})

	return []story{
		tell("who entered a fact is read, and that is recorded").given(told).when(asked).then(&asked.SealedValueRead),
		tell("and recorded each time").given(told, seen).when(asked).then(&asked.SealedValueRead),
		tell("who read is read in turn").
			given(told, seen).
			when(read(func(c *ReadSealedValue) { c.In, c.Event, c.Purpose = LedgerStream, id("reading"), "request" })).
			then(&SealedValueRead{Event: id("reading"), Pointer: "/data/by", Purpose: "request", Provenance: by("chloé")}),
		tell("what was never recorded is not read").
			given(told).when(read(func(c *ReadSealedValue) { c.Event = id("another") })).refused(RuleReadable, "event"),
		tell("nor what stands in another stream than is said").
			given(told).when(read(func(c *ReadSealedValue) { c.In = CandidacyStream(17, aix) })).refused(RuleReadable, "event"),
		tell("nor what is not sealed").
			given(told).when(read(func(c *ReadSealedValue) { c.Pointer = "/data/level" })).refused(RuleReadable, "pointer"),
		tell("nor what was erased").given(told, erased).when(asked).refused(RuleReadable, "pointer"),
		tell("another value of the same event is another matter").
			given(told, erased).
			when(read(func(c *ReadSealedValue) { c.Pointer = "/data/note" })).
			then(&SealedValueRead{Event: id("fact"), Pointer: "/data/note", Purpose: "audit", Provenance: by("chloé")}),
		tell("a pointer points into the data").
			given(told).when(read(func(c *ReadSealedValue) { c.Pointer = "by" })).malformed("pointer", "pointer"),
		tell("a purpose is one of a few, never a text").
			given(told).when(read(func(c *ReadSealedValue) { c.Purpose = "out of curiosity" })).malformed("oneof", "purpose"),
		tell("and is never left out").
			given(told).when(read(func(c *ReadSealedValue) { c.Purpose = "" })).malformed("required", "purpose"),
	}
}
