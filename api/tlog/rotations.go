package tlog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"arobase/domain"
	"arobase/projections"
)

// Rotations is the document that leads from any earlier key of the log to the one in force ([ParseChain]): for every
// rotation under the origin in force, its event, its keys, and the proof of the event under the checkpoint that both
// keys signed. A rotation that is not signed yet is not in it. The same bytes are given until the next rotation. It
// costs a reading of the stream "ledger" and a proof for each rotation.
func (l *Log) Rotations(ctx context.Context) ([]byte, error) {
	document, err := l.rotations(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the rotations of the key: %w", err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		return nil, fmt.Errorf("listing the rotations of the key: %w", err)
	}
	return b.Bytes(), nil
}

func (l *Log) rotations(ctx context.Context) (rotations, error) {
	var history []domain.Recorded
	for e, err := range l.Events.ReadStream(ctx, string(domain.LedgerStream), 0) {
		if err != nil {
			return rotations{}, err
		}
		r, err := projections.Decode(e)
		switch {
		case errors.Is(err, domain.ErrUnknownType): // says nothing of keys that this program could tell
		case err != nil:
			return rotations{}, fmt.Errorf("reading event %d: %w", e.Position, err)
		default:
			history = append(history, r)
		}
	}
	origins := domain.LogOrigins(history)
	if len(origins) == 0 {
		return rotations{}, errors.New("the ledger is not open yet")
	}
	current := origins[len(origins)-1]
	document := rotations{Origin: current.Name, Rotations: []rotation{}}
	for i := 1; i < len(current.Keys); i++ {
		index := int64(current.Keys[i].Since)
		head, err := l.Heads.At(ctx, index+1)
		if errors.Is(err, ErrNoHead) {
			break
		}
		if err != nil {
			return rotations{}, fmt.Errorf("reading the checkpoint of rotation %d: %w", i, err)
		}
		proof, err := l.proofUnder(ctx, index, head)
		if err != nil {
			return rotations{}, err
		}
		document.Rotations = append(document.Rotations, rotation{index, current.Keys[i-1].Key, current.Keys[i].Key, string(proof)})
	}
	return document, nil
}

func (l *Log) serveRotations(w http.ResponseWriter, r *http.Request) {
	document, err := l.Rotations(r.Context())
	if err != nil {
		l.fail(w, r, err)
		return
	}
	serveCurrent(w, r, "application/json", document)
}
