package web_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/ledger/evidence/sqliteevidence"
	"arobase/projections/actions/wordindex"
)

// village is a collectivity that submitted twelve actions to the edition before, and has the next one before it.
const village = "fr-commune-73008"

// neighbour is another one of the same département, with an action of its own.
const neighbour = "fr-commune-73065"

const villageGrid = `{"grid":"grille-1","kind":"made-up","themes":[{"id":"acces","name":"Accès"}],
 "stakes":[{"id":"reseaux","theme":"acces","name":"Réseaux"},{"id":"savoirs","theme":"acces","name":"Savoirs"},{"id":"ecole","theme":"acces","name":"École"}],
 "services":[{"id":"wifi","stake":"reseaux","name":"Wi-Fi public"},{"id":"fibre","stake":"reseaux","name":"Fibre"},{"id":"mediatheque","stake":"savoirs","name":"Médiathèque en ligne"},
  {"id":"cantine","stake":"ecole","name":"Cantine en ligne"},{"id":"transports","stake":"ecole","name":"Transports","kinds":["ville"]}],
 "thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`

const laterGrid = `{"grid":"grille-2","kind":"made-up","before":"grille-1","themes":[{"id":"acces","name":"Accès"}],
 "stakes":[{"id":"reseaux","theme":"acces","name":"Réseaux"}],"services":[{"id":"acces-libre","stake":"reseaux","name":"Accès libre"},{"id":"haut-debit","stake":"reseaux","name":"Haut débit"}],
 "mapping":[{"from":"wifi","to":"acces-libre"},{"from":"fibre","to":"haut-debit"}],"thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`

const villageRules = `{"regulation":"r-1","from":27,"title":"Règlement fictif","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
 "articles":[{"number":"1","topic":"candidacies"},{"number":"2","topic":"calendar"},{"number":"10","topic":"actions"}],
 "minimumLevel":{"value":1,"known":"assumed"},"quorum":{"value":5,"known":"assumed"},"tieBreak":{"value":"chair","known":"assumed"},
 "jurorsPerCandidacy":{"value":2,"known":"assumed"},"notice":{"value":15,"known":"assumed"},"appealDays":{"value":60,"known":"assumed"},
 "elected":{"value":"no","known":"assumed"},"fee":{"perInhabitant":5,"least":5000,"most":500000,"known":"assumed"}}`

// act has something recorded.
func (o *office) act(t testing.TB, role auth.Role, bound, resource, input string) ledger.Receipt {
	t.Helper()
	done, err := o.ledger.Act(t.Context(), auth.Principal{Role: role, For: bound, Person: "Camille", Token: "t"}, ledger.Ask{Resource: resource, Input: json.RawMessage(input)})
	if err != nil {
		t.Fatalf("%s %.200s: %v", resource, input, err)
	}
	return done
}

var twelve = []string{"Bornes au bord du lac", "Wi-Fi de la place", "Wi-Fi de la gare", "Fibre à l'école", "Fibre à la mairie", "Œuvres numérisées", "Prêt de liseuses",
	"Catalogue en ligne", "Menus de la cantine", "Paiement de la cantine", "Inscriptions à la cantine", "Ateliers du mercredi"}

var theirServices = []string{"wifi", "wifi", "wifi", "fibre", "fibre", "mediatheque", "mediatheque", "mediatheque", "cantine", "cantine", "cantine", "mediatheque"}

// open27 publishes the rules, enters the village and its neighbour, and has the village submit twelve actions to edition 27.
func open27(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	words, err := wordindex.Open(filepath.Join(t.TempDir(), "words.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = words.Close() })
	o.ledger.UseWords(words)
	files, err := sqliteevidence.Create(filepath.Join(t.TempDir(), "evidence.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	o.ledger.UseEvidence(files, ledger.DefaultEvidenceLimits())
	o.act(t, auth.President, "", "grids", villageGrid)
	o.act(t, auth.President, "", "regulations", villageRules)
	o.act(t, auth.Registrar, "", "collectivities", `{"collectivity":"`+village+`","type":"commune","name":"Aix-les-Bains","insee":"73008","departement":"73","region":"84"}`)
	o.act(t, auth.Registrar, "", "collectivities", `{"collectivity":"`+neighbour+`","type":"commune","name":"Chambéry","insee":"73065","departement":"73","region":"84"}`)
	o.edition(t, 27, "grille-1", "2026-11-01")
	o.act(t, auth.Declarant, village, "candidacies", fmt.Sprintf(`{"edition":27,"collectivity":%q,"kind":"village"}`, village))
	var frozen []string
	for i, title := range twelve {
		id := fmt.Sprintf("action-%02d", i+1)
		o.act(t, auth.Declarant, village, "actions", fmt.Sprintf(`{"action":%q,"collectivity":%q,"grid":"grille-1","services":[%q],"startedOn":"2025-03","operatorKind":"collectivity","title":%q,"description":"Pour tous."}`,
			id, village, theirServices[i], title))
		frozen = append(frozen, fmt.Sprintf(`{"action":%q,"revision":0}`, id))
	}
	o.act(t, auth.Declarant, village, "submissions", fmt.Sprintf(`{"edition":27,"collectivity":%q,"actions":[%s],"signedOff":"La maire"}`, village, strings.Join(frozen, ",")))
	o.act(t, auth.Declarant, neighbour, "actions", fmt.Sprintf(`{"action":"leur-wifi","collectivity":%q,"grid":"grille-1","services":["wifi","fibre"],"startedOn":"2024","operatorKind":"collectivity","title":"Leur Wi-Fi"}`, neighbour))
	return o
}

func (o *office) edition(t *testing.T, n int, grid, opens string) {
	t.Helper()
	o.act(t, auth.President, "", "editions", fmt.Sprintf(`{"edition":%d,"regulation":"r-1","grid":%q,"calendar":{"opens":%q,"closes":"2026-12-15","jury":"2027-01-15","ceremony":"2027-02-15"}}`, n, grid, opens))
}

// open28 is the village in front of the edition after.
func open28(t *testing.T) *office {
	t.Helper()
	o := open27(t)
	o.edition(t, 28, "grille-1", "2026-11-20")
	return o
}
