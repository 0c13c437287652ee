package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/pflag"

	"arobase/api/ledger"
	"arobase/api/ledger/evidence"
	"arobase/api/ledger/evidence/pgevidence"
	"arobase/api/ledger/evidence/sqliteevidence"
)

// evidenceFlags bound what may be uploaded.
type evidenceFlags struct{ file, room, days int64 }

func (e *evidenceFlags) add(f *pflag.FlagSet) {
	d := ledger.DefaultEvidenceLimits()
	f.Int64Var(&e.file, "evidence-file", d.File>>20, "the `megabytes` that an uploaded file has at most, up to 20")
	f.Int64Var(&e.room, "evidence-room", d.Room>>20, "the `megabytes` that all files uploaded for one collectivity have at most")
	f.Int64Var(&e.days, "evidence-days", int64(d.Unnamed/(24*time.Hour)), "the `days` after which an uploaded file that no action names is removed")
}

func (e evidenceFlags) read() (ledger.EvidenceLimits, error) {
	if e == (evidenceFlags{}) {
		return ledger.DefaultEvidenceLimits(), nil
	}
	switch {
	case e.file < 1 || e.file > ledger.MostEvidenceFile>>20:
		return ledger.EvidenceLimits{}, usagef("--evidence-file is a number of megabytes from 1 to %d", ledger.MostEvidenceFile>>20)
	case e.room < e.file || e.room > 1<<20:
		return ledger.EvidenceLimits{}, usagef("--evidence-room is a number of megabytes, at least as many as --evidence-file")
	case e.days < 1 || e.days > 3650:
		return ledger.EvidenceLimits{}, usagef("--evidence-days is a number of days from 1 to 3650")
	}
	return ledger.EvidenceLimits{File: e.file << 20, Room: e.room << 20, Unnamed: time.Duration(e.days) * 24 * time.Hour}, nil
}

// fileStore is where uploaded files are kept.
type fileStore interface {
	evidence.Store
	Close() error
}

// openFiles opens the uploaded files for writing: those that the nodes of a cluster share, or the file of the directory,
// which may not be there: fs.ErrNotExist.
func (o *opened) openFiles(ctx context.Context) (fileStore, error) {
	if files, db, err := openBeside(ctx, o, func(db *beside) (*pgevidence.Store, error) { return pgevidence.Open(ctx, db) }); err != nil {
		return nil, err
	} else if db != nil {
		return &besideFiles{files, db}, nil
	}
	files, err := sqliteevidence.Open(o.dir.file(evidenceFile), o.LedgerID)
	if err != nil {
		return nil, err
	}
	return files, nil
}

// takeEvidence lets files be uploaded, and makes their store where there is none yet.
func (o *opened) takeEvidence(ctx context.Context, limits ledger.EvidenceLimits) (err error) {
	if o.files == nil {
		files, err := sqliteevidence.Create(o.dir.file(evidenceFile), o.LedgerID)
		if err != nil {
			return err
		}
		o.files = files
		o.UseEvidence(o.files, limits)
		// It knows of none yet: a file that was erased must not come back.
		if _, err := o.RedoErasures(ctx); err != nil {
			return err
		}
	}
	o.UseEvidence(o.files, limits)
	return nil
}

// sweep is how often it is looked for what nobody needs any more.
const sweep = time.Hour

// sweepUp removes uploaded files that no action has named in their time, and drafts of decisions that are over, now and
// again. While the log is not signed nothing is removed: records that name them, or an appeal, may be missing here.
func (n *node) sweepUp(ctx context.Context) {
	for again := time.NewTicker(sweep); ; {
		if n.refused() == nil {
			removed, err := 0, n.knowsAll(ctx)
			if err == nil {
				removed, err = n.PurgeEvidence(ctx)
			}
			switch {
			case ctx.Err() != nil:
			case err != nil:
				n.logger.Error("uploaded files that nobody named are not removed", "error", err)
			case removed > 0:
				n.logger.Info("removed uploaded files that nobody named", "count", removed)
			}
			switch forgotten, err := n.ForgetDrafts(ctx); {
			case ctx.Err() != nil:
			case err != nil:
				n.logger.Error("drafts of decisions that are over are not forgotten", "error", err)
			case forgotten > 0:
				n.logger.Info("forgot drafts of decisions that are over", "count", forgotten)
			}
		}
		select {
		case <-ctx.Done():
			again.Stop()
			return
		case <-again.C:
		}
	}
}

// knowsAll returns when answers rest on every record that there is: on a cluster another node may have named a file.
func (n *node) knowsAll(ctx context.Context) error {
	if n.cluster == nil {
		return nil
	}
	size, err := n.cluster.CatchUp(ctx)
	if err != nil {
		return err
	}
	return n.Runner().Wait(ctx, size)
}

// checkEvidence holds every uploaded file against its hash and against the erasures of the ledger.
func checkEvidence(ctx context.Context, o *opened, line func(string, string, ...any)) (err error) {
	files, err := o.filesIfAny(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	if _, shared := files.(*besideFiles); !shared {
		if err := checkPrivate(o, evidenceFile); err != nil {
			return err
		}
	}
	erased, err := o.ErasedFiles(ctx)
	if err != nil {
		return err
	}
	kept, gone := 0, 0
	err = files.Each(ctx, func(k evidence.Kept) error {
		switch {
		case k.Erased:
			gone++
			if !erased[k.Hash] {
				return fmt.Errorf("%s: the file %s was erased, and no event says so", evidenceFile, k.Hash)
			}
		case erased[k.Hash]:
			return fmt.Errorf("%s: the file %s is erased by an event, and still there; serve, started again, destroys it", evidenceFile, k.Hash)
		case evidence.HashOf(k.Content) != k.Hash:
			return fmt.Errorf("%s: the file %s is not what it was", evidenceFile, k.Hash)
		default:
			kept++
		}
		return nil
	})
	if err != nil {
		return err
	}
	line("files", "%d uploaded, each with its hash; %d erased", kept, gone)
	return nil
}
