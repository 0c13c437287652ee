package auth

import "arobase/domain"

// What a token cannot be given for.
var (
	noRole   = domain.FormCase("grant.role", "{role:typed} is no role; the roles are {roles:codes}")
	noBody   = domain.FormCase("grant.body", "a declarant acts for one collectivity, such as fr-commune-73008, not for {for:typed}")
	noSeat   = domain.FormCase("grant.seat", "a juror has a seat, <edition>-<number> such as 28-3, not {for:typed}")
	bound    = domain.FormCase("grant.bound", "the role {role:codes} is bound to nothing; leave out {for:typed}")
	noPerson = domain.FormCase("grant.person", "a token belongs to a person, whose name has 1 to 200 characters")
	noLife   = domain.FormCase("grant.life", "a token lives for at least a moment and at most two years")
)

// Ungranted is the error of a token that cannot be given, with the field that shows why. It is [ErrGrant].
type Ungranted struct{ Fault domain.FieldError }

func (e *Ungranted) Error() string { return ErrGrant.Error() + ": " + e.Fault.Message }
func (e *Ungranted) Unwrap() error { return ErrGrant }

func refuse(c *domain.Case, field string, args ...any) error {
	return &Ungranted{c.Fault(field, args...)}
}
