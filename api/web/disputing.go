package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
	"arobase/domain"
)

// Mailer sends a letter to one address.
type Mailer interface {
	Send(ctx context.Context, to, subject, text string) error
}

// Letters are how somebody without a token confirms a dispute.
type Letters struct {
	Mailer Mailer
	// Address gives an address as letters are sent to it, or an error where it is none.
	Address func(string) (string, error)
	// Home is the address of this site, https://arobase.example: what a letter links to is never told by a request.
	Home string
}

// disputeView is the page on which anyone disputes a fact.
type disputeView struct {
	Fact    string // the number of its record
	Href    string
	Says    template.HTML
	Action  string
	Claim   string
	Address string
	Faults  []forms.Fault
	// ClaimFault and AddressFault stand beside their fields.
	ClaimFault, AddressFault string
	Notice                   string
	Sent                     bool // a letter is on its way, if the address is right
	Letters                  bool // letters are sent here; else the page says how else to dispute
	Inside                   string
}

// mostClaim bounds what somebody without a token writes, in characters.
const mostClaim = 5000

// disputed reads the fact that a page is about.
func (s *site) disputed(p *page) (ledger.EventView, disputeView, error) {
	private(p)
	id, err := uuid.Parse(p.here())
	if err != nil {
		return ledger.EventView{}, disputeView{}, ledger.ErrUnknown
	}
	e, err := s.Ledger.Event(p.ctx, id)
	if err != nil {
		return e, disputeView{}, err
	}
	var broken *domain.Broken
	if err := s.Ledger.Disputable(p.ctx, id); errors.As(err, &broken) {
		return e, disputeView{}, redirect{p.path("record", id.String(), nil)} // it is no fact, or it was taken back
	} else if err != nil {
		return e, disputeView{}, err
	}
	p.Title = p.T("disputing.title")
	v := disputeView{Fact: p.T("record.short", p.Int(int(e.Index))), Href: p.href("record", id.String()), Action: p.path("dispute", id.String(), nil), Letters: s.Letters != nil && s.Sessions != nil}
	v.Says, _ = p.tells(e)
	return e, v, nil
}

// dispute is the form. Whoever is signed in uses that of the workspace, which asks for no address.
func (s *site) dispute(p *page) (any, error) {
	e, v, err := s.disputed(p)
	if err != nil {
		return nil, err
	}
	who, err := p.who()
	if err != nil {
		return nil, err
	}
	if !who.Is(auth.Public) {
		v.Inside = p.formHref("disputes", forms.Prefill{Values: url.Values{"event": {e.ID.String()}}, Fixed: []string{"event"}, Next: v.Href})
	}
	v.Sent = p.req.URL.Query().Has("sent")
	return v, nil
}

// object takes a dispute, and sends its author a letter. The answer is the same whatever is known of the address.
func (s *site) object(p *page) (any, error) {
	e, v, err := s.disputed(p)
	if err != nil {
		return nil, err
	}
	if !v.Letters {
		return v, nil
	}
	form := p.req.PostForm
	v.Claim, v.Address = strings.TrimSpace(strings.ReplaceAll(form.Get("claim"), "\r\n", "\n")), strings.TrimSpace(form.Get("address"))
	address, err := s.Letters.Address(v.Address)
	if err != nil {
		v.AddressFault = p.T("disputing.noaddress")
	}
	switch n := len([]rune(v.Claim)); {
	case n == 0:
		v.ClaimFault = p.T("fault.required")
	case n > mostClaim:
		v.ClaimFault = p.T("disputing.long", p.Int(mostClaim))
	}
	if v.ClaimFault == "" && v.AddressFault == "" {
		err = s.Sessions.Write(auth.Principal{Role: auth.Public}, p.req)
		var link string
		if err == nil {
			link, err = s.Ledger.Object(p.ctx, e.ID, v.Claim, address)
		}
		var invalid domain.Invalid
		var often *auth.TooMany
		switch {
		case err == nil:
			s.write(p, e, address, link)
			fallthrough
		case errors.Is(err, ledger.ErrEnough): // nothing is sent, and nobody is told
			return nil, redirect{p.path("dispute", e.ID.String(), url.Values{"sent": {""}})}
		case errors.As(err, &invalid):
			v.ClaimFault = p.maker().FaultText(invalid[0])
		case errors.As(err, &often):
			p.Status, v.Notice = http.StatusTooManyRequests, p.N("session.often", seconds(often))
			p.head.Set("Retry-After", fmt.Sprint(seconds(often)))
			return v, nil
		case errors.Is(err, ledger.ErrFull), errors.Is(err, ledger.ErrReadOnly), errors.Is(err, ledger.ErrNoWorkspace):
			p.Status, v.Notice = http.StatusServiceUnavailable, p.T("form.readonly")
			return v, nil
		default:
			return nil, err
		}
	}
	p.Status, p.Title = http.StatusUnprocessableEntity, p.T("form.wrong", p.Title)
	for _, f := range []forms.Fault{{Href: "#claim", Label: p.T("field.claim"), Text: v.ClaimFault}, {Href: "#address", Label: p.T("disputing.address"), Text: v.AddressFault}} {
		if f.Text != "" {
			v.Faults = append(v.Faults, f)
		}
	}
	return v, nil
}

