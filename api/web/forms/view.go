package forms

import (
	"cmp"
	"context"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/api/web/words"
	"arobase/domain"
)

// View is a form as it is shown: the piece "fields" sets it. A page of its own shows one; any other page embeds one with
// {{template "fields" .V.Form}}. Wherever it stands it is sent to its own address, which shows it again with everything that
// was typed where something is wrong, and leads to the receipt where nothing is.
type View struct {
	Resource, Heading, About string
	Prefix                   string // of the ids of its fields
	Action                   string // where it is sent
	Elsewhere                string // the same in the other language, which keeps what was typed
	Fields, More             []Field
	Hidden                   []Hidden
	Sources                  []Answer // offered where one is asked for
	Refreshes                bool     // some fields offer what others ask for
	// Faults are what is wrong, for the top of the form; Notice is what else there is to say, Changed what others recorded
	// meanwhile.
	Faults  []Fault
	Notice  string
	Changed []Change
	SignIn  bool // the session is over: the token is asked for once more, here
}

// firstForm begins the ids of the first form of a page, which is the only one where something is wrong.
const firstForm = "f-"

// Hidden is a field that is sent and not shown.
type Hidden struct{ Name, Value string }

// Fault is one thing that is wrong. Href leads to its field, "" where it is about no field.
type Fault struct {
	Href, Label, Text string
	Rule, Article     string // the rule that is broken, and its article in the regulation, where there is one
}

// Change is a record that was made meanwhile.
type Change struct {
	Href, Text string
	Says       template.HTML
}

// Field is one field with its words and what was typed.
type Field struct {
	ID, Name, Label, Help string
	Kind                  fieldKind
	Value                 string
	Input, Mode           string // type and inputmode
	List                  string // of what is offered, by id
	Lines                 int    // of a text
	Options               []Answer
	Required, Fixed       bool
	Shown                 template.HTML // of a fixed field
	Faults                []string
	Members               []Field   // of a group
	Rows                  [][]Field // of rows
	RowID                 []string
	RowNames              []string
	Add                   string // the address to which the form is sent for another row
	Picks                 []Answer
	Resolved              string // the body that a name means
}

// Answer is one thing that can be chosen; Group is a heading before it, where it is the first of a group.
type Answer struct {
	Value, Label, Group string
	Chosen              bool
}

// Prefill is what a form begins with. All of it is held again by the rules when the form is sent.
type Prefill struct {
	Values url.Values // by the names of the fields
	Fixed  []string   // fields that are shown and not to be changed
	Hidden []string   // fields that are sent and not shown, because the page around says them; shown where a link leads there
	// Expected is the revision of the stream, or of the draft, that the page shows. Where somebody was quicker the form says
	// what changed. Nil: any.
	Expected *int64
	Next     string // where the receipt leads on to: a path of this site
}

// Refresh is what a form asks for that wants to be offered what belongs to what was chosen.
const Refresh = "refresh"

// What a form sends about itself stands in fields of these names.
const (
	// KeyField makes a form one that is recorded once, however often it is sent.
	KeyField = "_key"
	// ExpectedField is the revision that the form was opened at.
	ExpectedField = "_expected"
	// FixedField names the fields that are shown and not to be changed.
	FixedField = "_fixed"
	// HiddenField names the fields that are sent and not shown.
	HiddenField = "_hidden"
	// NextField is where the receipt leads on to.
	NextField = "_next"
	// DoField is what the form is sent for: "add:" and a list, [Refresh], or "" to record.
	DoField = "_do"
	// TokenField is the token of somebody whose session ended.
	TokenField = "_token"
)

// State is a prefill as a form sends it.
func (with Prefill) State() url.Values {
	form := url.Values{}
	for name, values := range with.Values {
		form[name] = slices.Clone(values)
	}
	for name, all := range map[string][]string{FixedField: with.Fixed, HiddenField: with.Hidden} {
		if len(all) > 0 {
			form.Set(name, strings.Join(all, ","))
		}
	}
	if with.Expected != nil {
		form.Set(ExpectedField, strconv.FormatInt(*with.Expected, 10))
	}
	if with.Next != "" {
		form.Set(NextField, with.Next)
	}
	return form
}

