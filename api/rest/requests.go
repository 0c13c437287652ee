package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
)

// Request is something that can be asked for with a POST to /v1/<resource>.
type Request struct {
	Resource string
	Says     string
	Roles    []auth.Role
	// Event is what it is recorded as, where it is one event; "" otherwise.
	Event string
	// Body is the JSON Schema of what is sent.
	Body map[string]any
}

// Type is that of the event that a request is recorded as. Only where there is one.
func (r Request) Type() (domain.Type, bool) {
	if r.Event == "" {
		return domain.Type{}, false
	}
	return ledger.Operation{Event: r.Event}.Type(), true
}

// Requests gives everything that can be asked for, in the order of an edition: the operations of the ledger, then what is
// more than one event, or none.
func Requests() []Request {
	var all []Request
	for _, o := range ledger.Operations() {
		t := o.Type()
		all = append(all, Request{o.Resource, t.Says, o.Roles, o.Event, domain.InputSchema(t)})
	}
	for _, p := range privateRequests() {
		all = append(all, Request{p.resource, p.says, p.roles, "", p.body()})
	}
	return all
}

// What is sent for what is not one event.
type (
	deliberationInput struct {
		Edition domain.Edition `json:"edition" minimum:"1" maximum:"999" doc:"The ordinal of the edition." example:"28"`
	}
	publicationInput struct {
		Edition domain.Edition `json:"edition" minimum:"1" maximum:"999" doc:"The ordinal of the edition." example:"28"`
		On      string         `json:"on" format:"date" doc:"The day of the ceremony." example:"2027-02-02"`
	}
	erasureInput struct {
		Event   uuid.UUID `json:"event" format:"uuid" doc:"The record that holds the commitment."`
		Pointer string    `json:"pointer" doc:"Where in it, such as /data/note." example:"/data/note"`
		Ground  string    `json:"ground" enum:"request,objection,retention,court,other" doc:"Why, in one word: it stays in the log."`
		Reason  string    `json:"reason,omitempty" doc:"Why, in more words; sealed."`
	}
	tokenInput struct {
		Role   auth.Role `json:"role" enum:"declarant,registrar,juror,president,auditor,admin" doc:"What the token allows."`
		For    string    `json:"for,omitempty" doc:"What it is bound to: the collectivity of a declarant, or a seat such as 28-3." example:"fr-commune-73008"`
		Person string    `json:"person" doc:"Whom it belongs to; sealed in what they write." example:"Anne Martin"`
		Days   int       `json:"days" minimum:"1" maximum:"732" doc:"How long it lives." example:"90"`
	}
	revocationInput struct {
		ID string `json:"id" doc:"The id of the token: what stands between the two low lines of it."`
	}
)

// What is answered.
type (
	// Deliberated is the answer to a deliberation that was closed.
	Deliberated struct {
		Receipt
		Recusals  int `json:"recusals" doc:"How many recusals were appended for interests that were declared late."`
		Decisions int `json:"decisions" doc:"How many decisions were sealed."`
	}
	// Published is the answer to the second of those who publish.
	Published struct {
		Receipt
		Disclosed int `json:"disclosed" doc:"How many decisions this request opened."`
	}
	// Drafts are the decisions of an edition that are prepared.
	Drafts struct {
		Items []ledger.Draft `json:"items"`
	}
)

// privateRequest is a request that is not one event of the ledger's table.
type privateRequest struct {
	resource, says, about string
	roles                 []auth.Role
	input                 any // nil: a decision
	answers               map[int]any
}

func privateRequests() []privateRequest {
	president, admin := []auth.Role{auth.President}, []auth.Role{auth.Admin}
	return []privateRequest{
		{
			"decisions", "A decision is drafted in the private room of the jury.",
			"Held by every rule as if it were recorded, and not an event: it can be written again after another vote. If-Match rests on a revision of the draft.",
			president, nil, map[int]any{201: ledger.Draft{}},
		},
		{
			"deliberations", "The deliberation of an edition is closed: every decision is sealed.",
			"In the order of the candidacies, all with the same sealed fields. What ended half-way goes on where it stopped. Once closed: what was superseded and drafted anew is sealed.",
			president, deliberationInput{}, map[int]any{201: Deliberated{}},
		},
		{
			"publications", "The results of an edition are published, by two people.",
			"The first asks, and it waits; the second, another person, has every decision opened and the palmarès published.",
			president, publicationInput{}, map[int]any{201: Published{}, 202: ledger.Publication{}},
		},
		{
			"tokens", "A token is given.", "The text of it is in the answer, this once, and kept nowhere.",
			admin, tokenInput{}, map[int]any{201: Granted{}},
		},
		{"token-revocations", "A token is ended at once, and for good.", "Nothing of it is recorded in the ledger.", admin, revocationInput{}, map[int]any{204: nil}},
		{
			"erasures", "A sealed value is destroyed.",
			"The record that it is comes first. The commitment stays in the log, and every proof stays valid.", admin, erasureInput{}, map[int]any{200: Receipt{}, 201: Receipt{}},
		},
	}
}

