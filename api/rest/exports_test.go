package rest_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// TestExports asks for every file of the description, twice: each is served, says how long it may be kept, and is the same
// bytes again.
func TestExports(t *testing.T) {
	var described struct {
		Size      int
		Resources []struct {
			Path, Mediatype string
			Schema          struct{ Fields []struct{ Name, Type string } }
		}
	}
	if err := json.Unmarshal(get(t, "/datapackage.json").Body.Bytes(), &described); err != nil {
		t.Fatal(err)
	}
	if described.Size == 0 || len(described.Resources) != 20 {
		t.Fatalf("the description is of size %d and names %d files", described.Size, len(described.Resources))
	}
	paths := []string{"/exports/arobase.xlsx", "/exports/arobase.sqlite"}
	for _, r := range described.Resources {
		_, path, ok := strings.Cut(r.Path, "/exports/")
		if !ok {
			t.Errorf("the description leads to %q", r.Path)
		}
		paths = append(paths, "/exports/"+path)
	}
	for _, path := range paths {
		first, again := get(t, path), get(t, path)
		if first.Code != http.StatusOK || first.Header().Get("ETag") == "" || first.Header().Get("Arobase-Size") == "" {
			t.Errorf("GET %s: %d %v", path, first.Code, first.Header())
		}
		if !bytes.Equal(first.Body.Bytes(), again.Body.Bytes()) {
			t.Errorf("GET %s gives other bytes the second time", path)
		}
	}
}

// TestExportForms reads labels back from every form: the same rows everywhere.
func TestExportForms(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(get(t, "/exports/labels.jsonl").Body.String()), "\n")
	rows, err := csv.NewReader(get(t, "/exports/labels.csv").Body).ReadAll()
	if err != nil || len(rows) != len(lines)+1 {
		t.Fatalf("%d lines in CSV, %d in JSON: %v", len(rows), len(lines), err)
	}
	body := get(t, "/exports/labels.parquet").Body.Bytes()
	file, err := parquet.OpenFile(bytes.NewReader(body), int64(len(body)))
	if err != nil || file.NumRows() != int64(len(lines)) {
		t.Fatalf("Parquet: %v", err)
	}
	if name := file.Schema().Columns()[2][0]; name != "collectivity" {
		t.Errorf("the third column of Parquet is %q", name)
	}
	body = get(t, "/exports/labels.xlsx?edition=18").Body.Bytes()
	if _, err := zip.NewReader(bytes.NewReader(body), int64(len(body))); err != nil {
		t.Errorf("XLSX: %v", err)
	}
	eighteen, err := csv.NewReader(get(t, "/exports/labels.csv?edition=18").Body).ReadAll()
	if err != nil || len(eighteen) < 20 {
		t.Fatalf("edition 18 has %d rows: %v", len(eighteen), err)
	}
	for _, row := range eighteen[1:] {
		if row[0] != "18" {
			t.Errorf("a row of edition %q among those of 18", row[0])
		}
	}
	french := get(t, "/exports/labels.csv?dialect=excel-fr").Body.String()
	if !strings.HasPrefix(french, "\uFEFFedition;year;") {
		t.Errorf("the French dialect begins %.40q", french)
	}
}

// TestExportRefusals asks for what is not there.
func TestExportRefusals(t *testing.T) {
	for path, want := range map[string]int{
		"/exports/labels.ods": 404, "/exports/nothing.csv": 404, "/exports/labels.sqlite": 404, "/exports/arobase.csv": 404, "/exports/labels": 404,
		"/exports/labels.csv?editon=18": 400, "/exports/labels.csv?dialect=excel-de": 400, "/exports/labels.xlsx?dialect=excel-fr": 400,
		"/exports/labels.csv?edition=99": 404, "/exports/labels.csv?as_of=99999999": 400, "/datapackage.json?x=1": 400,
	} {
		w := get(t, path)
		if w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Content-Disposition") != "" {
			t.Errorf("GET %s: %d %v", path, w.Code, w.Header())
		}
	}
	if w := get(t, "/exports/labels.csv?as_of=300"); w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("as of a size it may be kept: %v", w.Header())
	}
	if w := get(t, "/catalog.jsonld"); w.Code != http.StatusOK || !json.Valid(w.Body.Bytes()) || !strings.Contains(w.Body.String(), "/exports/facts.parquet?as_of=") {
		t.Errorf("the catalogue: %d %.200s", w.Code, w.Body)
	}
}
