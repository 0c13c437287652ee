package web_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"arobase/api/ledger"
)

// outcome is what a reader is told after pressing the button: the state of each step, of the whole, and all the words.
type outcome struct {
	States, Whole, Words string
}

// recordWithNote gives the id of a record that seals a text.
func (s *sealed) recordWithNote(t *testing.T) string {
	t.Helper()
	for e, err := range s.ledger.Events(t.Context(), ledger.EventFilter{Type: "source-cited"}) {
		if err != nil {
			t.Fatal(err)
		}
		return e.ID.String()
	}
	t.Fatal("no source")
	return ""
}

// press opens a record, puts a key into the field if one is given, presses the button with the keyboard and waits.
func press(t *testing.T, ctx context.Context, address, key string) outcome {
	t.Helper()
	var o outcome
	run := func(a chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, a); err != nil {
			t.Fatalf("%s: %v", address, err)
		}
	}
	run(chromedp.Navigate(address))
	if key != "" {
		run(chromedp.SetValue(chromedp.CSS("#verifier-key"), key))
	}
	run(chromedp.Focus(chromedp.CSS("#verifier-run")))
	run(chromedp.SendKeys(chromedp.CSS("#verifier-run"), "\r"))
	const script = `(() => {
		const verdict = document.getElementById('verifier-verdict');
		if (!verdict.dataset.state) return null;
		return {States: [...document.querySelectorAll('[data-step]')].map(i => i.dataset.state || '-').join(' '),
			Whole: verdict.dataset.state, Words: document.getElementById('verifier').innerText};
	})()`
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[*outcome](script))
		if err != nil {
			t.Fatal(err)
		}
		if got != nil {
			got.Words = strings.NewReplacer("\u202f", " ", "\u00a0", " ", "’", "'").Replace(got.Words)
			return *got
		}
	}
	t.Fatalf("%s: nothing was told", address)
	return o
}

// base64Line is a line of a proof that is a hash and nothing else, as a page has it: with a plus sign written out.
var base64Line = regexp.MustCompile(`(?m)^([A-Za-z0-9/]|&#43;|\+){43}=$`)

