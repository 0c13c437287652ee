package web

// The catalogues, each in parts that tell one story.
var (
	french = []words{frenchLayout, frenchVocabulary, frenchPages, frenchEditions, frenchCollectivity, frenchRecords,
		frenchVerify, frenchArticles, frenchSession, frenchBrowse, frenchData, frenchRun,
		frenchForms, frenchCommands, frenchFields, frenchChoices, frenchRules, frenchLetter, frenchJury}
	english = []words{englishLayout, englishVocabulary, englishPages, englishEditions, englishCollectivity, englishRecords,
		englishVerify, englishArticles, englishSession, englishBrowse, englishData, englishRun,
		englishForms, englishCommands, englishFields, englishChoices, englishRules, englishLetter, englishJury}
)
