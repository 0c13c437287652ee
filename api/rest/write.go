package rest

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/ledger/lists"
	"arobase/domain"
)

// Receipt is the dated answer to whoever had something recorded.
type Receipt struct {
	Resource string      `json:"resource" doc:"What was asked for." example:"actions"`
	Stream   string      `json:"stream" doc:"Where it stands." example:"action-wifi-public"`
	Revision int64       `json:"revision" doc:"The revision of the stream after it: what If-Match expects of the next request." example:"0"`
	Events   []uuid.UUID `json:"events" doc:"The ids of the records, in their order."`
	Position uint64      `json:"position,omitempty" doc:"The number of the last of them in the log, from 0. Not there where this node lags and does not know it yet." example:"1234"`
	Recorded time.Time   `json:"recorded" doc:"When it was recorded."`
	// Duplicate and Applied are told although they are seldom other than the usual.
	Duplicate bool `json:"duplicate" doc:"The same request with the same key was carried out before; nothing was added."`
	Applied   bool `json:"applied" doc:"Every answer from now on includes it. False with the status 202: it is recorded for good, and answers will include it soon."`
}

const (
	maxBody = 1 << 20 // bytes
	maxKey  = 200     // characters
)

// writes serves an address for each operation of the ledger.
func (a *api) writes() {
	for _, o := range ledger.Operations() {
		a.mux.HandleFunc("POST /v1/"+o.Resource, func(w http.ResponseWriter, r *http.Request) {
			if isList(r) {
				a.postList(w, r, o)
				return
			}
			a.post(w, r, func(who auth.Principal, ask ledger.Ask) (ledger.Receipt, error) {
				ask.Resource = o.Resource
				return a.Ledger.Act(r.Context(), who, ask)
			}, o.Resource)
		})
		a.huma.OpenAPI().AddOperation(a.describeWrite(o))
	}
}

