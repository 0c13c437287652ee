package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// pageWidth is the width that everything for people is set to. Terminals are at least as wide in practice, and a file
// that it was sent to reads the same.
const pageWidth = 100

// page gathers what a command says to a person and writes it at once, so that an error in the middle leaves nothing
// half said.
type page struct {
	bytes.Buffer
	bold bool
}

// newPage makes a page for a writer. Letters are bold only on a terminal whose owner did not ask for plain text
// (no-color.org).
func newPage(w io.Writer) *page {
	plain := os.Getenv("NO_COLOR") != "" //nolint:misspell // the convention has its own spelling
	return &page{bold: isTerminal(w) && !plain && os.Getenv("TERM") != "dumb"}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// lineWidth is that of the terminal; elsewhere lines may be long, for there they can be searched whole.
func lineWidth(w io.Writer) int {
	if f, ok := w.(*os.File); ok && isTerminal(w) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 40 {
			return width
		}
	}
	return 400
}

// heading writes a line that stands out.
func (p *page) heading(s string) { p.WriteString(p.strong(s) + "\n") }

func (p *page) strong(s string) string {
	s = visible(s)
	if !p.bold || s == "" {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

// line writes one line as it is, without spaces at its end.
func (p *page) line(s string) { p.WriteString(strings.TrimRight(s, " ") + "\n") }

// text writes a paragraph within the width of the page. The first line begins with lead, the others as far in.
func (p *page) text(lead, s string) {
	indent := uniseg.StringWidth(lead)
	for i, l := range wrap(s, pageWidth-indent) {
		if i > 0 {
			lead = strings.Repeat(" ", indent)
		}
		p.line(lead + l)
	}
}

// visible takes out of a text what could move the cursor of a terminal or hide what is beside it: the text may come from
// any file or server.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || unicode.Is(unicode.Zs, r) || unicode.Is(unicode.M, r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// wrap breaks a text at spaces into lines of a width. A word that is longer stands alone.
func wrap(s string, width int) []string {
	var lines []string
	var line strings.Builder
	used := 0
	for _, word := range strings.Fields(visible(s)) {
		n := uniseg.StringWidth(word)
		if used > 0 && used+1+n > width {
			lines = append(lines, line.String())
			line.Reset()
			used = 0
		}
		if used > 0 {
			line.WriteByte(' ')
			used++
		}
		line.WriteString(word)
		used += n
	}
	return append(lines, line.String())
}

// column is one column of a table.
type column struct {
	name  string
	right bool // numbers
}

// table writes rows in columns as wide as their widest cell. What is too long in the last column goes on below it.
func (p *page) table(indent string, columns []column, rows [][]string) {
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = uniseg.StringWidth(c.name)
		for _, row := range rows {
			if i < len(columns)-1 || c.right {
				widths[i] = max(widths[i], uniseg.StringWidth(row[i]))
			}
		}
	}
	left := uniseg.StringWidth(indent)
	for _, w := range widths[:len(widths)-1] {
		left += w + len(columnGap)
	}
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = align(c.name, widths[i], c.right)
	}
	p.WriteString(p.strong(strings.TrimRight(indent+strings.Join(header, columnGap), " ")) + "\n")
	for _, row := range rows {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = align(visible(row[i]), widths[i], c.right)
		}
		last := len(cells) - 1
		lines := []string{cells[last]}
		if !columns[last].right {
			lines = wrap(row[last], max(pageWidth-left, 20))
		}
		cells[last] = lines[0]
		p.line(indent + strings.Join(cells, columnGap))
		for _, more := range lines[1:] {
			p.line(strings.Repeat(" ", left) + more)
		}
	}
}

const columnGap = "  "

// align fills a cell up to a width as a terminal counts it: letters with accents in one or two code points take one
// place, wide ones two.
func align(s string, width int, right bool) string {
	fill := strings.Repeat(" ", max(0, width-uniseg.StringWidth(s)))
	if right {
		return fill + s
	}
	return s + fill
}
