package exports

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// WriteSQLite makes a database with a table for each table, at a path where nothing is.
func WriteSQLite(ctx context.Context, path string, tables []Table, s Source) (err error) {
	db, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return fmt.Errorf("making the database %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetInterrupt(ctx.Done())
	// It is made anew or not at all: there is nothing to go back to.
	for _, pragma := range []string{"PRAGMA page_size = 4096", "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF"} {
		if err := sqlitex.ExecuteTransient(db, pragma, nil); err != nil {
			return fmt.Errorf("preparing the database: %w", err)
		}
	}
	end, err := sqlitex.ImmediateTransaction(db)
	if err != nil {
		return fmt.Errorf("beginning to write the database: %w", err)
	}
	defer end(&err)
	for _, t := range tables {
		if err := insertAll(ctx, db, t, s); err != nil {
			return err
		}
	}
	return nil
}

func insertAll(ctx context.Context, db *sqlite.Conn, t Table, s Source) error {
	types := map[Kind]string{String: "TEXT", Integer: "INTEGER", Number: "REAL", Boolean: "INTEGER"}
	var columns, marks []string
	for _, c := range t.Columns {
		columns, marks = append(columns, fmt.Sprintf("%q %s", c.Name, types[c.Kind])), append(marks, "?")
	}
	if err := sqlitex.Execute(db, fmt.Sprintf("CREATE TABLE %q (%s)", t.Name, strings.Join(columns, ", ")), nil); err != nil {
		return fmt.Errorf("making the table %s: %w", t.Name, err)
	}
	insert := fmt.Sprintf("INSERT INTO %q VALUES (%s)", t.Name, strings.Join(marks, ", "))
	for cells, err := range t.Rows(ctx, s) {
		if err != nil {
			return err
		}
		if err := sqlitex.Execute(db, insert, &sqlitex.ExecOptions{Args: cells}); err != nil {
			return fmt.Errorf("writing a row of %s: %w", t.Name, err)
		}
	}
	return nil
}
