package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Problem is the answer that says why there is no other (RFC 9457).
type Problem struct {
	Type     string         `json:"type" doc:"The kind of problem: an address at this host that explains it. Stable; programs decide by it." example:"/problems/unknown-collectivity"`
	Title    string         `json:"title" doc:"The kind of problem in words. The same for every problem of the type." example:"No such collectivity"`
	Status   int            `json:"status" doc:"The HTTP status." example:"404"`
	Detail   string         `json:"detail" doc:"What happened this time, and what to do about it." example:"collectivity \"fr-commune-00000\": not found"`
	Instance string         `json:"instance" doc:"This occurrence: the address that was asked for, or, where something went wrong on our side, an id to quote when you write to us." example:"/v1/collectivities/fr-commune-00000"`
	Errors   []ProblemField `json:"errors,omitempty" doc:"The fields or parameters that are wrong, all of them."`
	// Current is a pointer because 0 is a revision.
	Current *int64 `json:"currentRevision,omitempty" doc:"With a conflict: the revision that the stream is at; -1 where it is not there." example:"7"`

	retryAfter int // seconds; 0: nothing is said
}

// ProblemField is one thing that is wrong.
type ProblemField struct {
	Line    int    `json:"line,omitempty" doc:"With a list: the line of the file, from 1, or the row of the sheet." example:"3"`
	Field   string `json:"field" doc:"The field or the parameter." example:"limit"`
	Rule    string `json:"rule" doc:"The rule that it breaks, by a stable name." example:"maximum"`
	Message string `json:"message" doc:"What is wrong, for a person." example:"5000: the greatest is 1000"`
	Article string `json:"article,omitempty" doc:"The article of the regulation that says so, where there is one." example:"7"`
}

// code is the stable name of a kind of problem: the last part of its type.
type code string

const (
	unauthenticated     code = "unauthenticated"
	invalidToken        code = "invalid-token"
	forbidden           code = "forbidden"
	tooMany             code = "too-many-requests"
	tooLarge            code = "too-large"
	unsupportedMedia    code = "unsupported-media-type"
	invalidHeader       code = "invalid-header"
	unknownResource     code = "unknown-resource"
	unknownAddress      code = "unknown-address"
	unknownEdition      code = "unknown-edition"
	unknownCollectivity code = "unknown-collectivity"
	unknownEvent        code = "unknown-event"
	unknownSource       code = "unknown-source"
	unknownAction       code = "unknown-action"
	unknownSchema       code = "unknown-schema"
	unknownCommitment   code = "unknown-commitment"
	unknownEvidence     code = "unknown-evidence"
	noRoom              code = "no-room"
	tooManyUploads      code = "too-many-uploads"
	unknownProblem      code = "unknown-problem"
	notFound            code = "not-found"
	methodNotAllowed    code = "method-not-allowed"
	notAcceptable       code = "not-acceptable"
	invalidQuery        code = "invalid-query"
	invalidAsOf         code = "invalid-as-of"
	invalidCursor       code = "invalid-cursor"
	invalidInput        code = "invalid-input"
	ruleBroken          code = "rule-broken"
	conflict            code = "conflict"
	keyReused           code = "key-reused"
	erased              code = "erased"
	notSigned           code = "not-signed"
	tooManyReaders      code = "too-many-readers"
	readOnly            code = "read-only"
	locked              code = "vault-lacking"
	storeUnavailable    code = "store-unavailable"
	behind              code = "behind"
	projectionsStopped  code = "projections-stopped"
	timedOut            code = "timed-out"
	notDecided          code = "not-decided"
	internal            code = "internal"
)

// kind describes one kind of problem.
type kind struct {
	Status int
	Title  string
	Says   string
}

