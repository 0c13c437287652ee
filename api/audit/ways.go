package audit

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// way is how an address is asked for. The zero way is the plain one.
type way struct {
	// name says how, for whoever reads of a failure.
	name   string
	method string
	header map[string]string
	// again says that it is asked for twice, the second time for what is no longer what the first answer was.
	again bool
	// bodiless says that the answer has no body.
	bodiless bool
}

// browser is how browsers introduce themselves. A server that tells something else to programs than to people is found out
// by whoever asks as people do, as long as it does not know the auditor by something else.
const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

// ways are the other ways to ask. Each gives the same answer.
var ways = []way{
	{name: "as a browser asks, compressed", header: map[string]string{"User-Agent": browser, "Accept-Encoding": "gzip", "Sec-Fetch-Mode": "navigate"}},
	{name: "by somebody who comes from a search engine", header: map[string]string{"User-Agent": browser, "Referer": "https://www.google.com/", "Accept-Encoding": "identity"}},
	{name: "for what has changed since another answer", header: map[string]string{"If-None-Match": `"0123456789abcdef"`}},
	{name: "for what has changed since this very answer", again: true},
	{name: "by somebody who prefers English", header: map[string]string{"Accept-Language": "en"}},
	{name: "by somebody who prefers French", header: map[string]string{"Accept-Language": "fr-FR, fr;q=0.9"}},
	{name: "without its body (HEAD)", method: http.MethodHead, bodiless: true},
}

// ask asks a site for an address in this way.
func (w way) ask(ctx context.Context, s *Site, address, accept string) (reply, error) {
	method := w.method
	if method == "" {
		method = http.MethodGet
	}
	header := http.Header{}
	header.Set("Accept", accept)
	for name, value := range w.header {
		header.Set(name, value)
	}
	first, err := s.do(ctx, method, address, header, maxAnswer)
	if err != nil || first.status == http.StatusNotModified {
		return first, err
	}
	if first.body, err = unpacked(first); err != nil {
		return first, wrongAnswer("answers", address, "%v", err)
	}
	tag := first.header.Get("ETag")
	if !w.again || tag == "" {
		return first, nil
	}
	header.Set("If-None-Match", tag)
	second, err := s.do(ctx, method, address, header, maxAnswer)
	if err != nil || second.status == http.StatusNotModified {
		return first, err
	}
	second.body, err = unpacked(second)
	return second, err
}

// unpacked is the body of an answer, which is compressed where that was asked for in so many words.
func unpacked(r reply) ([]byte, error) {
	switch r.header.Get("Content-Encoding") {
	case "", "identity":
		return r.body, nil
	case "gzip":
		z, err := gzip.NewReader(bytes.NewReader(r.body))
		if errors.Is(err, io.EOF) && len(r.body) == 0 {
			return nil, nil // of an answer without a body
		}
		if err != nil {
			return nil, errors.New("the server's answer is not compressed as it says")
		}
		body, err := readAtMost(z, "answer", maxAnswer)
		if err != nil {
			return nil, errors.New("the server's answer cannot be unpacked")
		}
		return body, nil
	}
	return nil, errors.New("the server's answer is compressed in a way that nothing here knows: " + r.header.Get("Content-Encoding"))
}

// says adds to a failure how the address was asked for.
func (w way) says(check, address string, err error) error {
	f, ok := errors.AsType[*Failure](err)
	if !ok || w.name == "" {
		return err
	}
	told := *f
	told.Check, told.Address, told.Reason = check, address, "asked "+w.name+", "+strings.TrimPrefix(f.Reason, "asked ")
	return &told
}

// askedOtherwise is how many of the questions of each kind are asked in all other ways as well.
const askedOtherwise = 4

// otherwiseAsked are some of the questions that were asked, pages and answers, at random, each in every other way.
func (c *comparison) otherwiseAsked() (all []question) {
	var chosen []question
	for _, page := range []bool{true, false} {
		some := slices.DeleteFunc(slices.Clone(c.chosen), func(q question) bool { return q.page != page })
		rand.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
		chosen = append(chosen, some[:min(len(some), askedOtherwise)]...)
	}
	for _, w := range ways {
		for _, q := range chosen {
			q.way, q.single = w, true
			all = append(all, q)
		}
	}
	return all
}
