package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"arobase/api/auth"
	"arobase/api/ledger/evidence"
	"arobase/domain"
	"arobase/eventstore"
)

// EvidenceLimits bound what is uploaded.
type EvidenceLimits struct {
	// File is how many bytes a file has at most, and Room how many all files together that were uploaded for a collectivity.
	// The secretariat has no such bound.
	File, Room int64
	// Unnamed is how long a file waits for an action that names it. Then it is removed.
	Unnamed time.Duration
}

// DefaultEvidenceLimits are those where nobody says otherwise.
func DefaultEvidenceLimits() EvidenceLimits {
	return EvidenceLimits{File: 10 << 20, Room: 200 << 20, Unnamed: 30 * 24 * time.Hour}
}

// MostEvidenceFile bounds what a file may be allowed to have: more does not fit into a line of a backup.
const MostEvidenceFile = 20 << 20

var (
	// ErrNoEvidence says that nothing can be uploaded on this node, nor is anything served that was.
	ErrNoEvidence = errors.New("this node keeps no uploaded files")
	// ErrEvidenceKind says that a file is of no kind that is taken.
	ErrEvidenceKind = errors.New("not a file that is taken")
	// ErrEvidenceSize says that a file is larger than is taken.
	ErrEvidenceSize = errors.New("the file is too large")
	// ErrEvidenceRoom says that there is no room left for the files of a collectivity.
	ErrEvidenceRoom = errors.New("there is no room left")
)

// UseEvidence gives the store of uploaded files. It is for whoever opened the ledger, before anyone uses it.
func (l *Ledger) UseEvidence(files evidence.Store, limits EvidenceLimits) {
	l.files, l.limits = files, limits
}

// EvidenceLimits are those of this node.
func (l *Ledger) EvidenceLimits() EvidenceLimits { return l.limits }

// Attached is a file that was uploaded: what an action names it by.
type Attached struct {
	SHA256 string `json:"sha256" doc:"Its SHA-256, by which an action names it: evidence: [{sha256}]." example:"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`
	Bytes  int64  `json:"bytes" doc:"How many bytes it has."`
	Media  string `json:"media" doc:"What it is, told by its content." example:"application/pdf"`
}

// attachments is the right to upload, as an operation has it. It is none: nothing is recorded.
var attachments = Operation{Resource: "evidence", Roles: []auth.Role{auth.Declarant, auth.Registrar}}

// MayAttach holds that somebody may upload files at all: before their bytes are read.
func (l *Ledger) MayAttach(who auth.Principal) error {
	if err := attachments.Allows(who); err != nil {
		return err
	}
	if l.files == nil {
		return ErrNoEvidence
	}
	return nil
}

// Attach keeps an uploaded file so that an action can name it: before one does, only who uploaded it and the secretariat see
// it, and after EvidenceLimits.Unnamed it is removed. What is there already is answered alike. declared is the media type
// that was said, "" for none; the content decides. Errors of the caller's making are those of MayAttach, ErrEvidenceKind,
// ErrEvidenceSize, ErrEvidenceRoom, and evidence.ErrErased for a file that was erased.
func (l *Ledger) Attach(ctx context.Context, who auth.Principal, declared string, content []byte) (Attached, error) {
	if err := l.MayAttach(who); err != nil {
		return Attached{}, err
	}
	if int64(len(content)) > l.limits.File {
		return Attached{}, fmt.Errorf("%w: a file has at most %d bytes", ErrEvidenceSize, l.limits.File)
	}
	media := evidence.Recognise(content)
	switch {
	case media == "":
		return Attached{}, fmt.Errorf("%w: by its content it is neither PDF nor PNG nor JPEG nor plain text in UTF-8", ErrEvidenceKind)
	case !evidence.Agrees(declared, media):
		return Attached{}, fmt.Errorf("%w: it was said to be %q, and is %s by its content", ErrEvidenceKind, declared, media)
	}
	f := evidence.File{Hash: evidence.HashOf(content), Media: media, Uploaded: l.clock().UTC().Truncate(time.Millisecond), Content: content}
	if err := l.roomFor(ctx, who, f); err != nil {
		return Attached{}, err
	}
	if err := l.files.Put(ctx, f, who.Actor()); err != nil {
		return Attached{}, err
	}
	return Attached{f.Hash.String(), int64(len(content)), media}, nil
}

