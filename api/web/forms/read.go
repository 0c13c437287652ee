package forms

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/api/web/words"
	"arobase/domain"
)

// Reading makes the input of a command from what somebody typed. What cannot be read is wrong at its field, and stays in
// the form as it was typed.
type Reading struct {
	maker *Maker
	form  url.Values
	Wrong domain.Invalid
	// found are the bodies that a name may mean, by the name of the field, where it is not one.
	found map[string][]ledger.CollectivityShort
}

// Read reads a form. Rows that are left empty are taken out of it first, so that the rows of the form and those of the
// input have the same numbers.
func (m *Maker) Read(c Command, form url.Values) (map[string]any, *Reading) {
	tidy(c.Fields, form)
	r := &Reading{maker: m, form: form, found: map[string][]ledger.CollectivityShort{}}
	input := map[string]any{}
	r.object(c.Fields, "", input)
	return input, r
}

// AsTyped is a form that nobody has read yet: nothing in it is wrong.
func (m *Maker) AsTyped(form url.Values) *Reading { return &Reading{maker: m, form: form} }

// Also adds what is wrong with the form of an event, so that everything is told at once. The rules are asked when nothing is.
func (r *Reading) Also(c Command, body []byte) {
	if c.Event == "" {
		return
	}
	e, err := domain.DecodeInput(ledger.Operation{Event: c.Event}.Type(), body)
	if err == nil {
		err = domain.Validate(e)
	}
	var more domain.Invalid
	if errors.As(err, &more) {
		for _, m := range more {
			if !slices.ContainsFunc(r.Wrong, func(e domain.FieldError) bool { return e.Field == m.Field }) &&
				slices.ContainsFunc(c.Fields, func(b blank) bool { return within(m.Field, b.Name) }) {
				r.Wrong = append(r.Wrong, m)
			}
		}
	}
}

// Rearranges tells whether a form was sent for another row, or to be offered what belongs to what was chosen, and not to be
// recorded. Its rows are put in order then.
func Rearranges(c Command, form url.Values) bool {
	do := form.Get(DoField)
	if do != Refresh && !strings.HasPrefix(do, "add:") {
		return false
	}
	tidy(c.Fields, form)
	return true
}

// within tells whether a path is that of a field, or of something in it.
func within(path, name string) bool {
	rest, ok := strings.CutPrefix(path, name)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// tidy numbers the rows of a form from 0 without gaps, without those in which nothing was typed.
func tidy(fields []blank, form url.Values) {
	for _, b := range fields {
		if b.Kind != rows {
			continue
		}
		kept := 0
		for _, n := range rowsOf(form, b.Name) {
			from, to := rowName(b.Name, n)+".", rowName(b.Name, kept)+"."
			moved, some := map[string][]string{}, false
			for key, values := range form {
				if rest, ok := strings.CutPrefix(key, from); ok {
					moved[to+rest] = values
					some = some || slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) != "" })
					delete(form, key)
				}
			}
			if some {
				for key, values := range moved {
					form[key] = values
				}
				kept++
			}
		}
	}
}

func rowName(name string, n int) string { return name + "[" + strconv.Itoa(n) + "]" }

// rowsOf gives the numbers of the rows of a list that a form has, in order.
func rowsOf(form url.Values, name string) []int {
	var all []int
	for key := range form {
		rest, ok := strings.CutPrefix(key, name+"[")
		if !ok {
			continue
		}
		number, _, _ := strings.Cut(rest, "]")
		if n, err := strconv.Atoi(number); err == nil && n >= 0 && n < mostRows && !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all
}

// mostRows bounds the rows of a form: the services of a grid.
const mostRows = 400

// object reads the members of the form, of a group or of a row into an object.
func (r *Reading) object(fields []blank, under string, into map[string]any) {
	for _, b := range fields {
		if v := r.value(b, under+b.Name); v != nil {
			into[b.Name] = v
		}
	}
}

// typed tells whether anything was typed into a group.
func (r *Reading) typed(name string) bool {
	for key, values := range r.form {
		if strings.HasPrefix(key, name+".") && slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) != "" }) {
			return true
		}
	}
	return false
}

// value reads one field; nil where nothing was typed, or nothing that can be read.
func (r *Reading) value(b blank, name string) any {
	switch b.Kind {
	case aGroup:
		object, before := map[string]any{}, len(r.Wrong)
		if r.object(b.Members, name+".", object); !b.Required && len(object) == 0 && !r.typed(name) {
			r.Wrong = r.Wrong[:before] // nobody asks for it
			return nil
		}
		return object
	case rows:
		var all []any
		for _, n := range rowsOf(r.form, name) {
			object := map[string]any{}
			r.object(b.Members, rowName(name, n)+".", object)
			all = append(all, object)
		}
		return listed(all, b)
	case choices, aList, bodies:
		return r.lines(b, name)
	}
	text := strings.TrimSpace(strings.ReplaceAll(r.form.Get(name), "\r\n", "\n"))
	if text == "" {
		if b.Required && (b.Kind == aNumber || b.Kind == anAmount) {
			r.fault(name, "required", "") // an event would have 0 there
		}
		return nil
	}
	switch b.Kind {
	case aNumber:
		n, err := strconv.ParseInt(words.Unspaced(text), 10, 64)
		if err != nil {
			r.fault(name, "number", text)
			return nil
		}
		return n
	case anAmount:
		cents, ok := parseAmount(text)
		if !ok {
			r.fault(name, "amount", text)
			return nil
		}
		return cents
	case aDay, aPartial:
		return ISODate(text)
	case aRecord:
		return r.record(name, text)
	case aBody:
		if id := r.body(name, text, r.form.Get(name+pickOf), r.form.Get(name+pickFor)); id != "" {
			return id
		}
		return nil
	}
	return text
}

