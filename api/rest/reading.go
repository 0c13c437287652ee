package rest

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
)

// Read is a sealed value that was shown to somebody, with the record of that.
type Read struct {
	Event    uuid.UUID       `json:"event" doc:"The record that holds the seal of the value."`
	Pointer  string          `json:"pointer" doc:"Where in the record it stands." example:"/data/by"`
	Value    json.RawMessage `json:"value" doc:"The value, as JSON."`
	Recorded uuid.UUID       `json:"recordedAs" doc:"The record that says that it was read."`
}

var readingParams = []*huma.Param{
	{Name: "pointer", In: "query", Required: true, Description: "Where in the record the value stands, such as /data/by.", Schema: &huma.Schema{Type: huma.TypeString}},
	{Name: "purpose", In: "query", Required: true, Description: "What it is read for: audit, appeal, dispute, request, court or other.", Schema: &huma.Schema{Type: huma.TypeString}},
}

// reading serves sealed values to those whose role allows it. It is asked with GET and recorded all the same: a reader
// who asks twice reads twice.
func (a *api) reading() {
	a.mux.HandleFunc("GET /v1/events/{id}/sealed", a.privately(func(w http.ResponseWriter, r *http.Request, who auth.Principal) error {
		if r.Method == http.MethodHead {
			w.Header().Set("Allow", http.MethodGet)
			return problem(methodNotAllowed, "a sealed value is read with GET, and that is recorded")
		}
		if wrong := checkQuery(readingParams, r.URL.RawQuery); len(wrong) > 0 {
			p := problem(invalidQuery, "%s", kinds[invalidQuery].Says)
			p.Errors = wrong
			return p
		}
		if err := a.Gate.Write(who, r); err != nil {
			return err
		}
		id, err := uuid.Parse(r.PathValue("id"))
		if err != nil || id.String() != r.PathValue("id") {
			return problem(unknownEvent, "%s", kinds[unknownEvent].Says)
		}
		q := r.URL.Query()
		s, done, err := a.Ledger.ReadSealed(r.Context(), who, ledger.Reading{Event: id, Pointer: q.Get("pointer"), Purpose: q.Get("purpose")})
		if err != nil {
			return err
		}
		if !done.Unplaced {
			w.Header().Set("Arobase-Size", strconv.FormatUint(uint64(done.Position)+1, 10))
		}
		return sendPrivate(w, http.StatusOK, Read{s.Event, s.Pointer, s.Value, done.Events[0]})
	}))
	a.describeReading()
}

func (a *api) describeReading() {
	registry := a.huma.OpenAPI().Components.Schemas
	trouble := registry.Schema(reflect.TypeFor[Problem](), true, "")
	responses := map[string]*huma.Response{"200": {
		Description: "The value; that it was read is recorded.",
		Content:     map[string]*huma.MediaType{mediaJSON: {Schema: registry.Schema(reflect.TypeFor[Read](), true, "")}},
	}}
	for _, status := range []int{400, 401, 403, 404, 409, 410, 422, 429, 500, 503} {
		responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: trouble}},
		}
	}
	id := &huma.Param{Name: "id", In: "path", Required: true, Description: "The id of the record.", Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}}
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "getSealedValue", Method: http.MethodGet, Path: "/v1/events/{id}/sealed", Tags: []string{"recording"},
		Summary:     "A sealed value, for those whose role allows it",
		Description: "That it was read, by which role and what for, is recorded as sealed-value-read, in public, before the value is given. For the role auditor.",
		Parameters:  append([]*huma.Param{id}, readingParams...), Responses: responses, Security: []map[string][]string{{"token": {}}},
	})
}
