package rest_test

import (
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"arobase/api/auth"
)

// A client says what it knows of, and no node answers from less.
func TestMinSize(t *testing.T) {
	d := newDesk(t)
	ask := func(method, path, size string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Arobase-Min-Size", size)
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		return w
	}
	size := d.Ledger.Size()
	for text, want := range map[string]int{strconv.FormatUint(size, 10): 200, "0": 200, "-1": 400, "x": 400, "1e3": 400} {
		if w := ask("GET", "/v1/editions", text); w.Code != want {
			t.Errorf("%s: %d, want %d: %s", text, w.Code, want, w.Body)
		}
	}
	next := fmt.Sprint(size + 1)
	w := ask("GET", "/v1/editions", next)
	if p := problemIn(t, w); w.Code != 503 || p.Type != "/problems/behind" || w.Header().Get("Retry-After") == "" {
		t.Errorf("more than there is: %d %+v", w.Code, p)
	}
	if w := d.send(d.tokens[auth.Registrar], "sources", source, "Arobase-Min-Size", next); w.Code != 503 {
		t.Errorf("a write that rests on more than there is: %d: %s", w.Code, w.Body)
	}
	waiting := make(chan *httptest.ResponseRecorder, 1)
	go func() { // on a slow machine it may have to be asked for again; but it is waited for each time
		for {
			began := time.Now()
			w := ask("GET", "/v1/editions", next)
			if w.Code == 503 && time.Since(began) >= time.Second {
				continue
			}
			waiting <- w
			return
		}
	}()
	time.Sleep(20 * time.Millisecond)
	written := d.send(d.tokens[auth.Registrar], "sources", source)
	if got := written.Header().Get("Arobase-Size"); written.Code != 201 || got != next {
		t.Fatalf("%d, size %q, want %s: %s", written.Code, got, next, written.Body)
	}
	if w := <-waiting; w.Code != 200 || w.Header().Get("Arobase-Size") != next {
		t.Errorf("once it is there: %d, size %s", w.Code, w.Header().Get("Arobase-Size"))
	}
}

// One request that is sent several times at once, with its key, is carried out once, and answered each time.
func TestOneKeyAtOnce(t *testing.T) {
	d := newDesk(t)
	size := d.Ledger.Size()
	answers := make(chan *httptest.ResponseRecorder, 8)
	for range cap(answers) {
		r := httptest.NewRequest("POST", "/v1/sources", strings.NewReader(source))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+d.tokens[auth.Registrar])
		r.Header.Set("Idempotency-Key", "k1")
		go func() {
			w := httptest.NewRecorder()
			d.ServeHTTP(w, r)
			answers <- w
		}()
	}
	made := 0
	for range cap(answers) {
		switch w := <-answers; w.Code {
		case 201:
			made++
		case 200:
		default:
			t.Errorf("%d: %s", w.Code, w.Body)
		}
	}
	if made != 1 || d.Ledger.Size() != size+1 {
		t.Errorf("made %d times, %d records", made, d.Ledger.Size()-size)
	}
}
