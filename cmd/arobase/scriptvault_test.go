package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"

	"arobase/api/ledger"
	"arobase/eventstore/vault/vaultbackup"
)

// Commands of the scripts about sealed values.

// recordof finds the record that discloses a text: recordof DIR TEXT NAME sets $NAME to its id.
func recordOf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: recordof DIR TEXT NAME")
	}
	ts.Check(ts.Exec("arobase", "events", "--data", ts.MkAbs(args[0]), "-o", "jsonl"))
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var e ledger.EventView
		ts.Check(json.Unmarshal([]byte(line), &e))
		for _, value := range e.Disclosed {
			var text string
			if json.Unmarshal(value, &text) == nil && text == args[1] {
				ts.Setenv(args[2], e.ID.String())
				return
			}
		}
	}
	ts.Fatalf("no record discloses %q", args[1])
}

// nowhere holds that no file of a directory has a text, in any form in which a program may write it: nowhere DIR TEXT.
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: nowhere DIR TEXT")
	}
	found, err := findText(ts.MkAbs(args[0]), args[1])
	ts.Check(err)
	if len(found) > 0 {
		ts.Fatalf("%q stands in %v", args[1], found)
	}
}

// somewhere is the opposite of nowhere.
func somewhere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: somewhere DIR TEXT")
	}
	found, err := findText(ts.MkAbs(args[0]), args[1])
	ts.Check(err)
	if len(found) == 0 {
		ts.Fatalf("%q stands nowhere", args[1])
	}
}

// findText gives the files below a directory that hold a text in any of its forms.
func findText(dir, text string) (found []string, _ error) {
	forms := formsOf(text)
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, form := range forms {
			if bytes.Contains(content, form) {
				found = append(found, path+" as "+strconv.Quote(string(form)))
			}
		}
		return err
	})
	return found, err
}

// formsOf gives the bytes that a text may be written as: UTF-8, escaped for JSON and for HTML, Latin 1, UTF-16.
func formsOf(text string) [][]byte {
	if !utf8.ValidString(text) {
		return [][]byte{[]byte(text)} // no text but bytes, such as a salt
	}
	inJSON, _ := json.Marshal(text)
	ascii := strings.Trim(strconv.QuoteToASCII(text), `"`)
	var latin, wide []byte
	for _, r := range text {
		latin, wide = append(latin, byte(r)), append(wide, byte(r), byte(r>>8))
	}
	forms := [][]byte{
		[]byte(text), bytes.Trim(inJSON, `"`), []byte(ascii), []byte(strings.ToUpper(ascii)), []byte(html.EscapeString(text)), latin, wide,
	}
	var different [][]byte
	for _, f := range forms {
		if len(f) > 0 && !containsForm(different, f) {
			different = append(different, f)
		}
	}
	return different
}

func containsForm(all [][]byte, form []byte) bool {
	for _, f := range all {
		if bytes.Equal(f, form) {
			return true
		}
	}
	return false
}

// agekey makes a pair of keys: agekey FILE NAME writes the private one and sets $NAME to the public one.
func ageKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: agekey FILE NAME")
	}
	id, err := age.GenerateX25519Identity()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("# made for a test\n"+id.String()+"\n"), 0o600))
	ts.Setenv(args[1], id.Recipient().String())
}

// readkey sets a variable to the one line of a file: readkey FILE NAME.
func readKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: readkey FILE NAME")
	}
	ts.Setenv(args[1], strings.TrimSpace(ts.ReadFile(args[0])))
}

// private holds that only its owner can read a file: private FILE.
func private(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: private FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if info.Mode().Perm() != 0o600 {
		ts.Fatalf("%s has the mode %v", args[0], info.Mode())
	}
}

// halve writes the first half of a file: halve FROM TO.
func halve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: halve FROM TO")
	}
	content := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(content[:len(content)/2]), 0o600))
}

// falsify changes one bit of a record in the middle of a file of records: falsify FILE.
func falsify(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: falsify FILE")
	}
	content := []byte(ts.ReadFile(args[0]))
	const actor = `"actor":"` // and not one of the bytes around it, which say how long it is
	at := bytes.Index(content[len(content)/2:], []byte(actor))
	if at < 0 {
		ts.Fatalf("%s holds no record", args[0])
	}
	content[len(content)/2+at+len(actor)] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o600))
}

// ended writes a backup of a vault that ended yesterday: ended DIR KEY FILE.
func ended(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: ended DIR KEY FILE")
	}
	ctx := context.Background()
	ids, err := age.ParseIdentities(strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	o, err := dataDir(ts.MkAbs(args[0])).readUnanswered(ctx)
	ts.Check(err)
	defer o.close()
	secret, err := readSecret(o.dir.file(secretFile), o.LedgerID)
	ts.Check(err)
	h := vaultbackup.Header{Ledger: o.LedgerID, Made: time.Now().AddDate(0, 0, -31), Until: time.Now().AddDate(0, 0, -1)}
	ts.Check(writeNew(ts.MkAbs(args[2]), func(w io.Writer) error {
		_, err := vaultbackup.Write(ctx, w, h, o.vault, secret, ids[0].(*age.X25519Identity).Recipient())
		return err
	}))
}

// posts sends JSON and holds the answer to a status: posts STATUS URL BODY [TOKEN].
func posts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: posts STATUS URL BODY [TOKEN]")
	}
	req, err := http.NewRequest(http.MethodPost, args[1], strings.NewReader(args[2]))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	if len(args) == 4 {
		req.Header.Set("Authorization", "Bearer "+args[3])
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	if got := fmt.Sprint(resp.StatusCode); got != args[0] {
		body, _ := io.ReadAll(resp.Body)
		ts.Fatalf("status %s, want %s: %s", got, args[0], body)
	}
}
