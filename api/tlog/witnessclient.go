package tlog

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// WitnessProblem is a kind of reason why a witness did not cosign.
type WitnessProblem string

// The problems. Only those that are marked are alarms: something may be wrong with the log or with the witness, and
// somebody should look.
const (
	// WitnessUnreachable: no answer, or not in time.
	WitnessUnreachable WitnessProblem = "unreachable"
	// WitnessUnavailable: it answers that it cannot now (429, 5xx).
	WitnessUnavailable WitnessProblem = "unavailable"
	// WitnessUnknownLog: it does not know the log's origin (404).
	WitnessUnknownLog WitnessProblem = "does not know this log"
	// WitnessForbids: it does not trust the log's key (403).
	WitnessForbids WitnessProblem = "does not trust the key of this log"
	// WitnessRefuses: it does not accept the proof (422), or the request (400). An alarm: it may have seen another history.
	WitnessRefuses WitnessProblem = "refuses the checkpoint"
	// WitnessAhead: it has cosigned a greater checkpoint of this log than any that is known here. An alarm: records were
	// lost here, or somebody else signs with the log's key.
	WitnessAhead WitnessProblem = "has seen more of this log than there is"
	// WitnessForges: what it gave as a cosignature is none of its key on this checkpoint. An alarm.
	WitnessForges WitnessProblem = "gave a wrong cosignature"
	// WitnessGarbles: it answers what the specification does not know.
	WitnessGarbles WitnessProblem = "gave an answer that is none"
)

// Alarm tells whether somebody should look.
func (p WitnessProblem) Alarm() bool {
	return p == WitnessRefuses || p == WitnessAhead || p == WitnessForges
}

// WitnessError says why a witness did not cosign.
type WitnessError struct {
	Problem WitnessProblem
	Detail  string
	// Size is the size of the witness's checkpoint, where it has said it.
	Size int64
}

func (e *WitnessError) Error() string {
	if e.Detail == "" {
		return string(e.Problem)
	}
	return string(e.Problem) + ": " + e.Detail
}

// conflict says that the witness has another size than the one that the proof began at (409). It never leaves the
// package.
type conflict struct{ size int64 }

func (c *conflict) Error() string { return fmt.Sprintf("the witness has size %d", c.size) }

const (
	// requesting bounds one request, answer included; showing all that is tried to have one checkpoint cosigned.
	requesting = 5 * time.Second
	showing    = 10 * time.Second
	// maxWitnessAnswer bounds what is read of an answer. A cosignature has about 150 bytes.
	maxWitnessAnswer = 64 << 10
)

// submission is one request for a cosignature.
type submission struct {
	witness Witness
	old     int64
	proof   tlog.TreeProof
	text    string // the checkpoint's text
	own     []byte // the checkpoint with the log's signatures
}

// body writes the request (C2SP tlog-witness, "add-checkpoint").
func (s submission) body() []byte {
	b := fmt.Appendf(nil, "old %d\n", s.old)
	for _, h := range s.proof {
		b = fmt.Appendf(b, "%s\n", h)
	}
	b = append(b, '\n')
	return append(b, s.own...)
}

// send asks the witness. The error is a *conflict or a *WitnessError, or the context's.
func (s submission) send(ctx context.Context, transport http.RoundTripper, agent string) (note.Signature, error) {
	limited, cancel := context.WithTimeout(ctx, requesting)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, http.MethodPost, s.witness.URL+"/add-checkpoint", bytes.NewReader(s.body()))
	if err != nil {
		return note.Signature{}, &WitnessError{Problem: WitnessUnreachable, Detail: err.Error()}
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	req.Header.Set("User-Agent", agent)
	unreachable := func(err error) (note.Signature, error) {
		switch {
		case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
			return note.Signature{}, ctx.Err()
		case errors.Is(err, context.DeadlineExceeded):
			return note.Signature{}, &WitnessError{Problem: WitnessUnreachable, Detail: fmt.Sprintf("no answer within %v", requesting)}
		}
		return note.Signature{}, &WitnessError{Problem: WitnessUnreachable, Detail: short(err.Error())}
	}
	// A transport rather than a client: a redirect is no answer to a POST.
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxWitnessAnswer+1))
	if err != nil {
		return unreachable(err)
	}
	return s.read(resp.StatusCode, resp.Header.Get("Content-Type"), body)
}

