package tlog_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"filippo.io/torchwood"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
)

// exchange is a request and what must come back. See testdata/http.txt.
type exchange struct {
	line           int
	method, target string
	status         string
	send, want     [][2]string // headers
	without        []string    // headers that the answer must not have
	body           string      // in words; empty: any
}

// contract is testdata/http.txt: exchanges, each with a log of so many records of which so many are signed.
type contract struct {
	every map[string]exchange // by status: what each answer with it must have
	logs  []struct {
		signed, all int
		exchanges   []exchange
	}
}

func readContract(t *testing.T, text string) contract {
	t.Helper()
	c := contract{every: map[string]exchange{}}
	var current exchange
	var begun, every bool
	end := func() {
		switch {
		case begun && every:
			c.every[current.status] = current
		case begun:
			last := &c.logs[len(c.logs)-1]
			last.exchanges = append(last.exchanges, current)
		}
		begun = false
	}
	for i, line := range strings.Split(text, "\n") {
		bad := func() { t.Fatalf("testdata/http.txt:%d: %q", i+1, line) }
		fields := strings.Fields(line)
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "  "):
			if !begun {
				bad()
			}
			if !current.detail(strings.TrimPrefix(line, "  ")) {
				bad()
			}
		case fields[0] == "log" && len(fields) == 4:
			end()
			signed, err := strconv.Atoi(fields[1])
			all, err2 := strconv.Atoi(fields[3])
			if err != nil || err2 != nil {
				bad()
			}
			c.logs = append(c.logs, struct {
				signed, all int
				exchanges   []exchange
			}{signed, all, nil})
		case fields[0] == "every" && len(fields) == 2:
			end()
			current, begun, every = exchange{line: i + 1, status: fields[1]}, true, true
		case len(fields) == 4 && fields[2] == "->":
			end()
			current, begun, every = exchange{line: i + 1, method: fields[0], target: fields[1], status: fields[3]}, true, false
		default:
			bad()
		}
	}
	end()
	return c
}

// detail reads an indented line.
func (x *exchange) detail(line string) bool {
	kind, rest, _ := strings.Cut(line, " ")
	name, value, isHeader := strings.Cut(rest, ": ")
	absent, isAbsent := strings.CutPrefix(rest, "no ")
	switch {
	case kind == "=":
		x.body = rest
	case kind == "<" && isAbsent:
		x.without = append(x.without, absent)
	case kind == "<" && isHeader:
		x.want = append(x.want, [2]string{name, value})
	case kind == ">" && isHeader:
		x.send = append(x.send, [2]string{name, value})
	default:
		return false
	}
	return true
}

// What testdata/http.txt says is what a client sees, over a connection.
func TestHTTP(t *testing.T) {
	text, err := os.ReadFile("testdata/http.txt")
	if err != nil {
		t.Fatal(err)
	}
	c := readContract(t, string(text))
	key, n := newKey(t, 1), 0
	for _, section := range c.logs {
		e := &events{}
		for i := range section.all {
			e.all = append(e.all, fmt.Appendf(nil, "record %d%s", i, strings.Repeat(" of many", i%7)))
		}
		heads := &memoryHeads{}
		signer := tlog.NewSigner(key, treeOf(t, &events{all: e.all[:section.signed]}), heads, clock)
		if _, err := signer.Sign(t.Context()); err != nil {
			t.Fatal(err)
		}
		s := &site{entries: e.all, signed: section.signed}
		s.Server = httptest.NewServer((&tlog.Log{Tree: treeOf(t, e), Events: e, Heads: heads}).Handler())
		t.Cleanup(s.Close)
		for _, x := range section.exchanges {
			n++
			every := c.every[x.status]
			x.want, x.without = append(slices.Clone(every.want), x.want...), append(slices.Clone(every.without), x.without...)
			if x.body == "" {
				x.body = every.body
			}
			s.hold(t, x)
		}
	}
	if n < 120 {
		t.Errorf("only %d exchanges were read", n)
	}
}

// site is a log that is served.
type site struct {
	*httptest.Server
	entries [][]byte
	signed  int
	tag     string // the last ETag
}

