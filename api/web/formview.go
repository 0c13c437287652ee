package web

import (
	"cmp"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/domain"
)

// formView is a form as it is shown: the piece "fields" sets it. A page of its own shows one at route "entry"; any other
// page embeds one with [page.formOf] and {{template "fields" .V.Form}}. Wherever it stands it is sent to its own address,
// which shows it again with everything that was typed where something is wrong, and leads to the receipt where nothing is.
type formView struct {
	Resource, Heading, About string
	Prefix                   string // of the ids of its fields
	Action                   string // where it is sent
	Elsewhere                string // the same in the other language, which keeps what was typed
	Fields, More             []fieldView
	Hidden                   []hidden
	Sources                  []answer // offered where one is asked for
	Refreshes                bool     // some fields offer what others ask for
	// Faults are what is wrong, for the top of the form; Notice is what else there is to say, Changed what others recorded
	// meanwhile.
	Faults  []faultView
	Notice  string
	Changed []changeView
	SignIn  bool // the session is over: the token is asked for once more, here
}

// firstForm begins the ids of the first form of a page, which is the only one where something is wrong.
const firstForm = "f-"

type hidden struct{ Name, Value string }

// faultView is one thing that is wrong. Href leads to its field, "" where it is about no field.
type faultView struct {
	Href, Label, Text string
	Rule, Article     string // the rule that is broken, and its article in the regulation, where there is one
}

// changeView is a record that was made meanwhile.
type changeView struct {
	Href, Text string
	Says       template.HTML
}

// fieldView is one field with its words and what was typed.
type fieldView struct {
	ID, Name, Label, Help string
	Kind                  fieldKind
	Value                 string
	Input, Mode           string // type and inputmode
	List                  string // of what is offered, by id
	Lines                 int    // of a text
	Options               []answer
	Required, Fixed       bool
	Shown                 template.HTML // of a fixed field
	Faults                []string
	Members               []fieldView   // of a group
	Rows                  [][]fieldView // of rows
	RowID                 []string
	RowNames              []string
	Add                   string // the address to which the form is sent for another row
	Picks                 []answer
	Resolved              string // the body that a name means
}

// answer is one thing that can be chosen; Group is a heading before it, where it is the first of a group.
type answer struct {
	Value, Label, Group string
	Chosen              bool
}

// prefill is what a form begins with. All of it is held again by the rules when the form is sent.
type prefill struct {
	Values url.Values // by the names of the fields
	Fixed  []string   // fields that are shown and not to be changed
	Hidden []string   // fields that are sent and not shown, because the page around says them; shown where a link leads there
	// Expected is the revision of the stream, or of the draft, that the page shows. Where somebody was quicker the form says
	// what changed. Nil: any.
	Expected *int64
	Next     string // where the receipt leads on to: a path of this site
}

// The names of what a form sends about itself.
const (
	formKey      = "_key"
	formExpected = "_expected"
	formFixed    = "_fixed"
	formHidden   = "_hidden"
	formNext     = "_next"
	formDo       = "_do" // add:<list>, refresh, or to record
	formToken    = "_token"
)

// formOf makes a form for a page that embeds it:
//
//	v.Form, err = p.formOf("recusals", prefill{
//		Values: url.Values{"edition": {"28"}, "juror": {"3"}, "collectivity": {id}},
//		Hidden: []string{"edition", "juror"}, Fixed: []string{"collectivity"}, Next: p.href("jury", ""),
//	})
//
// A link does the same: [page.formHref]. Whether somebody may send it is asked when it is sent; offer it to those who may
// ([command.allows]). Fields that the prefill does not name begin empty, or with the edition, the grid and the regulation
// that are under way.
func (p *page) formOf(resource string, with prefill) (*formView, error) {
	c, ok := commandOf(resource)
	if !ok {
		return nil, ledger.ErrUnknown
	}
	form := with.state()
	key, err := p.site.newKey()
	if err != nil {
		return nil, err
	}
	form.Set(formKey, key)
	p.begin(c, form)
	return p.formView(c, form, &reading{p: p, form: form}), nil
}