// TestVerifyInBrowser verifies records in a real browser: as they are, and with everything changed that can be.
func TestVerifyInBrowser(t *testing.T) {
	s := newSealed(t)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	ctx := browser(t, server.URL)
	id := s.recordWithNote(t)
	onPage := func(change func(body string) string) func(path, body string) string {
		return func(path, body string) string {
			if strings.HasPrefix(path, "/inscriptions/") || strings.HasPrefix(path, "/en/records/") {
				if changed := change(body); changed != body {
					return changed
				}
				t.Errorf("%s: the lie changes nothing", path)
			}
			return body
		}
	}
	replacing := func(old, by string) func(path, body string) string {
		return onPage(func(body string) string { return strings.ReplaceAll(body, old, by) })
	}
	// hashes are those of the proof in a page: the way up, then the root.
	changeHash := func(which int) func(path, body string) string {
		return onPage(func(body string) string {
			found := base64Line.FindAllStringIndex(body, -1)
			at := found[(which+len(found))%len(found)][0]
			first, by := body[at:at+1], "A"
			switch {
			case first == "A":
				by = "B"
			case first == "&":
				first = "&#43;"
			}
			return body[:at] + by + body[at+len(first):]
		})
	}
	for _, c := range []struct {
		what, key, states, whole, says string
		lie                            func(path, body string) string
	}{
		{what: "all as it is", states: "good good good good good", whole: "good", says: "Vérifié : toutes les étapes sont bonnes"},
		{what: "the key pasted", key: "\n " + s.key.VerifierKey() + " ", states: "good good good good good", whole: "good"},
		{what: "another key of the name", key: s.stranger, states: "good good good bad -", whole: "bad", says: "Aucune signature n'est de cette clé"},
		{what: "no key", key: "label.example/log", states: "good good good unknown good", whole: "unknown", says: "n'est pas une clé de registre"},
		{what: "a key whose hash is not its own", key: strings.Replace(s.key.VerifierKey(), "log+", "log+0", 1)[:len("label.example/log+0")+7] + s.key.VerifierKey()[len("label.example/log+")+8:], states: "good good good unknown good", whole: "unknown"},
		{what: "the text of the page", lie: replacing("What was said", "What was sold"), states: "bad - - - -", whole: "bad", says: "n'est pas celui que porte la preuve"},
		{what: "the first hash of the way", lie: changeHash(0), states: "good good bad - -", whole: "bad", says: "le chemin a été modifié"},
		{what: "the root", lie: changeHash(-1), states: "good good bad - -", whole: "bad"},
		{what: "the size", lie: onPage(func(body string) string {
			return regexp.MustCompile(`\nlabel.example/log\n(\d+)\n`).ReplaceAllString(body, "\nlabel.example/log\n1$1\n")
		}), states: "good good bad - -", whole: "bad"},
		{what: "the number of the record", lie: onPage(func(body string) string {
			return regexp.MustCompile(`\nindex (\d+)\n`).ReplaceAllString(body, "\nindex 1\n")
		}), states: "good good bad - -", whole: "bad"},
		{what: "the signature", lie: onPage(func(body string) string {
			// A plus sign is written out in a page: a character is changed whole, or the text would no longer be base64.
			return regexp.MustCompile(`(— label.example/log (?:[A-Za-z0-9/]|&#43;|\+){30})([A-Za-z0-9/]|&#43;|\+)`).ReplaceAllStringFunc(body, func(m string) string {
				switch last := strings.TrimSuffix(m, "&#43;"); {
				case last != m:
					return last + "A"
				case strings.HasSuffix(m, "A"):
					return m[:len(m)-1] + "B"
				default:
					return m[:len(m)-1] + "A"
				}
			})
		}), states: "good good good bad -", whole: "bad", says: "La signature ne convient pas"},
		{what: "the name of the log", lie: onPage(func(body string) string {
			return regexp.MustCompile(`\n\nlabel.example/log\n`).ReplaceAllString(body, "\n\nother.example/log\n")
		}), states: "good good good bad -", whole: "bad"},
		{what: "the sealed text on the page", lie: replacing("en deux lignes", "en trois lignes"), states: "good good good good bad", whole: "bad", says: "n'est pas celui que l'inscription scelle"},
		{what: "the sealed text that is given out", lie: func(path, body string) string {
			if strings.HasPrefix(path, "/log/disclosed/") {
				return strings.ReplaceAll(body, "en deux lignes", "en trois lignes")
			}
			return strings.ReplaceAll(body, "en deux lignes", "en trois lignes")
		}, states: "good good good good bad", whole: "bad"},
		{what: "a salt that is another", lie: func(path, body string) string {
			return regexp.MustCompile(`"salt":"...."?`).ReplaceAllString(body, `"salt":"AAAA`)
		}, states: "good good good good bad", whole: "bad"},
		{what: "the number of another record on the page", lie: onPage(func(body string) string {
			return regexp.MustCompile(`data-index="\d+"`).ReplaceAllString(body, `data-index="1"`)
		}), states: "good good bad - -", whole: "bad"},
		{what: "a page about another record", lie: onPage(func(body string) string {
			return strings.ReplaceAll(body, `data-record="`+id+`"`, `data-record="`+testLedgerID.String()+`"`)
		}), states: "bad - - - -", whole: "bad"},
		{what: "half a proof", lie: replacing("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"), states: "bad - - - -", whole: "bad"},
	} {
		s.tells(c.lie)
		got := press(t, ctx, server.URL+"/inscriptions/"+id, c.key)
		if got.States != c.states || got.Whole != c.whole || !strings.Contains(got.Words, c.says) {
			t.Errorf("%s: %q, %s, want %q, %s, saying %q\n%s", c.what, got.States, got.Whole, c.states, c.whole, c.says, got.Words)
		}
	}
	s.tells(nil)
	for i := range s.ledger.Size() {
		e := eventAt(t, s.ledger, i)
		got := press(t, ctx, server.URL+"/en/records/"+e.ID.String(), "")
		if got.Whole != "good" || !strings.Contains(got.Words, "Verified: every step is right") || !strings.Contains(got.Words, "which this site gives") {
			t.Errorf("record %d in English: %+v", i, got)
		}
	}
}

func eventAt(t *testing.T, l *ledger.Ledger, index uint64) ledger.EventView {
	t.Helper()
	for e, err := range l.Events(t.Context(), ledger.EventFilter{After: index}) {
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	t.Fatal(fmt.Sprint("no record ", index))
	return ledger.EventView{}
}

// TestVerifyWithoutScripts opens a record where scripts do not run: the button is not there, the commands are.
func TestVerifyWithoutScripts(t *testing.T) {
	s := newSealed(t)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	ctx := browser(t, server.URL)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/inscriptions/"+s.recordWithNote(t))); err != nil {
		t.Fatal(err)
	}
	page, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page, "dans votre navigateur") || !strings.Contains(page, "arobase verify preuve.txt --key") {
		t.Errorf("without scripts the page says:\n%s", page)
	}
}
