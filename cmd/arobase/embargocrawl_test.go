package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"arobase/api/exports"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
	"arobase/projections"
)

// names replaces what is random in a world by what it stands for, so that two worlds can be compared: the id of record 12
// becomes "E000012~~~", of the same length. There and back.
type names struct{ plain, real *strings.Replacer }

// fill is what a random value is called, filled up to its length.
func fill(name string, length int) string {
	return name + strings.Repeat("~", max(0, length-len(name)))
}

// named makes the names of a world as it is now. seals gives the commitments of each record.
func (w *world) named() (n names, seals map[int][]string) {
	w.t.Helper()
	var pairs, back []string
	seals = map[int][]string{}
	index := 0
	for e, err := range w.store.ReadAll(w.t.Context(), 0) {
		if err != nil {
			w.t.Fatal(err)
		}
		pairs, back = pair(pairs, back, e.ID.String(), fmt.Sprintf("E%06d", index))
		r, err := projections.Decode(e)
		if err != nil {
			w.t.Fatal(err)
		}
		for f := range domain.SealedFields(r.Event) {
			name := fmt.Sprintf("C%06d%s", index, strings.ReplaceAll(f.Pointer, "/", "."))
			c, err := vault.ParseCommitment(f.Field.Commitment())
			if err != nil {
				w.t.Fatal(err)
			}
			pairs, back = pair(pairs, back, c.String(), name)
			short := base64.RawURLEncoding.EncodeToString(c[:])
			pairs, back = pair(pairs, back, short, name)
			seals[index] = append(seals[index], fill(name, len(short)))
		}
		index++
	}
	return names{strings.NewReplacer(pairs...), strings.NewReplacer(back...)}, seals
}

func pair(pairs, back []string, real, name string) (to, from []string) {
	name = fill(name, len(real))
	return append(pairs, real, name), append(back, name, real)
}

// unescaped undoes what escapes a plus differently each time there is one.
var unescaped = strings.NewReplacer("&#43;", "+", `\u002b`, "+", `\u002B`, "+", "%2B", "+", "%2F", "/", "%3D", "=")

// plainly gives a text of a world with what is random replaced: beside what has a name, hashes, signatures and records in
// base64, of which the length stays.
func (n names) plainly(text string) string {
	text = n.plain.Replace(unescaped.Replace(text))
	var out strings.Builder
	for i := 0; i < len(text); {
		from, kinds := i, byte(0)
		for i < len(text) && base64Kind[text[i]] != 0 {
			kinds |= base64Kind[text[i]]
			i++
		}
		switch run := text[from:i]; {
		case len(run) < 43, len(run) != 64 && kinds&(upper|lower) != upper|lower: // a word, or an address
			out.WriteString(run)
		default:
			fmt.Fprintf(&out, "(%d random)", len(run))
		}
		if i < len(text) {
			out.WriteByte(text[i])
			i++
		}
	}
	return out.String()
}

const upper, lower, digit, other = 1, 2, 4, 8

// base64Kind says of what kind a character is that base64 has, for addresses or not; 0 of one that it has not.
var base64Kind = func() (kinds [256]byte) {
	for c, kind := range map[string]byte{"ABCDEFGHIJKLMNOPQRSTUVWXYZ": upper, "abcdefghijklmnopqrstuvwxyz": lower, "0123456789": digit, "+/_-": other} {
		for i := range len(c) {
			kinds[c[i]] = kind
		}
	}
	return kinds
}()

// heard is all that somebody can observe of one answer, and two figures that stand for how long it takes: how much of the
// vault was read for it, and how often the store was asked.
type heard struct {
	status  int
	headers string
	body    string
	length  int
	read    string
}

// hear asks one world. The address is in plain names.
func (w *world) hear(n names, method, who, address string, body []byte, headers ...string) heard {
	values, bytes, places, asked := w.vault.values.Load(), w.vault.bytes.Load(), w.vault.places.Load(), w.store.asked.Load()
	a := w.ask(method, who, n.real.Replace(address), realBody(n, body), headers...)
	return n.listen(a, address, fmt.Sprintf("%d values of %d bytes, %d places, the store %d times",
		w.vault.values.Load()-values, w.vault.bytes.Load()-bytes, w.vault.places.Load()-places, w.store.asked.Load()-asked))
}

func realBody(n names, body []byte) []byte {
	if body == nil {
		return nil
	}
	return []byte(n.real.Replace(string(body)))
}