// formHref is the address of a form that begins with something.
func (p *page) formHref(resource string, with prefill) string {
	return p.path("entry", resource, with.state())
}

// state is a prefill as a form sends it.
func (with prefill) state() url.Values {
	form := url.Values{}
	for name, values := range with.Values {
		form[name] = slices.Clone(values)
	}
	for name, all := range map[string][]string{formFixed: with.Fixed, formHidden: with.Hidden} {
		if len(all) > 0 {
			form.Set(name, strings.Join(all, ","))
		}
	}
	if with.Expected != nil {
		form.Set(formExpected, strconv.FormatInt(*with.Expected, 10))
	}
	if with.Next != "" {
		form.Set(formNext, with.Next)
	}
	return form
}

// formView sets a form with what was typed and what is wrong with it.
func (p *page) formView(c command, form url.Values, r *reading) *formView {
	v := &formView{
		Resource: c.Resource, Heading: p.T("op." + c.Resource), About: p.T("op." + c.Resource + ".text"),
		Action: p.path("entry", c.Resource, nil), Elsewhere: p.other.path("entry", c.Resource, nil),
	}
	for _, name := range []string{formKey, formExpected, formFixed, formHidden, formNext} {
		if value := form.Get(name); value != "" {
			v.Hidden = append(v.Hidden, hidden{name, value})
		}
	}
	p.forms++
	if v.Prefix = firstForm; p.forms > 1 {
		v.Prefix = "f" + strconv.Itoa(p.forms) + "-"
	}
	set := &setting{page: p, prefix: v.Prefix, command: c, form: form, r: r, fixed: names(form.Get(formFixed)), unseen: names(form.Get(formHidden)), offers: p.offersFor(c, form)}
	for _, b := range c.Fields {
		if slices.Contains(set.unseen, b.Name) {
			v.Hidden = append(v.Hidden, set.hide(b)...)
			continue
		}
		f := set.field(b, b.Name)
		if b.Name == "occurred" {
			v.More = append(v.More, f)
		} else {
			v.Fields = append(v.Fields, f)
		}
	}
	v.Refreshes = set.offers.any
	asks := false
	each(c.Fields, func(b blank) { asks = asks || b.Kind == aSource })
	if asks {
		v.Sources = p.sourcesOffered()
	}
	place := func(e domain.FieldError) int {
		return max(slices.Index(set.inOrder, e.Field), slices.Index(set.inOrder, owner(e.Field)))
	}
	for _, e := range slices.SortedStableFunc(slices.Values(r.wrong), func(a, b domain.FieldError) int { return cmp.Compare(place(a), place(b)) }) {
		fault := set.fault(e.Field, p.faultText(e))
		if e.Case != nil && !e.Case.Form { // a rule that another step breaks: that of one decision, in a deliberation
			fault.Rule = p.ruleText(domain.Rule(e.Rule))
		}
		v.Faults = append(v.Faults, fault)
	}
	return v
}

// setting sets the fields of one form.
type setting struct {
	*page
	command       command
	form          url.Values
	r             *reading
	fixed, unseen []string
	offers        offers
	prefix        string            // of the ids
	labels        map[string]string // of what was set, by name
	inOrder       []string          // the names of what was set
}

func names(s string) []string {
	return strings.FieldsFunc(s, func(c rune) bool { return c == ',' })
}

var notInID = regexp.MustCompile(`[^A-Za-z0-9]+`)

// fieldID is the id of a field. Prefix is f- on the page of the form, and tells several forms of one page apart.
func fieldID(prefix, name string) string {
	return prefix + strings.Trim(notInID.ReplaceAllString(name, "-"), "-")
}

