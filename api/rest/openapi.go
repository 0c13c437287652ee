package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// specification is the OpenAPI document in both its forms, written once.
type specification struct{ json, yaml []byte }

// newHuma prepares the description. Huma's own pages are all off: its documentation page loads from other hosts, its
// schema links add fields to answers, and its way of choosing a format takes anything for JSON.
func newHuma(a *api) huma.API {
	version := a.Version
	if version == "" {
		version = "unversioned"
	}
	config := huma.DefaultConfig("Arobase", version)
	config.CreateHooks = nil
	config.NoFormatFallback = true
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.AllowAdditionalPropertiesByDefault = true // a later version may say more
	config.Info.Description = about
	config.Tags = []*huma.Tag{
		{Name: "editions", Description: "One year's ceremony, and who was labelled."},
		{Name: "collectivities", Description: "Municipalities and inter-municipal bodies, and what each held."},
		{Name: "figures", Description: "Trends, and published figures against the ledger."},
		{Name: "actions", Description: "What collectivities declare that they do for their citizens."},
		{Name: "ledger", Description: "Events as they were recorded, proofs, disclosed values, sources."},
		{Name: "reference", Description: "Schemas and problems."},
		{Name: "recording", Description: "Having something recorded, with a token."},
	}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "A token that the operator of the ledger gave: aro_..."},
	}
	h := humago.New(a.mux, config)
	h.UseMiddleware(a.check)
	return h
}

// about is what a reader of the document is told first.
const about = `The ledger of the French label "Villes Internet": who was reported to hold how many arobases (@) in which edition, by which
source, and how that is known. Everything can be checked against the transparency log.

- Editions are keyed by their ordinal: 18 is the ceremony of 2017-02-01. There was no ceremony in calendar 2010.
- A level is an integer from 1 to 5.
- A status says how a fact is known: reported (one source), corroborated (two independent ones), contested, arbitrated, decided,
  withdrawn, under-appeal, embargoed. A contested edition has no level.
- A collectivity that no source names in an edition was not "lost": nothing is known.
- Every answer rests on a size of the ledger, named in asOf and in the header Arobase-Size; as_of asks again as of an earlier one.
- Several nodes may serve one ledger. Arobase-Min-Size, with the Arobase-Size of what you wrote, makes any of them wait until it
  has that.
- Lists come in pages; the next one is in the field next and in the header Link. CSV is the same page as rows.
- Unknown parameters are an error. Errors are problems of RFC 9457; decide by their type.`

// describe is an operation as huma has it, with the form of every answer.
func (a *api) describe(o operation) huma.Operation {
	registry := a.huma.OpenAPI().Components.Schemas
	ok := &huma.Response{Description: "The answer.", Headers: map[string]*huma.Header{}, Content: map[string]*huma.MediaType{}}
	text := &huma.Schema{Type: huma.TypeString}
	for _, form := range o.forms {
		m := &huma.MediaType{Schema: text}
		if form == mediaJSON && o.result != nil {
			m.Schema = registry.Schema(reflect.TypeOf(o.result), true, "")
		}
		if form == mediaSchema || form == mediaEvent {
			m.Schema = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
		}
		ok.Content[form] = m
	}
	header := func(name, typ, description string) {
		ok.Headers[name] = &huma.Header{Description: description, Schema: &huma.Schema{Type: typ}}
	}
	if !o.fixed {
		header("Arobase-Size", huma.TypeInteger, "The size of the ledger that the answer rests on, in events.")
	}
	header("ETag", huma.TypeString, "For If-None-Match.")
	if slices.Contains(o.forms, mediaCSV) {
		header("Link", huma.TypeString, "The next page, where there is one (RFC 8288).")
	}
	statuses := append([]int{http.StatusBadRequest, http.StatusNotAcceptable, http.StatusInternalServerError, http.StatusServiceUnavailable}, o.also...)
	if o.unknown != "" {
		statuses = append(statuses, http.StatusNotFound)
	}
	responses := map[string]*huma.Response{
		"200": ok,
		"304": {Description: "The answer is the one that If-None-Match names."},
	}
	trouble := registry.Schema(reflect.TypeFor[Problem](), true, "")
	for _, status := range statuses {
		responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: trouble}},
		}
	}
	var params []*huma.Param
	if !o.fixed {
		params = append(params, minSizeParam())
	}
	return huma.Operation{
		Parameters:  params,
		OperationID: o.id, Method: http.MethodGet, Path: o.path, Tags: []string{o.tag}, Summary: o.summary, Description: o.about,
		Responses: responses,
	}
}

func minSizeParam() *huma.Param {
	return &huma.Param{
		Name: minSize, In: "header", Schema: &huma.Schema{Type: huma.TypeInteger},
		Description: "What Arobase-Size said of something that you wrote or read, on any node: the answer rests on at least that. A node that does not get there within two seconds answers 503 with Retry-After.",
	}
}

// document writes the OpenAPI document, once every address is known, and serves it.
func (a *api) document() {
	doc := a.huma.OpenAPI()
	explain(doc.Components.Schemas.Map())
	compact, err := json.Marshal(doc)
	if err != nil {
		panic(fmt.Errorf("writing the OpenAPI document: %w", err)) // the same on every start: the tests see it first
	}
	var indented bytes.Buffer
	_ = json.Indent(&indented, compact, "", "  ")
	a.spec.json = append(indented.Bytes(), '\n')
	if a.spec.yaml, err = doc.YAML(); err != nil {
		panic(fmt.Errorf("writing the OpenAPI document: %w", err))
	}
	for _, f := range []struct {
		path, media, plain string
		content            []byte
	}{
		{"/openapi.json", "application/openapi+json", mediaJSON, a.spec.json},
		{"/openapi.yaml", "application/openapi+yaml", "application/yaml", a.spec.yaml},
	} {
		// A client that asks for plain JSON or YAML gets the same bytes under the name it asked for.
		o := &operation{id: f.path, path: f.path, forms: []string{f.media, f.plain}, fixed: true, texts: true}
		a.mux.HandleFunc("GET "+f.path, func(w http.ResponseWriter, r *http.Request) {
			if wrong := checkQuery(nil, r.URL.RawQuery); len(wrong) > 0 {
				a.refuse(w, r, wrong)
				return
			}
			a.serve(w, r, o, nil, func(asked) (answer, error) { return answer{bytes: f.content}, nil })
		})
	}
}