// post carries out one request to record something.
func (a *api) post(w http.ResponseWriter, r *http.Request, act func(auth.Principal, ledger.Ask) (ledger.Receipt, error), resource string) {
	who, ask, err := a.request(w, r)
	if err != nil {
		a.fail(w, r, nil, err)
		return
	}
	done, err := act(who, ask)
	if err != nil {
		a.fail(w, r, nil, err)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", mediaJSON)
	h.Set("ETag", strconv.Quote(strconv.FormatInt(int64(done.Last), 10)))
	if len(done.Events) > 0 {
		h.Set("Location", "/v1/events/"+done.Events[len(done.Events)-1].String())
	}
	if !done.Unplaced {
		h.Set("Arobase-Size", strconv.FormatUint(uint64(done.Position)+1, 10))
	}
	status := http.StatusCreated
	switch {
	case !done.Applied && !done.Duplicate:
		status = http.StatusAccepted
	case done.Duplicate:
		status = http.StatusOK
	}
	body, err := Encode(receiptOf(resource, done))
	if err != nil {
		a.fail(w, r, nil, err)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader may be gone; the record stays
}

func receiptOf(resource string, done ledger.Receipt) Receipt {
	r := Receipt{
		Resource: resource, Stream: string(done.Stream), Revision: int64(done.Last), Events: done.Events,
		Recorded: done.Recorded, Duplicate: done.Duplicate, Applied: done.Applied,
	}
	if !done.Unplaced {
		r.Position = uint64(done.Position) // never 0: the first record opens the ledger
	}
	return r
}

// request reads who asks, and for what.
func (a *api) request(w http.ResponseWriter, r *http.Request) (auth.Principal, ledger.Ask, error) {
	var ask ledger.Ask
	if a.Gate == nil {
		return auth.Principal{}, ask, ledger.ErrReadOnly
	}
	who, err := a.Gate.Identify(r)
	if err != nil {
		return who, ask, err
	}
	if err := a.Gate.Write(who, r); err != nil {
		return who, ask, err
	}
	if wrong := checkQuery(nil, r.URL.RawQuery); len(wrong) > 0 {
		p := problem(invalidQuery, "a request to record takes no parameters")
		p.Errors = wrong
		return who, ask, p
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != mediaJSON {
		return who, ask, problem(unsupportedMedia, "the body is JSON: say Content-Type: %s", mediaJSON)
	}
	if ask.Key = r.Header.Get("Idempotency-Key"); len(ask.Key) > maxKey || strings.ContainsFunc(ask.Key, func(c rune) bool { return c < ' ' || c > '~' }) {
		return who, ask, headerProblem("Idempotency-Key", "length", "at most 200 characters of ASCII")
	}
	if ask.Expected, err = expected(r.Header); err != nil {
		return who, ask, err
	}
	ask.Input, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return who, ask, problem(tooLarge, "a request has at most %d bytes", maxBody)
	case err != nil:
		return who, ask, problem(invalidInput, "the request did not arrive whole")
	}
	return who, ask, nil
}

// expected reads the revision that a request rests on: If-Match: "7", or If-None-Match: * for a stream that is to begin.
func expected(h http.Header) (*int64, error) {
	match, none := h.Get("If-Match"), h.Get("If-None-Match")
	switch {
	case match != "" && none != "":
		return nil, headerProblem("If-None-Match", "alone", "with If-Match it says two things at once")
	case none == "*":
		fresh := int64(-1)
		return &fresh, nil
	case none != "":
		return nil, headerProblem("If-None-Match", "star", "only * is understood here: the stream must not be there yet")
	case match == "":
		return nil, nil
	}
	n, err := strconv.ParseInt(strings.Trim(strings.TrimSpace(match), `"`), 10, 64)
	if err != nil || n < 0 {
		return nil, headerProblem("If-Match", "revision", `one revision of the stream, such as "7"`)
	}
	return &n, nil
}

func headerProblem(header, rule, message string) *Problem {
	p := problem(invalidHeader, "%s: %s", header, message)
	p.Errors = []ProblemField{{Field: header, Rule: rule, Message: message}}
	return p
}

// describeWrite is an operation for the OpenAPI document. The form of the body is that of the event, with plain values
// where the event has sealed ones.
func (a *api) describeWrite(o ledger.Operation) *huma.Operation {
	t := o.Type()
	registry := a.huma.OpenAPI().Components.Schemas
	header := func(name, description string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	done := map[string]*huma.Header{
		"ETag":         {Description: "The revision of the stream after it.", Schema: &huma.Schema{Type: huma.TypeString}},
		"Arobase-Size": {Description: "The size of the ledger that includes it.", Schema: &huma.Schema{Type: huma.TypeInteger}},
		"Location":     {Description: "The address of the record.", Schema: &huma.Schema{Type: huma.TypeString}},
	}
	receipt := map[string]*huma.MediaType{mediaJSON: {Schema: &huma.Schema{AnyOf: []*huma.Schema{
		registry.Schema(reflect.TypeFor[Receipt](), true, ""), registry.Schema(reflect.TypeFor[ListReceipt](), true, ""),
	}}}}
	needed, wanted := lists.Columns(t)
	list := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Description: "A list: each row is a request. The columns, in any order, are " +
		strings.Join(needed, ", ") + "; and, where wanted, " + strings.Join(wanted, ", ") + ". Several values in one cell are divided by a bar."}}
	responses := map[string]*huma.Response{
		"200": {Description: "It was recorded before, under the same key.", Headers: done, Content: receipt},
		"201": {Description: "It is recorded.", Headers: done, Content: receipt},
		"202": {Description: "It is recorded for good; answers will include it soon.", Headers: done, Content: receipt},
	}
	trouble := registry.Schema(reflect.TypeFor[Problem](), true, "")
	for _, status := range []int{400, 401, 403, 409, 413, 415, 422, 429, 500, 503} {
		responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: trouble}},
		}
	}
	var roles []string
	for _, r := range o.Roles {
		roles = append(roles, string(r))
	}
	op := &huma.Operation{
		OperationID: "post-" + o.Resource, Method: http.MethodPost, Path: "/v1/" + o.Resource, Tags: []string{"recording"}, Summary: t.Says,
		Description: "Recorded as " + o.Event + ". For the roles: " + strings.Join(roles, ", ") + ".",
		Parameters: []*huma.Param{
			header("Idempotency-Key", "Makes the request safe to send again: at most 200 characters of your choice, another one for each request."),
			header("If-Match", "The revision that the stream must be at. Where it is not, the answer is 409 and names the current one."),
			header("If-None-Match", "*: the stream must not be there yet."),
			minSizeParam(),
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			mediaJSON: {Schema: &huma.Schema{Extensions: domain.RequestSchema(t)}}, mediaCSV: list, mediaXLSX: list,
		}},
		Responses: responses,
	}
	if !slices.Contains(o.Roles, auth.Public) {
		op.Security = []map[string][]string{{"token": {}}}
	}
	return op
}

var _ json.Marshaler = (*huma.Schema)(nil) // which writes Extensions as they stand