// body is the schema of what is sent.
func (p privateRequest) body() map[string]any {
	if p.input == nil {
		s := domain.InputSchema(ledger.Operation{Event: "decision-sealed"}.Type())
		properties := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		delete(properties, "assessment") // computed from the grid
		// The reason of a departure is always in the record, so that its absence tells nothing; it need not be given.
		s["required"] = slices.DeleteFunc(required, func(name any) bool { return name == "assessment" || name == "departure" })
		return s
	}
	s := huma.SchemaFromType(huma.NewMapRegistry("#/", huma.DefaultSchemaNamer), reflect.TypeOf(p.input))
	text, err := json.Marshal(s)
	var body map[string]any
	if err == nil {
		err = json.Unmarshal(text, &body)
	}
	if err != nil {
		panic(fmt.Errorf("describing %s: %w", p.resource, err)) // the same on every start: the tests see it first
	}
	return body
}

// describePrivate describes what is answered to those with a token only.
func (a *api) describePrivate() {
	for _, p := range privateRequests() {
		a.huma.OpenAPI().AddOperation(a.describePrivateWrite(p))
	}
	candidacy := []*huma.Param{
		{Name: "n", In: "path", Required: true, Description: "The ordinal of the edition.", Schema: &huma.Schema{Type: huma.TypeInteger}},
		{Name: "id", In: "path", Required: true, Description: "The id of the collectivity.", Schema: &huma.Schema{Type: huma.TypeString}},
	}
	for _, o := range []struct {
		operation
		roles  string
		params []*huma.Param
	}{
		{operation{
			id: "getDossier", path: "/v1/editions/{n}/candidacies/{id}/dossier", summary: "What a juror needs to decide on a candidacy", result: ledger.Dossier{},
			about: "The actions by stake, what changed, what was awarded before, the opinions that the reader may see, quorum, precedents, and the record behind each line.",
		}, "juror, president, registrar; a declarant for the own candidacy", candidacy},
		{operation{
			id: "getDiagnosis", path: "/v1/editions/{n}/candidacies/{id}/diagnosis", summary: "A collectivity beside its peers", result: ledger.Diagnosis{},
			about: "Its coverage by stake beside the median of comparable ones, and the services that most of these render and it does not. The barometer has the same for all.",
		}, "juror, president, registrar; a declarant for the own candidacy", candidacy},
		{operation{
			id: "getMinutes", path: "/v1/editions/{n}/minutes", summary: "The minutes of a deliberation", result: ledger.Minutes{},
			about: "Who sat, and for each decision who took no part, whether the quorum held without them, and how the votes fell. Before the ceremony it tells no outcome but to the presidency, which has its own drafts in it; afterwards it is everybody's, without a token. ?format=csv, or the header Accept, gives it as a table.",
		}, "juror, president, registrar; everybody after the ceremony", candidacy[:1]},
		{operation{
			id: "listDrafts", path: "/v1/editions/{n}/decisions", summary: "The decisions of an edition that are prepared", result: Drafts{},
			about: "In the order of the candidacies. Nothing of it is an event.",
		}, "president", candidacy[:1]},
	} {
		o.tag, o.forms, o.fixed, o.unknown, o.also = "recording", []string{mediaJSON}, true, notFound, []int{401, 403, 429}
		op := a.describe(o.operation)
		delete(op.Responses, "304")
		delete(op.Responses["200"].Headers, "ETag")
		op.Description += " For the roles: " + o.roles + "."
		op.Parameters, op.Security = o.params, []map[string][]string{{"token": {}}}
		a.huma.OpenAPI().AddOperation(&op)
	}
}

func (a *api) describePrivateWrite(p privateRequest) *huma.Operation {
	registry := a.huma.OpenAPI().Components.Schemas
	responses := map[string]*huma.Response{}
	for _, status := range slices.Sorted(maps.Keys(p.answers)) {
		done := &huma.Response{Description: map[int]string{200: "It was done before.", 201: "It is done.", 202: "It waits for a second person.", 204: "It is done."}[status]}
		if result := p.answers[status]; result != nil {
			done.Content = map[string]*huma.MediaType{mediaJSON: {Schema: registry.Schema(reflect.TypeOf(result), true, "")}}
		}
		responses[strconv.Itoa(status)] = done
	}
	trouble := registry.Schema(reflect.TypeFor[Problem](), true, "")
	for _, status := range []int{400, 401, 403, 409, 413, 415, 422, 429, 500, 503} {
		responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: trouble}},
		}
	}
	var roles []string
	for _, r := range p.roles {
		roles = append(roles, string(r))
	}
	op := &huma.Operation{
		OperationID: "post-" + p.resource, Method: http.MethodPost, Path: "/v1/" + p.resource, Tags: []string{"recording"}, Summary: p.says,
		Description: p.about + " For the roles: " + strings.Join(roles, ", ") + ".",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{mediaJSON: {Schema: &huma.Schema{Extensions: p.body()}}}},
		Responses:   responses, Security: []map[string][]string{{"token": {}}},
	}
	if p.resource == "decisions" {
		op.Parameters = []*huma.Param{{
			Name: "If-Match", In: "header", Description: "The revision that the draft must be at. Where it is not, the answer is 409 and names the current one.", Schema: &huma.Schema{Type: huma.TypeString},
		}}
	}
	return op
}
