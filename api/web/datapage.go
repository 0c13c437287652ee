package web

import (
	"fmt"
	"net/url"

	"arobase/api/exports"
)

// dataView is the page for whoever wants the data itself: as files, through the interface for programs, or as the log.
type dataView struct {
	Size   string
	Tables []dataTable
	Whole  []labelled
	// Lists are the programs' addresses that answer the same questions as the pages.
	Lists []dataList
	Again string // the command that makes the same files
	Raw   string // the commands that take the log
	Cite  string
}

// dataTable is one table with its files and its columns.
type dataTable struct {
	ID, Name, Text, Caption string
	Files                   []labelled
	Columns                 []dataColumn
}

type dataColumn struct{ Name, Kind, About string }

type dataList struct{ Text, Address, Sheet string }

// dataLists are the addresses that a program asks first, with the word that says what each answers. The number in some
// is an edition that has facts.
var dataLists = []struct{ word, address string }{
	{"editions", "/v1/editions"}, {"palmares", "/v1/editions/18/palmares"}, {"find", "/v1/collectivities?q=bassens"},
	{"trends", "/v1/trends?from=16&to=18"}, {"moves", "/v1/trends/transitions?from=17&to=18"},
	{"reconciliation", "/v1/reconciliation?edition=18"}, {"events", "/v1/events?limit=20"},
}

func (s *site) data(p *page) (any, error) {
	p.Title, p.Description = p.T("data.title"), p.T("data.description")
	site, size := p.origin(), fmt.Sprint(p.size)
	v := dataView{
		Size:  p.Int(int(p.size)),
		Again: "arobase export --out arobase-" + size + " --at " + size,
		Raw:   "curl -f " + site + "/log/checkpoint\ncurl -fo bundle " + site + "/log/tile/entries/000",
		Cite:  p.T("data.cite.text", site, p.Int(int(p.size)), site+"/datapackage.json?as_of="+size),
	}
	if p.size < entriesInBundle {
		v.Raw += ".p/" + size
	}
	csv := url.Values{}
	if p.Code == "fr" {
		csv.Set("dialect", p.dialect())
	}
	for _, t := range exports.Tables {
		line := dataTable{ID: "table-" + t.Name, Name: p.T("data.table." + t.Name), Text: p.T("data.table." + t.Name + ".text")}
		line.Caption = p.T("data.columns", line.Name)
		for _, f := range exports.Formats {
			query := url.Values{}
			if f == exports.FormatCSV {
				query = csv
			}
			if f != exports.FormatSQLite { // which is one file of all tables
				line.Files = append(line.Files, labelled{p.T("data.format." + string(f)), p.exportHref("/exports/"+t.Name+"."+string(f), query)})
			}
		}
		for _, c := range t.Columns {
			line.Columns = append(line.Columns, dataColumn{c.Name, p.T("data.kind." + string(c.Kind)), c.About})
		}
		v.Tables = append(v.Tables, line)
	}
	for _, f := range []exports.Format{exports.FormatSQLite, exports.FormatXLSX} {
		v.Whole = append(v.Whole, labelled{p.T("data.format." + string(f)), p.exportHref("/exports/arobase."+string(f), nil)})
	}
	for _, l := range dataLists {
		v.Lists = append(v.Lists, dataList{p.T("data.list." + l.word), l.address, "curl -H 'Accept: text/csv' '" + site + l.address + "'"})
	}
	return v, nil
}

// entriesInBundle is how many records a whole bundle of the log holds (C2SP tlog-tiles).
const entriesInBundle = 256