// roomFor holds a file of a collectivity against the room that it has. What it uploaded before takes none.
func (l *Ledger) roomFor(ctx context.Context, who auth.Principal, f evidence.File) error {
	if !who.Is(auth.Declarant) {
		return nil
	}
	if owned, err := l.files.Owned(ctx, f.Hash, who.Actor()); err != nil || owned {
		return err
	}
	held, err := l.files.Held(ctx, who.Actor())
	if err != nil {
		return err
	}
	if held+int64(len(f.Content)) > l.limits.Room {
		return fmt.Errorf("%w: %s has uploaded %d bytes, of %d that it may; files that no action names are removed after %d days",
			ErrEvidenceRoom, who.For, held, l.limits.Room, l.limits.Unnamed/(24*time.Hour))
	}
	return nil
}

// EvidenceFile gives an uploaded file, by its SHA-256: to anyone once an action names it, before that to who uploaded it and
// to the secretariat. ErrUnknown, or evidence.ErrErased for one that was erased.
func (l *Ledger) EvidenceFile(ctx context.Context, who auth.Principal, sha256 string) (evidence.File, error) {
	if l.files == nil {
		return evidence.File{}, ErrNoEvidence
	}
	h, err := evidence.ParseHash(sha256)
	if err != nil {
		return evidence.File{}, ErrUnknown
	}
	if seen, err := l.sees(ctx, who, h); err != nil {
		return evidence.File{}, err
	} else if !seen {
		return evidence.File{}, ErrUnknown
	}
	f, err := l.files.Get(ctx, h)
	switch {
	case errors.Is(err, evidence.ErrAbsent):
		return f, ErrUnknown
	case err != nil:
		return f, err
	case evidence.HashOf(f.Content) != h:
		return f, fmt.Errorf("the uploaded file %s is not what it was: its hash is %s", h, evidence.HashOf(f.Content))
	}
	return f, nil
}

// sees tells whether somebody may see a file, if it is there.
func (l *Ledger) sees(ctx context.Context, who auth.Principal, h evidence.Hash) (bool, error) {
	switch {
	case l.namedFile(h), who.Is(auth.Registrar):
		return true, nil
	case who.Is(auth.Declarant):
		return l.files.Owned(ctx, h, who.Actor())
	}
	return false, nil
}

// namedFile tells whether an action named a file.
func (l *Ledger) namedFile(h evidence.Hash) (named bool) {
	l.runner.View(func(size eventstore.Position) { named = l.actions.Named(h.String(), uint64(size)) })
	return named
}

// holdFiles holds that each file which an action shows, and for which it gives no address, was uploaded and may be seen by
// who names it: the log shall not promise what nobody can look at, nor somebody make public what another has uploaded and
// not declared. A hash beside an address may be that of what is there.
//
// What another action named and this node has lost since may be named again.
func (l *Ledger) holdFiles(ctx context.Context, who auth.Principal, e domain.Event) error {
	var wrong domain.Invalid
	for i, shown := range domain.EvidenceOf(e) {
		if shown.URL != "" || shown.SHA256 == "" {
			continue
		}
		err := ErrUnknown
		h, malformed := evidence.ParseHash(shown.SHA256)
		if malformed == nil && l.files != nil {
			seen, failed := l.sees(ctx, who, h)
			if failed != nil {
				return failed
			}
			if seen {
				err = l.files.Renew(ctx, h, l.clock().UTC()) // so that it is not removed while it is being named
			}
		}
		refused := notUploaded
		switch {
		case err == nil, errors.Is(err, evidence.ErrAbsent) && l.namedFile(h):
			continue
		case errors.Is(err, evidence.ErrErased):
			refused = fileErased
		case !errors.Is(err, ErrUnknown) && !errors.Is(err, evidence.ErrAbsent):
			return err
		}
		wrong = append(wrong, refused.Fault(fmt.Sprintf("evidence[%d].sha256", i)))
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

// PurgeEvidence removes the files that no action has named for as long as they wait, and says how many. Where the answers
// are behind the records nobody knows which are named, and none is removed.
func (l *Ledger) PurgeEvidence(ctx context.Context) (int, error) {
	if l.files == nil {
		return 0, nil
	}
	size, err := l.store.Size(ctx)
	if err != nil {
		return 0, err
	}
	if l.runner.Size() < size {
		return 0, nil
	}
	// What is named by a record after these was made young right before, and stays.
	return l.files.Purge(ctx, l.clock().UTC().Add(-l.limits.Unnamed), l.namedFile)
}
