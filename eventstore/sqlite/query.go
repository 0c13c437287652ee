package sqlite

import (
	"math"

	"zombiezen.com/go/sqlite"
)

// minTime stands for the running maximum of no times at all.
const minTime = math.MinInt64

// queryInt gives the one integer of a query with one argument, or absent where there is no row.
func queryInt[T string | int64](conn *sqlite.Conn, query string, absent int64, argument T) (int64, error) {
	stmt, err := conn.Prepare(query)
	if err != nil {
		return 0, err
	}
	switch a := any(argument).(type) {
	case string:
		stmt.BindText(1, a)
	case int64:
		stmt.BindInt64(1, a)
	}
	found, err := stmt.Step()
	if err != nil {
		return 0, err
	}
	result := absent
	if found {
		result = stmt.ColumnInt64(0)
	}
	return result, stmt.Reset()
}
