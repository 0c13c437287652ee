package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"arobase/api/auth"
	"arobase/api/ledger"
	files "arobase/api/ledger/evidence"
	"arobase/api/web/forms"
	"arobase/domain"
)

// showPage adds what shows an action: an address, or a file.
type showPage struct {
	Heading, Lede string
	Title         labelled
	Action        string
	Key           string
	Revision      int64
	Evidence      []evidenceLine
	URL           string
	Most          string // how large a file may be; "" where none is taken here
	Accept        string
	Notice, Fault string
	SignIn        bool
	Back          labelled
	Why           string // nothing can be added
}

// uploaded is a form with a file in it, all in memory.
type uploaded struct {
	url.Values
	content  []byte
	declared string
	file     bool
}

const (
	// uploading bounds how long a file may take to arrive: longer than other forms, for a slow line.
	uploading = 2 * time.Minute
	// mostUploads is how many files are taken at once: each is in memory as a whole.
	mostUploads = 2
)

// show is the page on which somebody adds what shows an action of theirs.
func (s *site) show(p *page) (any, error) {
	who, err := p.signedIn(auth.Declarant, auth.Registrar)
	if err != nil {
		return nil, err
	}
	a, err := s.Ledger.Action(p.ctx, domain.ActionID(p.here()), p.size)
	switch {
	case err != nil:
		return nil, err
	case who.Is(auth.Declarant) && who.For != a.Collectivity:
		return nil, ledger.ErrForbidden
	}
	key, err := s.newKey()
	if err != nil {
		return nil, err
	}
	return p.showPage(a, url.Values{forms.KeyField: {key}}), nil
}

func (p *page) showPage(a ledger.ActionDetail, form url.Values) showPage {
	title := p.actionTitle(a.Title)
	v := showPage{
		Heading: p.T("show.title"), Lede: p.T("show.lede"), Title: labelled{title.Text, p.href("action", a.ID)},
		Action: p.path("show", a.ID, nil), Key: form.Get(forms.KeyField), Revision: a.Revision,
		Evidence: p.evidenceLines(a.Evidence), URL: form.Get("url"), Back: labelled{p.T("own.title", a.Name), p.path("mine", a.Collectivity, nil)},
	}
	p.Title = v.Heading
	if most := p.site.Ledger.EvidenceLimits().File; most > 0 {
		v.Most, v.Accept = p.T("show.most", p.Int(int(most>>20))), strings.Join(files.Kinds(), ",")
	}
	switch {
	case a.Title.Missing != "" || a.Description != nil && a.Description.Missing != "":
		v.Why = p.T("show.erased")
	case a.State == "ended":
		v.Why = p.T("show.ended")
	}
	return v
}

// upload answers a form that has a file in it. It is held to what every form is held to.
func (s *site) upload(t *tongue, route string, h func(p *page, form uploaded) (any, error)) http.Handler {
	protection := http.NewCrossOriginProtection()
	answer := s.page(t, route, func(p *page) (any, error) {
		private(p)
		if protection.Check(p.req) != nil {
			return nil, errForeign
		}
		select {
		case s.uploads <- struct{}{}:
			defer func() { <-s.uploads }()
		default:
			p.head.Set("Retry-After", "2")
			return nil, errBusy
		}
		p.req.Body = http.MaxBytesReader(nil, p.req.Body, s.Ledger.EvidenceLimits().File+maxForm)
		form, err := readUpload(p.req)
		if err != nil {
			return nil, err
		}
		return h(p, form)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploading)) //nolint:forbidigo // of the connection, which not every one has
		answer.ServeHTTP(w, r)
	})
}

// errBusy says that as many files arrive as are taken at once.
var errBusy = errors.New("other files are arriving")

// readUpload reads a form part by part, so that nothing of it is written to a directory.
func readUpload(r *http.Request) (uploaded, error) {
	form := uploaded{Values: url.Values{}}
	parts, err := r.MultipartReader()
	if err != nil {
		return form, errForm
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, nil
		}
		if err != nil {
			return form, wholeForm(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return form, wholeForm(err)
		}
		form.take(part, content)
	}
}

