package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
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

// askItsName asks the server by which name it is called: pages have whole addresses in them, and who stands before a server may
// call it otherwise than we do. It is told with the report.
func (c *comparison) askItsName(ctx context.Context) error {
	r, err := c.a.place.Site.get(ctx, "/", "text/html", maxAnswer)
	if err != nil {
		return unlessUnreachable(err, "%v", err)
	}
	root, err := html.Parse(bytes.NewReader(r.body))
	if err != nil {
		return nil // it is compared later
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "meta" && attribute(n, "property") == "og:url" {
			if u, err := url.Parse(attribute(n, "content")); err == nil && u.Host != "" {
				c.host = u.Host
			}
			return nil
		}
	}
	return nil
}

// samePage says where a page of the server differs from one that was computed here, or "". An error is about ours.
func (c *comparison) samePage(theirs, mine []byte) (string, error) {
	want, err := textOf(mine, c.a.answers.ofSomeNodes)
	if err != nil {
		return "", err
	}
	got, err := textOf(theirs, c.a.answers.ofSomeNodes)
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

// textOf gives what a page holds, in the order in which it is read, from its head to its foot: texts, and elements by their
// name and attributes. What tells of the node and not of the records (package web, OfSomeNodes) is given by what it is
// about; where not every node has it, it is left out, if its words are known.
func textOf(page []byte, known map[string]bool) ([]string, error) {
	var shown []string
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	found := false
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			if s := strings.Join(strings.Fields(n.Data), " "); s != "" {
				shown = append(shown, s)
			}
		case html.ElementNode:
			found = found || n.Data == "main"
			about := attribute(n, "data-node")
			switch {
			case slices.Contains(strings.Fields(attribute(n, "class")), "sealed"):
				shown = append(shown, sealLine)
				return
			case n.Data == "script" && attribute(n, "type") == "application/ld+json" && n.FirstChild != nil:
				shown = append(shown, element(n), withoutPublisher(n.FirstChild.Data))
				return
			case n.Data == "meta" && attribute(n, "property") == "og:url":
				// The address begins with the host at which the site is asked; what follows is of the page.
				if u, err := url.Parse(attribute(n, "content")); err == nil {
					shown = append(shown, "<meta og:url "+u.RequestURI()+">")
					return
				}
				shown = append(shown, element(n))
				return
			case slices.Contains(ofEveryNode, about):
				shown = append(shown, element(n), "("+about+", of this node)")
				return
			case slices.Contains(ofSomeNodes, about) && allKnown(n, known):
				return
			}
			shown = append(shown, element(n))
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
	}
	walk(root)
	if !found {
		return nil, fmt.Errorf("no element main among %d bytes", len(page))
	}
	return shown, nil
}

// What an element of a page is about that tells of the node: what every node has, and what some have.
var (
	ofEveryNode = []string{"operator", "checkpoint", "proof"}
	ofSomeNodes = []string{"session", "unsigned", "witnesses"}
)

// allKnown tells whether all texts in an element are known ones, but for their numbers, and nothing in it leads elsewhere.
func allKnown(n *html.Node, known map[string]bool) bool {
	switch n.Type {
	case html.TextNode:
		if s := plainly(n.Data); s != "" && !known[s] {
			return false
		}
	case html.ElementNode:
		if n.Data != "a" && n.Data != "span" && n.Data != "p" {
			return false
		}
		for _, a := range n.Attr {
			switch a.Key {
			case "class", "data-node":
			case "href":
				if !strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "//") {
					return false
				}
			default:
				return false
			}
		}
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if !allKnown(child, known) {
			return false
		}
	}
	return true
}

var numbers = regexp.MustCompile(`[0-9]+`)

// plainly is a text with 0 in the place of every number and one space between two words.
func plainly(text string) string {
	return numbers.ReplaceAllString(strings.Join(strings.Fields(text), " "), "0")
}

// withoutPublisher is the description of a page for machines without who runs the site.
func withoutPublisher(text string) string {
	var described map[string]any
	if err := json.Unmarshal([]byte(text), &described); err != nil {
		return text
	}
	delete(described, "publisher")
	b, err := json.Marshal(described)
	if err != nil {
		return text
	}
	return string(b)
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
