package pgvault

import "fmt"

// The tables of a vault, in the first schema of the connection's search path.
//
// # Why the values lie in partitions that are written anew
//
// PostgreSQL never overwrites a row. UPDATE and DELETE leave the old one in its page; VACUUM then gives its place back
// without clearing it, so the bytes stay in the file until something else happens to be written there. And it takes none
// of that away while any transaction in the database might still see the row.
//
// So values and salts lie in a table of their own, which is cut by the first bits of the commitment into small partitions.
// Whoever destroys a value writes its partition anew, without it, in the same transaction: TRUNCATE gives the partition and
// its TOAST table new files, and at the commit PostgreSQL cuts the old ones to nothing and deletes them. That costs one
// sixteenth of the vault; erasures are rare.
//
// No index holds a value. No sample of them is taken for the planner either (SET STATISTICS 0): ANALYZE would copy some
// into pg_statistic. Values are not compressed, so that a search of the files for what was erased can be believed.
//
// In vault_secrets a tombstone is a row that is erased; a value is kept where both tables have its commitment. put is in
// Unix milliseconds.
const (
	partitions = 16
	format     = 1
)

var tables = `
CREATE TABLE vault_meta (
	one    boolean PRIMARY KEY CHECK (one),
	format integer NOT NULL,
	ledger text NOT NULL
);
CREATE TABLE vault_secrets (
	commitment bytea PRIMARY KEY,
	event      bytea NOT NULL,
	pointer    text NOT NULL,
	visibility text NOT NULL CHECK (visibility IN ('public', 'ceremony', 'restricted')),
	erased     boolean NOT NULL,
	put        bigint NOT NULL
);
CREATE INDEX vault_secrets_event ON vault_secrets (event);
CREATE TABLE vault_requests (
	leaf  bytea PRIMARY KEY,
	event bytea NOT NULL,
	mac   bytea NOT NULL,
	put   bigint NOT NULL
);
CREATE TABLE vault_values (
	part       smallint NOT NULL,
	commitment bytea NOT NULL,
	salt       bytea NOT NULL,
	value      bytea NOT NULL,
	PRIMARY KEY (part, commitment)
) PARTITION BY LIST (part);
` + sealed("vault_values")

// partition is the name of one.
func partition(part int) string { return fmt.Sprintf("vault_values_%02d", part) }

// createPartition gives the statements that make one.
func createPartition(part int) string {
	return fmt.Sprintf(`
CREATE TABLE %s PARTITION OF vault_values FOR VALUES IN (%d);
`, partition(part), part) + sealed(partition(part))
}

// sealed gives the statement that keeps ANALYZE from copying what lies in a table, and it from being compressed. A table
// and its partitions are sampled each for itself.
func sealed(table string) string {
	return `
ALTER TABLE ` + table + ` ALTER COLUMN salt SET STATISTICS 0, ALTER COLUMN value SET STATISTICS 0, ALTER COLUMN value SET STORAGE EXTERNAL;
`
}

// rewritePartition gives the statements that write one anew, with the rows that are there.
func rewritePartition(part int) string {
	return fmt.Sprintf(`
CREATE TEMPORARY TABLE vault_kept ON COMMIT DROP AS SELECT * FROM %[1]s;
TRUNCATE %[1]s;
INSERT INTO %[1]s SELECT * FROM vault_kept;
DROP TABLE vault_kept;
`, partition(part))
}
