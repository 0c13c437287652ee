package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/html"
)

// paste does as a reader does who pastes the commands of a page into a shell, one block after the other:
//
//	paste URL                pastes all blocks but those that have no end; stdout is what they print
//	paste endless URL NAME   sets $NAME to the command of the first that has none
func paste(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case !neg && len(args) == 1:
		commands := shown(ts, args[0], false)
		if len(commands) == 0 {
			ts.Fatalf("%s shows no command", args[0])
		}
		ts.Check(ts.Exec("sh", "-ec", strings.Join(commands, "\n")))
	case !neg && len(args) == 3 && args[0] == "endless":
		commands := shown(ts, args[1], true)
		if len(commands) == 0 {
			ts.Fatalf("%s shows no command without end", args[1])
		}
		ts.Setenv(args[2], commands[0])
	default:
		ts.Fatalf("usage: paste URL | paste endless URL NAME")
	}
}

// shown are the blocks of commands of a page.
func shown(ts *testscript.TestScript, url string, endless bool) []string {
	answer, err := http.Get(url)
	ts.Check(err)
	defer answer.Body.Close()
	doc, err := html.Parse(answer.Body)
	ts.Check(err)
	var commands []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "pre" {
			continue
		}
		var classes []string
		for _, a := range n.Attr {
			if a.Key == "class" {
				classes = strings.Fields(a.Val)
			}
		}
		if slices.Contains(classes, "paste") && slices.Contains(classes, "endless") == endless {
			commands = append(commands, n.FirstChild.FirstChild.Data)
		}
	}
	return commands
}
