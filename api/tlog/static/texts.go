package static

import (
	"context"
	"errors"
	"fmt"
	"path"

	"arobase/eventstore/vault"
)

// texts writes the disclosed values of the events under the checkpoint. What an event beyond it discloses comes with the
// next export: nobody can know its commitment from this log.
func (e *exporter) texts(ctx context.Context) error {
	return each(ctx, e.Disclosed(ctx, e.head.Size), func(ctx context.Context, c vault.Commitment) (int, error) {
		document, err := e.Document(ctx, c)
		if gone(err) {
			return skipped, nil // erased a moment ago
		}
		if err != nil {
			return 0, fmt.Errorf("reading the disclosed value %s: %w", c, err)
		}
		return e.dir.update(path.Join(disclosedPath, c.URL()), document)
	}, func(_ vault.Commitment, written int) { e.report.Texts.add(written) })
}

// forget removes every file of a value that may no longer be shown, returns when the removal is on disk, and looks again
// whether the names are gone. Whatever else lies in the directory, such as the copy that an editor made, goes too.
func (e *exporter) forget(ctx context.Context) error {
	names, err := e.dir.list(disclosedPath)
	if err != nil {
		return err
	}
	removed := map[string]bool{}
	for _, name := range names {
		shown, err := e.shown(ctx, name)
		if err != nil {
			return fmt.Errorf("asking whether %s may be shown: %w", name, err)
		}
		if shown {
			continue
		}
		if err := e.dir.remove(path.Join(disclosedPath, name)); err != nil {
			return err
		}
		removed[name] = true
	}
	if len(removed) == 0 {
		return nil
	}
	if err := e.dir.sync(); err != nil {
		return err
	}
	if names, err = e.dir.list(disclosedPath); err != nil {
		return err
	}
	for _, name := range names {
		if removed[name] {
			return fmt.Errorf("%s was removed and is there again", path.Join(disclosedPath, name))
		}
	}
	e.report.Erased += len(removed)
	return nil
}

// shown says whether a file's name is that of a value that anyone may read.
func (e *exporter) shown(ctx context.Context, name string) (bool, error) {
	c, err := vault.ParseCommitment(name)
	if err != nil || c.URL() != name {
		return false, nil
	}
	_, err = e.Document(ctx, c)
	if gone(err) {
		return false, nil
	}
	return err == nil, err
}

func gone(err error) bool { return errors.Is(err, vault.ErrErased) || errors.Is(err, vault.ErrUnknown) }
