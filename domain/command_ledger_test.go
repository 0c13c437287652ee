package domain

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
)

func ledgerStories() []story {
	opening := LedgerOpened{LedgerID: id("ledger"), Origin: "label.example/log", Envelope: EnvelopeForm, Kind: "made-up"}
	reference := ReferenceAdopted{Name: "territories", Version: "cog-2026", SHA256: strings.Repeat("0a", 32)}
	open := at(LedgerStream, &opening)

	return []story{
		tell("a ledger is opened").
			when(OpenLedger{LedgerOpened: opening}).
			then(&opening),
		tell("but once").
			given(open).
			when(OpenLedger{LedgerOpened: opening}).
			refused(RuleGenesis, ""),
		tell("its envelopes have a form that this program knows").
			when(OpenLedger{LedgerOpened: with(opening, func(e *LedgerOpened) { e.Envelope = "arobase.envelope.v2" })}).
			malformed("eq", "envelope"),
		tell("it is real or made up").
			when(OpenLedger{LedgerOpened: with(opening, func(e *LedgerOpened) { e.Kind = "test" })}).
			malformed("oneof", "kind"),
		tell("its id is not the zero id").
			when(OpenLedger{LedgerOpened: with(opening, func(e *LedgerOpened) { e.LedgerID = uuid.Nil })}).
			malformed("required", "ledgerId"),
		tell("its log has an origin without spaces").
			when(OpenLedger{LedgerOpened: with(opening, func(e *LedgerOpened) { e.Origin = "label example" })}).
			malformed("origin", "origin"),

		tell("a list from outside is adopted by its hash").
			given(open).
			when(AdoptReference{ReferenceAdopted: reference}).
			then(&reference),
		tell("the next version of a list is adopted too").
			given(open, at(LedgerStream, &reference)).
			when(AdoptReference{ReferenceAdopted: with(reference, func(e *ReferenceAdopted) { e.Version = "cog-2027" })}).
			then(&ReferenceAdopted{Name: "territories", Version: "cog-2027", SHA256: reference.SHA256}),
		tell("a version is adopted once, even with another hash").
			given(open, at(LedgerStream, &reference)).
			when(AdoptReference{ReferenceAdopted: with(reference, func(e *ReferenceAdopted) { e.SHA256 = strings.Repeat("ff", 32) })}).
			refused(RuleOnce, "version"),
		tell("a hash is in lower case").
			given(open).
			when(AdoptReference{ReferenceAdopted: with(reference, func(e *ReferenceAdopted) { e.SHA256 = strings.Repeat("FF", 32) })}).
			malformed("sha256hex", "sha256"),
	}
}

// Keys of the log label.example/log, and of the name that it goes on under. Their public halves are one byte, repeated.
var (
	logKey1 = verifierKey("label.example/log", 1)
	logKey2 = verifierKey("label.example/log", 2)
	logKey3 = verifierKey("label.example/log", 3)
	newKey1 = verifierKey("label.example/log-2", 1)
	newKey2 = verifierKey("label.example/log-2", 2)
)

// verifierKey is made by the Go team's package for signed notes: the form here is checked against theirs.
func verifierKey(name string, fill byte) string {
	key, err := note.NewEd25519VerifierKey(name, bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		panic(err)
	}
	return key
}

