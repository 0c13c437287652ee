package tabular

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// container is the ZIP archive around a workbook, unpacked one part at a time and within a budget.
type container struct {
	ctx    context.Context
	parts  map[string]*zip.File // by name in lower case: Office compares part names without regard to case
	budget int64                // bytes that may still be unpacked
}

// errUnpacked stops a part that unpacks to more than the limits allow.
var errUnpacked = errors.New("unpacks to more than is read")

// maxDepth is far deeper than the elements of a workbook nest. The XML decoder keeps every open element in memory.
const maxDepth = 64

func isZip(raw []byte) bool {
	return bytes.HasPrefix(raw, []byte("PK\x03\x04")) || bytes.HasPrefix(raw, []byte("PK\x05\x06"))
}

// foreignKind recognises files that people take for tables, and says what to do with them.
func foreignKind(raw []byte) *fault {
	compound := []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1} // the container of old Office files
	protected := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	switch {
	case bytes.HasPrefix(raw, compound) && bytes.Contains(raw, protected):
		return &fault{ruleNotATable, "the workbook is protected by a password; save it without one"}
	case bytes.HasPrefix(raw, compound):
		return &fault{ruleNotATable, "this is an old Office file (.xls); save it as an Excel workbook (.xlsx) or as CSV UTF-8"}
	case bytes.HasPrefix(raw, []byte("%PDF-")):
		return &fault{ruleNotATable, "this is a PDF; a CSV or XLSX file is needed"}
	}
	return nil
}

// openContainer reads the directory of the archive. Sizes that the directory admits to are checked here; parts that
// hold more than they admit are stopped by the budget.
func openContainer(ctx context.Context, raw []byte, limits Limits) (*container, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, err
	}
	c := &container{ctx: ctx, parts: make(map[string]*zip.File, len(z.File)), budget: limits.UnpackedBytes}
	declared := uint64(0)
	for _, part := range z.File {
		// The second comparison is for sums that overflow.
		if declared += part.UncompressedSize64; declared > uint64(limits.UnpackedBytes) ||
			part.UncompressedSize64 > uint64(limits.UnpackedBytes) {
			return nil, errUnpacked
		}
		name := strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/"))
		if c.parts[name] != nil {
			return nil, fmt.Errorf("part %s is there twice", quoted(name))
		}
		c.parts[name] = part
	}
	return c, nil
}

func (c *container) has(name string) bool { return c.parts[strings.ToLower(name)] != nil }

// read gives each token of a part to visit, until the end of the part or until visit returns stop. A part that is read
// to its end is known to be whole: its XML is well formed and its checksum is right.
func (c *container) read(name string, visit func(token xml.Token) (stop bool, err error)) error {
	part := c.parts[strings.ToLower(name)]
	if part == nil {
		return fmt.Errorf("part %s is missing", quoted(name))
	}
	r, err := part.Open()
	if err != nil {
		return fmt.Errorf("opening part %s: %w", quoted(name), err)
	}
	defer r.Close()
	decoder := xml.NewDecoder(budgeted{c, r})
	depth := 0
	for n := 0; ; n++ {
		if n%4096 == 0 && c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading part %s: %w", quoted(name), err)
		}
		switch token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return fmt.Errorf("part %s nests too deeply", quoted(name))
			}
		case xml.EndElement:
			depth--
		}
		if stop, err := visit(token); stop || err != nil {
			return err
		}
	}
}

// budgeted takes what is unpacked from the container's budget.
type budgeted struct {
	c *container
	r io.Reader
}

func (b budgeted) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.c.budget -= int64(n); b.c.budget < 0 {
		return 0, errUnpacked
	}
	return n, err
}

// relation is a link from one part to another (Office Open XML, ECMA-376 part 2, section 6.5).
type relation struct {
	kind   string // the last element of the type's address, such as "worksheet"
	target string // name of a part
}

// relations reads the links of a part by their id; "" stands for the archive itself. No links are no error.
func (c *container) relations(of string) (map[string]relation, error) {
	dir, base := path.Split(of)
	name := dir + "_rels/" + base + ".rels"
	links := make(map[string]relation)
	if !c.has(name) {
		return links, nil
	}
	err := c.read(name, func(token xml.Token) (bool, error) {
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "Relationship" || attribute(start, "TargetMode") == "External" {
			return false, nil
		}
		target := attribute(start, "Target")
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		links[attribute(start, "Id")] = relation{
			kind:   path.Base(attribute(start, "Type")),
			target: strings.TrimPrefix(path.Clean("/"+target), "/"),
		}
		return false, nil
	})
	return links, err
}

// attribute returns the value of an attribute, whatever its namespace, or "".
func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
