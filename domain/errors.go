package domain

import "strings"

// FieldError says which field of an input is wrong, by which rule, and what to do about it.
type FieldError struct {
	Field   string // as in JSON: yearAsStated; "" where the whole is wrong
	Rule    string // a stable name: level, insee, siren, required
	Message string // for a person
	Telling
}

func (e FieldError) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + ": " + e.Message
}

// Invalid is the error of an input whose form is wrong. All its fields are reported, not only the first.
type Invalid []FieldError

func (e Invalid) Error() string {
	parts := make([]string, len(e))
	for i, f := range e {
		parts[i] = f.Error()
	}
	return strings.Join(parts, "; ")
}

func invalid(c *Case, field string, args ...any) Invalid { return Invalid{c.Fault(field, args...)} }

// Broken is the error of a command that a rule of the label or of the ledger forbids in the state things are in.
type Broken struct {
	Rule    Rule
	Field   string // the field that shows it, where there is one
	Message string
	// Article is that of the regulation that the rule rests on, or "".
	Article string
	Telling
}

func (e *Broken) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + ": " + e.Message
}

func broken(c *Case, field string, args ...any) *Broken { return c.Broken(field, args...) }
