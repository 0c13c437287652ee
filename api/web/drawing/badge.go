package drawing

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"arobase/domain"
)

// Badge is a picture for the web site of a collectivity: the level and the edition in words, and as many inked signs as
// were awarded.
type Badge struct {
	Title, Name, Edition, Says string
	Level                      int    // 0: none
	Mark                       string // across the picture, for what is made up; "" for none
}

// SVG is the picture, which stands by itself.
func (v Badge) SVG() []byte {
	var signs strings.Builder
	for i := range int(domain.MaxLevel) {
		opacity := ".25"
		if i < v.Level {
			opacity = "1"
		}
		fmt.Fprintf(&signs, `<text x="%d" y="58" opacity="%s">@</text>`, 20+i*32, opacity)
	}
	mark := ""
	if v.Mark != "" {
		mark = `<text x="180" y="74" transform="rotate(-12 180 62)" text-anchor="middle" font-family="system-ui, sans-serif" font-weight="700" font-size="54" fill="#7a3b00" fill-opacity=".55">` + template.HTMLEscapeString(v.Mark) + `</text>`
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="360" height="112" viewBox="0 0 360 112" role="img" aria-labelledby="t"><title id="t">%s</title>`, template.HTMLEscapeString(v.Title))
	fmt.Fprintf(&b, `<rect x=".5" y=".5" width="359" height="111" rx="4" fill="#fdfcf8" stroke="#12356b"/>`)
	fmt.Fprintf(&b, `<g font-family="Georgia, serif" font-size="34" fill="#12356b">%s<text x="196" y="58">%s</text></g>`, signs.String(), template.HTMLEscapeString(v.Says))
	fmt.Fprintf(&b, `<g font-family="system-ui, sans-serif" font-size="14" fill="#1c1b18"><text x="20" y="84">%s</text><text x="20" y="101" font-size="11" fill="#57544c">%s</text></g>%s</svg>`,
		template.HTMLEscapeString(v.Name), template.HTMLEscapeString(v.Edition), mark)
	return b.Bytes()
}
