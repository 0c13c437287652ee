package rest

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/swaggest/swgui/v5/static"
)

// docsPage and docsScript show the document with Swagger UI. They are ours, so that no script stands in the page and the
// policy can forbid every other host.
//
//go:embed docs.html
var docsPage []byte

//go:embed docs.js
var docsScript []byte

// docsPolicy lets the page load from this host only. Swagger UI sets styles on elements.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docs serves the page and its assets, all compiled in.
func (a *api) docs() {
	a.mux.HandleFunc("GET /docs", func(w http.ResponseWriter, r *http.Request) {
		a.asset(w, r, "docs.html", docsPage)
	})
	a.mux.HandleFunc("GET /docs/{file}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("file")
		switch name {
		case "docs.js":
			a.asset(w, r, name, docsScript)
			return
		case "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png":
			if content, ok := asset(name); ok {
				a.asset(w, r, name, content)
				return
			}
		}
		a.write(w, r, problem(unknownAddress, "nothing is served at %s", short(r.URL.Path)))
	})
}

// asset gives a file of Swagger UI. Most are kept compressed.
func asset(name string) ([]byte, bool) {
	if content, err := static.FS.ReadFile(name); err == nil {
		return content, true
	}
	content, err := static.FS.ReadFile(name + ".gz")
	return content, err == nil
}

// asset sends a file, compressed where it is kept so and the reader takes it.
func (a *api) asset(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	h := w.Header()
	h.Set("Content-Type", map[string]string{
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".png": "image/png",
	}[path.Ext(name)])
	h.Set("Content-Security-Policy", docsPolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "public, no-cache")
	h.Set("Vary", "Accept-Encoding")
	if bytes.HasPrefix(content, []byte{0x1f, 0x8b}) {
		if negotiateGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
		} else {
			plain, err := gunzip(content)
			if err != nil {
				a.fail(w, r, nil, err)
				return
			}
			content = plain
		}
	}
	tag := tagOf(content)
	h.Set("ETag", tag)
	if seen(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(content) // the reader may be gone
	}
}

// negotiateGzip tells whether a reader takes gzip. A quality of 0 is a no.
func negotiateGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := strings.TrimSpace(params)
		if strings.TrimSpace(name) == "gzip" && q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000" {
			return true
		}
	}
	return false
}

func gunzip(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	defer func() { _ = z.Close() }()
	return io.ReadAll(z)
}