// read judges an answer.
func (s submission) read(status int, contentType string, body []byte) (note.Signature, error) {
	failed := func(problem WitnessProblem, format string, args ...any) (note.Signature, error) {
		return note.Signature{}, &WitnessError{Problem: problem, Detail: fmt.Sprintf(format, args...)}
	}
	if len(body) > maxWitnessAnswer {
		return failed(WitnessGarbles, "more than %d bytes", maxWitnessAnswer)
	}
	switch {
	case status == http.StatusOK:
		return s.cosignature(body)
	case status == http.StatusConflict:
		size, err := conflictSize(contentType, body)
		if err != nil {
			return failed(WitnessGarbles, "status 409 without a size: %s", said(body))
		}
		return note.Signature{}, &conflict{size}
	case status == http.StatusNotFound:
		return failed(WitnessUnknownLog, "its operator must add the origin and the key of this log; it said %s", said(body))
	case status == http.StatusForbidden:
		return failed(WitnessForbids, "its operator must add the key of this log; it said %s", said(body))
	case status == http.StatusUnprocessableEntity, status == http.StatusBadRequest:
		return failed(WitnessRefuses, "status %d, it said %s", status, said(body))
	case status == http.StatusTooManyRequests, status >= 500:
		return failed(WitnessUnavailable, "status %d, it said %s", status, said(body))
	}
	return failed(WitnessGarbles, "status %d, it said %s", status, said(body))
}

// cosignature finds the witness's cosignature in an answer, and gives it if it verifies. Those of other keys are
// ignored, as the specification demands.
func (s submission) cosignature(body []byte) (note.Signature, error) {
	failed := func(problem WitnessProblem, detail string) (note.Signature, error) {
		return note.Signature{}, &WitnessError{Problem: problem, Detail: detail}
	}
	if bytes.HasPrefix(body, []byte("\n")) || bytes.Contains(body, []byte("\n\n")) { // it would make another note of the whole
		return failed(WitnessGarbles, "status 200 without signature lines: "+said(body))
	}
	n, err := note.Open(append([]byte(s.text+"\n"), body...), note.VerifierList(s.witness.key))
	if _, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		return failed(WitnessForges, "no signature of its key "+s.witness.key.String())
	}
	if _, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		return failed(WitnessForges, "the signature does not verify over this checkpoint")
	}
	if err != nil {
		return failed(WitnessGarbles, "status 200 without signature lines: "+said(body))
	}
	found := n.Sigs[0]
	at, err := torchwood.CosignatureTimestamp(found)
	if err != nil || at <= 0 {
		return failed(WitnessForges, "the cosignature has no time")
	}
	// The one form of base64. A note may be written loosely; what we give to readers is not.
	raw, err := base64.StdEncoding.DecodeString(found.Base64)
	if err != nil {
		return failed(WitnessGarbles, err.Error())
	}
	found.Base64 = base64.StdEncoding.EncodeToString(raw)
	return found, nil
}

// conflictSize reads the answer 409: the size in decimal and a newline, as text/x.tlog.size.
func conflictSize(contentType string, body []byte) (int64, error) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil || media != "text/x.tlog.size" {
		return 0, fmt.Errorf("its type is %q", contentType)
	}
	text, found := strings.CutSuffix(string(body), "\n")
	size, err := strconv.ParseInt(text, 10, 64)
	if !found || err != nil || size < 0 || strconv.FormatInt(size, 10) != text {
		return 0, errors.New("it is not a number and a newline")
	}
	return size, nil
}

// said quotes the beginning of what a stranger has said, so that it can stand in a line.
func said(body []byte) string { return strconv.QuoteToASCII(short(strings.TrimSpace(string(body)))) }

// short cuts a text to what fits in a line.
func short(text string) string {
	const most = 200
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}
