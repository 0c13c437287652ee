package main

import (
	"context"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore"
)

// Commands of the scripts about copies.

// partCopy leaves what a copy leaves that is interrupted after so many records: partcopy FROM TO RECORDS.
func partCopy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: partcopy FROM TO RECORDS")
	}
	ctx := context.Background()
	most, err := strconv.Atoi(args[2])
	ts.Check(err)
	from, err := dataDir(ts.MkAbs(args[0])).readUnanswered(ctx)
	ts.Check(err)
	defer from.close()
	to, err := dirPlace{dataDir: dataDir(ts.MkAbs(args[1]))}.to(ctx, from.LedgerID, false)
	ts.Check(err)
	var some []eventstore.Event
	for e, err := range from.store.ReadAll(ctx, 0) {
		ts.Check(err)
		if len(some) == most {
			break
		}
		some = append(some, e)
	}
	ts.Check(to.Replicate(ctx, some))
	ts.Check(to.Close())
}

// tamper changes one record of a ledger's file, so that it is still a sound one: tamper FILE POSITION.
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper FILE POSITION")
	}
	path := ts.MkAbs(args[0])
	_, err := os.Stat(path)
	ts.Check(err)
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	ts.Check(err)
	defer conn.Close()
	// An actor has its form whatever its letters are.
	ts.Check(sqlitex.Execute(conn, `UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), '"actor":"', '"actor":"x') AS BLOB) WHERE position = ?`,
		&sqlitex.ExecOptions{Args: []any{args[1]}}))
	if conn.Changes() != 1 {
		ts.Fatalf("%s has no record %s", args[0], args[1])
	}
}
