package sqlitevault

import "arobase/eventstore/sqlite/sqlitefile"

// kind is the format of a vault file.
//
// # Why a row of secrets never moves and never goes
//
// SQLite's secure_delete zeroes what a DELETE frees. But when SQLite splits or merges pages it copies rows elsewhere
// and does not clear the old place, so a value can survive in the unused part of a page long after its row was zeroed.
// (Measured: of 500 values in a table ordered by commitment, 6 were still in the file after DELETE and a checkpoint.)
//
// Here a page of secrets is only ever filled, in the order of seq; and a value is destroyed by overwriting it with
// zeros of the same length, which SQLite does in place. So there is one copy of each value in the file, and it is the
// one that is overwritten. Every column that changes (state, put, salt, value) keeps its size.
//
// An index on the event finds the attempts to write one event; it holds no value. Files made before it was thought of get
// it when they are opened for writing; readers do without.
//
// state is 'kept'; 'gone' for a tombstone, value and salt being zeros; 'void' for what was purged, which is as if it
// had never been there. put is in Unix milliseconds.
var kind = sqlitefile.Kind{
	Name:          "vault",
	ApplicationID: 0x61726f56, // "aroV"
	Version:       1,
	Mode:          0o600,
	Schema: `
CREATE TABLE secrets (
	seq        INTEGER PRIMARY KEY,
	commitment BLOB NOT NULL UNIQUE,
	event      BLOB NOT NULL,
	pointer    TEXT NOT NULL,
	visibility TEXT NOT NULL CHECK (visibility IN ('public', 'ceremony', 'restricted')),
	state      TEXT NOT NULL CHECK (state IN ('kept', 'gone', 'void')),
	put        INTEGER NOT NULL,
	salt       BLOB NOT NULL,
	value      BLOB NOT NULL
) STRICT;
` + eventIndex + `
CREATE TABLE requests (
	leaf  BLOB PRIMARY KEY,
	event BLOB NOT NULL,
	mac   BLOB NOT NULL,
	put   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
}

const eventIndex = "CREATE INDEX IF NOT EXISTS secrets_event ON secrets (event);"
