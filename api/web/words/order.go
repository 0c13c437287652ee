package words

import (
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Order gives a comparison of texts as a language orders them, by its code: é beside e, and capitals beside small
// letters. What it gives is for one goroutine.
func Order(code string) func(a, b string) int {
	return collate.New(language.Make(code)).CompareString
}
