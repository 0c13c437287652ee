package mail_test

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"arobase/api/mail"
	"arobase/api/mail/mailtest"
)

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"jeanne@example.org": "jeanne@example.org", " Jeanne.D+x@Example.ORG\n": "Jeanne.D+x@example.org",
		"": "", "jeanne": "", "jeanne@host": "", "Jeanne <jeanne@example.org>": "", "jeanne@example.org, x@example.org": "",
		"jeanne@example.org\r\nBcc: x@example.org": "", "jeanne@exa mple.org": "", "a@b.c\x00": "", strings.Repeat("x", 65) + "@example.org": "",
		"\"a b\"@example.org": "", "jeanne@[127.0.0.1]": "", "jérôme@example.org": "",
	} {
		got, err := mail.Address(in)
		if got != want || (err != nil) != (want == "") || err != nil && !errors.Is(err, mail.ErrAddress) {
			t.Errorf("Address(%q) = %q, %v", in, got, err)
		}
	}
}

func TestSend(t *testing.T) {
	server := mailtest.New(t, "gone@example.org")
	s := &mail.SMTP{Server: server.Address, From: "registre@example.org", Random: rand.Reader, Now: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }}
	text := "Bonjour à vous,\n\n.un point au début\nhttps://example.org/" + strings.Repeat("x", 200) + "\n"
	if err := s.Send(t.Context(), "jeanne@example.org", "Confirmer : l'inscription nº 7", text); err != nil {
		t.Fatal(err)
	}
	l := <-server.Letters
	if l.From != "registre@example.org" || l.To != "jeanne@example.org" || l.Subject != "Confirmer : l'inscription nº 7" || l.Text != text {
		t.Errorf("it arrives as %+v", l)
	}
	for name, want := range map[string]string{"Date": "Mon, 23 Nov 2026 12:00:00 +0000", "Auto-Submitted": "auto-generated", "To": "jeanne@example.org"} {
		if got := l.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if err := s.Send(t.Context(), "gone@example.org", "x", "x"); err == nil {
		t.Error("a refused letter is sent")
	}
	if err := s.Send(t.Context(), "a@b.org\r\nRCPT TO:<x@y.org>", "x", "x"); !errors.Is(err, mail.ErrAddress) {
		t.Errorf("a forged address: %v", err)
	}
	if err := s.Send(t.Context(), "a@b.org", "x\r\nBcc: x@y.org", "x"); err == nil {
		t.Error("a forged header is sent")
	}
	s.User, s.Password = "name", "secret"
	s.Server = strings.Replace(server.Address, "127.0.0.1", "127.0.0.2", 1) // nobody listens there
	if err := s.Send(t.Context(), "a@b.org", "x", "x"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("without a server: %v", err)
	}
}

// A password goes to nobody but the server that is meant, and not in clear.
func TestSendEncrypted(t *testing.T) {
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS() // for its certificate, which is that of 127.0.0.1
	t.Cleanup(certified.Close)
	server := mailtest.NewTLS(t, &tls.Config{Certificates: certified.TLS.Certificates})
	pool := x509.NewCertPool()
	pool.AddCert(certified.Certificate())
	s := &mail.SMTP{Server: server.Address, From: "registre@example.org", User: "registre", Password: "secret", Random: rand.Reader, Now: time.Now, TLS: &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}}
	if err := s.Send(t.Context(), "jeanne@example.org", "Un sujet", "Un texte\n"); err != nil {
		t.Fatal(err)
	}
	login, err := base64.StdEncoding.DecodeString((<-server.Letters).Login)
	if err != nil || string(login) != "\x00registre\x00secret" {
		t.Errorf("signed in as %q, %v", login, err)
	}
	s.TLS = nil // the certificates of the system do not know that server
	if err := s.Send(t.Context(), "jeanne@example.org", "x", "x"); err == nil {
		t.Error("the letter goes to a server that nobody vouches for")
	}
	if n := len(server.Letters); n != 0 {
		t.Errorf("%d letters more", n)
	}
}
