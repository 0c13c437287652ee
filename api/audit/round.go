package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Round audits what the log shows now, going on from the round before or from an earlier audit. Where something is not as
// it should be the error is a [*Failure], the first one; an [*UnreachableError] says that a server or a directory could
// not be read, which proves nothing and is no reason not to try again. The report has the checks that were finished.
func (a *Auditor) Round(ctx context.Context) (Report, error) {
	report := Report{told: a.opt.Checked}
	err := a.round(ctx, &report)
	report.Unknown = a.unknown
	return report, err
}

func (a *Auditor) round(ctx context.Context, report *Report) error {
	head, err := a.newest(ctx)
	if err != nil {
		return err
	}
	if err := a.open(head.origin); err != nil {
		return err
	}
	report.head(head)
	report.add("signature", nil, "of the log %s, over %s", head.origin, count(head.tree.N, "record"))
	seen, err := a.seenBefore()
	if err != nil {
		return err
	}
	for _, s := range seen {
		if err := a.extends(ctx, head, s); err != nil {
			return err
		}
	}
	if len(seen) > 0 {
		report.add("seen before", figures{"checkpoints": int64(len(seen))}, "%s, a part of this history", count(int64(len(seen)), "checkpoint"))
	}
	// From here on the log is bound to it, whatever is found in it.
	if err := a.noteDown(a.note.with(head)); err != nil {
		return err
	}
	if err := a.goOn(ctx, head); err != nil {
		return err
	}
	again, err := a.recheckValues(ctx)
	if err != nil {
		return err
	}
	if head, err = a.readOn(ctx, head); err != nil {
		return err
	}
	report.head(head)
	a.tell(report)
	signed, err := a.recheckSigned(ctx, head)
	if err != nil {
		return err
	}
	if signed+again > 0 {
		report.add("again", figures{"checkpoints": signed, "values": again}, "at random: %s that the log keeps, of this history; %s of before, disclosed or erased as then",
			count(signed, "checkpoint"), count(again, "value"))
	}
	a.histories.forget() // what comes next needs memory too, and nothing of this
	if f := a.order.checkNames(head); f != nil {
		return f
	}
	if err := a.compareWhileItGrows(ctx, head, report); err != nil {
		return err
	}
	if a.opt.Whole && len(report.Uncompared) > 0 {
		return failed("whole", "not everything could be compared: %s", strings.Join(report.Uncompared, "; "))
	}
	return nil
}

// compareWhileItGrows compares the answers, and reads on where they differ and the log has grown since: what was erased
// meanwhile is missing in every answer, also in one as of a moment before.
func (a *Auditor) compareWhileItGrows(ctx context.Context, head checkpoint, report *Report) error {
	for again := 0; ; again++ {
		fresh := head.tree != a.shown.tree
		a.shown = head
		report.Uncompared = nil // by the comparison before
		differ := a.compareAnswers(ctx, head, fresh, report)
		if _, wrong := errors.AsType[*Failure](differ); !wrong || again == extensions {
			return differ
		}
		newer, err := a.grownSince(ctx, head)
		if err != nil {
			return err
		}
		if newer.tree == head.tree {
			return differ
		}
		if newer, err = a.readOn(ctx, newer); err != nil {
			return err
		}
		if f := a.order.checkNames(newer); f != nil {
			return f
		}
		more := newer.tree.N - head.tree.N
		report.head(newer)
		report.add("read on", figures{"records": more}, "%s more, which came while answers were compared, right as those before", count(more, "record"))
		head = newer
	}
}

// grownSince gives the newer checkpoint of a log whose server answers from more records than a checkpoint covers; where
// there is none, that checkpoint.
func (a *Auditor) grownSince(ctx context.Context, head checkpoint) (checkpoint, error) {
	answered, err := a.answeredFrom(ctx)
	for look := 0; err == nil && answered > head.tree.N && look < extensions; look++ {
		newer, err := a.extended(ctx, head)
		if err != nil || newer.tree != head.tree {
			return newer, err
		}
	}
	return head, nil
}

const (
	// extensions is how often an audit reads what the log holds by now, where a value is gone that nothing in the records
	// read so far says was erased; and betweenExtensions how long it waits before.
	extensions        = 3
	betweenExtensions = time.Second
)

// readOn reads what is new. A value may have been erased while it was read: then the record that says so is further on in
// the log, and reading goes on. It gives the checkpoint up to which it has read.
func (a *Auditor) readOn(ctx context.Context, head checkpoint) (checkpoint, error) {
	for again := 0; ; again++ {
		if err := a.read(ctx, head); err != nil {
			return head, err
		}
		unsettled, err := a.settle(ctx)
		if err != nil {
			return head, err
		}
		if unsettled == nil {
			return head, a.noteDown(a.foundSoFar().with(head))
		}
		if again == extensions {
			return head, unsettled
		}
		if head, err = a.extended(ctx, head); err != nil {
			return head, err
		}
	}
}

// extended gives the checkpoint that the log shows after a moment. It holds that of before.
func (a *Auditor) extended(ctx context.Context, head checkpoint) (checkpoint, error) {
	if err := a.opt.Pause(ctx, betweenExtensions); err != nil {
		return head, err
	}
	newer, err := a.newest(ctx)
	if err != nil {
		return head, err
	}
	return newer, a.extends(ctx, newer, head)
}

// tell reports what all records together came to.
func (a *Auditor) tell(report *Report) {
	size := a.grown.tree.Size()
	if a.before > 0 {
		report.add("kept", figures{"records": a.before}, "%s of earlier audits, a part of this history", count(a.before, "record"))
	}
	report.add("tree", figures{"leaves": size, "tiles": a.tiles.Load()}, "%s lead to the signed root %v; %s of hashes read, as the leaves say",
		count(size, "leaf"), a.grown.tree.Root(), count(a.tiles.Load(), "tile"))
	report.add("records", figures{"records": size, "streams": int64(len(a.order.streams)), "unknown": a.unknown},
		"%d in %s, each in its one form and by its schema; %d of a type unknown here", size, count(int64(len(a.order.streams)), "stream"), a.unknown)
	public, deferred, attested := int64(a.rules.Public), int64(a.rules.Deferred), int64(a.rules.Attested)
	report.add("rules", figures{"judged": a.judged, "public": public, "deferred": deferred, "opened": a.opened, "attested": attested},
		"%s judged at their basis; of the rules that they are asked %d are public and kept, %d deferred (%d of them judged since, as the values were opened), %d attested by the operator",
		count(a.judged, "record"), public, deferred, a.opened, attested)
	v := &a.values
	report.add("sealed", figures{
		"commitments": v.public + v.restricted + v.ceremony, "disclosed": v.disclosed(), "erased": v.gone(), "restricted": v.restricted, "ceremony": v.ceremony,
		"open": int64(len(v.open)),
	}, "%s, none twice: %d disclosed and fitting, %d erased, %d for certain roles, %d for a ceremony (%d open)",
		count(v.public+v.restricted+v.ceremony, "commitment"), v.disclosed(), v.gone(), v.restricted, v.ceremony, len(v.open))
}

// figures are those of a check.
type figures = map[string]int64

// count says how many there are of something: one record, 2 records; or, of two words, one record was, 2 records were.
func count(n int64, one string, many ...string) string {
	more := one + "s"
	switch {
	case len(many) > 0:
		more = many[0]
	case one == "leaf":
		more = "leaves"
	}
	if n == 1 {
		more = one
	}
	return fmt.Sprintf("%d %s", n, more)
}
