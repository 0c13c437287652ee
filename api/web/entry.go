package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
)

// entryView is the page of one form.
type entryView struct {
	Form *forms.View
	As   string // as whom
	Back string
	// Secret is a token that was given: shown this once.
	Secret, SecretSays string
}

// entry is the page of the form of a command, with what the address fills in: ?edition=28&_fixed=edition.
func (s *site) entry(p *page) (any, error) {
	private(p)
	c, ok := forms.CommandOf(p.here())
	if !ok {
		return nil, ledger.ErrUnknown
	}
	who, err := p.who()
	switch {
	case err != nil:
		return nil, err
	case !c.Allows(who) && who.Is(auth.Public):
		return nil, redirect{p.path("session", "", url.Values{"next": {p.req.URL.RequestURI()}})}
	case !c.Allows(who):
		return nil, ledger.ErrForbidden
	}
	form := p.req.URL.Query()
	form.Set(forms.NextField, local(form.Get(forms.NextField)))
	forms.Reveal(form)
	p.maker().Begin(c, form)
	key, err := s.newKey()
	if err != nil {
		return nil, err
	}
	form.Set(forms.KeyField, key)
	return p.entryView(c, who, p.maker().Form(c, form, p.maker().AsTyped(form))), nil
}

func (p *page) entryView(c forms.Command, who auth.Principal, form *forms.View) entryView {
	if p.Title = p.T("op." + c.Resource); len(form.Faults) > 0 || form.Notice != "" {
		p.Title = p.T("form.wrong", p.Title)
	}
	v := entryView{Form: form, Back: p.path("workspace", "", nil)}
	if !who.Is(auth.Public) {
		v.As = p.T("form.as", who.Person, p.T("role."+string(who.Role)))
	}
	return v
}

// mostFields bounds the names in a form: those of a grid with as many services as can be, and more.
const mostFields = 6000

// formKeyForm is what newKey makes.
var formKeyForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

// send takes a form that was sent: it records what it asks for and leads to the receipt, or shows it again as it was typed
// with what is wrong. Whoever sends it after their session ended gives the token in it, and goes on.
func (s *site) send(p *page) (any, error) {
	c, ok := forms.CommandOf(p.here())
	if !ok {
		return nil, ledger.ErrUnknown
	}
	form := p.req.PostForm
	form.Set(forms.NextField, local(form.Get(forms.NextField)))
	if len(form) > mostFields || !formKeyForm.MatchString(form.Get(forms.KeyField)) {
		return nil, errForm
	}
	again := func(who auth.Principal, r *forms.Reading, status int, notice string) (any, error) {
		p.Status = status
		view := p.maker().Form(c, form, r)
		view.Notice = notice
		view.SignIn = who.Is(auth.Public) && !c.Allows(who)
		return p.entryView(c, who, view), nil
	}
	plain := p.maker().AsTyped(form)
	who, notice, err := s.whoSends(p, form)
	switch {
	case err != nil:
		return nil, err
	case notice != "":
		return again(who, plain, http.StatusForbidden, notice)
	}
	if forms.Rearranges(c, form) {
		return again(who, plain, http.StatusOK, "")
	}
	switch {
	case !c.Allows(who) && who.Is(auth.Public):
		return again(who, plain, http.StatusForbidden, p.T("form.over"))
	case !c.Allows(who):
		return again(who, plain, http.StatusForbidden, p.T("form.forbidden", p.T("role."+string(who.Role))))
	}
	input, r := p.maker().Read(c, form)
	body, err := json.Marshal(input)
	if err != nil {
		return nil, fmt.Errorf("writing what a form asks for: %w", err)
	}
	if len(r.Wrong) > 0 {
		r.Also(c, body)
		return again(who, r, http.StatusUnprocessableEntity, "")
	}
	ask := ledger.Ask{Input: body, Key: form.Get(forms.KeyField)}
	if n, err := strconv.ParseInt(form.Get(forms.ExpectedField), 10, 64); err == nil {
		ask.Expected = &n
	}
	err = s.Sessions.Write(who, p.req)
	var done forms.Outcome
	if err == nil {
		done, err = s.office.CarryOut(p.ctx, c, who, ask)
	}
	if err != nil {
		return s.refused(p, c, who, form, r, err)
	}
	return s.done(p, c, who, form, done)
}