// listen brings an answer into the form that can be compared.
func (n names) listen(a *httptest.ResponseRecorder, address, read string) heard {
	h := heard{status: a.Code, read: read}
	var lines []string
	for name, values := range a.Result().Header {
		for _, v := range values {
			switch name {
			case "Etag", "Content-Length":
				v = "present" // of the bytes, which are compared themselves
			}
			lines = append(lines, name+": "+n.plainly(v))
		}
	}
	slices.Sort(lines)
	h.headers = strings.Join(lines, "\n")
	text := a.Body.String()
	switch {
	case strings.HasPrefix(address, "/log/tile/") && !strings.HasPrefix(address, "/log/tile/entries/"):
		h.length = len(text) // hashes
		return h
	case strings.HasSuffix(address, ".xlsx"):
		text = unzipped(text)
	case strings.HasSuffix(address, ".parquet"):
		return h // compressed columns of the same rows as .csv
	}
	h.body = n.plainly(text)
	h.length = len(h.body)
	return h
}

// unzipped is the content of a workbook.
func unzipped(text string) string {
	z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	if err != nil {
		return text
	}
	var all strings.Builder
	for _, f := range z.File {
		fmt.Fprintf(&all, "%s\n", f.Name)
		if r, err := f.Open(); err == nil {
			_, _ = io.Copy(&all, r)
			r.Close()
		}
	}
	return all.String()
}

var linked = regexp.MustCompile(`(?:href|src|action)="([^"]+)"|"(?:path|url|next|contentUrl)":\s*"([^"]+)"|<(?:loc|id)>([^<]+)<`)

// leads gives the addresses of this site that an answer leads to.
func leads(address, body string) []string {
	base, err := url.Parse("http://site.test" + address)
	if err != nil {
		return nil
	}
	var out []string
	for _, m := range linked.FindAllStringSubmatch(body, -1) {
		to := strings.ReplaceAll(m[1]+m[2]+m[3], "&amp;", "&")
		u, err := base.Parse(to)
		if err != nil || u.Host != "site.test" || u.Scheme != "http" {
			continue
		}
		out = append(out, strings.ReplaceAll(u.RequestURI(), "%7E", "~"))
	}
	return out
}

