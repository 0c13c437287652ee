package tlog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Rotations is the document that leads from any earlier key of the log to the one in force ([ParseChain]): for every
// rotation under the origin in force, its event, its keys, and the proof of the event under the checkpoint that both
// keys signed. A rotation that is not signed yet is not in it. It costs what Log.Origins does, and a proof for each
// rotation.
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
	if _, err := ParseChain(b.Bytes()); err != nil { // what would not verify is not given
		return nil, fmt.Errorf("listing the rotations of the key: %w: %w", ErrDisagree, err)
	}
	return b.Bytes(), nil
}

func (l *Log) rotations(ctx context.Context) (rotations, error) {
	if l.Origins == nil {
		return rotations{}, errNoRotations
	}
	origins, err := l.Origins(ctx)
	if err != nil {
		return rotations{}, err
	}
	if len(origins) == 0 {
		return rotations{}, errNoRotations
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

// errNoRotations says that nobody told this log of its keys.
var errNoRotations = errors.New("the keys of the log are not known here")

func (l *Log) serveRotations(w http.ResponseWriter, r *http.Request) {
	document, err := l.Rotations(r.Context())
	if err != nil {
		l.fail(w, r, err)
		return
	}
	serveCurrent(w, r, "application/json", document)
}
