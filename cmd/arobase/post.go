package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"arobase/api/rest"
)

func newPost() *cobra.Command {
	cmd := &cobra.Command{
		Use: "post RESOURCE [FILE|-]", Short: "Ask a served ledger to record one thing",
		Long: `Ask a served ledger to record one thing: whatever an edition needs, from its regulation
to the last appeal. The body is JSON, from a file or, with - or nothing, from standard
input. The answer is a receipt, or says which rule forbids it.

    arobase post --list                       every resource, with its roles and fields
    arobase post --list payments              one of them, field by field
    arobase post --example payments           a body to start from
    export AROBASE_URL=http://127.0.0.1:8080 AROBASE_TOKEN=aro_...
    echo '{"collectivity":"fr-commune-73008","year":2027,"amount":150000,"on":"2027-01-15"}' |
        arobase post payments --key payment-73008-2027

A file that shows an action is uploaded first; the action names it by the hash in the answer:

    arobase post evidence deliberation.pdf

A whole list of them at once is what ` + "`arobase register`" + ` takes.`,
	}
	f := cmd.Flags()
	open := deskFlags(cmd)
	key := f.String("key", "", "a `word` of your own for this request: sent again with it, it is recorded once")
	match := f.Int64("if-match", -1, "only if the stream is at this `revision`")
	list := f.Bool("list", false, "list the resources, or the fields of one")
	example := f.Bool("example", false, "print a body to start from")
	output := f.StringP("output", "o", "table", "how to print: table or json; with --list jsonl and csv too")
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return append(resourceNames(), evidenceResource), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.Args = func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) > 2:
			return usagef("arobase post takes one resource and one file, not %q", args[2])
		case len(args) == 0 && !*list:
			return usagef("arobase post needs a resource; `arobase post --list` names them")
		case *list && *example:
			return usagef("--list and --example are two things; name one")
		case len(args) == 2 && (*list || *example):
			return usagef("there is nothing to read from %q with --list or --example", args[1])
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkOutput(*output); err != nil {
			return err
		}
		if *list && len(args) == 0 {
			return printRequests(cmd, *output)
		}
		if args[0] == evidenceResource {
			switch {
			case *list || *example:
				return usagef("evidence is a file as it is, not fields: arobase post evidence FILE")
			case *key != "" || cmd.Flags().Changed("if-match"):
				return usagef("a file takes neither --key nor --if-match: uploaded again it is answered alike")
			case len(args) < 2:
				return usagef("arobase post evidence needs a file")
			case *output != "table" && *output != "json":
				return usagef("an answer is printed as table or json, not as %s", *output)
			}
			return uploadEvidence(cmd, open, *output, args[1])
		}
		request, err := requestOf(args[0])
		if err != nil {
			return err
		}
		switch {
		case *list:
			return printFields(cmd, *output, request)
		case *example:
			return writeJSON(cmd.OutOrStdout(), exampleOf(request.Body))
		case *output != "table" && *output != "json":
			return usagef("a receipt is printed as table or json, not as %s", *output)
		}
		d, err := open()
		if err != nil {
			return err
		}
		body, err := bodyFrom(cmd, append(args, "-")[1])
		if err != nil {
			return err
		}
		headers := map[string]string{}
		if *key != "" {
			headers["Idempotency-Key"] = *key
		}
		if cmd.Flags().Changed("if-match") {
			if *match < 0 {
				return usagef("--if-match is a revision from 0 on, not %d", *match)
			}
			headers["If-Match"] = strconv.Quote(strconv.FormatInt(*match, 10))
		}
		_, answer, err := d.post(cmd.Context(), request.Resource, body, headers)
		if err != nil {
			return tellRefusal(cmd, *output, whyUnclear(err, *key != ""))
		}
		return printAnswer(cmd.OutOrStdout(), *output, answer)
	}
	return cmd
}

func resourceNames() (names []string) {
	for _, r := range rest.Requests() {
		names = append(names, r.Resource)
	}
	return names
}

