package rest

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/ledger/evidence"
)

const (
	// uploading bounds how long a file may take to arrive: longer than other requests, for a slow line.
	uploading = 2 * time.Minute
	// mostUploads is how many files are taken at once: each is in memory as a whole.
	mostUploads = 4
	// around is what a form may add to the file in it.
	around = 16 << 10
)

// evidence serves the files by which collectivities show what they declare.
func (a *api) evidence() {
	a.mux.HandleFunc("POST /v1/evidence", a.privately(a.upload))
	a.mux.HandleFunc("GET /evidence/{sha256}", func(w http.ResponseWriter, r *http.Request) {
		f, err := a.uploaded(r)
		if err != nil {
			a.fail(w, r, &operation{unknown: unknownEvidence}, err)
			return
		}
		f.Serve(w, r)
	})
	a.describeEvidence()
}

// uploaded gives the file that a request asks for.
func (a *api) uploaded(r *http.Request) (evidence.File, error) {
	who := auth.Principal{Role: auth.Public}
	if wrong := checkQuery(nil, r.URL.RawQuery); len(wrong) > 0 {
		p := problem(invalidQuery, "%s", kinds[invalidQuery].Says)
		p.Errors = wrong
		return evidence.File{}, p
	}
	if a.Gate != nil {
		var err error
		if who, err = a.Gate.Identify(r); err != nil {
			return evidence.File{}, err
		}
	}
	return a.Ledger.EvidenceFile(r.Context(), who, r.PathValue("sha256"))
}

// upload takes a file: the body, or the one file of a form. Nothing of it is written anywhere but by the ledger.
func (a *api) upload(w http.ResponseWriter, r *http.Request, who auth.Principal) error {
	if err := a.Ledger.MayAttach(who); err != nil {
		return err
	}
	if wrong := checkQuery(nil, r.URL.RawQuery); len(wrong) > 0 {
		p := problem(invalidQuery, "a file is uploaded without parameters")
		p.Errors = wrong
		return p
	}
	if err := a.Gate.Upload(who); err != nil {
		return err
	}
	select {
	case a.uploads <- struct{}{}:
		defer func() { <-a.uploads }()
	default:
		return later(tooManyUploads, 2)
	}
	most := a.Ledger.EvidenceLimits().File
	_ = http.NewResponseController(w).SetReadDeadline(a.Clock().Add(uploading)) // not every connection has one
	r.Body = http.MaxBytesReader(w, r.Body, most+around)
	declared, content, err := fileOf(r)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return fmt.Errorf("%w: a file has at most %d bytes", ledger.ErrEvidenceSize, most)
	case err != nil:
		return err
	}
	done, err := a.Ledger.Attach(r.Context(), who, declared, content)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/evidence/"+done.SHA256)
	return sendPrivate(w, http.StatusCreated, done)
}

// fileOf reads the file of a request, with the media type that was said.
func fileOf(r *http.Request) (declared string, content []byte, err error) {
	declared = r.Header.Get("Content-Type")
	media, params, err := mime.ParseMediaType(declared)
	if media != "multipart/form-data" || err != nil {
		content, err = io.ReadAll(r.Body)
		return declared, content, whole(err)
	}
	parts := multipart.NewReader(r.Body, params["boundary"]) // in memory: a form that is parsed leaves files in a directory
	found := false
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, whole(err)
		}
		if part.FileName() == "" {
			continue
		}
		if found {
			return "", nil, problem(invalidInput, "one file at a time")
		}
		found, declared = true, part.Header.Get("Content-Type")
		if content, err = io.ReadAll(part); err != nil {
			return "", nil, whole(err)
		}
	}
	if !found {
		return "", nil, problem(invalidInput, "the form has no file")
	}
	return declared, content, nil
}

// whole tells a body that is too large from one that did not arrive.
func whole(err error) error {
	var large *http.MaxBytesError
	if err == nil || errors.As(err, &large) {
		return err
	}
	return problem(invalidInput, "the file did not arrive whole")
}

func (a *api) describeEvidence() {
	registry := a.huma.OpenAPI().Components.Schemas
	trouble := map[string]*huma.MediaType{"application/problem+json": {Schema: registry.Schema(reflect.TypeFor[Problem](), true, "")}}
	refusals := func(responses map[string]*huma.Response, statuses ...int) map[string]*huma.Response {
		for _, status := range statuses {
			responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: trouble}
		}
		return responses
	}
	bytes := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	form := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": bytes}, Required: []string{"file"}}
	files := map[string]*huma.MediaType{}
	for _, kind := range evidence.Kinds() {
		files[kind] = &huma.MediaType{Schema: bytes}
	}
	body := map[string]*huma.MediaType{"multipart/form-data": {Schema: form}, "application/octet-stream": {Schema: bytes}}
	for kind, m := range files {
		body[kind] = m
	}
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "postEvidence", Method: http.MethodPost, Path: "/v1/evidence", Tags: []string{"recording"},
		Summary: "Upload a file that shows an action",
		Description: "Before an action names the file by its SHA-256, only who uploaded it and the secretariat see it; a file that no action names is removed after a while (30 days, unless the operator says otherwise). " +
			"What it is is told by its content: " + strings.Join(evidence.Kinds(), ", ") + " in UTF-8. The same file again is answered alike. For the roles: declarant, registrar.",
		RequestBody: &huma.RequestBody{Required: true, Content: body},
		Responses: refusals(map[string]*huma.Response{"201": {
			Description: "It is kept.", Content: map[string]*huma.MediaType{mediaJSON: {Schema: registry.Schema(reflect.TypeFor[ledger.Attached](), true, "")}},
			Headers: map[string]*huma.Header{"Location": {Description: "Where it is read.", Schema: &huma.Schema{Type: huma.TypeString}}},
		}}, 400, 401, 403, 409, 410, 413, 415, 422, 429, 500, 503),
		Security: []map[string][]string{{"token": {}}},
	})
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "getEvidence", Method: http.MethodGet, Path: "/evidence/{sha256}", Tags: []string{"ledger"},
		Summary: "An uploaded file",
		Description: "To anyone once an action of the ledger names it; before that, with their token, to who uploaded it and the secretariat. Gone (410) once it was erased: the log keeps its hash. " +
			"It is sent so that no browser runs it, and no copy of it may be kept by a cache.",
		Parameters: []*huma.Param{{Name: "sha256", In: "path", Required: true, Description: "Its SHA-256: 64 hexadecimal digits in lower case.", Schema: &huma.Schema{Type: huma.TypeString}}},
		Responses:  refusals(map[string]*huma.Response{"200": {Description: "The file.", Content: files}}, 400, 401, 404, 410, 429, 500, 503),
		Security:   []map[string][]string{{}, {"token": {}}},
	})
}