// whoSends is who sends a form: whoever is signed in, or signs in with the token that the form brings. The notice says why
// that token is not taken.
func (s *site) whoSends(p *page, form url.Values) (who auth.Principal, notice string, err error) {
	token := strings.TrimSpace(form.Get(forms.TokenField))
	form.Del(forms.TokenField)
	if token == "" {
		who, err = p.who()
		return who, "", err
	}
	who, cookie, err := s.Sessions.SignIn(p.req, token)
	var often *auth.TooMany
	switch {
	case errors.Is(err, auth.ErrDenied):
		return auth.Principal{Role: auth.Public}, p.T("session.denied"), nil
	case errors.As(err, &often):
		return auth.Principal{Role: auth.Public}, p.N("session.often", seconds(often)), nil
	case err != nil:
		return who, "", err
	}
	p.head.Add("Set-Cookie", cookie.String())
	return who, "", nil
}

func seconds(often *auth.TooMany) int { return max(1, int(math.Ceil(often.After.Seconds()))) }

// refused shows a form again with why it was refused.
func (s *site) refused(p *page, c forms.Command, who auth.Principal, form url.Values, r *forms.Reading, err error) (any, error) {
	var (
		invalid  domain.Invalid
		broken   *domain.Broken
		stale    *ledger.Stale
		often    *auth.TooMany
		revision *eventstore.RevisionConflict
	)
	status, notice := http.StatusConflict, ""
	switch {
	case errors.As(err, &invalid):
		status, r.Wrong = http.StatusUnprocessableEntity, invalid
	case errors.As(err, &broken):
		view := p.maker().Form(c, form, r)
		p.maker().Break(c, view, broken)
		p.Status = status
		return p.entryView(c, who, view), nil
	case errors.As(err, &stale):
		changed, err := p.changedSince(who, form, stale)
		if err != nil {
			return nil, err
		}
		form.Set(forms.ExpectedField, strconv.FormatInt(stale.Current, 10))
		view := p.maker().Form(c, form, r)
		view.Notice, view.Changed = p.T("form.conflict"), changed
		p.Status = status
		return p.entryView(c, who, view), nil
	case errors.As(err, &revision):
		notice = p.T("form.conflict")
	case errors.Is(err, ledger.ErrKeyReused):
		key, err := s.newKey()
		if err != nil {
			return nil, err
		}
		form.Set(forms.KeyField, key)
		notice = p.T("form.reused")
	case errors.Is(err, ledger.ErrForbidden):
		status, notice = http.StatusForbidden, p.T("form.notyours")
	case errors.As(err, &often):
		status, notice = http.StatusTooManyRequests, p.N("session.often", seconds(often))
		p.head.Set("Retry-After", strconv.Itoa(seconds(often)))
	case errors.Is(err, vault.ErrErased):
		notice = p.T("form.erased")
	case errors.Is(err, vault.ErrUnknown):
		notice = p.T("item.absent")
	case errors.Is(err, ledger.ErrUnknown):
		notice = p.T("form.unknown")
	case errors.Is(err, ledger.ErrLocked):
		status, notice = http.StatusServiceUnavailable, p.T("form.locked")
	case errors.Is(err, ledger.ErrReadOnly), errors.Is(err, ledger.ErrNoWorkspace), errors.Is(err, eventstore.ErrReadOnly):
		status, notice = http.StatusServiceUnavailable, p.T("form.readonly")
	case p.ctx.Err() != nil:
		return nil, err
	default: // nothing typed is lost, whatever it was
		s.Logger.ErrorContext(p.ctx, "recording what a form asks for failed", slog.String("form", c.Resource), slog.Any("error", err))
		status, notice = http.StatusServiceUnavailable, p.T("form.failed")
	}
	p.Status = status
	view := p.maker().Form(c, form, r)
	view.Notice = notice
	return p.entryView(c, who, view), nil
}