// kinds is append-only: programs know these names.
var kinds = map[code]kind{
	unauthenticated:     {401, "A token is needed", "Recording needs to know who asks. Send the token that you were given, in the header Authorization: Bearer aro_..."},
	invalidToken:        {401, "The token is not valid", "It is none, it is over, or it was revoked: which of them is not said. Ask whoever gave it to you for another."},
	forbidden:           {403, "Not yours to do", "The role of the token does not include this, or the token is bound to another collectivity or another seat."},
	tooMany:             {429, "Too many requests", "Wait as long as the header Retry-After says, and try again."},
	tooLarge:            {413, "Too large", "The request has more bytes than are taken here."},
	unsupportedMedia:    {415, "Not a form that is taken here", "What is sent is JSON, with the header Content-Type: application/json; or a list, as text/csv or as an Excel workbook. A file that shows an action is what its content says, and one of a few kinds: PDF, PNG, JPEG, plain text."},
	invalidHeader:       {400, "Invalid header", "A header of the request is not of its form."},
	unknownResource:     {404, "No such resource", "Nothing of this name can be recorded."},
	unknownAddress:      {404, "No such address", "Nothing is served at this address. Every address of the interface is described at /openapi.json and, to read, at /docs."},
	unknownEdition:      {404, "No such edition", "The ledger knows nothing of this edition as of the size that was asked for. Editions are numbered from 1 (1999) on; /v1/editions lists those of which something is known."},
	unknownCollectivity: {404, "No such collectivity", "Neither the ledger nor the official list knows this id. Ids look like fr-commune-73008 or fr-epci-200068674; /v1/collectivities?q= finds them by a name or a code."},
	unknownEvent:        {404, "No such event", "The ledger holds no event with this id, or did not hold it yet at the size that was asked for."},
	unknownSource:       {404, "No such source", "The ledger knows no source with this id as of the size that was asked for. /v1/sources lists them."},
	unknownAction:       {404, "No such action", "No action with this id was declared as of the size that was asked for. /v1/actions lists and finds them."},
	unknownSchema:       {404, "No such schema", "There is no event of this type and version. A type is named as in the catalogue (award-recorded), a version v1."},
	unknownCommitment:   {404, "No such disclosed value", "No value that is public belongs to this commitment: it is not 32 bytes in base64, it was never here, or what it stands for is not public."},
	unknownEvidence:     {404, "No such file", "No action of the ledger names a file by this SHA-256 that is kept here. A file that was uploaded and not named yet is shown to who uploaded it, with their token."},
	noRoom:              {409, "No room left for files", "The files that were uploaded for the collectivity take all the room that it has. Those that no action names are removed after a while."},
	tooManyUploads:      {503, "Too many uploads", "As many files as this node takes at once are arriving already. Try again in a moment."},
	unknownProblem:      {404, "No such kind of problem", "There is no kind of problem by this name."},
	notFound:            {404, "Not found", "What was asked for does not exist."},
	methodNotAllowed:    {405, "Method not allowed", "The address exists and does not take this method. The header Allow names those that it takes."},
	notAcceptable:       {406, "No acceptable form", "The answer exists in other forms than those that the header Accept asks for. Ask for application/json, for text/csv where there are rows, or leave the header out."},
	invalidQuery:        {400, "Invalid question", "A parameter is unknown, given twice, missing or out of its range. A parameter that is not known is refused rather than ignored: a filter that silently does nothing gives a wrong answer."},
	invalidAsOf:         {400, "Invalid moment", "as_of is a size of the ledger (a whole number, at most the present size) or a time of RFC 3339 such as 2017-02-01T12:00:00Z."},
	invalidCursor:       {400, "Invalid cursor", "A cursor is given out in the link to the next page and belongs to that one question. Begin again without it."},
	invalidInput:        {422, "Invalid input", "The form of a field is wrong. All wrong fields are listed."},
	ruleBroken:          {409, "A rule forbids it", "The input is well formed; a rule of the label or of the ledger forbids it in the state things are in. The rule is named."},
	conflict:            {409, "Somebody else was quicker", "What the request rests on has changed meanwhile. Read again and decide again."},
	keyReused:           {422, "Idempotency key used before", "The key came before with another request. A new request needs a new key."},
	erased:              {410, "Erased", "The value was destroyed on purpose, on a ground that the ledger names. The commitment stays in the log, the proofs stay valid, and nobody can tell any more what the value was."},
	notSigned:           {503, "No signed checkpoint yet", "The event is in the ledger and not under a signed checkpoint yet. That takes a second at most while the log is being signed."},
	tooManyReaders:      {503, "Too many live readers", "As many readers as this node allows follow the events already. Try again later, or read /v1/events from time to time."},
	locked:              {503, "The vault lacks a value", "What is to be opened is not in the vault. Restore the vault from its encrypted backup, and ask again: nothing was published."},
	readOnly:            {503, "Read only", "This node is open for reading only."},
	behind:              {503, "Not here yet", "This node does not have yet what Arobase-Min-Size asks for. It follows; ask again, or ask another node."},
	storeUnavailable:    {503, "Store unavailable", "The store of events cannot be reached, or refuses, at the moment."},
	projectionsStopped:  {503, "Answers are held back", "The ledger holds an event that this program cannot read. Answers stay those of the size before it until the program is updated."},
	timedOut:            {503, "It took too long", "The answer was not ready in time. Try again."},
	notDecided:          {409, "No decided label", "A badge or a panel is made only for a label that the jury decided in this ledger. What sources say of a collectivity is no credential: /v1/collectivities/{id} tells it with its sources."},
	internal:            {500, "Something went wrong on our side", "The instance of the problem is an id under which the details are in the log of the server. Quote it when you write to us."},
}

// problem makes a problem of a kind. The detail is for the reader: nothing internal belongs there.
func problem(c code, detail string, args ...any) *Problem {
	k := kinds[c]
	return &Problem{Type: "/problems/" + string(c), Title: k.Title, Status: k.Status, Detail: fmt.Sprintf(detail, args...)}
}

// Error makes a problem an error, so that whoever finds it can return it.
func (p *Problem) Error() string { return p.Detail }

// write sends a problem, whatever form was asked for: who cannot read it sees the status.
func (a *api) write(w http.ResponseWriter, r *http.Request, p *Problem) {
	if p.Instance == "" {
		p.Instance = short(r.URL.RequestURI())
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	_ = e.Encode(p) // strings and numbers
	h := w.Header()
	for _, name := range []string{"ETag", "Link", "Content-Disposition"} {
		h.Del(name)
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	h.Set("Cache-Control", "no-store") // what is not there now may be soon
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="arobase"`)
	}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes()) // the reader may be gone
	}
}

// short cuts what a reader sent before it is said back.
func short(s string) string {
	const most = 200
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