// described are the addresses of the OpenAPI document, each with the values that its parameters can have here. An address
// that nobody thought of here is an error: it must be thought of.
func (w *world) described(seals map[int][]string) []string {
	w.t.Helper()
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	answer := httptest.NewRecorder()
	w.publicHandler(settings{}, nil).ServeHTTP(answer, httptest.NewRequest("GET", "/openapi.json", nil))
	if err := json.Unmarshal(answer.Body.Bytes(), &document); err != nil {
		w.t.Fatal(err)
	}
	size, _ := w.store.Size(w.t.Context())
	values := map[string][]string{
		"{n}": {fmt.Sprint(w.edition), "1", "x"}, "{code}": {"rule", "stale-revision", "nothing"}, "{type}": {"decision-sealed", "decision-disclosed", "nothing"}, "{version}": {"v1"}, "{sha256}": {strings.Repeat("0", 64)},
	}
	events, sources := []string{"0192f0a0-0000-7000-8000-00000000ffff"}, []string{"nobody"}
	for i := range int(size) {
		events = append(events, fill(fmt.Sprintf("E%06d", i), 36))
	}
	bodies, actions := []string{"fr-commune-00000"}, []string{"none"}
	for _, t := range w.towns {
		bodies = append(bodies, t.ID)
		actions = append(actions, "action-"+strings.ToLower(t.Code))
	}
	for _, at := range slices.Sorted(maps.Keys(seals)) {
		values["{commitment}"] = append(values["{commitment}"], seals[at]...)
	}
	queries := map[string][]string{
		"/v1/collectivities": {"?q=" + url.QueryEscape(w.towns[0].Name), "?dialect=excel-fr"}, "/v1/collectivities/{id}/history": {"?dialect=rfc4180"},
		"/v1/editions": {"?dialect=rfc4180"}, "/v1/editions/{n}/palmares": {"?dialect=excel-fr"},
		"/v1/events": {
			"?dialect=rfc4180", "?type=decision-sealed", "?type=decision-superseded", "?type=palmares-published", "?limit=7",
			"?stream=candidacy-" + fmt.Sprint(w.edition) + "-" + w.towns[0].ID, fmt.Sprintf("?after=%d", size-3),
		},
		"/v1/trends":             {"?by=level", "?by=kind", "?by=region", "?by=departement", "?by=size", "?dialect=excel-fr"},
		"/v1/trends/transitions": {fmt.Sprintf("?from=%d&to=%d", w.edition-1, w.edition)}, "/v1/reconciliation": {fmt.Sprintf("?edition=%d", w.edition), "?dialect=rfc4180"},
		"/v1/events/{id}/sealed": {"?pointer=/data/level&purpose=audit"},
	}
	var all []string
	for path, methods := range document.Paths {
		if _, ok := methods["get"]; !ok || path == "/v1/events/live" { // which does not end; it is heard by itself
			continue
		}
		addresses := []string{path}
		delete(values, "{id}")
		switch {
		case strings.HasPrefix(path, "/v1/events/{id}"):
			values["{id}"] = events
		case strings.HasPrefix(path, "/v1/collectivities/{id}"), strings.HasPrefix(path, "/v1/editions/{n}/candidacies/{id}"):
			values["{id}"] = bodies
		case strings.HasPrefix(path, "/v1/actions/{id}"):
			values["{id}"] = actions
		case strings.HasPrefix(path, "/v1/sources/{id}"):
			values["{id}"] = sources
		}
		for parameter, given := range values {
			if !strings.Contains(path, parameter) {
				continue
			}
			var filled []string
			for _, a := range addresses {
				for _, v := range given {
					filled = append(filled, strings.Replace(a, parameter, v, 1))
				}
			}
			addresses = filled
		}
		for _, a := range addresses {
			if strings.Contains(a, "{") {
				w.t.Errorf("%s: what can be asked of it here?", path)
			}
			all = append(all, a)
			for _, q := range queries[path] {
				all = append(all, a+q)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// begin are addresses that no page has to lead to.
func (w *world) begin(size int) []string {
	all := []string{
		"/", "/en/", "/robots.txt", "/sitemap.xml", "/feed.atom", "/en/feed.atom", "/exports/", "/datapackage.json", "/catalog.jsonld", "/docs", "/log/checkpoint",
		fmt.Sprintf("/log/tile/0/000.p/%d", size), fmt.Sprintf("/log/tile/entries/000.p/%d", size), "/nothing", "/en/nothing", "/v1/nothing", "/log/nothing", "/schemas/",
	}
	if size >= 256 {
		all = append(all, "/log/tile/0/000", "/log/tile/entries/000", fmt.Sprintf("/log/tile/entries/001.p/%d", size-256))
	}
	for _, t := range exports.Tables {
		for _, f := range exports.Formats {
			if f != exports.FormatSQLite {
				all = append(all, fmt.Sprintf("/exports/%s.%s", t.Name, f), fmt.Sprintf("/exports/%s.%s?edition=%d", t.Name, f, w.edition))
			}
		}
	}
	n := fmt.Sprint(w.edition)
	all = append(all, "/exports/arobase.xlsx", "/exports/arobase.sqlite", "/editions/"+n+"/palmares", "/en/editions/"+n+"/palmares", "/carte?edition="+n, "/en/map?edition="+n)
	for _, t := range w.towns {
		all = append(all, "/departements/"+t.Departement, "/en/departements/"+t.Departement, "/recherche?q="+url.QueryEscape(t.Name), "/en/search?q="+url.QueryEscape(t.Name))
		all = append(all, fmt.Sprintf("/badge/%s.svg", t.ID), fmt.Sprintf("/en/badge/%s.svg", t.ID), fmt.Sprintf("/panel/%s?edition=%d", t.ID, w.edition),
			fmt.Sprintf("/en/panel/%s?edition=%d", t.ID, w.edition), "/v1/collectivities/"+t.ID+fmt.Sprintf("?as_of=%d", size-1))
	}
	return all
}

// metricsOf are the figures of the admin listener without those of the process, and of how long something took.
func (w *world) metricsOf() string {
	answer := httptest.NewRecorder()
	w.admin.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	var kept []string
	for line := range strings.Lines(answer.Body.String()) {
		for _, random := range []string{"go_", "process_", "promhttp_", "# ", "arobase_http_request_seconds_sum", "arobase_http_request_seconds_bucket", "arobase_store_append_seconds_sum", "arobase_store_append_seconds_bucket", "arobase_info"} {
			if strings.HasPrefix(line, random) {
				line = ""
			}
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "")
}

// live is what somebody hears who follows the events from one on, up to the last.
func (w *world) live(n names, from int) string {
	size, err := w.store.Size(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), longest)
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, "GET", fmt.Sprintf("http://site.test/v1/events/live?after=%d", from), nil)
	ear := &ear{header: http.Header{}, last: fmt.Appendf(nil, "id: %d\n", size-eventstore.Position(1)), done: cancel}
	w.public.ServeHTTP(ear, r)
	return n.plainly(ear.heard.String())
}

// ear listens to a stream until it has heard the last event.
type ear struct {
	header http.Header
	heard  bytes.Buffer
	last   []byte
	done   func()
}

func (e *ear) Header() http.Header { return e.header }
func (e *ear) WriteHeader(int)     {}
func (e *ear) Flush()              {}
func (e *ear) Write(p []byte) (int, error) {
	n, err := e.heard.Write(p)
	if at := bytes.LastIndex(e.heard.Bytes(), e.last); at >= 0 && bytes.Contains(e.heard.Bytes()[at:], []byte("\n\n")) {
		e.done()
	}
	return n, err
}