// hide keeps a field that is not shown.
func (s *setting) hide(b blank) []hidden {
	var all []hidden
	for name, values := range s.form {
		if name == b.Name || strings.HasPrefix(name, b.Name+".") || strings.HasPrefix(name, b.Name+"[") {
			for _, value := range values {
				all = append(all, hidden{name, value})
			}
		}
	}
	slices.SortFunc(all, func(a, b hidden) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (s *setting) field(b blank, name string) fieldView {
	f := fieldView{
		ID: fieldID(s.prefix, name), Name: name, Label: s.fieldWord("field", s.command, b), Help: s.fieldWord("help", s.command, b),
		Kind: b.Kind, Value: s.form.Get(name), Required: b.Required, Input: "text",
	}
	if s.labels == nil {
		s.labels = map[string]string{}
	}
	s.labels[name] = f.Label
	if i := strings.LastIndexByte(name, '.'); i >= 0 && s.labels[name[:i]] != "" {
		s.labels[name] = s.labels[name[:i]] + " – " + f.Label
	}
	s.inOrder = append(s.inOrder, name)
	for _, e := range s.r.wrong {
		if e.Field == name || owner(e.Field) == name && b.Kind != rows && b.Kind != aGroup {
			f.Faults = append(f.Faults, s.faultText(e))
		}
	}
	switch b.Kind {
	case aGroup:
		for _, m := range b.Members {
			f.Members = append(f.Members, s.field(m, name+"."+m.Name))
		}
	case rows:
		s.rows(&f, b)
	case choices:
		f.Options = s.options(b, b.Choices, s.form[name])
	case aChoice:
		f.Options = s.options(b, b.Choices, s.form[name])
		if len(b.Choices) > 5 || !b.Required || strings.Contains(b.Path, "[]") {
			f.Kind = "select"
		}
	case aYes:
		f.Options = []answer{{Value: b.Choices[0], Chosen: f.Value == b.Choices[0]}}
	case aList, bodies:
		f.Value, f.Lines = strings.Join(s.form[name], "\n"), 4
	case aText:
		f.Lines = 5
	case aNumber:
		f.Mode = "numeric"
	case anAmount:
		f.Mode = "decimal"
	case aDay:
		if f.Value = isoDate(strings.TrimSpace(f.Value)); f.Value == "" || isDay(f.Value) {
			f.Input = "date" // which shows nothing else than a day: what was typed otherwise stays a text
		}
	case aLink:
		f.Input = "url"
	case aSource:
		f.List = s.prefix + "sources"
	}
	s.offer(&f, b)
	s.resolve(&f, b)
	if slices.Contains(s.fixed, name) {
		f.Fixed, f.Shown = true, s.shown(f)
	}
	return f
}

// owner is the list that a fault of one of its lines belongs to: services of services[3].
func owner(field string) string {
	if i := strings.LastIndexByte(field, '['); i >= 0 && strings.HasSuffix(field, "]") {
		return field[:i]
	}
	return field
}

// rows sets the rows of a list: those in which something was typed, and one to begin with or that was asked for.
func (s *setting) rows(f *fieldView, b blank) {
	all := rowsOf(s.form, f.Name)
	count := len(all)
	if s.form.Get(formDo) == "add:"+f.Name || count == 0 && b.Required {
		count++
	}
	for n := range min(count, mostRows) {
		name := rowName(f.Name, n)
		s.labels[name] = s.T("form.row", f.Label, s.Int(n+1))
		var row []fieldView
		for _, m := range b.Members {
			if m.Path == "evidence[].sha256" && s.form.Get(name+"."+m.Name) == "" {
				continue // a person gives the file itself, on the page of the action
			}
			row = append(row, s.field(m, name+"."+m.Name))
		}
		f.Rows, f.RowID = append(f.Rows, row), append(f.RowID, fieldID(s.prefix, name))
		f.RowNames = append(f.RowNames, s.labels[name])
	}
	f.Add = s.path("entry", s.command.Resource, nil) + "#" + fieldID(firstForm, rowName(f.Name, len(all)))
}

// options are the words of a choice.
func (s *setting) options(b blank, all, chosen []string) []answer {
	var out []answer
	for _, value := range all {
		out = append(out, answer{Value: value, Label: s.choiceWord(s.command, b, value), Chosen: slices.Contains(chosen, value)})
	}
	return out
}

// resolve says which body a name means, or offers those that it may mean.
func (s *setting) resolve(f *fieldView, b blank) {
	if b.Kind != aBody {
		return
	}
	picked := s.form.Get(f.Name + pickOf)
	for _, c := range s.r.found[f.Name] {
		f.Picks = append(f.Picks, answer{Value: c.ID, Label: s.shortly(c), Chosen: c.ID == picked})
	}
	if len(f.Picks) == 0 && picked != "" && s.form.Get(f.Name+pickFor) == strings.TrimSpace(f.Value) {
		for _, c := range s.site.Ledger.Short(s.ctx, []string{picked}, s.size) {
			f.Picks = append(f.Picks, answer{Value: c.ID, Label: s.shortly(c), Chosen: true})
		}
	}
	if text := strings.TrimSpace(f.Value); text != "" && len(f.Picks) == 0 {
		if found := s.site.Ledger.Find(s.ctx, text, s.size); len(found) == 1 {
			f.Resolved = s.shortly(found[0])
		}
	}
}

// shortly names a body so that it is not taken for another one.
func (p *page) shortly(c ledger.CollectivityShort) string {
	name := c.Name
	if c.Departement != nil {
		name += " (" + c.Departement.Name + ")"
	}
	return name + ", " + c.ID
}

// shown is what a fixed field says.
func (s *setting) shown(f fieldView) template.HTML {
	switch f.Kind {
	case aBody:
		return say(cmp.Or(f.Resolved, f.Value))
	case aDay, aPartial:
		return say(s.Date(f.Value))
	case aRecord:
		id, err := uuid.Parse(f.Value)
		if err != nil {
			break
		}
		if e, err := s.site.Ledger.Event(s.ctx, id); err == nil {
			says, _ := s.tells(e)
			return link(s.href("record", id.String()), s.T("record.short", s.Int(int(e.Index)))) + ". " + says
		}
	}
	var chosen []string
	for _, o := range f.Options {
		if o.Chosen {
			chosen = append(chosen, o.Label)
		}
	}
	if chosen != nil {
		return say(s.page.List(chosen))
	}
	return say(f.Value)
}

// fault makes a line of the summary.
func (s *setting) fault(field, text string) faultView {
	v := faultView{Text: text}
	for _, name := range []string{field, owner(field)} {
		if label, ok := s.labels[name]; ok && name != "" {
			v.Href, v.Label = "#"+fieldID(firstForm, name), label
			break
		}
	}
	if v.Href == "" && field != "" && field != "body" {
		v.Label = s.called(field)
	}
	return v
}

// called is what a field is called that is not shown: a part of the form that the page around it fills in, or a collectivity
// of which a fault is told. It is "" where the reader has no word for it.
func (s *setting) called(field string) string {
	if name := s.nameOf(field); name != field {
		return name
	}
	path := inBrackets.ReplaceAllString(field, "[]")
	label := ""
	each(s.command.Fields, func(b blank) {
		if label == "" && (b.Path == path || b.Path == strings.TrimSuffix(path, "[]")) {
			label = s.fieldWord("field", s.command, b)
		}
	})
	return label
}

var inBrackets = regexp.MustCompile(`\[[0-9]+\]`)

// nameOf is the name of a body where a fault names one, or the field as it is called.
func (p *page) nameOf(field string) string {
	if found := p.site.Ledger.Short(p.ctx, []string{field}, p.size); len(found) == 1 {
		return found[0].Name
	}
	return field
}

// fieldWord says the label or the help of a field: that of the event and the path, of the path alone, or of its last part,
// which several objects have.
func (t *tongue) fieldWord(what string, c command, b blank) string {
	for _, key := range fieldKeys(c, b) {
		if t.Has(what + "." + key) {
			return t.T(what + "." + key)
		}
	}
	return t.T(what + "." + b.Path)
}

func fieldKeys(c command, b blank) []string {
	last := b.Path[strings.LastIndexByte(b.Path, '.')+1:]
	return []string{c.Resource + ":" + b.Path, b.Path, "*." + last}
}

// choiceWord says what can be chosen.
func (t *tongue) choiceWord(c command, b blank, value string) string {
	for _, key := range fieldKeys(c, b) {
		if t.Has("choice." + key + "." + value) {
			return t.T("choice." + key + "." + value)
		}
	}
	return t.T("choice." + value)
}
