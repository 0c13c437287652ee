package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
	"arobase/api/ledger/evidence"
	"arobase/domain/territory"
)

func newHolds() *cobra.Command {
	cmd := &cobra.Command{
		Use: "holds PERSON", Short: "Find everything that is held about a person",
		Long: `Find everything that is held about a person: each sealed value in which the name stands,
each token that was given under it, each document of the jury's workspace that it
wrote, and each uploaded text in which it stands. PDF files and pictures are not
searched: open those of the collectivity concerned. Case, accents and hyphens do not count; the name may stand anywhere in a text.

The values are not printed: an auditor reads them, which is recorded, and
` + "`arobase erase` destroys them. Ask once for each way in which the name is written.\n" + `
    arobase holds "Anne Martin"
    arobase holds "Martin, Anne" -o csv`,
		Args: between(1, 1, "the name of a person"),
	}
	data, output := dataFlag(cmd), listing(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkOutput(*output); err != nil {
			return err
		}
		if strings.TrimSpace(territory.Fold(args[0])) == "" {
			return usagef("%q holds no letter of a name", args[0])
		}
		all, err := dataDir(*data).holds(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		return printHeld(cmd, *output, all)
	}
	return cmd
}

// heldLine is one thing that is held, as a list shows it.
type heldLine struct {
	What       string `json:"what"` // value, token, draft or file
	ID         string `json:"id"`   // of the event or the token, the key of the document, or the SHA-256 of the file
	Pointer    string `json:"pointer,omitempty"`
	Visibility string `json:"visibility,omitempty"`
	Says       string `json:"says"` // the type of the event, the role of the token, the revision of the document
	Record     string `json:"record,omitempty"`
}

func (d dataDir) holds(ctx context.Context, person string) (all []heldLine, err error) {
	o, err := d.readUnanswered(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	values, err := o.Holds(ctx, person)
	if errors.Is(err, ledger.ErrReadOnly) {
		return nil, fmt.Errorf("the vault (%s) is not here or not readable: what it holds cannot be told", d.file(vaultFile))
	}
	if err != nil {
		return nil, err
	}
	for _, v := range values {
		all = append(all, heldLine{"value", v.Event.String(), v.Pointer, v.Visibility, v.Type, strconv.FormatUint(v.Index, 10)})
	}
	is := func(name string) bool {
		return strings.Contains(" "+territory.Fold(name)+" ", " "+territory.Fold(person)+" ")
	}
	tokens, err := o.tokensIfAny(ctx)
	if err == nil {
		given, failed := tokens.All(ctx)
		if err := errors.Join(failed, tokens.Close()); err != nil {
			return nil, err
		}
		for _, t := range given {
			if is(t.Person) {
				all = append(all, heldLine{What: "token", ID: t.ID, Says: string(t.Role)})
			}
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	inFiles, err := o.heldInFiles(ctx, is)
	if err != nil {
		return nil, err
	}
	all = append(all, inFiles...)
	room, err := o.workspaceIfAny(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, room.Close()) }()
	newest, err := room.List(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, n := range newest {
		versions, err := room.Versions(ctx, n.Key)
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			if is(v.By) || is(string(v.Body)) {
				all = append(all, heldLine{What: "draft", ID: v.Key, Says: "revision " + strconv.FormatInt(v.Revision, 10)})
			}
		}
	}
	return all, nil
}

// heldInFiles gives the uploaded texts that hold a name.
func (o *opened) heldInFiles(ctx context.Context, is func(string) bool) (all []heldLine, err error) {
	files, err := o.filesIfAny(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	err = files.Each(ctx, func(k evidence.Kept) error {
		if k.Media == evidence.Text && is(string(k.Content)) {
			all = append(all, heldLine{What: "file", ID: k.Hash.String(), Says: "uploaded by " + strings.Join(k.Owners, ", ")})
		}
		return nil
	})
	return all, err
}

func printHeld(cmd *cobra.Command, output string, all []heldLine) error {
	out := cmd.OutOrStdout()
	switch output {
	case "json":
		return writeJSONArray(out, all)
	case "jsonl":
		return writeJSONLines(out, all)
	case "csv":
		return writeCSV(out, []string{"what", "id", "pointer", "visibility", "says", "record"}, func(row func(...any)) {
			for _, h := range all {
				row(h.What, h.ID, h.Pointer, h.Visibility, h.Says, h.Record)
			}
		})
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(cmd.ErrOrStderr(), "arobase: nothing is held under that name; ask again for other ways to write it")
		return err
	}
	p := newPage(out)
	var rows [][]string
	for _, h := range all {
		rows = append(rows, []string{h.What, h.ID, h.Pointer, h.Visibility, h.Says})
	}
	p.table("", []column{{"what", false}, {"id", false}, {"where", false}, {"seen by", false}, {"says", false}}, rows)
	_, err := p.WriteTo(out)
	return err
}
