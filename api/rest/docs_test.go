package rest_test

import (
	"compress/gzip"
	"io"
	"regexp"
	"strings"
	"testing"
)

var loads = regexp.MustCompile(`(?:src|href)="([^"]*)"`)

// The page loads from this host only, and everything that it loads is there.
func TestDocsLoadFromHereOnly(t *testing.T) {
	w := get(t, "/docs")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "script-src 'self';") || strings.Contains(policy, "http") {
		t.Errorf("the policy is %q", policy)
	}
	found := loads.FindAllStringSubmatch(w.Body.String(), -1)
	if len(found) < 5 {
		t.Fatalf("the page loads %v", found)
	}
	for _, m := range found {
		part := get(t, m[1])
		if !strings.HasPrefix(m[1], "/") || part.Code != 200 || part.Body.Len() == 0 || part.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", m[1], part.Code, part.Header())
		}
	}
	if strings.Contains(w.Body.String(), "//") || strings.Contains(w.Body.String(), "<script>") {
		t.Errorf("the page names another host, or holds a script: %s", w.Body)
	}
	// By default Swagger UI sends the document to another host for validation.
	if s := get(t, "/docs/docs.js").Body.String(); !strings.Contains(s, "validatorUrl: null") || strings.Contains(s, "http") {
		t.Errorf("the script is %s", s)
	}
}

// An asset is the same compressed and not.
func TestDocsCompression(t *testing.T) {
	plain := get(t, "/docs/swagger-ui.css")
	packed := get(t, "/docs/swagger-ui.css", "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(packed.Body)
	if err != nil || packed.Header().Get("Content-Encoding") != "gzip" || plain.Header().Get("Content-Encoding") != "" {
		t.Fatalf("%v, %v, %v", err, packed.Header(), plain.Header())
	}
	content, err := io.ReadAll(z)
	if err != nil || string(content) != plain.Body.String() || !strings.Contains(plain.Body.String(), ".swagger-ui") {
		t.Errorf("%d bytes unpacked, %d plain, %v", len(content), plain.Body.Len(), err)
	}
	if refused := get(t, "/docs/swagger-ui.css", "Accept-Encoding", "gzip;q=0"); refused.Header().Get("Content-Encoding") != "" {
		t.Error("compressed for a reader that refuses it")
	}
}
