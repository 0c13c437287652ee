package audit_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"filippo.io/torchwood"

	"arobase/api/audit"
	ourlog "arobase/api/tlog"
)

// whoAsks gives a lie that is told only to some of those who ask.
func whoAsks(only func(r *http.Request) bool, change func(a *answered)) func(a *answered) {
	return func(a *answered) {
		if only(a.asked) {
			change(a)
		}
	}
}

// compressed gives a lie that is told to those who take compressed answers.
func compressed(t *testing.T, from, to string) func(a *answered) {
	return func(a *answered) {
		if a.header.Get("Content-Encoding") != "gzip" {
			return
		}
		z, err := gzip.NewReader(bytes.NewReader(a.body))
		if err != nil {
			t.Error(err)
			return
		}
		body, err := io.ReadAll(z)
		if err != nil {
			t.Error(err)
		}
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(bytes.Replace(body, []byte(from), []byte(to), 1)); err != nil || w.Close() != nil {
			t.Error(err)
		}
		a.body = b.Bytes()
	}
}

// An operator who changes the program can tell the truth in all the great answers and lie in a small one: in a page that few
// read, in a file, to those who ask in a certain way. Whatever it is, an audit that asks for it finds it; what is asked for at
// random is lied about here wherever it is asked.
func TestCheats(t *testing.T) {
	s := newTinySite(t)
	size := strconv.FormatUint(s.ledger.Size(), 10)
	opt := s.options(t, t.TempDir())
	opt.Answer = s.answers
	a := s.auditor(t, opt)
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := a.Round(t.Context()); err != nil {
		t.Fatalf("an honest site: %v", err)
	}
	browser := func(r *http.Request) bool { return strings.HasPrefix(r.Header.Get("User-Agent"), "Mozilla/") }
	for name, lie := range map[string]struct {
		part   string
		change func(a *answered)
		says   string
	}{
		"names change places on a page of results":   {"/en/editions/18/palmares", swapping("Aix-les-Bains", "Annecy"), "/en/editions/18/palmares"},
		"in one language only":                       {"/carte", changing(`</main>`, `<p>!</p></main>`), "/carte"},
		"a page of a record":                         {"/inscriptions/", changing(`<p class="lede">`, `<p class="lede">Presque : `), "Presque"},
		"another key on the page that tells of it":   {"/en/verify", changing(`label.example/log`, `label.example/lug`), "/en/verify"},
		"the picture that others see of a page":      {"/tendances", changing(`property="og:title" content="`, `property="og:title" content="Not `), "og:title"},
		"a banner over a page":                       {"/en/trends", changing(`<main`, `<p class="banner">Hear, hear</p><main`), "Hear, hear"},
		"a banner that says that it is the node's":   {"/en/trends", changing(`<main`, `<p data-node="unsigned">Hear, hear</p><main`), "Hear, hear"},
		"a place to sign in that is elsewhere":       {"/en/trends", changing(`<main`, `<a data-node="session" href="//elsewhere.example/">My workspace</a><main`), "elsewhere.example"},
		"what machines are told":                     {"/en/", changing(`"temporalCoverage":"1999/..`, `"temporalCoverage":"1989/..`), "1989"},
		"a style sheet":                              {"/assets/site", func(a *answered) { a.body = append(bytes.Clone(a.body), "main{display:none}"...) }, "/assets/site"},
		"the feed":                                   {"/en/feed.atom", changing(`<title>`, `<title>Not `), "/en/feed.atom: byte "},
		"the list for search engines":                {"/sitemap-fr.xml", changing(`/collectivites/fr-commune-73008<`, `/collectivites/fr-commune-73009<`), "/sitemap-fr.xml: byte "},
		"the table of results":                       {"/v1/editions/18/palmares", whoAsks(func(r *http.Request) bool { return r.Header.Get("Accept") == "text/csv" }, changing(`,5,`, `,4,`)), "/v1/editions/18/palmares"},
		"a file of facts":                            {"/exports/facts.csv", changing(`,5,`, `,4,`), "/exports/facts.csv"},
		"what was known earlier":                     {"as_of=", whoAsks(func(r *http.Request) bool { return r.URL.Query().Get("as_of") != size }, func(a *answered) { a.status = http.StatusNotFound }), "the server answers 404"},
		"an answer that calls itself something else": {"/v1/rules", func(a *answered) { a.header.Set("Content-Type", "text/plain") }, "the server answers with text/plain"},
		"to who takes compressed answers":            {"/", compressed(t, `2`, `3`), "asked as a browser asks, compressed"},
		"to browsers": {"/", whoAsks(func(r *http.Request) bool { return browser(r) && r.Header.Get("Referer") != "" }, func(a *answered) { a.status = http.StatusForbidden }),
			"asked by somebody who comes from a search engine"},
		"to who prefers English": {"/", whoAsks(func(r *http.Request) bool { return r.Header.Get("Accept-Language") == "en" }, func(a *answered) { a.body = []byte("{}<main>") }),
			"asked by somebody who prefers English"},
		"nothing has changed, to who has another answer": {"/", whoAsks(func(r *http.Request) bool { return r.Header.Get("If-None-Match") == `"0123456789abcdef"` }, func(a *answered) { a.status, a.body = http.StatusNotModified, nil }),
			"asked for what has changed since another answer, the server answers 304"},
		"to who asks again": {"/v1/", whoAsks(func(r *http.Request) bool {
			return r.Header.Get("If-None-Match") != "" && r.Header.Get("If-None-Match") != `"0123456789abcdef"`
		}, func(a *answered) { a.status, a.body = http.StatusOK, []byte("{}") }), "asked for what has changed since this very answer"},
		"to who does not want the body":   {"/", whoAsks(func(r *http.Request) bool { return r.Method == http.MethodHead }, func(a *answered) { a.status = http.StatusGone }), "asked without its body (HEAD)"},
		"a checkpoint of another history": {"/log/checkpoints/", func(a *answered) { a.body, _ = s.otherHistory(t, 7, 0, []byte("another")) }, "the log has signed two histories"},
		"a proof in another history":      {"/proof", func(a *answered) { a.body = s.provenElsewhere(t, a.body) }, "the log has signed two histories"},
	} {
		t.Run(name, func(t *testing.T) {
			told := s.lies(lie.part, lie.change)
			defer s.honest()
			_, err := a.Round(t.Context())
			if f, ok := errors.AsType[*audit.Failure](err); !ok || !strings.Contains(f.Error(), lie.says) || *told == 0 {
				t.Errorf("told %d times, found %v, want what says %q", *told, err, lie.says)
			}
		})
	}
}

