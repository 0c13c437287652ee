package ledger

import (
	"context"
	"errors"
	"fmt"

	"arobase/domain"
	"arobase/projections"
)

// Origins gives the names of the log with the keys that the ledger names, the one in force last. It reads the stream
// "ledger". Events of types that this program does not know say nothing here: a key file that does not fit what is then
// left is refused by whoever loads it.
func (l *Ledger) Origins(ctx context.Context) ([]domain.LogOrigin, error) {
	var history []domain.Recorded
	for e, err := range l.store.ReadStream(ctx, string(domain.LedgerStream), 0) {
		if err != nil {
			return nil, fmt.Errorf("reading the names of the log: %w", err)
		}
		r, err := projections.Decode(e)
		if errors.Is(err, domain.ErrUnknownType) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the names of the log: event %d: %w", e.Position, err)
		}
		history = append(history, r)
	}
	return domain.LogOrigins(history), nil
}

// RotateKey records that a key of the log takes the place of the one in force. It does not wait for answers to include
// that; whoever asks signs next.
func (l *Ledger) RotateKey(ctx context.Context, from, to string) (Receipt, error) {
	return l.write(ctx, Request{Actor: OperatorActor, Command: domain.RotateKey{KeyRotated: domain.KeyRotated{From: from, To: to}}})
}

// OpenOrigin records that the log goes on under another name. This ledger, as it is open, keeps the name that it had:
// open it again to go on.
func (l *Ledger) OpenOrigin(ctx context.Context, o domain.OriginOpened) (Receipt, error) {
	return l.write(ctx, Request{Actor: OperatorActor, Command: domain.OpenOrigin{OriginOpened: o}})
}
