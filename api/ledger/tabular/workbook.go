package tabular

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
)

// workbook is an XLSX file whose facts stand in one sheet (Office Open XML, ECMA-376 part 1, section 18).
//
// It is read here and not by excelize, which writes our exports, because excelize takes what it can get: it ignores
// checksums and the end of a sheet that is cut off, so that rows are lost without a word, and in exchange for the type
// and format of a cell it wants the whole sheet in memory. Both are right for a library and wrong for a ledger.
type workbook struct {
	*container
	limits  Limits
	sheets  []sheet
	formats []numberFormat // by style, the index that cells carry
	since04 bool           // days are counted from 1904-01-01, as old Macintosh workbooks do

	strings []sharedText // that cells refer to by number
}

// sharedText is a text, cleaned, or what is wrong with it.
type sharedText struct {
	text  string
	fault *fault
}

// sheet is a sheet of cells. Sheets of charts have no part.
type sheet struct{ name, part string }

// errDamaged marks what no spreadsheet program writes.
var errDamaged = errors.New("not as spreadsheets write it")

// readWorkbook reads the first sheet whose header row has a known shape. The remarks tell which sheets were not read.
// It returns an error only if ctx ends.
func readWorkbook(ctx context.Context, raw []byte, t *table) (remarks []string, err error) {
	remarks, err = readFirstTable(ctx, raw, t)
	switch {
	case err == nil:
		return remarks, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, errUnpacked):
		t.report.add(0, "", ruleFileTooLarge, "the workbook unpacks to more than %s, the most that is read; "+
			"remove pictures and other sheets, or save the sheet as CSV UTF-8", bytesInWords(t.limits.UnpackedBytes))
	default:
		// The error of the XML decoder repeats what it met.
		t.report.add(0, "", ruleDamaged, "the workbook is damaged or cut short (%s); "+
			"take a complete copy, or open it in a spreadsheet program and save it again", printable(err.Error(), 200))
	}
	return nil, nil
}

func readFirstTable(ctx context.Context, raw []byte, t *table) (remarks []string, err error) {
	c, err := openContainer(ctx, raw, t.limits)
	if err != nil {
		return nil, err
	}
	w, f, err := openWorkbook(c, t.limits)
	if err != nil {
		return nil, err
	}
	if f != nil {
		t.report.add(0, "", f.rule, "%s", f.message)
		return nil, nil
	}
	best := refusal{}
	for i, s := range w.sheets {
		if s.part == "" {
			continue
		}
		refused, err := w.readSheet(s, t)
		if err != nil {
			return nil, err
		}
		if refused == nil {
			return w.unread(i), nil
		}
		if refused.names != nil && (best.names == nil || refused.match.better(best.match)) {
			best = *refused
		}
	}
	if best.names == nil {
		t.report.add(0, "", ruleEmptyFile, "the workbook is empty; one of its sheets must begin with a header row")
		return nil, nil
	}
	t.report.add(best.line, "", ruleHeader, "%s", best.complaint())
	return nil, nil
}

// unread tells which sheets were not read.
func (w *workbook) unread(read int) []string {
	var names []string
	for i, s := range w.sheets {
		if i != read {
			names = append(names, quoted(s.name))
		}
	}
	if names == nil {
		return nil
	}
	return []string{fmt.Sprintf("only the sheet %s was read, not %s; save a sheet that holds facts as a file of its own",
		quoted(w.sheets[read].name), strings.Join(firstFew(names), ", "))}
}

// openWorkbook reads everything but the sheets. A fault says that it is another kind of file.
func openWorkbook(c *container, limits Limits) (*workbook, *fault, error) {
	if c.has("mimetype") {
		return nil, &fault{ruleNotATable, "this is an OpenDocument file; save it as an Excel workbook (.xlsx) or as CSV UTF-8"}, nil
	}
	root, err := c.relations("")
	if err != nil {
		return nil, nil, err
	}
	main := "" // xl/workbook.xml, but only by convention
	for _, link := range root {
		if link.kind == "officeDocument" {
			main = link.target
		}
	}
	switch {
	case strings.HasSuffix(strings.ToLower(main), ".bin"):
		return nil, &fault{ruleNotATable, "this is a binary workbook (.xlsb); save it as an Excel workbook (.xlsx) or as CSV UTF-8"}, nil
	case main == "" || strings.HasPrefix(main, "word/") || strings.HasPrefix(main, "ppt/"):
		return nil, &fault{ruleNotATable, "this is an archive, but not an Excel workbook; if there is a table in it, unpack it first"}, nil
	}
	w := &workbook{container: c, limits: limits}
	links, err := c.relations(main)
	if err != nil {
		return nil, nil, err
	}
	if err := w.readMain(main, links); err != nil {
		return nil, nil, err
	}
	for _, link := range links {
		switch link.kind {
		case "sharedStrings":
			err = w.readStrings(link.target)
		case "styles":
			w.formats, err = readFormats(c, link.target)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return w, nil, nil
}

// readMain reads the list of sheets.
func (w *workbook) readMain(part string, links map[string]relation) error {
	return w.read(part, func(token xml.Token) (bool, error) {
		start, ok := token.(xml.StartElement)
		if !ok {
			return false, nil
		}
		switch start.Name.Local {
		case "workbookPr":
			w.since04 = isTrue(attribute(start, "date1904"))
		case "sheet":
			s := sheet{name: attribute(start, "name")}
			if link := links[attribute(start, "id")]; link.kind == "worksheet" {
				s.part = link.target
			}
			w.sheets = append(w.sheets, s)
		}
		return false, nil
	})
}

// readStrings reads the texts that cells share. They are cleaned here, once each: a million cells may refer to one
// long text.
func (w *workbook) readStrings(part string) error {
	// A text and the cell that shows it take some 50 bytes of XML at least, so there are no more texts than this in a
	// table that can be read. A list of millions of empty ones takes far more memory than room in the file.
	most := int(w.limits.UnpackedBytes / 64)
	faults := make(map[fault]*fault) // each is stored once
	var text strings.Builder
	in := textIn{}
	return w.read(part, func(token xml.Token) (bool, error) {
		switch in.step(token) {
		case textPiece:
			text.Write(token.(xml.CharData))
		case textEnd:
			if len(w.strings) == most {
				return false, errUnpacked
			}
			cleaned, f := clean(unescape(text.String()))
			if f != nil {
				if faults[*f] == nil {
					faults[*f] = f
				}
				f = faults[*f]
			}
			w.strings = append(w.strings, sharedText{cleaned, f})
			text.Reset()
		}
		return false, nil
	})
}

// isTrue reads a boolean of XML Schema.
func isTrue(s string) bool { return s == "1" || s == "true" }