// requestOf finds a resource by its name.
func requestOf(resource string) (rest.Request, error) {
	for _, r := range rest.Requests() {
		if r.Resource == resource {
			return r, nil
		}
	}
	return rest.Request{}, usagef("there is no resource %q%s", resource, didYouMean(resource, append(resourceNames(), evidenceResource)))
}

// bodyFrom reads the body of a request. Spaces between its parts are left out, so that the same body from a file and from a
// terminal is the same request.
func bodyFrom(cmd *cobra.Command, name string) ([]byte, error) {
	in := cmd.InOrStdin()
	if name == "-" {
		if f, ok := in.(*os.File); ok && isTerminal(f) {
			fmt.Fprintln(cmd.ErrOrStderr(), "reading the body, one JSON object, from the terminal; Ctrl-D ends it")
		}
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, mostOfARequest+1))
	if err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var body bytes.Buffer
	if err := json.Compact(&body, text); err != nil || len(bytes.TrimSpace(text)) == 0 {
		return nil, fmt.Errorf("the body (%s) is not JSON: one object is expected", name)
	}
	return body.Bytes(), nil
}

// evidenceResource is the one whose body is a file as it is.
const evidenceResource = "evidence"

// mostOfAFile is more than a server takes by default; it says itself what is too much.
const mostOfAFile = 256 << 20

// uploadEvidence sends a file that shows an action. What it is the server tells by its content.
func uploadEvidence(cmd *cobra.Command, open func() (desk, error), output, name string) error {
	d, err := open()
	if err != nil {
		return err
	}
	in := cmd.InOrStdin()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	content, err := io.ReadAll(io.LimitReader(in, mostOfAFile+1))
	switch {
	case err != nil:
		return fmt.Errorf("reading %s: %w", name, err)
	case len(content) == 0:
		return fmt.Errorf("%s is empty", name)
	case len(content) > mostOfAFile:
		return fmt.Errorf("%s has more than %d MiB", name, mostOfAFile>>20)
	}
	_, answer, err := d.post(cmd.Context(), evidenceResource, content, map[string]string{"Content-Type": "application/octet-stream"})
	if err != nil {
		return tellRefusal(cmd, output, err)
	}
	return printAnswer(cmd.OutOrStdout(), output, answer)
}

// tellRefusal shows a refusal; other errors are passed on.
func tellRefusal(cmd *cobra.Command, output string, err error) error {
	var no *refused
	if !errors.As(err, &no) || no.body == nil {
		return err
	}
	if output == "json" {
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", no.body); err != nil {
			return err
		}
		return &toldError{no}
	}
	p := newPage(cmd.ErrOrStderr())
	no.told(p)
	if _, err := p.WriteTo(cmd.ErrOrStderr()); err != nil {
		return err
	}
	return &toldError{no}
}

// printAnswer shows a receipt, or whatever else a resource answers.
func printAnswer(out io.Writer, output string, answer []byte) error {
	if output == "json" || len(answer) == 0 {
		_, err := out.Write(answer)
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(answer, &members); err != nil {
		return fmt.Errorf("the answer is not that of a ledger: %w", err)
	}
	first := []string{"resource", "stream", "revision", "events", "position", "recorded"}
	names := slices.DeleteFunc(slices.Clone(first), func(name string) bool { return members[name] == nil })
	for _, name := range slices.Sorted(maps.Keys(members)) {
		usual := name == "duplicate" && string(members[name]) == "false" || name == "applied" && string(members[name]) == "true"
		if !slices.Contains(first, name) && !usual {
			names = append(names, name)
		}
	}
	width := 0
	for _, name := range names {
		width = max(width, len(name))
	}
	p := newPage(out)
	for _, name := range names {
		p.line(fmt.Sprintf("%-*s  %s", width, visible(name), visible(shownValue(members[name]))))
	}
	_, err := p.WriteTo(out)
	return err
}

// shownValue is a value of an answer as a person reads it.
func shownValue(raw json.RawMessage) string {
	var text string
	var texts []string
	switch {
	case json.Unmarshal(raw, &text) == nil:
		return text
	case json.Unmarshal(raw, &texts) == nil:
		return strings.Join(texts, " ")
	}
	return string(raw)
}
