package web

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
)

// entryView is the page of one form.
type entryView struct {
	Form *formView
	As   string // as whom
	Back string
	// Secret is a token that was given: shown this once.
	Secret, SecretSays string
}

// entry is the page of the form of a command, with what the address fills in: ?edition=28&_fixed=edition.
func (s *site) entry(p *page) (any, error) {
	private(p)
	c, ok := commandOf(p.here())
	if !ok {
		return nil, ledger.ErrUnknown
	}
	who, err := p.who()
	switch {
	case err != nil:
		return nil, err
	case !c.allows(who) && who.Is(auth.Public):
		return nil, redirect{p.path("session", "", url.Values{"next": {p.req.URL.RequestURI()}})}
	case !c.allows(who):
		return nil, ledger.ErrForbidden
	}
	form := p.req.URL.Query()
	form.Set(formNext, local(form.Get(formNext)))
	// Whoever makes a link hides nothing from whoever follows it.
	form.Set(formFixed, strings.Join(append(names(form.Get(formFixed)), names(form.Get(formHidden))...), ","))
	form.Del(formHidden)
	p.begin(c, form)
	key, err := s.newKey()
	if err != nil {
		return nil, err
	}
	form.Set(formKey, key)
	p.forWhom(c, who, form, key)
	return p.entryView(c, who, p.formView(c, form, &reading{p: p, form: form})), nil
}

func (p *page) entryView(c command, who auth.Principal, form *formView) entryView {
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
	c, ok := commandOf(p.here())
	if !ok {
		return nil, ledger.ErrUnknown
	}
	form := p.req.PostForm
	form.Set(formNext, local(form.Get(formNext)))
	if len(form) > mostFields || !formKeyForm.MatchString(form.Get(formKey)) {
		return nil, errForm
	}
	again := func(who auth.Principal, r *reading, status int, notice string) (any, error) {
		p.Status = status
		view := p.formView(c, form, r)
		view.Notice = notice
		view.SignIn = who.Is(auth.Public) && !c.allows(who)
		return p.entryView(c, who, view), nil
	}
	plain := &reading{p: p, form: form}
	who, notice, err := s.whoSends(p, form)
	switch {
	case err != nil:
		return nil, err
	case notice != "":
		return again(who, plain, http.StatusForbidden, notice)
	}
	if do := form.Get(formDo); do == "refresh" || strings.HasPrefix(do, "add:") {
		tidy(c.Fields, form)
		return again(who, plain, http.StatusOK, "")
	}
	switch {
	case !c.allows(who) && who.Is(auth.Public):
		return again(who, plain, http.StatusForbidden, p.T("form.over"))
	case !c.allows(who):
		return again(who, plain, http.StatusForbidden, p.T("form.forbidden", p.T("role."+string(who.Role))))
	}
	input, r := p.readForm(c.Fields, form)
	body, err := json.Marshal(input)
	if err != nil {
		return nil, fmt.Errorf("writing what a form asks for: %w", err)
	}
	if len(r.wrong) > 0 {
		r.also(c, body)
		return again(who, r, http.StatusUnprocessableEntity, "")
	}
	ask := ledger.Ask{Input: body, Key: form.Get(formKey)}
	if n, err := strconv.ParseInt(form.Get(formExpected), 10, 64); err == nil {
		ask.Expected = &n
	}
	err = s.Sessions.Write(who, p.req)
	var done outcome
	if err == nil {
		done, err = s.once(p.ctx, c, who, ask)
	}
	if err != nil {
		return s.refused(p, c, who, form, r, err)
	}
	return s.done(p, c, who, form, done)
}