func keyStories() []story {
	open := did(OpenLedger{LedgerOpened: LedgerOpened{LedgerID: id("ledger"), Origin: "label.example/log", Envelope: EnvelopeForm, Kind: "real"}})
	rotate := func(from, to string) RotateKey { return RotateKey{KeyRotated: KeyRotated{from, to}} }
	root := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	opened := OriginOpened{
		Origin: "label.example/log-2", Key: newKey1, Cause: "history-lost",
		Closed: ClosedOrigin{Origin: "label.example/log", Size: 1000, Root: root, Key: logKey1},
	}
	reopen := func(change func(*OriginOpened)) OpenOrigin { return OpenOrigin{OriginOpened: with(opened, change)} }
	asItIs := func(*OriginOpened) {}

	return []story{
		tell("the first rotation names the first key").
			given(open).
			when(rotate(logKey1, logKey2)).
			then(&KeyRotated{logKey1, logKey2}),
		tell("the next one replaces the key in force").
			given(open, did(rotate(logKey1, logKey2))).
			when(rotate(logKey2, logKey3)).
			then(&KeyRotated{logKey2, logKey3}),
		tell("and no other").
			given(open, did(rotate(logKey1, logKey2))).
			when(rotate(logKey1, logKey3)).
			refused(RuleKeyInForce, "from"),
		tell("a key that was in force does not come back").
			given(open, did(rotate(logKey1, logKey2))).
			when(rotate(logKey2, logKey1)).
			refused(RuleKeyNew, "to"),
		tell("a key does not take its own place").
			given(open).
			when(rotate(logKey1, logKey1)).
			refused(RuleKeyNew, "to"),
		tell("the key in force is named after the log").
			given(open).
			when(rotate(newKey1, logKey2)).
			refused(RuleKeyInForce, "from"),
		tell("so is the next").
			given(open).
			when(rotate(logKey1, newKey2)).
			refused(RuleKeyNew, "to"),
		tell("a key has its own id").
			given(open).
			when(rotate(logKey1, "label.example/log+00000000"+logKey2[len(logKey2)-45:])).
			malformed("vkey", "to"),
		tell("a key is not left out").
			given(open).
			when(rotate("", logKey2)).
			malformed("required", "from"),
		tell("no key before the ledger is open").
			when(rotate(logKey1, logKey2)).
			refused(RuleGenesis, ""),

		tell("a log that cannot go on takes another name, and cites what it had promised").
			given(open).
			when(reopen(asItIs)).
			then(&opened),
		tell("it cites the key in force").
			given(open, did(rotate(logKey1, logKey2))).
			when(reopen(asItIs)).
			refused(RuleKeyInForce, "closed.key"),
		tell("which may have been named by a rotation").
			given(open, did(rotate(logKey3, logKey1))).
			when(reopen(asItIs)).
			then(&opened),
		tell("nothing may have been promised, as far as known").
			given(open).
			when(reopen(func(e *OriginOpened) { e.Closed.Size, e.Closed.Root = 0, emptyTree })).
			then(&OriginOpened{
				opened.Origin, newKey1, ClosedOrigin{"label.example/log", 0, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", logKey1}, "history-lost",
			}),
		tell("then the root is that of nothing").
			given(open).
			when(reopen(func(e *OriginOpened) { e.Closed.Size = 0 })).
			refused(RuleOrigin, "closed.root"),
		tell("and only then").
			given(open).
			when(reopen(func(e *OriginOpened) { e.Closed.Root = emptyTree })).
			refused(RuleOrigin, "closed.root"),
		tell("a name is not its own successor").
			given(open).
			when(reopen(func(e *OriginOpened) { e.Origin, e.Key = "label.example/log", logKey2 })).
			refused(RuleOrigin, "origin"),
		tell("a name that was closed is not opened again").
			given(open, did(reopen(asItIs))).
			when(OpenOrigin{OriginOpened: OriginOpened{"label.example/log", logKey2, ClosedOrigin{"label.example/log-2", 1, root, newKey1}, "other"}}).
			refused(RuleOrigin, "origin"),
		tell("what is closed is the name in force").
			given(open).
			when(reopen(func(e *OriginOpened) {
				e.Closed.Origin, e.Closed.Key = "label.example/log-3", verifierKey("label.example/log-3", 1)
			})).
			refused(RuleOrigin, "closed.origin"),
		tell("its key is named after it").
			given(open).
			when(reopen(func(e *OriginOpened) { e.Closed.Key = newKey2 })).
			refused(RuleKeyInForce, "closed.key"),
		tell("and the new key after the new name").
			given(open).
			when(reopen(func(e *OriginOpened) { e.Key = logKey2 })).
			refused(RuleKeyNew, "key"),
		tell("there is a cause of a few").
			given(open).
			when(reopen(func(e *OriginOpened) { e.Cause = "fun" })).
			malformed("oneof", "cause"),
		tell("a root has 32 bytes").
			given(open).
			when(reopen(func(e *OriginOpened) { e.Closed.Root = "AAAA" })).
			malformed("treehash", "closed.root"),
		tell("a size is not less than nothing").
			given(open).
			when(reopen(func(e *OriginOpened) { e.Closed.Size = -1 })).
			malformed("min", "closed.size"),
		tell("the new name has keys of its own").
			given(open, did(rotate(logKey1, logKey2)), did(reopen(func(e *OriginOpened) { e.Closed.Key = logKey2 }))).
			when(rotate(newKey1, newKey2)).
			then(&KeyRotated{newKey1, newKey2}),
		tell("those of the name before are not in force").
			given(open, did(reopen(asItIs))).
			when(rotate(logKey1, logKey2)).
			refused(RuleKeyInForce, "from"),
		tell("no name is closed before the ledger is open").
			when(reopen(asItIs)).
			refused(RuleGenesis, ""),
	}
}

// The fold tells under which names and by which keys the log was signed, and when each began.
func TestLogOrigins(t *testing.T) {
	at := func(position uint64, e Event) Recorded { return Recorded{Position: position, Event: e} }
	closed := ClosedOrigin{Origin: "label.example/log", Size: 90, Root: emptyTree, Key: logKey2}
	history := []Recorded{
		at(0, &LedgerOpened{Origin: "label.example/log"}), at(1, &ReferenceAdopted{}), at(7, &KeyRotated{logKey1, logKey2}),
		at(40, &OriginOpened{Origin: "label.example/log-2", Key: newKey1, Closed: closed}), at(50, &KeyRotated{newKey1, newKey2}),
	}
	first := LogOrigin{Name: "label.example/log", Keys: []LogKey{{logKey1, 0}, {logKey2, 7}}}
	want := map[int][]LogOrigin{
		0: nil,
		2: {{Name: "label.example/log"}},
		3: {first},
		4: {with(first, func(o *LogOrigin) { o.Closed = &closed }), {"label.example/log-2", 40, []LogKey{{newKey1, 40}}, nil}},
		5: {with(first, func(o *LogOrigin) { o.Closed = &closed }), {"label.example/log-2", 40, []LogKey{{newKey1, 40}, {newKey2, 50}}, nil}},
	}
	for n, origins := range want {
		if diff := cmp.Diff(origins, LogOrigins(history[:n])); diff != "" {
			t.Errorf("after %d events (-want +got):\n%s", n, diff)
		}
	}
	// Where no rotation named the key of an origin, its closing does.
	unnamed := LogOrigins([]Recorded{history[0], at(40, &OriginOpened{Origin: "label.example/log-2", Key: newKey1, Closed: closed})})
	if got := unnamed[0].InForce(); got != logKey2 || unnamed[0].Keys[0].Since != 0 {
		t.Errorf("the closed origin has %+v", unnamed[0])
	}
	// A history that nobody opened is not ours to judge, and no reason to fall over.
	if got := LogOrigins([]Recorded{history[2]}); got != nil {
		t.Errorf("without an opening: %+v", got)
	}
}

// The parts of a key by which signatures name it.
func TestVerifierKeyParts(t *testing.T) {
	v, err := note.NewVerifier(logKey1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := VerifierKeyName(logKey1)+" "+VerifierKeyID(logKey1), fmt.Sprintf("%s %08x", v.Name(), v.KeyHash()); got != want {
		t.Errorf("%s is read as %s, not as %s", logKey1, got, want)
	}
}