// Maker makes forms for one reader, as of one moment: it asks the ledger what a form can offer and what was meant by a name.
type Maker struct {
	*words.Language
	ledger *ledger.Ledger
	ctx    context.Context
	size   uint64 // of the ledger, in records
	// address is where the form of a resource is sent, in the language of the reader and in the other one.
	address func(resource string) (here, elsewhere string)
	// tell says a record in a line, as HTML, with a link to it.
	tell func(e ledger.EventView) template.HTML
	// made counts the forms of a page: their fields have different ids.
	made int
}

// NewMaker makes a maker of forms for a reader of a language, as of a size of the ledger.
func NewMaker(ctx context.Context, language *words.Language, l *ledger.Ledger, size uint64, address func(resource string) (here, elsewhere string), tell func(e ledger.EventView) template.HTML) *Maker {
	return &Maker{Language: language, ledger: l, ctx: ctx, size: size, address: address, tell: tell}
}

// Form sets a form with what was typed and what is wrong with it.
func (m *Maker) Form(c Command, form url.Values, r *Reading) *View {
	v := &View{
		Resource: c.Resource, Heading: m.T("op." + c.Resource), About: m.T("op." + c.Resource + ".text"),
	}
	v.Action, v.Elsewhere = m.address(c.Resource)
	for _, name := range []string{KeyField, ExpectedField, FixedField, HiddenField, NextField} {
		if value := form.Get(name); value != "" {
			v.Hidden = append(v.Hidden, Hidden{name, value})
		}
	}
	m.made++
	if v.Prefix = firstForm; m.made > 1 {
		v.Prefix = "f" + strconv.Itoa(m.made) + "-"
	}
	set := &setting{Maker: m, prefix: v.Prefix, command: c, form: form, r: r, fixed: names(form.Get(FixedField)), unseen: names(form.Get(HiddenField)), offers: m.offersFor(c, form)}
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
		v.Sources = m.sourcesOffered()
	}
	place := func(e domain.FieldError) int {
		return max(slices.Index(set.inOrder, e.Field), slices.Index(set.inOrder, owner(e.Field)))
	}
	for _, e := range slices.SortedStableFunc(slices.Values(r.Wrong), func(a, b domain.FieldError) int { return cmp.Compare(place(a), place(b)) }) {
		fault := set.fault(e.Field, m.FaultText(e))
		if e.Case != nil && !e.Case.Form { // a rule that another step breaks: that of one decision, in a deliberation
			fault.Rule = m.ruleText(domain.Rule(e.Rule))
		}
		v.Faults = append(v.Faults, fault)
	}
	return v
}

// setting sets the fields of one form.
type setting struct {
	*Maker
	command       Command
	form          url.Values
	r             *Reading
	fixed, unseen []string
	offers        offers
	prefix        string            // of the ids
	labels        map[string]string // of what was set, by name
	inOrder       []string          // the names of what was set
}

