package words

// englishShow is what the page says on which evidence is attached.
var englishShow = catalogue{
	"show.title":         "What shows this action",
	"show.lede":          "One address or one file at a time. Each is a new revision of the action; nothing else changes.",
	"show.already":       "What is there already",
	"show.url":           "An address of the web",
	"show.file":          "Or a file",
	"show.most":          "PDF, PNG, JPEG or text, %s MB at most. It will be public and kept: leave nothing personal in it.",
	"show.record":        "Attach",
	"show.either":        "Give an address, or choose a file: one of the two.",
	"show.file.again":    "Choose the file again: it was not kept.",
	"show.erased":        "A text of this action was erased: describe it anew before you attach something.",
	"show.ended":         "This action has ended: it changes no more.",
	"show.kind":          "This file is neither PDF nor a PNG or JPEG image nor text in UTF-8.",
	"show.size":          "This file is too large.",
	"show.room":          "There is no room left for the files of this local authority. Those that no action names are removed after a month.",
	"show.nofiles":       "This site takes no files: give an address.",
	"show.fileerased":    "This file was erased at a person's request: it is not taken again.",
	"show.go":            "Attach an address or a file",
	"show.which":         "What nothing shows yet:",
	"problem.busy":       "Too many files are arriving at the moment",
	"problem.busy.text":  "Nothing was recorded. Go back and try again in a moment.",
	"problem.large":      "This file is too large",
	"problem.large.text": "Nothing was recorded. Go back and choose a smaller one, or give an address.",
}
