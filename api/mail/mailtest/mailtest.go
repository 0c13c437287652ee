// Package mailtest is a mail server for tests, in the process of the test.
package mailtest

import (
	"bufio"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
)

// Letter is one that arrived.
type Letter struct {
	From, To      string // of the envelope
	Header        mail.Header
	Subject, Text string
}

// Server takes letters and gives them on. Refuse makes it refuse addressees.
type Server struct {
	Address string
	Letters chan Letter
	Refuse  string
}

// New starts a server that ends with the test.
func New(t testing.TB, refuse string) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &Server{Address: l.Addr().String(), Letters: make(chan Letter, 100), Refuse: refuse}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

// serve speaks as much of RFC 5321 as a letter needs.
func (s *Server) serve(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 test")
	var letter Letter
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.TrimSpace(line)); {
		case strings.HasPrefix(verb, "EHLO"):
			say("250 test")
		case strings.HasPrefix(verb, "MAIL FROM:"):
			letter.From = between(line)
			say("250 ok")
		case strings.HasPrefix(verb, "RCPT TO:"):
			if letter.To = between(line); s.Refuse != "" && letter.To == s.Refuse {
				say("550 no such user " + letter.To)
				continue
			}
			say("250 ok")
		case verb == "DATA":
			say("354 go on")
			var text strings.Builder
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(strings.TrimPrefix(line, "."))
			}
			if m, err := mail.ReadMessage(strings.NewReader(text.String())); err == nil {
				letter.Header = m.Header
				letter.Subject, _ = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
				body, _ := io.ReadAll(quotedprintable.NewReader(m.Body))
				letter.Text = strings.ReplaceAll(string(body), "\r\n", "\n")
			}
			s.Letters <- letter
			say("250 ok")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("502 no")
		}
	}
}

func between(line string) string {
	_, after, _ := strings.Cut(line, "<")
	inside, _, _ := strings.Cut(after, ">")
	return inside
}
