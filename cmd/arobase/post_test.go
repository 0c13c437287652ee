package main

import (
	"encoding/json"
	"testing"

	"arobase/api/ledger"
	"arobase/api/rest"
	"arobase/domain"
)

// What is shown as an example is right in form, so that only its values have to be changed.
func TestExamplesAreRightInForm(t *testing.T) {
	for _, r := range rest.Requests() {
		body, err := json.Marshal(exampleOf(r.Body))
		if err != nil {
			t.Fatal(err)
		}
		typ, one := r.Type()
		if r.Resource == "decisions" {
			typ, one = ledger.Operation{Event: "decision-sealed"}.Type(), true
		}
		if !one {
			continue
		}
		e, err := domain.DecodeInput(typ, body)
		if err == nil && r.Resource != "decisions" { // the assessment and the departure are filled in
			err = domain.Validate(e)
		}
		if err != nil {
			t.Errorf("%s: %v in %s", r.Resource, err, body)
		}
	}
}
