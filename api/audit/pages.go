package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// pagesToCompare says whether pages are compared, and if not, why. Pages of another version of the program may put the
// same answers into other words.
func (c *comparison) pagesToCompare(ctx context.Context) (bool, string, error) {
	r, err := c.a.place.Site.get(ctx, "/openapi.json", "application/json", maxAnswer)
	if err != nil {
		return false, "", err
	}
	var document struct{ Info struct{ Version string } }
	if err := json.Unmarshal(r.body, &document); err != nil {
		return false, "the server does not say which version of the program it runs", nil
	}
	if theirs := document.Info.Version; theirs != c.a.opt.Program {
		return false, fmt.Sprintf("the server runs the version %.60q of the program, and this is %q; audit with that one to compare pages", theirs, c.a.opt.Program), nil
	}
	return true, "", nil
}

// samePage says where a page of the server differs from one that was computed here, or "". An error is about ours.
func samePage(theirs, mine []byte) (string, error) {
	want, err := textOf(mine)
	if err != nil {
		return "", err
	}
	got, err := textOf(theirs)
	if err != nil {
		return fmt.Sprintf("the server's page has no text: %v", err), nil
	}
	for i := range max(len(got), len(want)) {
		if i < len(got) && i < len(want) && got[i] == want[i] {
			continue
		}
		return fmt.Sprintf("the page shows %s, the records give %s", around(got, i), around(want, i)), nil
	}
	return "", nil
}

// around is a piece of a page with what stands about it, so that somebody who looks for it finds it.
func around(pieces []string, i int) string {
	s := strings.Join(pieces[max(0, min(i, len(pieces))-3):min(i+2, len(pieces))], " ")
	if len(s) > 300 {
		s = "..." + strings.ToValidUTF8(s[len(s)-300:], "")
	}
	return fmt.Sprintf("%q", s)
}

// sealLine stands for the line that says how far the log is sealed. It tells of the moment, not of the records.
const sealLine = "(how far the log is sealed)"

// textOf gives what a page shows, in the order in which it is read: its title and description, the drawings of its
// marks, and all that is in its element main: text, links and drawings. An element is given by its name and its attributes.
func textOf(page []byte) ([]string, error) {
	var shown []string
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	found := false
	var walk func(n *html.Node, inside bool)
	walk = func(n *html.Node, inside bool) {
		switch {
		case n.Type == html.TextNode && inside:
			if s := strings.Join(strings.Fields(n.Data), " "); s != "" {
				shown = append(shown, s)
			}
		case n.Type == html.ElementNode:
			found = found || n.Data == "main"
			// The drawings of the marks are told apart from where they are used, and say how many at-signs are inked.
			inside = inside || n.Data == "main" || n.Data == "title" || attribute(n, "name") == "description" || slices.Contains(strings.Fields(attribute(n, "class")), "symbols")
			if !inside {
				break
			}
			if slices.Contains(strings.Fields(attribute(n, "class")), "sealed") {
				shown = append(shown, sealLine)
				return
			}
			shown = append(shown, element(n))
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child, inside)
		}
	}
	walk(root, false)
	if !found {
		return nil, fmt.Errorf("no element main among %d bytes", len(page))
	}
	return shown, nil
}

// element is an element without what is in it.
func element(n *html.Node) string {
	var b strings.Builder
	b.WriteString("<" + n.Data)
	for _, a := range n.Attr {
		fmt.Fprintf(&b, " %s=%q", a.Key, a.Val)
	}
	b.WriteString(">")
	return b.String()
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}
