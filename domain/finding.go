package domain

// Finding is what the software says of a candidacy before the jury decides: the level that the grid makes possible, and in
// words how it comes to that. It awards nothing; a decision away from it needs a reason.
type Finding struct {
	Possible int    `json:"possible"`
	Text     string `json:"text"`
}

// Result is what an opened decision came to.
func (o Opened) Result() Result {
	r := Result{Distinction: o.Distinction.Value, Level: Level(o.Level.Value)}
	if len(o.Mentions.Value) > 0 {
		r.Mentions = o.Mentions.Value
	}
	return r
}