// swapping gives a lie that puts two texts each in the place of the other.
func swapping(a, b string) func(*answered) {
	return func(x *answered) {
		const third = "\x00"
		for _, c := range [][2]string{{a, third}, {b, a}, {third, b}} {
			x.body = bytes.ReplaceAll(x.body, []byte(c[0]), []byte(c[1]))
		}
	}
}

// otherHistory is a history of a size that the key of the log has signed too: whatever was recorded, it holds one record,
// in its place. It gives the checkpoint and the proof of that record.
func (s *site) otherHistory(t *testing.T, size, index int64, record []byte) (signed, proof []byte) {
	t.Helper()
	hashes := map[int64]tlog.Hash{}
	reader := tlog.HashReaderFunc(func(indexes []int64) (all []tlog.Hash, err error) {
		for _, i := range indexes {
			all = append(all, hashes[i])
		}
		return all, nil
	})
	for n := range size {
		leaf := []byte("nothing")
		if n == index {
			leaf = record
		}
		stored, err := tlog.StoredHashes(n, leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		for i, h := range stored {
			hashes[tlog.StoredHashIndex(0, n)+int64(i)] = h
		}
	}
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		t.Fatal(err)
	}
	path, err := tlog.ProveRecord(size, index, reader)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(s.dir, "log.key"))
	if err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(strings.TrimSpace(string(file)), "\n")
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	text := torchwood.Checkpoint{Origin: origin, Tree: tlog.Tree{N: size, Hash: root}}.String()
	if signed, err = note.Sign(&note.Note{Text: text}, signer); err != nil {
		t.Fatal(err)
	}
	return signed, torchwood.FormatProofWithExtraData(index, record, path, signed)
}

// provenElsewhere is the proof of the record that a proof is of, in a history that nobody else is shown.
func (s *site) provenElsewhere(t *testing.T, proof []byte) []byte {
	t.Helper()
	v, err := ourlog.VerifyProof(proof, s.key.VerifierKey())
	if err != nil {
		t.Error(err)
		return nil
	}
	_, other := s.otherHistory(t, v.Index+1, v.Index, v.Bytes)
	return other
}
