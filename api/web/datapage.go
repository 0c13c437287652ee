package web

import (
	"fmt"
	"net/url"

	"arobase/api/exports"
	"arobase/api/ledger"
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

// dataLists are the addresses that a program asks first, with the word that says what each answers. Those about an edition
// ask of the one that has most names, and are left out where there is none.
func (p *page) dataLists() []struct{ word, address string } {
	type list = struct{ word, address string }
	most := ledger.EditionShort{}
	for _, e := range p.editions() {
		if e.Recorded > most.Recorded {
			most = e
		}
	}
	all := []list{{"editions", "/v1/editions"}}
	if n := most.Edition; n > 0 {
		all = append(all, list{"palmares", fmt.Sprintf("/v1/editions/%d/palmares", n)})
	}
	all = append(all, list{"find", "/v1/collectivities?q=bassens"}, list{"trends", "/v1/trends"})
	if n := most.Edition; n > 1 {
		all = append(all, list{"moves", fmt.Sprintf("/v1/trends/transitions?from=%d&to=%d", n-1, n)})
	}
	return append(all, list{"reconciliation", "/v1/reconciliation"}, list{"actions", "/v1/actions?limit=20"}, list{"events", "/v1/events?limit=20"})
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
	for _, l := range p.dataLists() {
		v.Lists = append(v.Lists, dataList{p.T("data.list." + l.word), l.address, "curl -H 'Accept: text/csv' '" + site + l.address + "'"})
	}
	return v, nil
}

// entriesInBundle is how many records a whole bundle of the log holds (C2SP tlog-tiles).
const entriesInBundle = 256
