package rest

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
)

// Read is a sealed value that was shown to somebody, with the record of that.
type Read struct {
	Event    uuid.UUID       `json:"event"`
	Pointer  string          `json:"pointer"`
	Value    json.RawMessage `json:"value"`
	Recorded uuid.UUID       `json:"recordedAs"`
}

var readingParams = []*huma.Param{
	{Name: "pointer", In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeString}},
	{Name: "purpose", In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeString}},
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
		w.Header().Set("Arobase-Size", strconv.FormatUint(uint64(done.Position)+1, 10))
		return sendPrivate(w, http.StatusOK, Read{s.Event, s.Pointer, s.Value, done.Events[0]})
	}))
}