// changedSince gives what was recorded in a stream since a form was opened. Of a draft it gives the form with what is
// drafted now.
func (p *page) changedSince(who auth.Principal, form url.Values, stale *ledger.Stale) ([]forms.Change, error) {
	rests, err := strconv.ParseInt(form.Get(forms.ExpectedField), 10, 64)
	if err != nil {
		return nil, nil
	}
	if d, err := p.drafted(who, stale); d != nil || err != nil {
		return d, err
	}
	var all []forms.Change
	for e, err := range p.site.Ledger.Events(p.ctx, ledger.EventFilter{Stream: string(stale.Stream)}) {
		if err != nil {
			return nil, err
		}
		if e.Revision > rests {
			says, _ := p.tells(e)
			all = append(all, forms.Change{Href: p.href("record", e.ID.String()), Text: p.T("record.short", p.Int(int(e.Index))), Says: says})
		}
	}
	return all, nil
}

// done leads on from what was carried out.
func (s *site) done(p *page, c forms.Command, who auth.Principal, form url.Values, done forms.Outcome) (any, error) {
	if done.Given {
		view := p.maker().Form(c, form, p.maker().AsTyped(form))
		view.Notice = p.T("form.given." + c.Resource)
		return p.entryView(c, who, view), nil
	}
	if done.Read != nil {
		done.Secret = asText(done.Read)
	}
	if done.Secret != "" {
		key, err := s.newKey()
		if err != nil {
			return nil, err
		}
		empty := url.Values{forms.KeyField: {key}}
		v := p.entryView(c, who, p.maker().Form(c, empty, p.maker().AsTyped(empty)))
		v.Secret, v.SecretSays = done.Secret, p.T("form.secret."+c.Resource)
		return v, nil
	}
	query := url.Values{}
	if next := form.Get(forms.NextField); next != "" {
		query.Set("next", next)
	}
	var at string
	switch n := len(done.Events); {
	case n > 0:
		at = done.Events[n-1].String()
	case done.Waiting:
		at = "waiting"
	default:
		at = "kept"
	}
	query.Set("for", c.Resource)
	return nil, redirect{p.path("receipt", at, query)}
}

// receiptView is the dated answer to whoever had something recorded. It can be opened again, and printed.
type receiptView struct {
	Heading, What, Stream string
	Says                  template.HTML
	Recorded, Index, ID   string
	Href, ProofURL        string
	Next                  string
	Again                 string
}

func (s *site) receipt(p *page) (any, error) {
	private(p)
	p.Title = p.T("receipt.title")
	query := p.req.URL.Query()
	v := receiptView{Heading: p.Title, Next: local(query.Get("next"))}
	c, known := forms.CommandOf(query.Get("for"))
	if known {
		v.What, v.Again = p.T("op."+c.Resource), p.path("entry", c.Resource, nil)
	}
	if v.Next == "" {
		v.Next = p.path("workspace", "", nil)
	}
	switch p.here() {
	case "waiting", "kept":
		if !known {
			return nil, ledger.ErrUnknown
		}
		v.Heading, v.Says = p.T("receipt."+p.here()), p.H("receipt."+p.here()+".text")
		p.Title = v.Heading
		return v, nil
	}
	id, err := uuid.Parse(p.here())
	if err != nil {
		return nil, ledger.ErrUnknown
	}
	e, err := s.Ledger.Event(p.ctx, id)
	if err != nil {
		return nil, err
	}
	v.Says, _ = p.tells(e)
	v.Stream, v.Recorded, v.Index, v.ID = e.Stream, p.Moment(e.Recorded), p.Int(int(e.Index)), e.ID.String()
	v.Href = p.href("record", v.ID)
	if s.Proof != nil {
		v.ProofURL = "/v1/events/" + v.ID + "/proof"
	}
	return v, nil
}
