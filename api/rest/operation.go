package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// operation describes one address.
type operation struct {
	id      string // stable: clients are generated from it
	path    string
	tag     string
	summary string
	about   string
	// forms are the media types it answers in, the preferred first.
	forms []string
	// result is a value of the type that the JSON form has; nil where it has none.
	result any
	// file is the name of the file that rows are saved under.
	file string
	// unknown is the problem of something that does not exist.
	unknown code
	// also are statuses of problems beyond those that every address has.
	also []int
	// texts says that the answer may hold disclosed texts. These can be erased at any time, so such an answer is never
	// immutable, whatever size of the ledger it is of, and its ETag follows from its bytes.
	texts bool
	// fixed says that the answer does not depend on the ledger, only on the program.
	fixed bool
}

// asked is a question once its form was checked.
type asked struct {
	op    *operation
	size  uint64 // the size of the ledger that the answer is as of
	media string
	window
	r *http.Request
}

// answer is what a question comes to. One of body, bytes and stream is there.
type answer struct {
	body any // the JSON form
	rows rows
	next string // the address of the next page

	bytes []byte // another form, as it is sent
	// forever says that these bytes never change nor go away: those of a stored event.
	forever bool
	// never says that no copy may be kept: what can be erased and nothing else.
	never bool

	// stream writes an answer that goes on. It is called once.
	stream func(w http.ResponseWriter, r *http.Request)
}

// reply is what huma is given: everything is written by serve.
type reply struct{ Body func(huma.Context) }

// get serves one address. In holds the parameters; how they are embedded tells which the address takes: Moment, Page,
// Part, Dialect.
func get[In any](a *api, o operation, f func(ctx context.Context, in *In, q asked) (answer, error)) {
	op := a.describe(o)
	huma.Register(a.huma, op, func(ctx context.Context, in *In) (*reply, error) {
		return &reply{func(hc huma.Context) {
			r, w := humago.Unwrap(hc)
			a.serve(w, r, &o, in, func(q asked) (answer, error) { return f(ctx, in, q) })
		}}, nil
	})
}

// Moment is the parameter of addresses that answer as of a size of the ledger.
type Moment struct {
	AsOf string `query:"as_of" maxLength:"40" doc:"Answer as of an earlier moment: a size of the ledger (a whole number of events), or a time of RFC 3339, which stands for the greatest size of which every event was recorded by then. Left out: now. The answer names the size in asOf and in the header Arobase-Size." example:"350"`
}

func (m Moment) moment() string { return m.AsOf }

// Page are the parameters of a list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many entries a page has at most."`
	Cursor string `query:"cursor" maxLength:"100" doc:"Where the page begins: opaque, from the link to the next page. It keeps the size of the ledger, so that the pages of one list fit together whatever is recorded meanwhile."`
}

func (p Page) page() (int, string) { return p.Limit, p.Cursor }

// Part are the parameters of a document that is given whole unless a part is asked for.
type Part struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" doc:"How many entries a page has at most. Left out: all of them, in one answer."`
	Cursor string `query:"cursor" maxLength:"100" doc:"Where the page begins: opaque, from the link to the next page."`
}

func (p Part) page() (int, string) { return p.Limit, p.Cursor }

// Dialect is the parameter of addresses that give rows.
type Dialect struct {
	Dialect string `query:"dialect" enum:"rfc4180,excel-fr" doc:"Asks for CSV by the address alone, and in which dialect: rfc4180 (comma, decimal point) or excel-fr (semicolon, decimal comma, byte order mark). CSV asked for by the header Accept is rfc4180."`
}

func (d Dialect) dialect() string { return d.Dialect }
