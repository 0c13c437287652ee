package rest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/api/rest"
	"arobase/eventstore/vault"
)

// A disclosed value checks against the leaf by what its answer says, and nothing else; once erased it is gone everywhere,
// from answers as of earlier sizes too, and the event and its bytes stay.
func TestDisclosedThenErased(t *testing.T) {
	o := empty(t)
	h := rest.New(rest.Deps{Ledger: o.Ledger, Log: prover{o.Ledger}})
	id := o.cite(t, "some-source").Events[0].String()

	stored := ask(t, h, "GET", "/v1/events/"+id, "Accept", "application/cloudevents+json")
	if stored.Header().Get("Content-Type") != "application/cloudevents+json" || stored.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Fatalf("%d %v", stored.Code, stored.Header())
	}
	var leaf struct {
		ID   string
		Data struct{ Note struct{ Sealed string } }
	}
	if err := json.Unmarshal(stored.Body.Bytes(), &leaf); err != nil || leaf.ID != id || strings.Contains(stored.Body.String(), "a remark") {
		t.Fatalf("the leaf is %s, %v", stored.Body, err)
	}
	c, err := vault.ParseCommitment(leaf.Data.Note.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{c.URL(), url.PathEscape(c.String())} {
		w := ask(t, h, "GET", "/log/disclosed/"+form)
		d := decode[rest.Disclosed](t, w)
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", form, w.Header())
		}
		mac := hmac.New(sha256.New, d.Salt)
		mac.Write([]byte("arobase/seal/v1\x00" + d.LedgerID.String() + "\x00" + d.Event.String() + "\x00" + d.Pointer + "\x00"))
		mac.Write(d.Value)
		if got := base64.StdEncoding.EncodeToString(mac.Sum(nil)); got != leaf.Data.Note.Sealed || got != d.Commitment || string(d.Value) != `"a remark"` {
			t.Errorf("%s: %+v commits to %s, the leaf holds %s", form, d, got, leaf.Data.Note.Sealed)
		}
		v, err := read(w.Body.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		doc := document(t)
		for _, wrong := range fit(doc, at(doc, "paths", "/log/disclosed/{commitment}", "get", "responses", "200", "content", "application/json", "schema"), v, "") {
			t.Error(wrong)
		}
	}

	// With the text in the answer, and a tag that must change with it.
	address := "/v1/events/" + id + "?as_of=3"
	before := ask(t, h, "GET", address)
	if decode[ledger.EventView](t, before).Disclosed["/data/note"] == nil {
		t.Fatalf("the text is not shown: %s", before.Body)
	}
	if err := o.vault.Erase(t.Context(), vault.Secret{Commitment: c, Event: uuid.MustParse(id), Pointer: "/data/note", Visibility: vault.Public}); err != nil {
		t.Fatal(err)
	}
	p := trouble(t, ask(t, h, "GET", "/log/disclosed/"+c.URL()))
	if p.Status != 410 || p.Type != "/problems/erased" {
		t.Errorf("erased: %+v", p)
	}
	after := ask(t, h, "GET", address, "If-None-Match", before.Header().Get("ETag"))
	if v := decode[ledger.EventView](t, after); len(v.Disclosed) != 0 || len(v.Erased) != 1 || v.Erased[0] != "/data/note" {
		t.Errorf("after the erasure: %+v", v)
	}
	if again := ask(t, h, "GET", "/v1/events/"+id, "Accept", "application/cloudevents+json"); again.Body.String() != stored.Body.String() {
		t.Error("the stored bytes have changed")
	}
	if proof := ask(t, h, "GET", "/v1/events/"+id+"/proof"); proof.Code != 200 || proof.Body.String() != "proof of 2\n" {
		t.Errorf("the proof: %d %s", proof.Code, proof.Body)
	}
}

// A node that does not sign says so, and an event that it does not know is unknown all the same.
func TestProofWithoutALog(t *testing.T) {
	o := empty(t)
	h := rest.New(rest.Deps{Ledger: o.Ledger})
	id := o.cite(t, "some-source").Events[0].String()
	if p := trouble(t, ask(t, h, "GET", "/v1/events/"+id+"/proof")); p.Status != 503 || p.Type != "/problems/not-signed" {
		t.Errorf("%+v", p)
	}
	if p := trouble(t, ask(t, h, "GET", "/v1/events/"+testLedgerID.String()+"/proof")); p.Status != 404 {
		t.Errorf("%+v", p)
	}
}
