package words

// The catalogues, each in parts that tell one story.
var (
	french = []catalogue{frenchLayout, frenchVocabulary, frenchPages, frenchEditions, frenchCollectivity, frenchRecords,
		frenchVerify, frenchArticles, frenchSession, frenchBrowse, frenchActions, frenchMine, frenchShow,
		frenchForms, frenchCommands, frenchFields, frenchChoices, frenchRules, frenchJury, frenchData, frenchRun, frenchBarometer, frenchLetter,
		frenchRefusalsLedger, frenchRefusalsEdition, frenchRefusalsCandidacy, frenchFaults}
	english = []catalogue{englishLayout, englishVocabulary, englishPages, englishEditions, englishCollectivity, englishRecords,
		englishVerify, englishArticles, englishSession, englishBrowse, englishActions, englishMine, englishShow,
		englishForms, englishCommands, englishFields, englishChoices, englishRules, englishJury, englishData, englishRun, englishBarometer, englishLetter,
		englishRefusalsLedger, englishRefusalsEdition, englishRefusalsCandidacy, englishFaults}
)