// whoSends is who sends a form: whoever is signed in, or signs in with the token that the form brings. The notice says why
// that token is not taken.
func (s *site) whoSends(p *page, form url.Values) (who auth.Principal, notice string, err error) {
	token := strings.TrimSpace(form.Get(formToken))
	form.Del(formToken)
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
func (s *site) refused(p *page, c command, who auth.Principal, form url.Values, r *reading, err error) (any, error) {
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
		status, r.wrong = http.StatusUnprocessableEntity, invalid
	case errors.As(err, &broken):
		view := p.formView(c, form, r)
		p.breaks(c, form, view, broken)
		p.Status = status
		return p.entryView(c, who, view), nil
	case errors.As(err, &stale):
		changed, err := p.changedSince(who, form, stale)
		if err != nil {
			return nil, err
		}
		form.Set(formExpected, strconv.FormatInt(stale.Current, 10))
		view := p.formView(c, form, r)
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
		form.Set(formKey, key)
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
	view := p.formView(c, form, r)
	view.Notice = notice
	return p.entryView(c, who, view), nil
}

// breaks adds the rule that is broken to the field that shows it.
func (p *page) breaks(c command, form url.Values, view *formView, b *domain.Broken) {
	text := p.brokenText(b)
	set := &setting{page: p, command: c, labels: map[string]string{}}
	var at func(all []fieldView)
	at = func(all []fieldView) {
		for i := range all {
			f := &all[i]
			set.labels[f.Name] = f.Label
			if f.Name == b.Field || owner(b.Field) == f.Name && f.Kind != rows && f.Kind != aGroup {
				f.Faults = append(f.Faults, text)
			}
			at(f.Members)
			for _, row := range f.Rows {
				at(row)
			}
		}
	}
	at(view.Fields)
	at(view.More)
	fault := set.fault(b.Field, text)
	if rule := p.ruleText(b.Rule); rule != text {
		fault.Rule = rule
	}
	if b.Article != "" {
		fault.Article = p.T("form.article", b.Article)
	}
	view.Faults = append(view.Faults, fault)
}

// changedSince gives what was recorded in a stream since a form was opened. Of a draft it gives the form with what is
// drafted now.
func (p *page) changedSince(who auth.Principal, form url.Values, stale *ledger.Stale) ([]changeView, error) {
	rests, err := strconv.ParseInt(form.Get(formExpected), 10, 64)
	if err != nil {
		return nil, nil
	}
	if d, err := p.drafted(who, stale); d != nil || err != nil {
		return d, err
	}
	var all []changeView
	for e, err := range p.site.Ledger.Events(p.ctx, ledger.EventFilter{Stream: string(stale.Stream)}) {
		if err != nil {
			return nil, err
		}
		if e.Revision > rests {
			says, _ := p.tells(e)
			all = append(all, changeView{p.href("record", e.ID.String()), p.T("record.short", p.Int(int(e.Index))), says})
		}
	}
	return all, nil
}

// done leads on from what was carried out.
func (s *site) done(p *page, c command, who auth.Principal, form url.Values, done outcome) (any, error) {
	if done.Given {
		view := p.formView(c, form, &reading{p: p, form: form})
		view.Notice = p.T("form.given." + c.Resource)
		return p.entryView(c, who, view), nil
	}
	if done.Secret != "" {
		key, err := s.newKey()
		if err != nil {
			return nil, err
		}
		empty := url.Values{formKey: {key}}
		v := p.entryView(c, who, p.formView(c, empty, &reading{p: p, form: empty}))
		v.Secret, v.SecretSays = done.Secret, p.T("form.secret."+c.Resource)
		return v, nil
	}
	query := url.Values{}
	if next := form.Get(formNext); next != "" {
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
	c, known := commandOf(query.Get("for"))
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

// newKey makes a form one that is recorded once, however often it is sent.
func (s *site) newKey() (string, error) {
	var random [16]byte
	if _, err := io.ReadFull(s.Random, random[:]); err != nil {
		return "", fmt.Errorf("making a form: %w", err)
	}
	return hex.EncodeToString(random[:]), nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// offered are the commands that somebody may give, in the order of an edition.
func offered(who auth.Principal) []command {
	return slices.DeleteFunc(slices.Clone(commands), func(c command) bool { return !c.allows(who) })
}
