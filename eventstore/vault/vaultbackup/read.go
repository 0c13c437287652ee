package vaultbackup

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"arobase/eventstore/vault"
)

// Backup is what a whole backup was found to hold.
type Backup struct {
	Header
	Counts
	LedgerSecret [32]byte
}

// Verify reads a backup to its end, holds every value against its commitment, and gives what there is. A file that is no
// backup is ErrFormat, one that is cut off or altered ErrDamaged.
func Verify(ctx context.Context, src io.Reader, identities ...age.Identity) (Backup, error) {
	return VerifyWith(ctx, src, nil, identities...)
}

// VerifyWith is Verify, with the items of rooms given to whoever can tell whether they are right; nil: nobody can.
func VerifyWith(ctx context.Context, src io.Reader, take Take, identities ...age.Identity) (Backup, error) {
	b, err := read(ctx, src, identities, func(vault.Secret) error { return nil }, func(vault.Request) error { return nil }, take)
	if err != nil {
		return Backup{}, fmt.Errorf("reading a backup: %w", err)
	}
	return b, nil
}

// batch is how many values are put into a vault at once.
const batch = 256

// Restore adds what a backup holds to a vault of the same ledger. What is there stays, what is erased on either side is
// erased, and doing it again changes nothing. Of a damaged file a part may have been added when that is found: Verify
// comes first.
func Restore(ctx context.Context, src io.Reader, v vault.Vault, identities ...age.Identity) (Backup, error) {
	return RestoreWith(ctx, src, v, nil, identities...)
}

// RestoreWith is Restore, with the items of rooms given to whoever keeps them; nil: nobody does.
func RestoreWith(ctx context.Context, src io.Reader, v vault.Vault, take Take, identities ...age.Identity) (Backup, error) {
	var secrets, erased []vault.Secret
	var requests []vault.Request
	flush := func(least int) error {
		if len(erased) >= least && len(erased) > 0 {
			if err := v.Erase(ctx, erased...); err != nil {
				return err
			}
			erased = erased[:0]
		}
		if n := len(secrets) + len(requests); n >= least && n > 0 {
			if err := v.Put(ctx, secrets, requests); err != nil {
				return err
			}
			secrets, requests = secrets[:0], requests[:0]
		}
		return nil
	}
	b, err := read(ctx, src, identities, func(s vault.Secret) error {
		if s.Value == nil {
			erased = append(erased, s)
		} else {
			secrets = append(secrets, s)
		}
		return flush(batch)
	}, func(r vault.Request) error {
		requests = append(requests, r)
		return flush(batch)
	}, take)
	if err == nil {
		err = flush(0)
	}
	if err != nil {
		return Backup{}, fmt.Errorf("restoring a backup: %w", err)
	}
	return b, nil
}

// read gives every value and tombstone, and every mark, of a backup in the order of its lines.
func read(ctx context.Context, src io.Reader, identities []age.Identity, secret func(vault.Secret) error, request func(vault.Request) error, take Take) (Backup, error) {
	header := reader{identities: identities}
	decrypted, err := age.Decrypt(src, &header)
	var nobody *age.NoIdentityMatchError
	switch {
	case errors.As(err, &nobody):
		return Backup{}, errors.New("no identity that was given can open it")
	case err != nil && header.err == nil && header.header == Header{}:
		return Backup{}, fmt.Errorf("%w: %w", ErrFormat, err)
	case err != nil && header.err == nil:
		return Backup{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	case err != nil:
		return Backup{}, err
	}
	b := Backup{Header: header.header}
	var seen Counts
	lines := bufio.NewScanner(decrypted)
	lines.Buffer(nil, mostItem+1)
	for n := 1; lines.Scan(); n++ {
		if err := ctx.Err(); err != nil {
			return Backup{}, err
		}
		l, err := parse(lines.Bytes())
		switch {
		case err != nil:
		case (l.Backup != nil) != (n == 1):
			err = errors.New("the header is not the first line")
		case l.Backup != nil:
			err = b.takePreamble(*l.Backup, header.form)
		case l.End != nil:
			if *l.End != seen {
				err = fmt.Errorf("it says that it holds %+v and holds %+v", *l.End, seen)
			} else if lines.Scan() {
				err = errors.New("something follows the end")
			} else if err = lines.Err(); err == nil {
				b.Counts = seen
				return b, nil
			}
		case l.Item != nil && header.form != formRooms:
			err = errors.New("an item of a room in a backup without rooms")
		case l.Item != nil:
			if seen.Items++; take == nil {
				continue
			}
			if given := take(l.Item.Room, l.Item.Value); given != nil {
				return Backup{}, fmt.Errorf("%s, in line %d: %w", l.Item.Room, n, given)
			}
		default:
			var given error
			if given, err = l.give(b, &seen, secret, request); given != nil {
				return Backup{}, given
			}
		}
		if err != nil {
			return Backup{}, fmt.Errorf("%w, in line %d: %w", ErrDamaged, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return Backup{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return Backup{}, fmt.Errorf("%w: it ends too early", ErrDamaged)
}

// parse reads one line strictly.
func parse(text []byte) (line, error) {
	var l line
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return l, err
	}
	n := 0
	for _, there := range []bool{l.Backup != nil, l.Secret != nil, l.Erased != nil, l.Request != nil, l.Item != nil, l.End != nil} {
		if there {
			n++
		}
	}
	if n != 1 || d.More() {
		return l, errors.New("a line is not one thing")
	}
	return l, nil
}

// takePreamble holds the header inside against the one outside.
func (b *Backup) takePreamble(p preamble, form string) error {
	if p.Form != form || p.Ledger != b.Ledger || !p.Made.Equal(b.Made) || !p.Until.Equal(b.Until) {
		return errors.New("the header says another thing inside than outside")
	}
	if len(p.LedgerSecret) != len(b.LedgerSecret) {
		return errors.New("the secret of the ledger has another size")
	}
	b.LedgerSecret = [32]byte(p.LedgerSecret)
	return nil
}

// give counts what a line holds and gives it on. The first error is that of the one who takes it.
func (l line) give(b Backup, seen *Counts, secret func(vault.Secret) error, request func(vault.Request) error) (given, damaged error) {
	switch {
	case l.Secret != nil:
		seen.Secrets++
		s, err := l.Secret.secret(b.Ledger)
		if err != nil {
			return nil, err
		}
		return secret(s), nil
	case l.Erased != nil:
		seen.Erased++
		s, err := l.Erased.secret()
		if err != nil {
			return nil, err
		}
		return secret(s), nil
	}
	seen.Requests++
	r, err := l.Request.request()
	if err != nil {
		return nil, err
	}
	return request(r), nil
}
