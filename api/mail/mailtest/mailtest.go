// Package mailtest is a mail server for tests, in the process of the test.
package mailtest

import (
	"bufio"
	"crypto/tls"
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
	Encrypted     bool
	Login         string // what was given to sign in, in base64
	Header        mail.Header
	Subject, Text string
}

// Server takes letters and gives them on.
type Server struct {
	Address string
	Letters chan Letter

	refuse string // an addressee
	tls    *tls.Config
}

// New starts a server that ends with the test. It refuses one addressee, if any.
func New(t testing.TB, refuse string) *Server { return start(t, &Server{refuse: refuse}) }

// NewTLS starts one that offers encryption, and takes letters from those alone who sign in.
func NewTLS(t testing.TB, config *tls.Config) *Server { return start(t, &Server{tls: config}) }

func start(t testing.TB, s *Server) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s.Address, s.Letters = l.Addr().String(), make(chan Letter, 100)
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
	defer func() { _ = conn.Close() }() // of what it is by then
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
		case strings.HasPrefix(verb, "EHLO") && s.tls != nil && !letter.Encrypted:
			say("250-test\r\n250 STARTTLS")
		case strings.HasPrefix(verb, "EHLO") && s.tls != nil:
			say("250-test\r\n250 AUTH PLAIN")
		case strings.HasPrefix(verb, "EHLO"):
			say("250 test")
		case verb == "STARTTLS" && s.tls != nil:
			say("220 go on")
			conn = tls.Server(conn, s.tls)
			r, letter.Encrypted = bufio.NewReader(conn), true
		case strings.HasPrefix(verb, "AUTH PLAIN ") && letter.Encrypted:
			letter.Login = strings.TrimSpace(line)[len("AUTH PLAIN "):]
			say("235 ok")
		case strings.HasPrefix(verb, "MAIL FROM:") && s.tls != nil && letter.Login == "":
			say("530 sign in first")
		case strings.HasPrefix(verb, "MAIL FROM:"):
			letter.From = between(line)
			say("250 ok")
		case strings.HasPrefix(verb, "RCPT TO:"):
			if letter.To = between(line); s.refuse != "" && letter.To == s.refuse {
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
