package audit_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	"filippo.io/torchwood"

	"arobase/api/audit"
)

// changing gives a lie that puts one text in the place of another, once.
func changing(from, to string) func(a *answered) {
	return func(a *answered) { a.body = bytes.Replace(a.body, []byte(from), []byte(to), 1) }
}

func flipping(a *answered) {
	a.body = bytes.Clone(a.body)
	a.body[len(a.body)/2] ^= 1
}

func hiding(a *answered) { a.status, a.body = http.StatusNotFound, []byte("nothing here") }

// entries takes a bundle apart, changes the entries, and puts them together again.
func entries(t *testing.T, change func([][]byte) [][]byte) func(a *answered) {
	return func(a *answered) {
		var all [][]byte
		for rest := a.body; len(rest) > 0; {
			entry, more, err := torchwood.ReadTileEntry(rest)
			if err != nil {
				t.Fatal(err)
			}
			all, rest = append(all, entry), more
		}
		a.body = nil
		for _, e := range change(all) {
			var err error
			if a.body, err = torchwood.AppendTileEntry(a.body, e); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A server that lies is found out, whatever it lies about, and the first lie is named.
func TestLies(t *testing.T) {
	s := newSite(t)
	const (
		log = iota
		interface_
		pages
	)
	for name, lie := range map[string]struct {
		about  int
		part   string
		change func(a *answered)
		check  string
		says   string
	}{
		"an event is dropped":              {log, "/log/tile/entries/001", entries(t, func(e [][]byte) [][]byte { return append(e[:7:7], e[8:]...) }), "entries", "it ends within entry "},
		"one is put in its place":          {log, "/log/tile/entries/001", entries(t, func(e [][]byte) [][]byte { e[7] = e[8]; return e }), "entries", "leaf 263, event "},
		"two change places":                {log, "/log/tile/entries/001", entries(t, func(e [][]byte) [][]byte { e[7], e[8] = e[8], e[7]; return e }), "entries", "it is not the record that was signed"},
		"one too many":                     {log, "/log/tile/entries/001", entries(t, func(e [][]byte) [][]byte { return append(e, e[0]) }), "entries", "something follows its "},
		"a bundle is withheld":             {log, "/log/tile/entries/001", hiding, "entries", "tile/entries/001.p/34: it is not there, and the checkpoint covers it"},
		"a bit of an entry":                {log, "/log/tile/entries/001", flipping, "entries", "it is not the record that was signed"},
		"a bit of a hash tile":             {log, "/log/tile/0/000", flipping, "tiles", "the tiles of hashes around leaf 0 do not lead to the signed root"},
		"a bit of the last hash tile":      {log, "/log/tile/0/001.p", flipping, "tiles", "do not lead to the signed root"},
		"a bit of a greater tile":          {log, "/log/tile/1/", flipping, "tiles", "tile/1/000.p/1: hash 0 of the tile is not that of the records"},
		"a bit of the checkpoint":          {log, "/log/checkpoint", flipping, "checkpoint", "checkpoint: "},
		"the last bits of the signature":   {log, "/log/checkpoint", func(a *answered) { a.body[len(a.body)-3] ^= 1 }, "checkpoint", "checkpoint: "},
		"a hash tile that is too long":     {log, "/log/tile/0/000", func(a *answered) { a.body = append(a.body, 0) }, "tiles", "tile/0/000"},
		"a disclosed text is altered":      {log, "/log/disclosed/", changing(`"value":"`, `"value":"not `), "sealed", "is not what was committed to"},
		"a disclosed text of elsewhere":    {log, "/log/disclosed/", changing(`"pointer":"/data/`, `"pointer":"/data/x`), "sealed", "it says that it is of another field"},
		"a disclosed text that is no JSON": {log, "/log/disclosed/", func(a *answered) { a.body = []byte("<p>sorry") }, "sealed", "it is not a disclosed value"},
		"a disclosed text is missing":      {log, "/log/disclosed/", hiding, "sealed", "is not disclosed, and no record says that it was erased"},
		"a level in the results":           {interface_, "/v1/editions/18/palmares", changing(`"level":5`, `"level":4`), "answers", "/v1/editions/18/palmares: "},
		"one holder less":                  {interface_, "/v1/editions/18/palmares", changing(`"lines":[{`, `"lines":[],"x":[{`), "answers", "lines: the server says 0 of them, the records give "},
		"a figure in the series":           {interface_, "/v1/trends", changing(`"value":56,`, `"value":57,`), "answers", "published.value: the server says 57, the records give 56"},
		"only for those who do not ask for a moment": {interface_, "/v1/trends", func(a *answered) {
			if !bytes.Contains(a.body, []byte("as_of")) {
				changing(`"value":56,`, `"value":57,`)(a)
			}
		}, "answers", "/v1/trends: points["},
		"a verdict":                        {interface_, "/v1/reconciliation", changing(`cannot-tell`, `agrees`), "answers", "verdict: the server says \"agrees\", the records give \"cannot-tell\""},
		"somebody's history":               {interface_, "/history", changing(`"reported"`, `"corroborated"`), "answers", "/history: "},
		"a collectivity is left out":       {interface_, "/v1/collectivities?", changing(`{"id":"fr-commune-73008"`, `{"id":"fr-commune-73009"`), "answers", "items["},
		"a source":                         {interface_, "/v1/sources/", changing(`"publisher":"`, `"publisher":"The `), "answers", "publisher: "},
		"what an event says":               {interface_, "/v1/events?", changing(`"level":5`, `"level":4`), "answers", "data.level: the server says 4, the records give 5"},
		"an answer that is no JSON":        {interface_, "/v1/rules", func(a *answered) { a.body = append(a.body, "{}"...) }, "answers", "/v1/rules?limit=1000: the server's answer is not JSON"},
		"an answer is withheld":            {interface_, "/v1/editions/17", hiding, "answers", "/v1/editions/17: the server answers 404, and the records give 200"},
		"a proof":                          {interface_, "/proof", flipping, "answers", "/proof: the proof does not verify"},
		"the proof of another":             {interface_, "/proof", func(a *answered) { a.body = bytes.Clone(proofOfFirst(t, s)) }, "answers", "/proof: it is the proof of another record"},
		"a figure on the home page":        {pages, "/en/", changing(`41`, `40`), "pages", "/en/"},
		"a name in the results, in a page": {pages, "/en/editions/18", changing(`Aix-les-Bains`, `Aix-la-Chapelle`), "pages", "/en/editions/18: the page shows \""},
		"a bar that is longer":             {pages, "/collectivites/", changing(` height="`, ` height="9`), "pages", " height="},
		"a link that leads elsewhere":      {pages, "/en/editions/17", changing(`href="/en/collectivities/`, `href="https://elsewhere.example/`), "pages", "elsewhere.example"},
		"a page is withheld":               {pages, "/en/trends", hiding, "pages", "/en/trends: the server answers 404"},
		"a page with nothing in it":        {pages, "/tendances", func(a *answered) { a.body = []byte("<p>Hello") }, "pages", "the server's page has no text"},
		"a sentence more":                  {pages, "/rapprochement", changing(`</main>`, `<p>All is well.</p></main>`), "pages", "All is well."},
	} {
		t.Run(name, func(t *testing.T) {
			opt := s.options(t, t.TempDir())
			if lie.about != log {
				opt.Answer = s.answers
			}
			if lie.about == interface_ {
				opt.Program = "of another version" // whose pages are not compared: that takes time
			}
			told := s.lies(lie.part, lie.change)
			defer s.honest()
			report, err := s.round(t, opt)
			var f *audit.Failure
			if !errors.As(err, &f) || f.Check != lie.check || !strings.Contains(f.Error(), lie.says) || *told == 0 {
				t.Errorf("told %d times, found %v, want one of %s that says %q; %+v", *told, err, lie.check, lie.says, report.Checks)
			}
		})
	}
}

func proofOfFirst(t *testing.T, s *site) []byte {
	t.Helper()
	proof, err := s.log.Proof(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}
