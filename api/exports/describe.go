package exports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// About is what a description says of the whole.
type About struct {
	Ledger  string // its id
	Origin  string // the name of its log
	MadeUp  bool
	Size    uint64
	BaseURL string // where the files are, with a slash at its end; "" for beside the description
	Files   []File // those that there are
}

// File is one file of an export.
type File struct {
	Path    string
	Format  Format
	Table   string // "" where it holds all tables
	ExcelFR bool   // a CSV file in the French dialect
	Bytes   int64  // 0 where it is made when it is asked for
	SHA256  string // in hexadecimal; "" likewise
}

const (
	packageTitle = "Arobase: the open ledger of the label Territoires, Villes et Villages Internet"
	packageAbout = "What public sources say of the label, fact by fact, with every source and every record. Compiled from the press: these are not the association's results. Absence is not exit."
	licenceName  = "etalab-2.0"
	licenceTitle = "Licence Ouverte 2.0 (names, codes and populations: Insee and DGCL)"
	licencePath  = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order, without those that are empty.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for _, m := range o {
		if m.value == "" || m.value == nil || m.value == int64(0) {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func indented(o object) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(o); err != nil {
		return nil, fmt.Errorf("writing a description: %w", err)
	}
	return b.Bytes(), nil
}

// DataPackage describes the files by the Data Package standard of Frictionless: one resource for each file of one table.
func DataPackage(a About) ([]byte, error) {
	resources := []object{}
	for _, f := range a.Files {
		t, ok := Find(f.Table)
		if !ok {
			continue // a file of all tables is not one table
		}
		name := t.Name + "-" + string(f.Format)
		if f.ExcelFR {
			name += "-excel-fr"
		}
		hash := ""
		if f.SHA256 != "" {
			hash = "sha256:" + f.SHA256
		}
		resources = append(resources, object{
			{"name", name}, {"title", t.Title}, {"description", t.About}, {"path", a.BaseURL + f.Path}, {"format", string(f.Format)},
			{"mediatype", f.Format.MediaType()}, {"encoding", encoding(f.Format)}, {"profile", "tabular-data-resource"},
			{"bytes", f.Bytes}, {"hash", hash}, {"dialect", dialect(f)}, {"schema", schema(t, f)},
		})
	}
	return indented(object{
		{"name", "arobase"}, {"title", packageTitle}, {"description", packageAbout}, {"version", fmt.Sprint(a.Size)}, {"profile", "data-package"},
		{"licenses", []object{{{"name", licenceName}, {"title", licenceTitle}, {"path", licencePath}}}},
		{"ledger", a.Ledger}, {"log", a.Origin}, {"size", int64(a.Size)}, {"madeUp", madeUp(a.MadeUp)}, {"resources", resources},
	})
}

// madeUp says that nothing is real, and nothing where all is.
func madeUp(b bool) any {
	if b {
		return true
	}
	return nil
}

func encoding(f Format) any {
	if f == FormatCSV || f == FormatJSONL {
		return "utf-8"
	}
	return nil
}

func dialect(f File) any {
	if f.Format != FormatCSV {
		return nil
	}
	delimiter := ","
	if f.ExcelFR {
		delimiter = ";"
	}
	return object{{"delimiter", delimiter}, {"lineTerminator", "\r\n"}, {"quoteChar", `"`}, {"doubleQuote", true}, {"header", true}}
}

func schema(t Table, f File) object {
	fields := []object{}
	for _, c := range t.Columns {
		field := object{{"name", c.Name}, {"type", string(c.Kind)}, {"description", c.About}}
		if f.ExcelFR && c.Kind == Number {
			field = append(field, member{"decimalChar", ","})
		}
		fields = append(fields, field)
	}
	return object{{"fields", fields}, {"missingValues", []string{""}}}
}

// Catalog describes the same files as DCAT in JSON-LD: one dataset for each table, a distribution for each of its files.
func Catalog(a About) ([]byte, error) {
	datasets := []object{}
	distribution := func(f File) object {
		d := object{{"@type", "dcat:Distribution"}, {"dct:title", f.Path}, {"dcat:downloadURL", object{{"@id", a.BaseURL + f.Path}}}, {"dcat:mediaType", f.Format.MediaType()}}
		if f.Bytes > 0 {
			d = append(d, member{"dcat:byteSize", f.Bytes})
		}
		if f.SHA256 != "" {
			d = append(d, member{"spdx:checksum", object{{"spdx:algorithm", object{{"@id", "spdx:checksumAlgorithm_sha256"}}}, {"spdx:checksumValue", f.SHA256}}})
		}
		return d
	}
	for _, t := range Tables {
		files := []object{}
		for _, f := range a.Files {
			if f.Table == t.Name || f.Table == "" {
				files = append(files, distribution(f))
			}
		}
		datasets = append(datasets, object{
			{"@type", "dcat:Dataset"}, {"@id", a.BaseURL + "#" + t.Name}, {"dct:identifier", a.Ledger + "/" + t.Name}, {"dct:title", t.Title}, {"dct:description", t.About},
			{"dct:license", object{{"@id", licencePath}}}, {"dcat:version", fmt.Sprint(a.Size)}, {"dcat:distribution", files},
		})
	}
	return indented(object{
		{"@context", object{
			{"dcat", "http://www.w3.org/ns/dcat#"}, {"dct", "http://purl.org/dc/terms/"}, {"spdx", "http://spdx.org/rdf/terms#"},
		}},
		{"@type", "dcat:Catalog"}, {"dct:title", packageTitle}, {"dct:description", packageAbout}, {"dct:license", object{{"@id", licencePath}}},
		{"dcat:dataset", datasets},
	})
}

// Files are those that an export of some formats consists of: CSV in both dialects, one file for each table, one workbook
// and one database for all.
func Files(formats []Format) []File {
	var out []File
	for _, f := range Formats {
		switch {
		case !slices.Contains(formats, f):
		case f == FormatXLSX || f == FormatSQLite:
			out = append(out, File{Path: "arobase." + string(f), Format: f})
		default:
			for _, t := range Tables {
				out = append(out, File{Path: t.Name + "." + string(f), Format: f, Table: t.Name})
				if f == FormatCSV {
					out = append(out, File{Path: t.Name + ".excel-fr.csv", Format: f, Table: t.Name, ExcelFR: true})
				}
			}
		}
	}
	return out
}
