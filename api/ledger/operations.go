package ledger

import (
	"fmt"
	"slices"

	"arobase/api/auth"
	"arobase/domain"
)

// Operation is one kind of thing that somebody may ask the ledger to record: its address below /v1/, the event that it
// becomes, and who may ask. Every face that writes is made from the table of operations: REST, its description, the
// command line and the forms of the site.
type Operation struct {
	Resource string // POST /v1/<resource>
	Event    string // as in the catalogue
	Roles    []auth.Role
}

// Type is that of the event, in its latest version.
func (o Operation) Type() domain.Type {
	all := domain.Types()
	for _, t := range slices.Backward(all) {
		if t.Name == o.Event {
			return t
		}
	}
	panic("operation " + o.Resource + " records " + o.Event + ", which is not in the catalogue")
}

var (
	// anyone is whoever has a token. Without one a fact is disputed on the site, where an address is confirmed first
	// (ConfirmObjection): what is recorded stays for ever, and must not be written by a program that nobody answers for.
	anyone      = auth.Roles()
	secretariat = []auth.Role{auth.Registrar}
	presidency  = []auth.Role{auth.President}
	// applicant: a collectivity for itself, or the secretariat for it.
	applicant = []auth.Role{auth.Declarant, auth.Registrar}
	// seat: a juror for the own seat, or the president for it.
	seat = []auth.Role{auth.Juror, auth.President}
	// own: a juror for the own seat, and nobody in the place of a juror.
	own = []auth.Role{auth.Juror}
)

// operations has one line for each kind of request, in the order of an edition.
var operations = []Operation{
	{"regulations", "regulation-published", presidency},
	{"grids", "grid-published", presidency},
	{"editions", "edition-opened", presidency},
	{"extensions", "deadline-extended", presidency},
	{"memberships", "membership-recorded", secretariat},
	{"membership-corrections", "membership-corrected", secretariat},
	{"membership-retractions", "membership-retracted", secretariat},
	{"payments", "payment-recorded", secretariat},
	{"payment-retractions", "payment-retracted", secretariat},
	{"actions", "action-declared", applicant},
	{"amendments", "action-amended", applicant},
	{"confirmations", "action-confirmed", applicant},
	{"endings", "action-ended", applicant},
	{"candidacies", "candidacy-registered", applicant},
	{"submissions", "candidacy-submitted", applicant},
	{"withdrawals", "candidacy-withdrawn", applicant},
	{"information-requests", "information-requested", []auth.Role{auth.Registrar, auth.President}},
	{"information-answers", "information-answered", applicant},
	{"inadmissibilities", "candidacy-ruled-inadmissible", presidency},
	{"closings", "declarations-closed", []auth.Role{auth.Registrar, auth.President}},
	{"jurors", "juror-appointed", presidency},
	{"juror-terms", "juror-term-ended", presidency},
	{"juries", "jury-list-published", presidency},
	{"conflicts", "conflict-declared", seat},
	{"assignments", "juror-assigned", presidency},
	{"recusals", "juror-recused", seat},
	{"opinions", "opinion-sealed", own},
	{"sessions", "jury-session-held", presidency},
	{"deferrals", "decision-deferred", presidency},
	{"supersessions", "decision-superseded", presidency},
	{"postponements", "ceremony-postponed", presidency},
	{"notifications", "decision-notified", []auth.Role{auth.Registrar, auth.President}},
	{"rectifications", "decision-rectified", presidency},
	{"label-withdrawals", "label-withdrawn", presidency},
	{"appeals", "appeal-lodged", applicant},
	{"appeal-admissions", "appeal-admitted", presidency},
	{"appeal-rejections", "appeal-rejected", presidency},
	{"appeal-decisions", "appeal-decided", presidency},
	{"edition-closings", "edition-closed", presidency},

	{"collectivities", "collectivity-registered", secretariat},
	{"names", "name-recorded", secretariat},
	{"renamings", "collectivity-renamed", secretariat},
	{"successions", "collectivity-succeeded", secretariat},
	{"members", "epci-members-recorded", secretariat},
	{"populations", "population-recorded", secretariat},
	{"contested-identities", "identity-contested", secretariat},
	{"settled-identities", "identity-settled", secretariat},

	{"sources", "source-cited", secretariat},
	{"source-corrections", "source-corrected", secretariat},
	{"awards", "award-recorded", secretariat},
	{"mentions", "mention-recorded", secretariat},
	{"arbitrations", "award-arbitrated", secretariat},
	{"retractions", "record-retracted", secretariat},
	{"disputes", "fact-disputed", anyone},
	{"dispute-answers", "dispute-answered", secretariat},
	{"ceremony-facts", "ceremony-fact-recorded", secretariat},
	{"enumerations", "edition-enumerated", secretariat},
	{"figures", "figure-published", secretariat},
	{"figure-retractions", "figure-retracted", secretariat},
	{"explanations", "explanation-proposed", secretariat},
	{"rules", "rule-recorded", secretariat},
	{"distinctions", "distinction-granted", secretariat},
	{"distinction-renewals", "distinction-renewed", secretariat},
	{"distinction-lapses", "distinction-lapsed", secretariat},
}

// Operations gives the table of operations.
func Operations() []Operation { return slices.Clone(operations) }

// OperationOf gives the operation of a resource.
func OperationOf(resource string) (Operation, error) {
	for _, o := range operations {
		if o.Resource == resource {
			return o, nil
		}
	}
	return Operation{}, fmt.Errorf("%q: %w", resource, ErrUnknown)
}
