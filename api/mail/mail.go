// Package mail sends letters by SMTP: plain text to one address at a time.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"strings"
	"time"
	"unicode/utf8"
)

// SMTP is a server that takes letters. Its fields do not change.
type SMTP struct {
	Server   string // host:port
	From     string // the address that letters come from
	User     string // "": no name is given
	Password string
	Now      func() time.Time
	Random   io.Reader
	// TLS is for tests; nil: the system's certificates, for the name of the server.
	TLS *tls.Config
}

// Patience bounds how long sending one letter takes.
const Patience = 20 * time.Second

// ErrAddress says that an address is none that a letter can be sent to.
var ErrAddress = errors.New("this is no e-mail address")

// Address gives an address as letters are sent to it: name@host and nothing else, in the form of RFC 5321 with room for what
// may follow. ErrAddress where it is none.
func Address(s string) (string, error) {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 180 || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune(`<>"(),;:\[]`, c) }) {
		return "", ErrAddress
	}
	local, host, _ := strings.Cut(s, "@")
	if len(local) > 64 || !strings.Contains(host, ".") && host != "localhost" {
		return "", ErrAddress
	}
	return local + "@" + strings.ToLower(host), nil
}

// Send sends one letter. The connection is encrypted where the server offers it, and always where a password goes to another machine.
func (s *SMTP) Send(ctx context.Context, to, subject, text string) error {
	if _, err := Address(to); err != nil {
		return err
	}
	letter, err := s.letter(to, subject, text)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	if err := s.deliver(ctx, to, letter); err != nil {
		return fmt.Errorf("sending a letter through %s: %w", s.Server, err)
	}
	return nil
}

func (s *SMTP) deliver(ctx context.Context, to string, letter []byte) error {
	host, _, err := net.SplitHostPort(s.Server)
	if err != nil {
		return err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // what was sent was answered before
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if ok, _ := c.Extension("STARTTLS"); ok {
		config := s.TLS
		if config == nil {
			config = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
		}
		if err := c.StartTLS(config); err != nil {
			return err
		}
	}
	if s.User != "" {
		if err := c.Auth(smtp.PlainAuth("", s.User, s.Password, host)); err != nil { // refuses to go without TLS
			return err
		}
	}
	if err := c.Mail(s.From); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(letter); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// letter writes a message of RFC 5322.
func (s *SMTP) letter(to, subject, text string) ([]byte, error) {
	var id [16]byte
	if _, err := io.ReadFull(s.Random, id[:]); err != nil {
		return nil, fmt.Errorf("writing a letter: %w", err)
	}
	if !utf8.ValidString(subject) || strings.ContainsAny(subject, "\r\n") {
		return nil, errors.New("writing a letter: a subject is one line")
	}
	_, host, _ := strings.Cut(s.From, "@")
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", s.From}, {"To", to}, {"Subject", mime.QEncoding.Encode("utf-8", subject)}, {"Date", s.Now().UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + hex.EncodeToString(id[:]) + "@" + host + ">"}, {"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "quoted-printable"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, err := io.WriteString(w, strings.ReplaceAll(text, "\n", "\r\n"))
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("writing a letter: %w", err)
	}
	return b.Bytes(), nil
}
