package rest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/ledger/evidence/sqliteevidence"
)

// newUploads is a desk at which files are taken, of at most 50,000 bytes.
func newUploads(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	files, err := sqliteevidence.Create(filepath.Join(t.TempDir(), "evidence.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	d.Ledger.UseEvidence(files, ledger.EvidenceLimits{File: 50_000, Room: 100_000, Unnamed: time.Hour})
	return d
}

// ask sends a request with a token.
func (d *desk) ask(method, target, token, media, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// form is a form with files.
func form(t *testing.T, media string, files ...string) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("comment", "a field that is no file"); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="../délibération.pdf"`}, "Content-Type": {media}})
		if err == nil {
			_, err = part.Write([]byte(f))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

const pdf = "%PDF-1.7\n<script>alert(document.cookie)</script>"

func TestUpload(t *testing.T) {
	d := newUploads(t)
	media, body := form(t, "application/pdf", pdf)
	sum := sha256.Sum256([]byte(pdf))
	want := `{"sha256":"` + hex.EncodeToString(sum[:]) + `","bytes":` + "48" + `,"media":"application/pdf"}`
	for name, sent := range map[string][2]string{"as a body": {"application/pdf", pdf}, "in a form": {media, body}, "as some bytes": {"application/octet-stream", pdf}, "without a kind": {"", pdf}} {
		w := d.ask("POST", "/v1/evidence", d.tokens[auth.Declarant], sent[0], sent[1])
		if w.Code != http.StatusCreated || strings.TrimSpace(w.Body.String()) != want || w.Header().Get("Location") != "/evidence/"+hex.EncodeToString(sum[:]) {
			t.Errorf("%s: %d %s, want %s", name, w.Code, w.Body, want)
		}
	}
	noFile, empty := form(t, "application/pdf")
	two, both := form(t, "application/pdf", pdf, pdf)
	wrong, asPNG := form(t, "image/png", pdf)
	for name, tt := range map[string]struct {
		role               auth.Role
		query, media, body string
		status             int
	}{
		"nobody": {auth.Public, "", "", pdf, 401}, "a juror": {auth.Juror, "", "", pdf, 403}, "the presidency": {auth.President, "", "", pdf, 403},
		"a page": {auth.Registrar, "", "text/html", "<!doctype html>", 415}, "a PDF that is said to be a page": {auth.Registrar, "", "text/html", pdf, 415},
		"a PDF that is said to be a picture": {auth.Registrar, "", wrong, asPNG, 415}, "nothing": {auth.Registrar, "", "", "", 415},
		"too large": {auth.Registrar, "", "", strings.Repeat("a", 50_001), 413}, "much too large": {auth.Registrar, "", "", strings.Repeat("a", 200_000), 413},
		"as large as can be": {auth.Registrar, "", "", strings.Repeat("a", 50_000), 201}, "a form without a file": {auth.Registrar, "", noFile, empty, 422},
		"two files": {auth.Registrar, "", two, both, 422}, "half a form": {auth.Registrar, "", media, body[:len(body)/2], 422}, "a parameter": {auth.Registrar, "?name=x", "", pdf, 400},
	} {
		if w := d.ask("POST", "/v1/evidence"+tt.query, d.tokens[tt.role], tt.media, tt.body); w.Code != tt.status {
			t.Errorf("%s: %d, want %d: %s", name, w.Code, tt.status, w.Body)
		} else if tt.status > 201 {
			problemIn(t, w)
		}
	}
}

// What is served is saved, not run; it is seen by nobody else before an action names it, and by nobody once it is erased.
func TestServedEvidence(t *testing.T) {
	d := newUploads(t)
	var done ledger.Attached
	if w := d.ask("POST", "/v1/evidence", d.tokens[auth.Declarant], "", pdf); json.Unmarshal(w.Body.Bytes(), &done) != nil || w.Code != 201 {
		t.Fatal(w.Body)
	}
	address := "/evidence/" + done.SHA256
	see := func(token string, want int) *httptest.ResponseRecorder {
		t.Helper()
		w := d.ask("GET", address, token, "", "")
		if w.Code != want {
			t.Errorf("%d, want %d: %s", w.Code, want, w.Body)
		}
		return w
	}
	other := d.give(auth.Grant{Role: auth.Declarant, For: "fr-commune-02408"})
	see("", 404)
	see(other, 404)
	see(d.tokens[auth.President], 404)
	see("aro_wrong", 401)
	see(d.tokens[auth.Registrar], 200)
	see(d.tokens[auth.Declarant], 200)

	receiptIn(t, d.send(d.tokens[auth.President], "grids", `{"grid":"g1","kind":"made-up","themes":[{"id":"t","name":"T"}],"stakes":[{"id":"s","theme":"t","name":"S"}],
		"services":[{"id":"wifi","stake":"s","name":"Wi-Fi"}],"thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`), 201)
	receiptIn(t, d.send(d.tokens[auth.Registrar], "collectivities", `{"collectivity":"fr-commune-73008","type":"commune","name":"Aix-les-Bains","insee":"73008"}`), 201)
	action := func(hash string) string {
		return `{"action":"wifi","collectivity":"fr-commune-73008","grid":"g1","services":["wifi"],"startedOn":"2025","operatorKind":"collectivity","title":"Wi-Fi","evidence":[{"sha256":"` + hash + `"}]}`
	}
	if w := d.send(d.tokens[auth.Declarant], "actions", action(strings.Repeat("0", 64))); w.Code != 422 || problemIn(t, w).Errors[0].Field != "evidence[0].sha256" {
		t.Errorf("a file that was never uploaded: %d %s", w.Code, w.Body)
	}
	declared := receiptIn(t, d.send(d.tokens[auth.Declarant], "actions", action(done.SHA256)), 201)

	w := see("", 200)
	if w.Body.String() != pdf {
		t.Errorf("served as %q", w.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store",
		"Content-Disposition": `attachment; filename="` + done.SHA256[:16] + `.pdf"`,
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if w := d.ask("HEAD", address, "", "", ""); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "48" {
		t.Errorf("HEAD: %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
	if w := d.ask("GET", address+"?as_of=1", "", "", ""); w.Code != 400 {
		t.Errorf("with a parameter: %d", w.Code)
	}
	receiptIn(t, d.send(d.tokens[auth.Admin], "erasures", `{"event":"`+declared.Events[0].String()+`","pointer":"/data/evidence/0","ground":"request"}`), 201)
	for _, token := range []string{"", d.tokens[auth.Registrar], d.tokens[auth.Declarant]} {
		if p := problemIn(t, see(token, 410)); p.Type != "/problems/erased" {
			t.Errorf("%+v", p)
		}
	}
	if w := d.ask("POST", "/v1/evidence", d.tokens[auth.Declarant], "", pdf); w.Code != 410 {
		t.Errorf("uploaded again: %d", w.Code)
	}
	if w := d.ask("GET", "/evidence/nonsense", "", "", ""); w.Code != 404 || problemIn(t, w).Type != "/problems/unknown-evidence" {
		t.Errorf("no hash: %d %s", w.Code, w.Body)
	}
}

// One token uploads so many files and no more for a while, and a collectivity fills no disk.
func TestUploadLimits(t *testing.T) {
	d := newUploads(t)
	for n := range 2 {
		if w := d.ask("POST", "/v1/evidence", d.tokens[auth.Declarant], "", strings.Repeat("a", 50_000-n)); w.Code != 201 {
			t.Fatal(w.Body)
		}
	}
	if w := d.ask("POST", "/v1/evidence", d.tokens[auth.Declarant], "", "more"); w.Code != 409 || problemIn(t, w).Type != "/problems/no-room" {
		t.Errorf("without room: %d %s", w.Code, w.Body)
	}
	for n := range 200 {
		w := d.ask("POST", "/v1/evidence", d.tokens[auth.Registrar], "", "a file")
		if w.Code == http.StatusTooManyRequests {
			if n < 40 || w.Header().Get("Retry-After") == "" {
				t.Errorf("after %d files: %v", n, w.Header())
			}
			return
		}
	}
	t.Error("one token may upload without end")
}

// Only so many files arrive at once, since each is in memory; who comes too late is told when to come again.
func TestUploadsAtOnce(t *testing.T) {
	d := newUploads(t)
	var arriving sync.WaitGroup
	var ends []*io.PipeWriter
	for range 4 {
		body, end := io.Pipe()
		ends = append(ends, end)
		arriving.Go(func() {
			r := httptest.NewRequest("POST", "/v1/evidence", body)
			r.Header.Set("Authorization", "Bearer "+d.tokens[auth.Registrar])
			w := httptest.NewRecorder()
			d.ServeHTTP(w, r)
			if w.Code != http.StatusCreated {
				t.Errorf("%d: %s", w.Code, w.Body)
			}
		})
		if _, err := end.Write([]byte("a slow ")); err != nil { // returns once it is being read
			t.Fatal(err)
		}
	}
	if w := d.ask("POST", "/v1/evidence", d.tokens[auth.Registrar], "", "one more"); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("one more: %d %s", w.Code, w.Body)
	}
	for _, end := range ends {
		_, _ = end.Write([]byte("file"))
		end.Close()
	}
	arriving.Wait()
	if w := d.ask("POST", "/v1/evidence", d.tokens[auth.Registrar], "", "one more"); w.Code != 201 {
		t.Errorf("afterwards: %d %s", w.Code, w.Body)
	}
}
