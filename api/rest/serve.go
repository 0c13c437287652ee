package rest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// serve answers one question whose parameters are well formed: it chooses the form and the moment, tells a reader that
// has the answer already so, and writes it.
func (a *api) serve(w http.ResponseWriter, r *http.Request, o *operation, in any, f func(asked) (answer, error)) {
	q, err := a.ask(r, o, in)
	if err != nil {
		a.fail(w, r, o, err)
		return
	}
	h := w.Header()
	if !o.fixed {
		h.Set("Arobase-Size", strconv.FormatUint(q.size, 10))
	}
	// Where the answer follows from the question, the size and the program, its tag is known before it is.
	tag := ""
	if !o.texts {
		tag = a.tag(q)
		if seen(r, tag) {
			a.keep(h, q, answer{}, tag)
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	ans, err := f(q)
	if err == nil && ans.stream != nil {
		ans.stream(w, r)
		return
	}
	var body []byte
	if err == nil {
		body, err = q.render(ans)
	}
	if err != nil {
		h.Del("Arobase-Size")
		a.fail(w, r, o, err)
		return
	}
	if o.texts {
		tag = tagOf(body, []byte(q.media))
	}
	a.keep(h, q, ans, tag)
	if ans.next != "" {
		h.Set("Link", "<"+ans.next+`>; rel="next"`)
	}
	if seen(r, tag) || r.Header.Get("If-None-Match") == "*" {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", contentType(q.media))
	if q.media == mediaCSV {
		h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="arobase-%s-%d.csv"`, o.file, q.size))
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader may be gone
	}
}

// ask chooses the form and the moment of an answer.
func (a *api) ask(r *http.Request, o *operation, in any) (asked, error) {
	q := asked{op: o, r: r}
	offers, dialect := o.forms, ""
	if d, ok := in.(interface{ dialect() string }); ok {
		dialect = d.dialect()
	}
	if dialect != "" {
		offers = []string{mediaCSV}
	}
	if q.media = negotiate(strings.Join(r.Header.Values("Accept"), ","), offers); q.media == "" {
		return q, problem(notAcceptable, "the answer exists as %s", strings.Join(offers, ", "))
	}
	asOf := ""
	if m, ok := in.(interface{ moment() string }); ok {
		asOf = strings.ReplaceAll(m.moment(), " ", "+") // 2017-02-01T12:00:00+01:00, with its plus sign as it is
	}
	if o.fixed {
		return q, nil
	}
	var err error
	if q.size, err = a.Ledger.AsOf(r.Context(), asOf); err != nil {
		return q, err
	}
	if p, ok := in.(interface{ page() (int, string) }); ok {
		limit, cursor := p.page()
		if err := q.turnTo(limit, cursor, asOf != ""); err != nil {
			return q, err
		}
		if q.size > a.Ledger.Size() {
			return q, problem(invalidCursor, "the cursor is of a ledger of %d events; this node has %d", q.size, a.Ledger.Size())
		}
	}
	return q, nil
}

// render writes an answer in the form that was chosen.
func (q asked) render(ans answer) ([]byte, error) {
	switch {
	case ans.bytes != nil:
		return ans.bytes, nil
	case q.media == mediaCSV:
		return ans.rows.csv(q.r.URL.Query().Get("dialect") == "excel-fr")
	}
	b, err := Encode(ans.body)
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", q.op.id, err)
	}
	return b, nil
}

// Encode gives a value in the JSON of all answers.
func Encode(body any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // canonical values stay byte for byte what was committed to
	if err := e.Encode(body); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// keep says how long a copy may be kept. As of a size an answer is the same for ever, unless it holds texts.
func (a *api) keep(h http.Header, q asked, ans answer, tag string) {
	h.Set("ETag", tag)
	_, err := strconv.ParseUint(q.r.URL.Query().Get("as_of"), 10, 64)
	switch {
	case ans.never:
		h.Del("ETag")
		h.Set("Cache-Control", "no-store")
	case ans.forever, err == nil && !q.op.texts && !q.op.fixed:
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	default:
		h.Set("Cache-Control", "public, no-cache") // keep it, and ask whether it is still true
	}
}

// tag is the entity tag of an answer that follows from the question, the size and the program.
func (a *api) tag(q asked) string {
	return tagOf([]byte(a.Version), strconv.AppendUint(nil, q.size, 10), []byte(q.r.URL.EscapedPath()), []byte(q.r.URL.Query().Encode()), []byte(q.media))
}

func tagOf(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write(p)
	}
	return `"` + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15]) + `"`
}

// seen tells whether the reader has the answer already (If-None-Match, by weak comparison).
func seen(r *http.Request, tag string) bool {
	for _, line := range r.Header.Values("If-None-Match") {
		for t := range strings.SplitSeq(line, ",") {
			if tag != "" && strings.TrimPrefix(strings.TrimSpace(t), "W/") == tag {
				return true
			}
		}
	}
	return false
}

func contentType(media string) string {
	switch media {
	case mediaCSV:
		return "text/csv; charset=utf-8; header=present"
	case mediaText:
		return "text/plain; charset=utf-8"
	}
	return media
}

// again is the address of the same question with other parameters.
func again(u *url.URL, set map[string]string) string {
	v := u.Query()
	for name, value := range set {
		v.Set(name, value)
	}
	return u.EscapedPath() + "?" + v.Encode()
}
