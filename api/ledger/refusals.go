package ledger

import "arobase/domain"

// What is refused here, above the rules of the domain, which do not see drafts, files and people who wait for each other.
var (
	quorumUndone   = domain.RuleCase("quorum.undone", "without the jurors who declared an interest the decision that is sealed does not stand; supersede it and decide again")
	twoPeopleAgain = domain.RuleCase("two-people.again", "you asked for it already; another person has to ask for the same")

	anotherDay         = domain.FormCase("two-people.day", "the first person asked for {day}; two people ask for the same day")
	notDecided         = domain.FormCase("decided", "there is no decision on it")
	assessmentComputed = domain.FormCase("unknown.assessment", "is computed from the grid, not given")
	noSuchEvent        = domain.FormCase("known.event", "{id:name} is no event of the ledger")
	notUploaded        = domain.FormCase("uploaded.none", "no file with this hash was uploaded: upload it first (POST /v1/evidence), or give an address")
	fileErased         = domain.FormCase("uploaded.erased", "the file was erased: leave it out")
)
