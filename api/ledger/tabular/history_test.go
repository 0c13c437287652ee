package tabular_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"arobase/api/ledger/tabular"
)

// history is the real files, and how many facts each holds.
var history = map[string]int{
	"sources": 66, "collectivities": 161, "ceremonies": 88, "awards": 226, "mentions": 49, "figures": 176, "rules": 60,
}

func historyFile(t testing.TB, shape string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "history", shape+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// records reads CSV with nothing but the standard library.
func records(t testing.TB, b []byte) [][]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// read reads a file that must be in order.
func read(t testing.TB, name string, b []byte) *tabular.File {
	t.Helper()
	f, err := tabular.Read(context.Background(), name, bytes.NewReader(b), tabular.Limits{})
	if err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
	return f
}

// fields gives the rows without their lines.
func fields(f *tabular.File) [][]string {
	var all [][]string
	for _, row := range f.Rows {
		all = append(all, row.Fields)
	}
	return all
}

func TestHistory(t *testing.T) {
	for shape, count := range history {
		t.Run(shape, func(t *testing.T) {
			raw := historyFile(t, shape)
			want := records(t, raw)
			// The name of the file must not matter.
			f := read(t, "facts.txt", raw)
			if f.Shape.Name != shape || f.Encoding != "UTF-8" || f.Remarks != nil || f.SHA256 != sha256.Sum256(raw) {
				t.Errorf("shape %s, encoding %s, remarks %q, hash %x", f.Shape.Name, f.Encoding, f.Remarks, f.SHA256)
			}
			if len(f.Rows) != count {
				t.Errorf("%d rows, want %d", len(f.Rows), count)
			}
			if diff := cmp.Diff(want[0], f.Shape.Columns); diff != "" {
				t.Errorf("columns of the shape (-history +ours):\n%s", diff)
			}
			if diff := cmp.Diff(want[1:], fields(f)); diff != "" {
				t.Errorf("rows (-encoding/csv +ours):\n%s", diff)
			}
			for i, row := range f.Rows {
				if row.Line != i+2 { // no field of the history has a line break
					t.Fatalf("row %d is said to stand on line %d", i, row.Line)
				}
			}
		})
	}
}

// TestHistoryAsWorkbook writes every file of the history as a workbook of text cells, which must read the same.
func TestHistoryAsWorkbook(t *testing.T) {
	for shape := range history {
		t.Run(shape, func(t *testing.T) {
			raw := historyFile(t, shape)
			workbook := newWorkbook(t, "Sheet1", func(x *excelize.File) {
				for i, record := range records(t, raw) {
					for j, field := range record {
						if field != "" {
							set(t, x, "Sheet1", j, i+1, field)
						}
					}
				}
			})
			want, got := read(t, shape+".csv", raw), read(t, shape+".csv", workbook)
			if got.Encoding != "XLSX" {
				t.Errorf("encoding %s", got.Encoding)
			}
			if got.Shape.Name != shape {
				t.Errorf("shape %s", got.Shape.Name)
			}
			if diff := cmp.Diff(want.Rows, got.Rows, cmpopts.IgnoreUnexported(tabular.Row{})); diff != "" {
				t.Errorf("rows (-csv +xlsx):\n%s", diff)
			}
		})
	}
}

func TestShapesAreDistinct(t *testing.T) {
	names := make(map[string]bool)
	sets := make(map[string]string)
	for _, shape := range tabular.Shapes {
		if names[shape.Name] {
			t.Errorf("two shapes are called %s", shape.Name)
		}
		names[shape.Name] = true
		columns := slices.Sorted(slices.Values(shape.Columns))
		if len(slices.Compact(slices.Clone(columns))) != len(columns) {
			t.Errorf("%s names a column twice", shape.Name)
		}
		key := cmp.Diff(nil, columns)
		if other := sets[key]; other != "" {
			t.Errorf("%s and %s have the same columns", shape.Name, other)
		}
		sets[key] = shape.Name
	}
	order := []string{"sources", "collectivities", "ceremonies", "awards", "mentions", "figures", "rules", "explanations"}
	for i, shape := range tabular.Shapes {
		if shape.Name != order[i] {
			t.Errorf("shape %d is %s, want %s", i, shape.Name, order[i])
		}
	}
}

func TestGet(t *testing.T) {
	f := read(t, "rules.csv", []byte("statement,edition,source_id,topic,year_as_stated\nS,2,src,T,2000\n"))
	for column, want := range map[string]string{
		"edition": "2", "year_as_stated": "2000", "topic": "T", "statement": "S", "source_id": "src",
	} {
		if got := f.Rows[0].Get(column); got != want {
			t.Errorf("Get(%q) = %q, want %q", column, got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Get of a column that does not exist did not panic")
		}
	}()
	f.Rows[0].Get("levle")
}
