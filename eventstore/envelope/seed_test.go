package envelope_test

import (
	"flag"

	_ "pgregory.net/rapid" // has the flag
)

// What is drawn by chance is the same each time, so that a test passes or fails for everybody: -rapid.seed=0 draws anew.
func init() {
	if err := flag.Set("rapid.seed", "1"); err != nil {
		panic(err)
	}
}
