package web

// The catalogues, each in parts that tell one story.
var (
	french  = []words{frenchLayout, frenchVocabulary, frenchPages}
	english = []words{englishLayout, englishVocabulary, englishPages}
)
