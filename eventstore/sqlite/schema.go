package sqlite

import "arobase/eventstore/sqlite/sqlitefile"

// kind is the format of a ledger file. A change of the schema is a new version.
//
// Names of streams and types are stored once and referred to by number, which keeps rows and indexes small. A stream's
// last revision is not stored: it is the last entry of events_by_stream, so it cannot disagree with the events.
//
// high is the greatest recorded time of this event and all before it. It never falls with position, so the size at a
// time is found by bisection, without an index on time.
//
// Times are Unix milliseconds.
var kind = sqlitefile.Kind{
	Name:          "ledger",
	ApplicationID: 0x61726f62, // "arob"
	Version:       1,
	Mode:          0o644,
	Schema: `
CREATE TABLE streams (
	stream INTEGER PRIMARY KEY,
	name   TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE types (
	type INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE events (
	position INTEGER PRIMARY KEY,
	stream   INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	type     INTEGER NOT NULL,
	recorded INTEGER NOT NULL,
	high     INTEGER NOT NULL,
	id       BLOB NOT NULL,
	bytes    BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_by_id ON events (id);
CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
`,
}
