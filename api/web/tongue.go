package web

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"arobase/api/web/words"
)

// tongue is one of the two languages of the site: its words, its addresses and its templates, which are parsed once for
// each language so that a template says its words without being told in which.
type tongue struct {
	*words.Language
	templates map[string]*template.Template // by page
	other     *tongue
}

// routes are the addresses of the pages in French and in English. Addresses are stable: they are cited.
var routes = map[string][2]string{
	"home":           {"/", "/en/"},
	"search":         {"/recherche", "/en/search"},
	"editions":       {"/editions", "/en/editions"},
	"edition":        {"/editions/{n}", "/en/editions/{n}"},
	"palmares":       {"/editions/{n}/palmares", "/en/editions/{n}/palmares"},
	"map":            {"/carte", "/en/map"},
	"departement":    {"/departements/{id}", "/en/departements/{id}"},
	"actions":        {"/actions", "/en/actions"},
	"action":         {"/actions/{id}", "/en/actions/{id}"},
	"service":        {"/services/{id}", "/en/services/{id}"},
	"neighbours":     {"/collectivites/{id}/voisines", "/en/collectivities/{id}/neighbours"},
	"panel":          {"/panel/{id}", "/en/panel/{id}"},
	"mentions":       {"/mentions", "/en/mentions"},
	"mention":        {"/mentions/{id}", "/en/mentions/{id}"},
	"collectivity":   {"/collectivites/{id}", "/en/collectivities/{id}"},
	"reconciliation": {"/rapprochement", "/en/reconciliation"},
	"trends":         {"/tendances", "/en/trends"},
	"sources":        {"/sources", "/en/sources"},
	"source":         {"/sources/{id}", "/en/sources/{id}"},
	"register":       {"/registre", "/en/ledger"},
	"record":         {"/inscriptions/{id}", "/en/records/{id}"},
	"verify":         {"/verifier", "/en/verify"},
	"data":           {"/donnees", "/en/data"},
	"glossary":       {"/glossaire", "/en/glossary"},
	"accessibility":  {"/accessibilite", "/en/accessibility"},
	"legal":          {"/mentions-legales", "/en/legal"},
	"session":        {"/session", "/en/session"},
	"dispute":        {"/contester/{id}", "/en/dispute/{id}"},
	"confirm":        {"/contester/confirmer/{id}", "/en/dispute/confirm/{id}"},
	"disputes":       {"/espace/contestations", "/en/workspace/disputes"},
	"workspace":      {"/espace", "/en/workspace"},
	"secretariat":    {"/espace/secretariat/{id}", "/en/workspace/secretariat/{id}"},
	"entry":          {"/espace/saisir/{id}", "/en/workspace/record/{id}"},
	"mine":           {"/espace/collectivites/{id}", "/en/workspace/collectivities/{id}"},
	"review":         {"/espace/collectivites/{id}/actions", "/en/workspace/collectivities/{id}/actions"},
	"show":           {"/espace/pieces/{id}", "/en/workspace/evidence/{id}"},
	"submission":     {"/espace/collectivites/{id}/candidature", "/en/workspace/collectivities/{id}/application"},
	"receipt":        {"/espace/recu/{id}", "/en/workspace/receipt/{id}"},
	"dossier":        {"/editions/{n}/dossiers/{id}", "/en/editions/{n}/dossiers/{id}"},
	"diagnosis":      {"/editions/{n}/diagnostics/{id}", "/en/editions/{n}/diagnoses/{id}"},
	"minutes":        {"/editions/{n}/proces-verbal", "/en/editions/{n}/minutes"},
	"barometer":      {"/editions/{n}/barometre", "/en/editions/{n}/barometer"},
	"desk":           {"/jury", "/en/jury"},
	"deliberation":   {"/jury/{n}", "/en/jury/{n}"},
	"decision":       {"/jury/{n}/decisions/{id}", "/en/jury/{n}/decisions/{id}"},
}

func (t *tongue) pattern(route string) string {
	if t.Code == "fr" {
		return routes[route][0]
	}
	return routes[route][1]
}

// path is the address of a page: its route, the value in it, and its query, which may be nil. Where two values stand in an
// address, the number of an edition and an id, they come with a stroke between them.
func (t *tongue) path(route, value string, query url.Values) string {
	p := t.pattern(route)
	if strings.Count(p, "{") == 2 {
		var number string
		number, value, _ = strings.Cut(value, "/")
		p = strings.Replace(p, "{n}", url.PathEscape(number), 1)
	}
	if before, after, ok := strings.Cut(p, "{"); ok {
		_, after, _ = strings.Cut(after, "}")
		p = before + url.PathEscape(value) + after
	}
	if len(query) > 0 {
		p += "?" + query.Encode()
	}
	return p
}

func newTongues(assets *assets) (fr, en *tongue, err error) {
	fr, en = &tongue{Language: words.French()}, &tongue{Language: words.English()}
	fr.other, en.other = en, fr
	for _, t := range []*tongue{fr, en} {
		if t.templates, err = t.parse(assets); err != nil {
			return nil, nil, err
		}
	}
	return fr, en, nil
}

// parse reads the templates of every page: the layout, the shared pieces and the page's own.
func (t *tongue) parse(assets *assets) (map[string]*template.Template, error) {
	shared, err := template.New("layout.html").Funcs(template.FuncMap{
		"t": t.T, "n": t.N, "int": t.Int, "date": t.Date, "asset": assets.path,
	}).ParseFS(templateFiles, "templates/layout.html", "templates/pieces/*.html")
	if err != nil {
		return nil, fmt.Errorf("reading the templates: %w", err)
	}
	all := map[string]*template.Template{}
	pages := []string{"problem"}
	for route := range routes {
		pages = append(pages, route)
	}
	for _, name := range pages {
		set, err := shared.Clone()
		if err != nil {
			return nil, fmt.Errorf("copying the templates: %w", err)
		}
		if all[name], err = set.ParseFS(templateFiles, "templates/"+name+".html"); err != nil {
			return nil, fmt.Errorf("reading the template of %s: %w", name, err)
		}
	}
	return all, nil
}