// hold holds the server to one exchange.
func (s *site) hold(t *testing.T, x exchange) {
	t.Helper()
	answer, body := s.send(t, x, x.method)
	failed := func(format string, args ...any) {
		t.Errorf("testdata/http.txt:%d: %s %s: %s", x.line, x.method, x.target, fmt.Sprintf(format, args...))
	}
	if got := strconv.Itoa(answer.StatusCode); got != x.status {
		failed("status %s, want %s", got, x.status)
		return
	}
	if tag := answer.Header.Get("ETag"); tag != "" {
		s.tag = tag
	}
	for _, h := range x.want {
		if got := answer.Header.Values(h[0]); len(got) != 1 || got[0] != s.fill(h[1]) {
			failed("%s is %q, want %q", h[0], got, s.fill(h[1]))
		}
	}
	for _, name := range x.without {
		if got := answer.Header.Values(name); len(got) > 0 {
			failed("%s is %q, want none", name, got)
		}
	}
	if err := s.check(x.body, answer.Header, body); err != nil {
		failed("%v", err)
	}
	if x.method != http.MethodGet {
		return
	}
	if length := answer.Header.Get("Content-Length"); answer.StatusCode == http.StatusOK && length != strconv.Itoa(len(body)) {
		failed("Content-Length is %q for %d bytes", length, len(body))
	}
	head, none := s.send(t, x, http.MethodHead)
	for _, a := range []*http.Response{answer, head} {
		a.Header.Del("Date")
	}
	if head.StatusCode != answer.StatusCode || fmt.Sprint(head.Header) != fmt.Sprint(answer.Header) || len(none) > 0 {
		failed("HEAD answers\n%d %v and %d bytes, GET\n%d %v", head.StatusCode, head.Header, len(none), answer.StatusCode, answer.Header)
	}
}

func (s *site) fill(value string) string { return strings.ReplaceAll(value, "{tag}", s.tag) }

// send sends a request with the target as it is written: not cleaned, not unescaped.
func (s *site) send(t *testing.T, x exchange, method string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(x.target, "?")
	request.URL = &url.URL{Scheme: "http", Host: strings.TrimPrefix(s.URL, "http://"), Opaque: path, RawQuery: query}
	if strings.HasPrefix(path, "//") { // an opaque part that begins so would name a host
		request.URL = &url.URL{Scheme: "http", Host: request.URL.Host, Path: path}
	}
	for _, h := range x.send {
		request.Header.Add(h[0], s.fill(h[1]))
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, body
}

// check holds a body against what is said of it. What it must be is computed from the records alone.
func (s *site) check(says string, h http.Header, body []byte) error {
	if h.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return err
		}
		if body, err = io.ReadAll(z); err != nil {
			return err
		}
	}
	var count, level, from int
	var want []byte
	switch text, isText := strings.CutPrefix(says, "text "); {
	case says == "":
		return nil
	case says == "nothing":
	case isText:
		want, body = []byte(text), bytes.TrimSuffix(body, []byte("\n"))
	case scan(says, "checkpoint of %d", &count):
		begin := fmt.Sprintf("%s\n%d\n", origin, count)
		if !strings.HasPrefix(string(body), begin) || !strings.Contains(string(body), "\n\n— "+origin+" ") {
			return fmt.Errorf("this is no checkpoint of %d:\n%s", count, body)
		}
		return nil
	case scan(says, "%d hashes of level %d from %d", &count, &level, &from):
		for i := from; i < from+count; i++ {
			h := merkle(s.entries[i<<(8*level) : (i+1)<<(8*level)])
			want = append(want, h[:]...)
		}
	case scan(says, "%d entries from %d", &count, &from):
		for _, entry := range s.entries[from : from+count] {
			want, _ = torchwood.AppendTileEntry(want, entry)
		}
	default:
		return fmt.Errorf("the test does not know what %q is", says)
	}
	if !bytes.Equal(body, want) {
		return fmt.Errorf("the body has %d bytes and is not %s", len(body), says)
	}
	return nil
}

func scan(s, format string, into ...any) bool {
	_, err := fmt.Sscanf(s, format, into...)
	return err == nil
}

// merkle is the Merkle tree hash of a power of two of entries (RFC 6962, section 2.1).
func merkle(entries [][]byte) xtlog.Hash {
	if len(entries) == 1 {
		return xtlog.RecordHash(entries[0])
	}
	half := len(entries) / 2
	return xtlog.NodeHash(merkle(entries[:half]), merkle(entries[half:]))
}
