package vaultbackup

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"filippo.io/age"

	"arobase/eventstore/vault"
)

// Write encrypts all that a vault holds, and the secret of its ledger, to the recipients. What was put before the call is
// in it; what is put or erased meanwhile may or may not be. Nothing is held in memory but a line, and nothing but the
// encrypted bytes is written anywhere.
func Write(ctx context.Context, dst io.Writer, h Header, v vault.Vault, ledgerSecret [32]byte, recipients ...age.Recipient) (Counts, error) {
	return WriteWith(ctx, dst, h, v, ledgerSecret, nil, recipients...)
}

// WriteWith is Write with what other rooms hold.
func WriteWith(ctx context.Context, dst io.Writer, h Header, v vault.Vault, ledgerSecret [32]byte, rooms []Room, recipients ...age.Recipient) (Counts, error) {
	var c Counts
	if len(recipients) == 0 {
		return c, fmt.Errorf("writing a backup: nobody could open it without a recipient")
	}
	h = h.wholeSeconds()
	inForm := form
	if len(rooms) > 0 {
		inForm = formRooms
	}
	encrypted, err := age.Encrypt(dst, append([]age.Recipient{outside{h, inForm}}, recipients...)...)
	if err != nil {
		return c, fmt.Errorf("writing a backup: %w", err)
	}
	w := json.NewEncoder(limited{encrypted, mostLine})
	w.SetEscapeHTML(false) // a value stays byte for byte what was committed to
	err = w.Encode(line{Backup: &preamble{inForm, h.Ledger, h.Made, h.Until, ledgerSecret[:]}})
	if err == nil {
		err = v.Each(ctx, func(s vault.Secret) error {
			if s.Value == nil {
				c.Erased++
				t := tombstoneOf(s)
				return w.Encode(line{Erased: &t})
			}
			c.Secrets++
			return w.Encode(line{Secret: &secret{tombstoneOf(s), s.Salt[:], s.Value}})
		})
	}
	if err == nil {
		err = v.EachRequest(ctx, func(r vault.Request) error {
			c.Requests++
			return w.Encode(line{Request: &request{r.LeafHash[:], r.Event, r.MAC[:]}})
		})
	}
	if err == nil && len(rooms) > 0 {
		large := json.NewEncoder(limited{encrypted, mostItem})
		large.SetEscapeHTML(false)
		err = writeRooms(ctx, large, rooms, &c)
	}
	if err == nil {
		err = w.Encode(line{End: &c})
	}
	if err == nil {
		err = encrypted.Close()
	}
	if err != nil {
		return c, fmt.Errorf("writing a backup: %w", err)
	}
	return c, nil
}

func writeRooms(ctx context.Context, w *json.Encoder, rooms []Room, c *Counts) error {
	for _, r := range rooms {
		err := r.Each(ctx, func(value any) error {
			c.Items++
			text, err := json.Marshal(value)
			if err != nil {
				return err
			}
			return w.Encode(line{Item: &item{r.Name, text}})
		})
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
	}
	return nil
}

// limited refuses a line that could not be read again. An encoder writes each line at once.
type limited struct {
	io.Writer
	most int
}

func (l limited) Write(b []byte) (int, error) {
	if len(b) > l.most {
		return 0, fmt.Errorf("a value of %d bytes is more than a backup can hold", len(b))
	}
	return l.Writer.Write(b)
}
