package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"

	"arobase/domain"
)

// files are those that records name by their hash. One goroutine at a time.
type files struct {
	// named gives what it is if the file is wrong, by its hash; erased are those of which a record says that they were erased.
	named  map[string]*Failure
	erased map[string]bool
}

const (
	// mostFiles is how many are fetched in a round: a file has megabytes, and a ledger may name a hundred thousand.
	mostFiles = 20
	// maxFile is more than a file that is taken has.
	maxFile = 32 << 20
)

// take registers the files that a record names.
func (f *files) take(r *record) {
	for pointer, hash := range domain.FilesOf(r.event) {
		if f.named[hash] == nil {
			f.named[hash] = r.fail("files", "evidence", "the file at %s", pointer)
		}
	}
}

// erase takes note that the file at a place of an event was erased.
func (f *files) erase(target domain.Recorded, pointer string) {
	if hash, ok := domain.FileAt(target.Event, pointer); ok {
		f.erased[hash] = true
	}
}

// compareFiles asks the server for some of the files that actions name, chosen at random, and holds each against the hash in
// the log. One that is not here is no fault: a hash may be that of what is at an address beside it, and files are no part of
// a log that is copied.
func (c *comparison) compareFiles(ctx context.Context, report *Report) error {
	named := c.a.files.named
	if len(named) == 0 {
		return nil
	}
	chosen := slices.Sorted(maps.Keys(named))
	rand.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	chosen = chosen[:min(len(chosen), mostFiles)]
	var fit, erased, absent int64
	for _, hash := range chosen {
		status, err := c.fileFits(ctx, hash)
		if err != nil {
			return err
		}
		switch status {
		case http.StatusOK:
			fit++
		case http.StatusGone:
			erased++
		default:
			absent++
		}
	}
	report.add("files", figures{"named": int64(len(named)), "asked": int64(len(chosen)), "fit": fit, "erased": erased, "absent": absent},
		"%s named by actions; of %d, chosen at random, %d with the hash in the log, %d erased, %d not on this server", count(int64(len(named)), "file"), len(chosen), fit, erased, absent)
	return nil
}

// fileFits asks for one file: 200 where it has its hash, 410 where it was erased and a record says so, 404 where it is not
// there. The record of an erasure comes first, and what it says is done right after.
func (c *comparison) fileFits(ctx context.Context, hash string) (status int, err error) {
	address := "/evidence/" + hash
	wrong := func(reason string) error {
		f := *c.a.files.named[hash]
		f.Address, f.Reason = address, f.Reason+" "+reason
		return &f
	}
	for asked := 1; ; asked++ {
		r, err := c.a.place.Site.get(ctx, address, "", maxFile)
		if errors.Is(err, ErrTooLarge) {
			return 0, wrong("is larger than any that is taken")
		}
		if err != nil {
			return 0, err
		}
		sum := sha256.Sum256(r.body)
		gone := c.a.files.erased[hash]
		switch {
		case r.status == http.StatusNotFound, r.status == http.StatusGone && gone:
			return r.status, nil
		case r.status == http.StatusGone:
			return 0, wrong("is said to be erased, and no record says so")
		case r.status != http.StatusOK:
			return 0, &UnreachableError{c.a.place.Site.base + address, errors.New("the server answers " + http.StatusText(r.status))}
		case hex.EncodeToString(sum[:]) != hash:
			return 0, wrong("is served with another content than the log has the hash of")
		case !gone:
			return r.status, nil
		case asked == asksForErased:
			return 0, wrong("was erased, as a record says, and is served all the same")
		}
		if err := c.a.opt.Pause(ctx, patience); err != nil {
			return 0, err
		}
	}
}
