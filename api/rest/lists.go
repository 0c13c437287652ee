package rest

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/ledger/lists"
	"arobase/api/ledger/tabular"
)

// ListReceipt is the dated answer to whoever had a list recorded.
type ListReceipt struct {
	Resource string       `json:"resource" doc:"What was asked for." example:"memberships"`
	Rows     int          `json:"rows" doc:"How many rows the list has." example:"250"`
	Appended int          `json:"appended" doc:"How many of them were recorded." example:"248"`
	Skipped  int          `json:"skipped" doc:"How many were recorded before, with this list or another: nothing was added for them." example:"2"`
	Remarks  []string     `json:"remarks" doc:"What a careful reader wants to know although nothing is wrong."`
	Receipts []RowReceipt `json:"receipts" doc:"One for each row, in their order."`
}

// RowReceipt is the receipt of one row.
type RowReceipt struct {
	Line int `json:"line" doc:"The line of the file, from 1, or the row of the sheet." example:"2"`
	Receipt
}

const (
	mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	// The most rows of a list, and how many are asked for at once. A longer one is sent in parts, or by the command line.
	mostRows    = 2000
	listWorkers = 8
)

// isList tells whether a request brings a list.
func isList(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && (media == mediaCSV || media == mediaXLSX)
}

// postList carries out a list of requests: every row is looked at before any is carried out.
func (a *api) postList(w http.ResponseWriter, r *http.Request, o ledger.Operation) {
	done, size, err := a.recordList(w, r, o)
	if err != nil {
		a.fail(w, r, nil, err)
		return
	}
	status := http.StatusCreated
	if done.Appended == 0 {
		status = http.StatusOK
	}
	w.Header().Set("Arobase-Size", fmt.Sprint(size))
	if err := sendPrivate(w, status, done); err != nil {
		a.fail(w, r, nil, err)
	}
}

// recorded is what became of a row: a receipt, or why not.
type recorded struct {
	receipt ledger.Receipt
	refused *Problem
}

func (a *api) recordList(w http.ResponseWriter, r *http.Request, o ledger.Operation) (ListReceipt, uint64, error) {
	done := ListReceipt{Resource: o.Resource, Remarks: []string{}, Receipts: []RowReceipt{}}
	who, err := a.mayList(r, o)
	if err != nil {
		return done, 0, err
	}
	l, err := lists.Read(r.Context(), o.Resource, o.Type(), "list", http.MaxBytesReader(w, r.Body, maxBody), tabular.Limits{Rows: mostRows, UnpackedBytes: 32 * maxBody})
	var wrong tabular.Problems
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &wrong):
		p := problem(invalidInput, "nothing of the list was recorded: it is wrong in form")
		for _, at := range wrong {
			p.Errors = append(p.Errors, ProblemField{Line: at.Line, Field: at.Field, Rule: at.Rule, Message: at.Message})
		}
		return done, 0, p
	case errors.As(err, &large):
		return done, 0, problem(tooLarge, "a list has at most %d bytes: send it in parts", maxBody)
	case err != nil:
		return done, 0, problem(invalidInput, "the request did not arrive whole")
	}
	answers, err := lists.Send(r.Context(), l, listWorkers, func(ctx context.Context, row lists.Row) (*recorded, error) {
		receipt, err := a.Ledger.Act(ctx, who, ledger.Ask{Resource: o.Resource, Input: row.Body, Key: row.Key})
		if err == nil {
			return &recorded{receipt: receipt}, nil
		}
		if p := problemOf(nil, err); p != nil && p.Status < 500 {
			return &recorded{refused: p}, nil
		}
		return nil, err
	})
	if err != nil {
		return done, 0, err
	}
	return a.listed(done, l, answers)
}

// mayList holds that somebody may have lists of a resource recorded.
func (a *api) mayList(r *http.Request, o ledger.Operation) (auth.Principal, error) {
	if a.Gate == nil {
		return auth.Principal{}, ledger.ErrReadOnly
	}
	who, err := a.Gate.Identify(r)
	if err != nil {
		return who, err
	}
	if who.Is(auth.Public) { // whoever objects without a token objects to one fact
		return who, ledger.ErrUnauthenticated
	}
	if err := o.Allows(who); err != nil {
		return who, err
	}
	if err := a.Gate.Write(who, r); err != nil {
		return who, err
	}
	if wrong := checkQuery(nil, r.URL.RawQuery); len(wrong) > 0 {
		p := problem(invalidQuery, "a request to record takes no parameters")
		p.Errors = wrong
		return who, p
	}
	for _, name := range []string{"Idempotency-Key", "If-Match", "If-None-Match"} {
		if r.Header.Get(name) != "" {
			return who, headerProblem(name, "list", "each row of a list has a key of its own, which follows from the row, and rests on no revision")
		}
	}
	return who, nil
}

// listed makes the answer. Where rows were refused it is a problem that names them: what could be recorded is recorded.
func (a *api) listed(done ListReceipt, l *lists.List, answers []*recorded) (ListReceipt, uint64, error) {
	done.Rows, done.Remarks = len(l.Rows), append(done.Remarks, l.Remarks...)
	var size uint64
	var refusals []ProblemField
	for i, row := range l.Rows {
		switch at := answers[i]; {
		case at.refused != nil:
			refusals = append(refusals, rowProblems(l, row, at.refused)...)
		default:
			size = max(size, uint64(at.receipt.Position)+1)
			done.Receipts = append(done.Receipts, RowReceipt{row.Line, receiptOf(done.Resource, at.receipt)})
			if at.receipt.Duplicate {
				done.Skipped++
			} else {
				done.Appended++
			}
		}
	}
	if len(refusals) == 0 {
		return done, size, nil
	}
	p := problem(ruleBroken, "%d of %d rows are recorded, %d of them before; the others are refused. Correct these and send the list again: what is recorded is not recorded twice.",
		len(done.Receipts), done.Rows, done.Skipped)
	p.Errors = refusals
	return done, 0, p
}

func rowProblems(l *lists.List, row lists.Row, p *Problem) (all []ProblemField) {
	fields := p.Errors
	if len(fields) == 0 {
		fields = []ProblemField{{Rule: p.Type[len("/problems/"):], Message: p.Detail}}
	}
	for _, f := range fields {
		at := l.Problem(row, f.Field, f.Rule, f.Message)
		all = append(all, ProblemField{Line: at.Line, Field: at.Field, Rule: at.Rule, Message: at.Message, Article: f.Article})
	}
	return all
}