func (u *uploaded) take(part *multipart.Part, content []byte) {
	switch {
	case part.FormName() == "file":
		if part.FileName() != "" && len(content) > 0 { // an empty one was not chosen
			u.file, u.content, u.declared = true, content, part.Header.Get("Content-Type")
		}
	case len(content) <= maxForm:
		u.Add(part.FormName(), string(content))
	}
}

func wholeForm(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return ledger.ErrEvidenceSize
	}
	return errForm
}

// attach records what shows an action.
func (s *site) attach(p *page, form uploaded) (any, error) {
	if form.Get(forms.KeyField) == "" {
		return nil, errForm
	}
	a, err := s.Ledger.Action(p.ctx, domain.ActionID(p.here()), p.size)
	if err != nil {
		return nil, err
	}
	again := func(status int, fault string) (any, error) {
		p.Status = status
		v := p.showPage(a, form.Values)
		v.Fault = fault
		return v, nil
	}
	who, notice, err := s.whoSends(p, form.Values)
	switch {
	case err != nil:
		return nil, err
	case who.Is(auth.Public):
		v := p.showPage(a, form.Values)
		v.SignIn, v.Notice = true, notice
		if notice == "" {
			v.Notice = p.T("form.over")
		}
		if form.file {
			v.Fault = p.T("show.file.again")
		}
		p.Status = http.StatusForbidden
		return v, nil
	case !who.Is(auth.Declarant, auth.Registrar), who.Is(auth.Declarant) && who.For != a.Collectivity:
		return nil, ledger.ErrForbidden
	}
	add := domain.Evidence{URL: strings.TrimSpace(form.Get("url"))}
	switch {
	case form.file && add.URL != "", !form.file && add.URL == "":
		return again(http.StatusUnprocessableEntity, p.T("show.either"))
	case form.file:
		if add.SHA256, err = s.keep(p, who, form); err != nil {
			return again(http.StatusUnprocessableEntity, s.uploadFault(p, err))
		}
	}
	revision, err := strconv.ParseInt(form.Get("r"), 10, 64)
	if err != nil {
		return nil, errForm
	}
	if err = s.Sessions.Write(who, p.req); err == nil {
		var done ledger.Receipt
		if done, err = s.Ledger.ShowAction(p.ctx, who, domain.ActionID(a.ID), add, revision, form.Get(forms.KeyField)); err == nil {
			next := url.Values{"for": {"amendments"}, "next": {p.path("mine", a.Collectivity, nil)}}
			return nil, redirect{p.path("receipt", done.Events[len(done.Events)-1].String(), next)}
		}
	}
	return again(http.StatusConflict, s.reviewFault(p, err))
}

// keep keeps an uploaded file, and gives its hash.
func (s *site) keep(p *page, who auth.Principal, form uploaded) (string, error) {
	if err := s.Sessions.Upload(who); err != nil {
		return "", err
	}
	done, err := s.Ledger.Attach(p.ctx, who, form.declared, form.content)
	return done.SHA256, err
}

// uploadFault says why a file is not taken.
func (s *site) uploadFault(p *page, err error) string {
	for _, known := range []struct {
		err error
		key string
	}{
		{ledger.ErrEvidenceKind, "show.kind"}, {ledger.ErrEvidenceSize, "show.size"}, {ledger.ErrEvidenceRoom, "show.room"},
		{ledger.ErrNoEvidence, "show.nofiles"}, {files.ErrErased, "show.fileerased"},
	} {
		if errors.Is(err, known.err) {
			return p.T(known.key)
		}
	}
	return s.reviewFault(p, err)
}

// bare are the actions that run and that nothing shows yet, each with the page on which that is added.
func (p *page) bare(m ledger.Mine) []labelled {
	var all []labelled
	for _, a := range m.Actions {
		if a.State == "running" && a.URL == "" && !slices.ContainsFunc(a.Evidence, func(e ledger.Shown) bool { return !e.Erased }) {
			all = append(all, labelled{p.actionTitle(a.Title).Text, p.path("show", a.ID, nil)})
		}
	}
	return all
}
