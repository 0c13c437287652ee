package web

import "net/url"

type formView struct{ Resource string }
type prefill struct {
	Values        url.Values
	Fixed, Hidden []string
	Expected      *int64
	Next          string
}

func (p *page) formOf(resource string, with prefill) (*formView, error) {
	return &formView{resource}, nil
}
func (p *page) formHref(resource string, with prefill) string {
	return "/espace/saisir/" + resource + "?" + with.Values.Encode()
}
