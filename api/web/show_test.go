package web_test

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"arobase/api/auth"
)

const showAt = "/espace/pieces/action-01"

// attach sends the form that has a file in it; "" for no file. Pairs are its other fields.
func (o *office) attach(t *testing.T, path string, cookies []*http.Cookie, file string, pairs ...string) (int, string, string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		if err := form.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	name := ""
	if file != "" {
		name = "preuve.txt"
	}
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(file))
	}
	if err = errors.Join(err, form.Close()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://localhost"+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	o.h.ServeHTTP(w, r)
	raw := w.Body.String()
	doc, err := html.Parse(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, raw + "\n" + text(doc), w.Header().Get("Location")
}

func TestEvidenceIsAttached(t *testing.T) {
	o := open28(t)
	token := o.token(t, auth.Declarant, village, "Zoé Lefèvre")
	cookies := o.enter(t, auth.Declarant, village, "Zoé Lefèvre")
	key := func() string { return o.blank(t, showAt, cookies).Get("_key") }
	code, page, _ := o.attach(t, showAt, cookies, "", "_key", key(), "r", "0", "url", " ")
	if code != http.StatusUnprocessableEntity || !strings.Contains(page, "l'un des deux") {
		t.Errorf("nothing: %d", code)
	}
	code, page, _ = o.attach(t, showAt, cookies, "\x00\x01", "_key", key(), "r", "0")
	if code != http.StatusUnprocessableEntity || !strings.Contains(page, "ni un PDF") {
		t.Errorf("no file that is taken: %d %.300s", code, page)
	}
	// The session is over: the address stays, and the file has to be chosen again.
	k := key()
	code, page, _ = o.attach(t, showAt, nil, "Les bornes", "_key", k, "r", "0", "url", "https://example.org/bornes")
	if code != http.StatusForbidden {
		t.Errorf("nobody: %d", code)
	}
	holds(t, page, "Votre session a pris fin", `value="https://example.org/bornes"`, "Choisissez le fichier de nouveau", `name="_token"`)
	code, _, to := o.attach(t, showAt, nil, "", "_key", k, "r", "0", "url", "https://example.org/bornes", "_token", token)
	if code != http.StatusSeeOther || !strings.HasPrefix(to, "/espace/recu/") {
		t.Fatalf("an address: %d to %s", code, to)
	}
	code, _, to = o.attach(t, showAt, cookies, "Les bornes, en mots", "_key", key(), "r", "1")
	if code != http.StatusSeeOther {
		t.Fatalf("a file: %d to %s", code, to)
	}
	a, err := o.ledger.Action(t.Context(), "action-01", o.ledger.Size())
	if err != nil || len(a.Evidence) != 2 || a.Evidence[0].URL != "https://example.org/bornes" || !strings.HasPrefix(a.Evidence[1].File, "/evidence/") || a.Title.Text != twelve[0] || a.Revision != 2 {
		t.Errorf("%v %+v", err, a.ActionState)
	}
	holds(t, get(o.h, "/actions/action-01").Body.String(), `href="https://example.org/bornes"`, "Télécharger le fichier", `href="`+a.Evidence[1].File+`"`)
	// Somebody else was quicker.
	code, page, _ = o.attach(t, showAt, cookies, "", "_key", key(), "r", "0", "url", "https://example.org/autre")
	if code != http.StatusConflict || !strings.Contains(page, `value="https://example.org/autre"`) {
		t.Errorf("an older revision: %d", code)
	}
}

func TestEvidenceOfOthers(t *testing.T) {
	o := open28(t)
	theirs := o.enter(t, auth.Declarant, neighbour, "Max Roux")
	size := o.ledger.Size()
	if code, _, _ := o.attach(t, showAt, theirs, "Un texte", "_key", "k", "r", "0"); code != http.StatusForbidden || o.ledger.Size() != size {
		t.Errorf("another's action: %d", code)
	}
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+showAt, nil)
	r.AddCookie(theirs[0])
	w := httptest.NewRecorder()
	if o.h.ServeHTTP(w, r); w.Code != http.StatusForbidden {
		t.Errorf("another's page: %d", w.Code)
	}
	page, _ := read(t, o.h, "/en/workspace/evidence/action-01", o.enter(t, auth.Registrar, "", "Ana Martin"))
	holds(t, page, "What shows this action", "10 MB at most")
}
