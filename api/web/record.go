package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/domain"
)

// recordView is one inscription: what it says, the very bytes, and how anyone can check that it is still what it was.
type recordView struct {
	Heading  string
	Says     template.HTML
	Sources  []cite
	Recorded string
	Index    string
	By       string
	Texts    []disclosed
	Erased   string // what to say of what was erased, "" where nothing was
	Absent   bool
	Bytes    string // exactly
	Readable string // the same with line breaks
	Links    recordLinks
	Contest  string // where the fact is disputed, "" where it cannot be
	Proof    string // the proof as it is served, "" where there is none yet
	ProofURL string // "" where no log is kept
	Commands string
	Verify   verifier
	Previous *labelled
	Next     *labelled
}

// verifier is what the script that verifies in the browser is told.
type verifier struct {
	ID, Index string
	Key       string // which this site gives
	Texts     bool   // there are sealed texts to compare
}

// disclosed is a text or a file that belongs to a record and is public. The record holds only the seal of a text, at Pointer;
// "" where the text is not here. Of a file it holds the hash, and Href is where the file is.
type disclosed struct{ Name, Text, Pointer, Href string }

func (s *site) record(p *page) (any, error) {
	id, err := uuid.Parse(p.here())
	if err != nil || id.String() != p.here() {
		return nil, fmt.Errorf("record %q: %w", p.here(), ledger.ErrUnknown)
	}
	e, err := s.Ledger.Event(p.ctx, id)
	if err != nil {
		return nil, err
	}
	if e.Index >= p.size {
		return nil, fmt.Errorf("record %s as of %d: %w", id, p.size, ledger.ErrUnknown)
	}
	name := typeName(e.Type)
	v := recordView{
		Heading: p.T("record.heading", p.Int(int(e.Index))), Recorded: p.Moment(e.Recorded), Index: p.Int(int(e.Index)),
		By: p.actor(e.Actor), Absent: len(e.NotAtHand) > 0, Bytes: e.Envelope,
	}
	p.Title = v.Heading
	p.Description = p.Or("record.type."+name, name)
	v.Says, v.Sources = p.tells(e)
	for pointer, value := range e.Disclosed {
		if text := asText(value); text != "" {
			v.Texts = append(v.Texts, disclosed{Name: p.textName(pointer), Text: text, Pointer: pointer})
		}
	}
	for _, pointer := range e.Erased {
		gone := "item.erased"
		if _, ok := fileAt(pointer); !ok {
			v.Erased = "record.erased"
		} else if gone = "item.erasedFile"; v.Erased == "" {
			v.Erased = "record.erasedFile"
		}
		v.Texts = append(v.Texts, disclosed{Name: p.textName(pointer), Text: p.T(gone)})
	}
	for _, pointer := range e.NotAtHand {
		v.Texts = append(v.Texts, disclosed{Name: p.textName(pointer), Text: p.T("item.absent")})
	}
	v.Texts = append(v.Texts, p.filesOf(e)...)
	slices.SortFunc(v.Texts, func(a, b disclosed) int { return strings.Compare(a.Name, b.Name) })
	var readable bytes.Buffer
	if err := json.Indent(&readable, []byte(e.Envelope), "", "  "); err != nil {
		return nil, fmt.Errorf("setting record %s: %w", id, err)
	}
	v.Readable = readable.String()
	if v.Links, err = p.linksOf(e); err != nil {
		return nil, err
	}
	if len(v.Links.Corrected) == 0 {
		v.Contest = p.contest(e)
	}
	s.prove(p, &v, e)
	return v, v.neighbours(p, e.Index)
}

// actor says under what title a record was made: a role and a body.
func (p *page) actor(s string) string {
	role, body, _ := strings.Cut(s, ":")
	switch {
	case p.Has("actor." + s):
		return p.T("actor." + s)
	case role == "declarant":
		return p.maker().NameOf(body)
	case role == "jury":
		return p.T("actor.jury", body)
	}
	return s
}

// textName says what a sealed text is, by its place in a record.
func (p *page) textName(pointer string) string {
	if n, ok := fileAt(pointer); ok {
		return p.T("record.text.file", p.Int(n+1))
	}
	return p.Or("record.text."+strings.TrimPrefix(pointer, "/data/"), pointer)
}

// filesOf gives the uploaded files that a record names. Beside an address a hash is that of what is there.
func (p *page) filesOf(e ledger.EventView) (all []disclosed) {
	data, err := domain.Decode(e.Type, e.Data)
	if err != nil {
		return nil // of a type that this program does not know
	}
	for i, shown := range domain.EvidenceOf(data) {
		pointer := "/data/evidence/" + strconv.Itoa(i)
		if shown.SHA256 != "" && shown.URL == "" && !slices.Contains(e.Erased, pointer) {
			all = append(all, disclosed{Name: p.textName(pointer), Text: p.T("record.download"), Href: "/evidence/" + shown.SHA256})
		}
	}
	return all
}

// fileAt reads the place of a file in a record: /data/evidence/0.
func fileAt(pointer string) (n int, ok bool) {
	text, ok := strings.CutPrefix(pointer, "/data/evidence/")
	n, err := strconv.Atoi(text)
	return n, ok && err == nil
}

// prove adds the proof and the commands that check it without this site.
func (s *site) prove(p *page, v *recordView, e ledger.EventView) {
	if s.Proof == nil {
		return
	}
	v.ProofURL = "/v1/events/" + e.ID.String() + "/proof"
	if proof, err := s.Proof(p.ctx, e.Index); err == nil {
		v.Proof = string(proof)
		v.Verify = verifier{e.ID.String(), strconv.FormatUint(e.Index, 10), s.logKey(p.ctx), len(e.Disclosed) > 0}
	}
	v.Commands = p.proofCommands(v.ProofURL)
}

// asText gives a disclosed value as text: its own, where it has one among other things; else as it is written.
func asText(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	var found struct{ Text string }
	if json.Unmarshal(value, &found) == nil && found.Text != "" {
		return found.Text
	}
	return string(value)
}

// typeName is the name of a type without its prefix and version.
func typeName(typ string) string {
	name := strings.TrimPrefix(typ, "arobase.")
	if i := strings.LastIndex(name, ".v"); i >= 0 {
		name = name[:i]
	}
	return name
}

// neighbours links to the records before and after in the ledger.
func (v *recordView) neighbours(p *page, index uint64) error {
	first := index
	if index > 0 {
		first--
	}
	for e, err := range p.site.Ledger.Events(p.ctx, ledger.EventFilter{After: first}) {
		switch {
		case err != nil:
			return err
		case e.Index > index+1 || e.Index >= p.size:
			return nil
		case e.Index == index:
			continue
		}
		to := &labelled{p.T("record.short", p.Int(int(e.Index))), p.href("record", e.ID.String())}
		if e.Index < index {
			v.Previous = to
		} else {
			v.Next = to
		}
	}
	return nil
}
