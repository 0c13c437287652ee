package web

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// verbatim are the elements whose text is shown to the letter: it is copied, pasted, or compared with what was signed.
var verbatim = []string{"pre", "code", "textarea", "script", "style"}

// typeset prints the names and titles that come from the ledger as French prints them: official lists, sources and people
// type a straight apostrophe and plain spaces. It touches text only, never an attribute, and nothing that is shown to the
// letter; files and the interface for programs have every name as it was entered. O(n) in the bytes of the page.
func typeset(page []byte) []byte {
	out := make([]byte, 0, len(page)+len(page)/64)
	for len(page) > 0 {
		end := bytes.IndexByte(page, '<')
		if end < 0 {
			end = len(page)
		}
		out = typesetText(out, page[:end])
		page = page[end:]
		if end = bytes.IndexByte(page, '>') + 1; end == 0 {
			end = len(page) // an end of the page, or a tag that is none
		}
		if name := toTheLetter(page[:end]); name != "" {
			if stop := bytes.Index(page[end:], []byte("</"+name)); stop >= 0 {
				end += stop
			}
		}
		out, page = append(out, page[:end]...), page[end:]
	}
	return out
}

// toTheLetter is the name of the element that a tag opens, if its text is to stay as it is: one of verbatim, or a text that
// the script of the page compares with its seal.
func toTheLetter(tag []byte) string {
	if len(tag) < 2 || tag[1] == '/' {
		return ""
	}
	name := tag[1:]
	if end := bytes.IndexAny(name, " \n\t>/"); end >= 0 {
		name = name[:end]
	}
	for _, v := range verbatim {
		if string(name) == v {
			return v
		}
	}
	if bytes.Contains(tag, []byte(" data-pointer=")) {
		return string(name)
	}
	return ""
}

// narrowSpace is the no-break space of French typography.
const narrowSpace = "\u202f"

// apostrophe is one as html/template writes it.
var apostrophe = []byte("&#39;")

// typesetText adds what stands between two tags to a page: an apostrophe between two letters is curved, and a space before
// a double mark or inside guillemets is narrow and holds the line together.
func typesetText(out, text []byte) []byte {
	kept := 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '&' && bytes.HasPrefix(text[i:], apostrophe) && endsWithLetter(text[:i]) && beginsWithLetter(text[i+len(apostrophe):]):
			out = append(append(out, text[kept:i]...), "’"...)
			i += len(apostrophe) - 1
			kept = i + 1
		case text[i] == ' ' && i > 0 && (beginsWithMark(text[i+1:]) || bytes.HasSuffix(text[:i], []byte("«"))):
			out = append(append(out, text[kept:i]...), narrowSpace...)
			kept = i + 1
		}
	}
	return append(out, text[kept:]...)
}

func endsWithLetter(text []byte) bool {
	r, _ := utf8.DecodeLastRune(text)
	return unicode.IsLetter(r)
}

func beginsWithLetter(text []byte) bool {
	r, _ := utf8.DecodeRune(text)
	return unicode.IsLetter(r)
}

// beginsWithMark tells whether a text begins with a mark before which French leaves a space.
func beginsWithMark(text []byte) bool {
	if len(text) == 0 {
		return false
	}
	switch text[0] {
	case ':', ';', '?', '!':
		return true
	}
	return bytes.HasPrefix(text, []byte("»"))
}