// write sends the letter, and lets nobody wait for it: how long that takes would tell whether one is sent. What its author
// claims is not in it, so that this site writes nobody's words to strangers.
func (s *site) write(p *page, e ledger.EventView, address, link string) {
	to := s.Letters.Home + p.path("confirm", link, nil)
	subject, text := p.T("letter.subject", p.Int(int(e.Index))), p.T("letter.text", p.Int(int(e.Index)), to, s.Letters.Home, int(ledger.ObjectionLife.Hours()))
	ctx := context.WithoutCancel(p.ctx)
	go func() {
		if err := s.Letters.Mailer.Send(ctx, address, subject, text); err != nil {
			// The address is nobody's business, and servers say it back.
			s.Logger.ErrorContext(ctx, "a letter could not be sent", slog.String("error", strings.ReplaceAll(err.Error(), address, "the address")))
		}
	}()
}

// confirmView is the page that a letter leads to.
type confirmView struct {
	Over   bool // the link was used, or is over
	Fact   string
	Href   string
	Says   template.HTML
	Claim  string
	Action string
	Notice string
}

// confirm shows what is about to be published, and asks once more: programs that read mail follow links.
func (s *site) confirm(p *page) (any, error) {
	private(p)
	p.head.Set("Referrer-Policy", "no-referrer") // the address of this page is a key
	p.Title = p.T("confirm.title")
	o, err := s.Ledger.Objecting(p.ctx, p.here())
	if errors.Is(err, ledger.ErrLink) {
		p.Status = http.StatusGone
		return confirmView{Over: true}, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := s.Ledger.Event(p.ctx, o.Event)
	if err != nil {
		return nil, err
	}
	v := confirmView{Fact: p.T("record.short", p.Int(int(e.Index))), Href: p.href("record", e.ID.String()), Claim: o.Claim, Action: p.path("confirm", p.here(), nil)}
	v.Says, _ = p.tells(e)
	return v, nil
}

// confirmed records a dispute that was confirmed.
func (s *site) confirmed(p *page) (any, error) {
	view, err := s.confirm(p)
	if err != nil {
		return nil, err
	}
	v := view.(confirmView)
	if v.Over {
		return v, nil
	}
	done, err := s.Ledger.ConfirmObjection(p.ctx, p.here())
	var broken *domain.Broken
	switch {
	case errors.Is(err, ledger.ErrLink):
		p.Status = http.StatusGone
		return confirmView{Over: true}, nil
	case errors.As(err, &broken):
		p.Status, v.Notice = http.StatusConflict, p.maker().BrokenText(broken)
		return v, nil
	case err != nil:
		return nil, err
	}
	return nil, redirect{p.path("receipt", done.Events[len(done.Events)-1].String(), url.Values{"next": {v.Href}})}
}

// contest is the address of the page on which a fact is disputed, "" where it is no fact. It is there wherever the page is
// made, for a page is made again by whoever audits it; what can be done there is told there.
func (p *page) contest(e ledger.EventView) string {
	data, err := domain.Decode(e.Type, e.Data)
	if err != nil || !domain.IsFact(data) {
		return ""
	}
	return p.path("dispute", e.ID.String(), nil)
}

// disputesAll is the list of disputes for the secretariat, each with the form of its answer.
func (s *site) disputesAll(p *page) (any, error) {
	who, err := p.signedIn(auth.Registrar, auth.President)
	if err != nil {
		return nil, err
	}
	p.Title = p.T("disputes.title")
	v := boardView{Heading: p.Title, Back: p.path("workspace", "", nil)}
	b := &board{page: p, who: who}
	open := boardSection{ID: "open", Empty: p.T("disputes.empty"), Head: []string{p.T("disputes.claim"), p.T("disputes.since"), p.T("disputes.fact")}}
	answered := boardSection{ID: "answered", Empty: p.T("disputes.empty"), Head: append(slices.Clone(open.Head), p.T("disputes.answer"))}
	for _, d := range s.Ledger.Disputes(p.ctx, p.size) {
		e, err := s.Ledger.Event(p.ctx, d.Event)
		if err != nil {
			return nil, err
		}
		fact, err := s.Ledger.Event(p.ctx, d.Fact)
		if err != nil {
			return nil, err
		}
		says, _ := p.tells(fact)
		name := p.T("record.short", p.Int(int(e.Index)))
		line := boardLine{Name: name, Cells: []template.HTML{link(p.href("record", d.Event.String()), cmp.Or(p.written(d.Claim), name)), say(p.MomentShort(e.Recorded)), says}}
		if d.Outcome != "" {
			line.Cells = append(line.Cells, say(p.Or("dispute."+d.Outcome, d.Outcome)+" "+p.written(d.Answer)))
			answered.Lines = append(answered.Lines, line)
			continue
		}
		line.Actions = append(b.can("dispute-answers", "open", true, "dispute", d.Event.String()), b.can("retractions", "open", true, "event", d.Fact.String())...)
		open.Lines = append(open.Lines, line)
	}
	open.Title, answered.Title = p.T("disputes.open", p.Int(len(open.Lines))), p.T("disputes.answered", p.Int(len(answered.Lines)))
	v.Sections = []boardSection{open, answered}
	return v, nil
}

// unanswered counts the disputes without an answer.
func (s *site) unanswered(p *page) int {
	n := 0
	for _, d := range s.Ledger.Disputes(p.ctx, p.size) {
		if d.Outcome == "" {
			n++
		}
	}
	return n
}
