package territory

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
)

//go:embed territories.tsv.gz
var packed []byte

// packedSize is room for the table: a hint, not a limit.
const packedSize = 2 << 20

// Table is the canonical table of the reference, the bytes that SHA256 hashes:
//
//	gunzip -c territories.tsv.gz | sha256sum
//
// It is UTF-8 in NFC, one row a line, every line ended by LF, fields separated by a tab, without quoting. After the header,
// which names the format, the reference, its version, the year of its populations, the versions of the two publications it
// was made from and the first change kept of the history, the rows are sorted by bytes (LC_ALL=C sort). Their first field
// says what they are:
//
//	C  INSEE, SIREN or empty, SIREN of its EPCI or empty, population or empty, name    a commune in force
//	D  code, région, name                                                              a département
//	E  SIREN, legal form, département, population, name                                an EPCI in force
//	F  INSEE, last year, date, how, id, ids that took over, name, name that took over  a former commune
//	G  INSEE, INSEE in force                                                           where another old code lies today
//	P  INSEE, deleguee or associee, INSEE of the commune it is in, name                a part of a commune
//	R  code, name                                                                      a région
//
// The ids of F lack the prefix "fr-commune-"; the ids that took over are separated by a space.
func Table() (string, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", fmt.Errorf("opening the embedded table: %w", err)
	}
	var b strings.Builder
	b.Grow(packedSize)
	if _, err := io.Copy(&b, r); err != nil {
		return "", fmt.Errorf("reading the embedded table: %w", err)
	}
	return b.String(), nil
}

// parse reads a table in one pass. What it keeps are substrings of the table: no name is copied.
func parse(table string) (*Reference, error) {
	r := &Reference{table: table, communes: make([]commune, 0, 36000), epci: make([]epci, 0, 1300)}
	head, rest, _ := strings.Cut(table, "\n")
	var h [8]string
	if !split(head, h[:]) || h[0] != "#arobase-territory" || h[1] != "1" {
		return nil, fmt.Errorf("not a table of territories: %q", head)
	}
	r.name, r.version = h[2], h[3]
	var err error
	if r.populationYear, err = strconv.Atoi(h[4]); err != nil {
		return nil, fmt.Errorf("reading the year of the populations: %w", err)
	}
	for n := 2; rest != ""; n++ {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		if !r.add(line) {
			return nil, fmt.Errorf("line %d is not a row: %q", n, line)
		}
	}
	if err := r.link(); err != nil {
		return nil, fmt.Errorf("linking the rows: %w", err)
	}
	return r, nil
}

// add reads one row. Rows come sorted, so every list is sorted by code as it is built.
func (r *Reference) add(line string) (ok bool) {
	if len(line) < 2 || line[1] != '\t' {
		return false
	}
	var f [8]string
	row := line[2:]
	switch line[0] {
	case 'C':
		if ok = split(row, f[:5]); ok {
			r.communes = append(r.communes, commune{code: f[0], siren: f[1], epciSIREN: f[2], population: population(f[3]), name: f[4]})
		}
	case 'D':
		if ok = split(row, f[:3]); ok {
			r.departements = append(r.departements, Division{Code: f[0], Region: f[1], Name: f[2]})
		}
	case 'E':
		if ok = split(row, f[:5]); ok {
			r.epci = append(r.epci, epci{siren: f[0], form: f[1], departement: f[2], population: population(f[3]), name: f[4]})
		}
	case 'F':
		if ok = split(row, f[:8]); ok {
			r.formers = append(r.formers, f)
		}
	case 'G':
		if ok = split(row, f[:2]); ok {
			r.old = append(r.old, oldCode{code: f[0], today: f[1]})
		}
	case 'P':
		if ok = split(row, f[:4]); ok {
			r.parts = append(r.parts, Part{Code: f[0], Status: f[1], Commune: f[2], Name: f[3]})
		}
	case 'R':
		if ok = split(row, f[:2]); ok {
			r.regions = append(r.regions, Division{Code: f[0], Name: f[1]})
		}
	}
	return ok
}

// split cuts a row into exactly len(into) fields.
func split(row string, into []string) bool {
	last := len(into) - 1
	for i := range last {
		j := strings.IndexByte(row, '\t')
		if j < 0 {
			return false
		}
		into[i], row = row[:j], row[j+1:]
	}
	into[last] = row
	return strings.IndexByte(row, '\t') < 0
}

// population reads a number of inhabitants, unknown where there is none.
func population(s string) int32 {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return unknown
	}
	return int32(n)
}
