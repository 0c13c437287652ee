package domain

// Finding is what the software says of a candidacy before the jury decides: the level that the grid makes possible, and in
// words how it comes to that. It awards nothing; a decision away from it needs a reason.
type Finding struct {
	Possible int    `json:"possible"`
	Text     string `json:"text"`
}
