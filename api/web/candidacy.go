package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
)

// Pages of a candidacy are for those who judge it, run the edition or stand for it: what each sees is what the ledger gives
// them over HTTP, and no more.

// member is whoever is signed in. A page that asks for somebody is in no cache, is as of now, and sends a visitor who is
// not signed in to the page where one does.
func (p *page) member() (auth.Principal, error) {
	if p.site.Sessions == nil {
		return auth.Principal{}, ledger.ErrUnknown
	}
	if p.asOf != "" {
		private(p)
		return auth.Principal{}, redirect{p.Now()}
	}
	return p.signedIn()
}

// toSignIn sends a visitor whom the ledger does not know to the page where one signs in, and back from there.
func (p *page) toSignIn(err error) error {
	if errors.Is(err, ledger.ErrUnauthenticated) && p.site.Sessions != nil {
		return redirect{p.path("session", "", url.Values{"next": {p.req.URL.RequestURI()}})}
	}
	return err
}

// candidacyHere is the candidacy in the address of the page.
func (p *page) candidacyHere() (domain.Candidacy, error) {
	n, err := p.numberHere()
	return domain.Candidacy{Edition: domain.Edition(n), Collectivity: domain.CollectivityID(p.req.PathValue("id"))}, err
}

// numberHere is the edition in the address of a page of it.
func (p *page) numberHere() (int, error) {
	n, err := strconv.Atoi(p.req.PathValue("n"))
	if err != nil || strconv.Itoa(n) != p.req.PathValue("n") || n < 1 || n > 999 {
		return 0, fmt.Errorf("edition %q: %w", p.req.PathValue("n"), ledger.ErrUnknown)
	}
	return n, nil
}

// ofCandidacy is the value of the address of a page of a candidacy.
func ofCandidacy(e domain.Edition, id domain.CollectivityID) string {
	return fmt.Sprintf("%d/%s", e, id)
}

// seat names a seat of the jury.
func (p *page) seat(n int) string { return p.T("jury.seat", n) }

func (p *page) seats(all []int) string {
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = p.Int(n)
	}
	switch len(words) {
	case 0:
		return p.T("jury.nobody")
	case 1:
		return p.T("jury.seat", all[0])
	}
	return p.T("jury.seats", p.List(words))
}

// awarded is a result of the jury in words, beside its mark: a level is told by the mark alone.
func (p *page) awarded(r domain.Result) string {
	if r.Distinction == domain.DistinctionLevel {
		return ""
	}
	if r.Distinction == domain.DistinctionNone {
		return p.T("level.none")
	}
	return p.held(ledger.Held{Distinction: string(r.Distinction)})
}

// resultMark is a result as a mark; nil where there is none.
func (p *page) resultMark(r *domain.Result) *mark {
	if r == nil || r.Distinction == "" {
		return nil
	}
	var level *int
	if r.Distinction == domain.DistinctionLevel {
		level = new(int(r.Level))
	}
	return new(p.mark(string(r.Distinction), level, "", false))
}

// paper names a page in the head of every sheet that it is printed on.
func (p *page) paper(left, right string) {
	p.Paper = runningPath + "?" + url.Values{"left": {left}, "right": {right}}.Encode()
}

const runningPath = assetPrefix + "running.css"

// running answers with a style sheet that puts two words at the head of every sheet, and the number of the sheet at its
// foot. A style in the page would ask the policy for more than files of this site.
func running(w http.ResponseWriter, r *http.Request) {
	left, right := r.URL.Query().Get("left"), r.URL.Query().Get("right")
	if len(left)+len(right) > 1000 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", contentTypes[".css"])
	w.Header().Set("Cache-Control", "private, max-age=3600")
	const font = `font: 8.5pt system-ui, "Noto Sans", "Liberation Sans", sans-serif; color: #444;`
	fmt.Fprintf(w, "@page { size: A4; margin: 21mm 17mm 19mm;\n @top-left { content: %s; %s }\n @top-right { content: %s; %s }\n @bottom-right { content: counter(page) \" / \" counter(pages); %s }\n}\n",
		cssString(left), font, cssString(right), font, font)
}

// cssString writes a text as a string of CSS: whatever is no letter, digit or plain space is written by its number.
func cssString(s string) string {
	out := []byte{'"'}
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == ' ':
			out = append(out, byte(c))
		case c == 0 || c == '\ufffd':
		default:
			out = fmt.Appendf(out, "\\%06x ", c) // the space ends the number
		}
	}
	return string(append(out, '"'))
}
