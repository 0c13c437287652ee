package audit

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// Check is one kind of thing that was checked and found to be right, with its figures.
type Check struct {
	Name string `json:"name"`
	// Says is one line for a person.
	Says    string           `json:"says"`
	Figures map[string]int64 `json:"figures,omitempty"`
}

// Report is what a round of an audit found.
type Report struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"`
	// Checkpoint is the signed checkpoint that was audited.
	Checkpoint []byte `json:"-"`
	// Checks are those that were finished, in their order.
	Checks []Check `json:"checks"`
	// Unknown is the number of records whose type this program does not know. Where it is not 0 the tree is verified
	// and the meaning is not.
	Unknown int64 `json:"unknown"`
	// Uncompared says what could not be compared, each with the reason. It is no failure, and less than a whole audit.
	Uncompared []string `json:"uncompared,omitempty"`

	told func(Check)
}

func (r *Report) head(c checkpoint) {
	r.Origin, r.Size, r.Root, r.Checkpoint = c.origin, c.tree.N, c.tree.Hash.String(), c.signed
}

func (r *Report) add(name string, f figures, format string, args ...any) {
	c := Check{Name: name, Says: fmt.Sprintf(format, args...), Figures: f}
	r.Checks = append(r.Checks, c)
	if r.told != nil {
		r.told(c)
	}
}

// Failure is the first thing that is not as it should be. It ends an audit.
type Failure struct {
	// Check is the name of the check that failed.
	Check string `json:"check"`
	// Leaf is the index of the record, -1 where it is not about one. Event and Type are those of the record, where its
	// bytes could be read.
	Leaf  int64     `json:"leaf"`
	Event uuid.UUID `json:"event"`
	Type  string    `json:"type,omitempty"`
	// Rule is the rule that was broken: one of the domain, or one of the log such as "revision".
	Rule string `json:"rule,omitempty"`
	// Address is what was asked for, where an answer was wrong.
	Address string `json:"address,omitempty"`
	Reason  string `json:"reason"`
	// Evidence are signed checkpoints that cannot all be of one history.
	Evidence []string `json:"evidence,omitempty"`
}

func (f *Failure) Error() string {
	var b strings.Builder
	add := func(format string, args ...any) {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, format, args...)
	}
	if f.Leaf >= 0 {
		add("leaf %d", f.Leaf)
	}
	if f.Event != uuid.Nil {
		add("event %s", f.Event)
	}
	if f.Type != "" {
		add("%s", f.Type)
	}
	if f.Rule != "" {
		add("rule %s", f.Rule)
	}
	if f.Address != "" {
		add("%s", f.Address)
	}
	if b.Len() == 0 {
		return f.Check + ": " + f.Reason
	}
	return b.String() + ": " + f.Reason
}

// failed is a failure that is not about one record.
func failed(check, format string, args ...any) *Failure {
	return &Failure{Check: check, Leaf: -1, Reason: fmt.Sprintf(format, args...)}
}
