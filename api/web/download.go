package web

import "net/url"

// download is the address of a list as a file for a spreadsheet, as of the same moment as the page: in the French dialect
// on French pages, because that is what a French spreadsheet opens without a question.
func (p *page) download(path string) string {
	dialect := "rfc4180"
	if p.Code == "fr" {
		dialect = "excel-fr"
	}
	query := url.Values{"dialect": {dialect}}
	if p.asOf != "" {
		query.Set("as_of", p.asOf)
	}
	return (&url.URL{Path: "/v1/" + path, RawQuery: query.Encode()}).String()
}