// What a form sends beside a name that several bodies have: the one that was chosen, and for what name.
const (
	pickOf  = ".pick"
	pickFor = ".for"
)

// lines reads a list: what was chosen of it, or one thing a line.
func (r *Reading) lines(b blank, name string) any {
	cut := func(c rune) bool { return c == '\n' || c == '\r' || c == ',' || c == ';' }
	if b.Numbers {
		cut = func(c rune) bool { return c < '0' || c > '9' }
	} else if b.Kind == bodies {
		cut = func(c rune) bool { return c == '\n' || c == '\r' }
	}
	var all []any
	for _, text := range strings.FieldsFunc(strings.Join(r.form[name], "\n"), cut) {
		switch text = strings.TrimSpace(text); {
		case text == "":
		case b.Numbers:
			n, err := strconv.Atoi(text)
			if err != nil {
				r.fault(name, "number", text)
				continue
			}
			all = append(all, n)
		case b.Kind == bodies:
			if id := r.body(name, text, "", ""); id != "" {
				all = append(all, id)
			}
		default:
			all = append(all, text)
		}
	}
	if strings.HasSuffix(b.Path, "mentions") { // they have one order
		slices.SortFunc(all, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	return listed(all, b)
}

// listed is a list, or nothing where an empty one is left out.
func listed(all []any, b blank) any {
	switch {
	case len(all) > 0:
		return all
	case b.Required && b.Empty:
		return []any{}
	}
	return nil
}

func (r *Reading) fault(name, rule, what string) {
	r.Wrong = append(r.Wrong, domain.FieldError{Field: name, Rule: rule, Message: what})
}

var uuidIn = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// record finds an inscription by its id, alone or in an address, or by its number.
func (r *Reading) record(name, text string) any {
	if all := uuidIn.FindAllString(text, -1); len(all) > 0 {
		return strings.ToLower(all[len(all)-1])
	}
	digits := strings.TrimLeft(words.Unspaced(text), "nN°º#. ")
	if n, err := strconv.ParseUint(digits, 10, 63); err == nil && n < r.maker.size {
		for e, err := range r.maker.ledger.Events(r.maker.ctx, ledger.EventFilter{After: n, Before: n + 1}) {
			if err == nil && e.ID != uuid.Nil {
				return e.ID.String()
			}
		}
	}
	r.fault(name, "uuid", text)
	return nil
}

// mostFound is how many bodies are offered where nobody has the name that was typed.
const mostFound = 5

// body finds a collectivity by its id, its code or its name. Where a name is that of several it is not one of them until
// somebody chose.
func (r *Reading) body(name, text, picked, pickedFor string) string {
	id := domain.CollectivityID(text)
	for _, prefix := range []string{"fr-", "other-", "unsettled-"} {
		if strings.HasPrefix(text, prefix) && id.Valid() {
			return text
		}
	}
	if picked != "" && pickedFor == text {
		return picked
	}
	found := r.maker.ledger.Find(r.maker.ctx, text, r.maker.size)
	switch {
	case len(found) == 1:
		return found[0].ID
	case len(found) > 1:
		r.found[name] = found
		r.fault(name, "several-bodies", text)
	case id.Valid():
		return text // of another country, and not entered yet
	default:
		r.found[name] = r.maker.ledger.Search(r.maker.ctx, text, mostFound, r.maker.size)
		r.fault(name, "no-body", text)
	}
	return ""
}

var amountForm = regexp.MustCompile(`^([0-9]{1,9})(?:[.,]([0-9]{1,2}))?$`)

// parseAmount reads an amount of euros as cents: 1 234,50.
func parseAmount(s string) (cents int64, ok bool) {
	m := amountForm.FindStringSubmatch(strings.TrimSuffix(words.Unspaced(s), "€"))
	if m == nil {
		return 0, false
	}
	euros, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0, false
	}
	more, err := strconv.ParseInt((m[2] + "00")[:2], 10, 64)
	return euros*100 + more, err == nil
}

var (
	frenchDay   = regexp.MustCompile(`^([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})$`)
	frenchMonth = regexp.MustCompile(`^([0-9]{1,2})[/.]([0-9]{4})$`)
)

// ISODate writes a day or a month as it is recorded, where it was written as in France: 1/2/2017.
func ISODate(s string) string {
	if m := frenchDay.FindStringSubmatch(s); m != nil {
		return fmt.Sprintf("%s-%02s-%02s", m[3], m[2], m[1])
	}
	if m := frenchMonth.FindStringSubmatch(s); m != nil {
		return fmt.Sprintf("%s-%02s", m[2], m[1])
	}
	return s
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// Flatten writes JSON as a form sends it.
func Flatten(values url.Values, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			at := key
			if name != "" {
				at = name + "." + key
			}
			Flatten(values, at, member)
		}
	case []any:
		for i, item := range v {
			if _, isObject := item.(map[string]any); isObject {
				Flatten(values, rowName(name, i), item)
			} else {
				Flatten(values, name, item)
			}
		}
	case float64:
		values.Add(name, strconv.FormatFloat(v, 'f', -1, 64))
	case string:
		values.Add(name, v)
	case nil:
	default:
		values.Add(name, fmt.Sprint(v))
	}
}