// Reveal shows what a form that somebody leads to would hide: whoever makes a link hides nothing from whoever follows it.
func Reveal(form url.Values) {
	form.Set(FixedField, strings.Join(append(names(form.Get(FixedField)), names(form.Get(HiddenField))...), ","))
	form.Del(HiddenField)
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
func (s *setting) hide(b blank) []Hidden {
	var all []Hidden
	for name, values := range s.form {
		if name == b.Name || strings.HasPrefix(name, b.Name+".") || strings.HasPrefix(name, b.Name+"[") {
			for _, value := range values {
				all = append(all, Hidden{name, value})
			}
		}
	}
	slices.SortFunc(all, func(a, b Hidden) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (s *setting) field(b blank, name string) Field {
	f := Field{
		ID: fieldID(s.prefix, name), Name: name, Label: s.command.word(s.Language, "field", b), Help: s.command.word(s.Language, "help", b),
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
	for _, e := range s.r.Wrong {
		if e.Field == name || owner(e.Field) == name && b.Kind != rows && b.Kind != aGroup {
			f.Faults = append(f.Faults, s.FaultText(e))
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
		f.Options = []Answer{{Value: b.Choices[0], Chosen: f.Value == b.Choices[0]}}
	case aList, bodies:
		f.Value, f.Lines = strings.Join(s.form[name], "\n"), 4
	case aText:
		f.Lines = 5
	case aNumber:
		f.Mode = "numeric"
	case anAmount:
		f.Mode = "decimal"
	case aDay:
		if f.Value = ISODate(strings.TrimSpace(f.Value)); f.Value == "" || isDay(f.Value) {
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
func (s *setting) rows(f *Field, b blank) {
	all := rowsOf(s.form, f.Name)
	count := len(all)
	if s.form.Get(DoField) == "add:"+f.Name || count == 0 && b.Required {
		count++
	}
	for n := range min(count, mostRows) {
		name := rowName(f.Name, n)
		s.labels[name] = s.T("form.row", f.Label, s.Int(n+1))
		var row []Field
		for _, m := range b.Members {
			row = append(row, s.field(m, name+"."+m.Name))
		}
		f.Rows, f.RowID = append(f.Rows, row), append(f.RowID, fieldID(s.prefix, name))
		f.RowNames = append(f.RowNames, s.labels[name])
	}
	here, _ := s.address(s.command.Resource)
	f.Add = here + "#" + fieldID(firstForm, rowName(f.Name, len(all)))
}

// options are the words of a choice.
func (s *setting) options(b blank, all, chosen []string) []Answer {
	var out []Answer
	for _, value := range all {
		out = append(out, Answer{Value: value, Label: s.command.choiceWord(s.Language, b, value), Chosen: slices.Contains(chosen, value)})
	}
	return out
}

// resolve says which body a name means, or offers those that it may mean.
func (s *setting) resolve(f *Field, b blank) {
	if b.Kind != aBody {
		return
	}
	picked := s.form.Get(f.Name + pickOf)
	for _, c := range s.r.found[f.Name] {
		f.Picks = append(f.Picks, Answer{Value: c.ID, Label: shortly(c), Chosen: c.ID == picked})
	}
	if len(f.Picks) == 0 && picked != "" && s.form.Get(f.Name+pickFor) == strings.TrimSpace(f.Value) {
		for _, c := range s.ledger.Short(s.ctx, []string{picked}, s.size) {
			f.Picks = append(f.Picks, Answer{Value: c.ID, Label: shortly(c), Chosen: true})
		}
	}
	if text := strings.TrimSpace(f.Value); text != "" && len(f.Picks) == 0 {
		if found := s.ledger.Find(s.ctx, text, s.size); len(found) == 1 {
			f.Resolved = shortly(found[0])
		}
	}
}

// shown is what a fixed field says.
func (s *setting) shown(f Field) template.HTML {
	switch f.Kind {
	case aBody:
		return text(cmp.Or(f.Resolved, f.Value))
	case aDay, aPartial:
		return text(s.Date(f.Value))
	case aRecord:
		id, err := uuid.Parse(f.Value)
		if err != nil {
			break
		}
		if e, err := s.ledger.Event(s.ctx, id); err == nil {
			return s.tell(e)
		}
	}
	var chosen []string
	for _, o := range f.Options {
		if o.Chosen {
			chosen = append(chosen, o.Label)
		}
	}
	if chosen != nil {
		return text(s.List(chosen))
	}
	return text(f.Value)
}

// fault makes a line of the summary.
func (s *setting) fault(field, text string) Fault {
	v := Fault{Text: text}
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
	if name := s.NameOf(field); name != field {
		return name
	}
	path := inBrackets.ReplaceAllString(field, "[]")
	label := ""
	each(s.command.Fields, func(b blank) {
		if label == "" && (b.Path == path || b.Path == strings.TrimSuffix(path, "[]")) {
			label = s.command.word(s.Language, "field", b)
		}
	})
	return label
}

var inBrackets = regexp.MustCompile(`\[[0-9]+\]`)

// NameOf is the name of a body where a fault names one, or the field as it is called.
func (m *Maker) NameOf(field string) string {
	if found := m.ledger.Short(m.ctx, []string{field}, m.size); len(found) == 1 {
		return found[0].Name
	}
	return field
}

// shortly names a body so that it is not taken for another one.
func shortly(c ledger.CollectivityShort) string {
	name := c.Name
	if c.Departement != nil {
		name += " (" + c.Departement.Name + ")"
	}
	return name + ", " + c.ID
}

// text is a text as HTML.
func text(s string) template.HTML { return template.HTML(template.HTMLEscapeString(s)) } // escaped
