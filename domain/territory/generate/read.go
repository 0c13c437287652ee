package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// The files read, with the SHA-256 of their published content.
var published = map[string]string{
	"6.0.0/communes.json":            "6cafec09b4e127d08edc47f366b28261bee70cca323fbfcb957dd169fcad9284",
	"6.0.0/departements.json":        "1ebe7e0ad0a49653c899087194344ec67f7115b728c4e1b98f741bd655b545e0",
	"6.0.0/epci.json":                "40758ace686311837c484da81c2a8ba00a9f356bc6210f3316c6b19daa4dc967",
	"6.0.0/regions.json":             "98cb7c781d09577634b9e104dfbb92e39a0d10ae0e1c6c20978a49a474e1dba5",
	"0.7.0/historique-communes.json": "ca5ca1b3aaf7f79c5204d6307c21ce7f1f2532b13b80d85f27577faa9a5886e7",
}

// Types of a record of communes.json.
const (
	inForce   = "commune-actuelle"
	deleguee  = "commune-deleguee"
	associee  = "commune-associee"
	municipal = "arrondissement-municipal" // of Paris, Lyon, Marseille: not a collectivity of its own, left out
)

type commune struct {
	Code, Nom, Type, Departement, Region string
	Siren                                string // empty outside the départements
	ChefLieu                             string // of a commune déléguée or associée
	Population                           *int   // absent where nobody lives for good
	AnciensCodes                         []string
}

type division struct{ Code, Nom, Region string }

type epci struct {
	Code, Nom, Type      string
	PopulationMunicipale int
	Membres              []struct {
		Code                 string
		PopulationMunicipale int
	}
}

// cog is the reference in force.
type cog struct {
	communes     []commune
	departements []division
	regions      []division
	epci         []epci
}

// record is one state of one commune, between two changes, as the history tells it.
type record struct {
	ID, Code, Nom          string
	Type                   string // COM a commune, COMD déléguée, COMA associée, COMP a part without status
	DateDebut, DateFin     string
	RaisonDebut, RaisonFin string
	Successeur             string // the record that follows this one
	Predecesseur           string
	Pole                   string // for a part, the commune it is in
	Membres                []string
}

func readCOG(dir string) (cog, error) {
	const version = "6.0.0"
	var c cog
	if err := checkVersion(dir, version); err != nil {
		return c, err
	}
	for name, into := range map[string]any{
		"communes.json": &c.communes, "departements.json": &c.departements,
		"regions.json": &c.regions, "epci.json": &c.epci,
	} {
		if err := readPublished(dir, version, name, into); err != nil {
			return c, err
		}
	}
	return c, nil
}

func readHistory(dir string) ([]record, error) {
	const version = "0.7.0"
	if err := checkVersion(dir, version); err != nil {
		return nil, err
	}
	var r []record
	return r, readPublished(dir, version, "historique-communes.json", &r)
}

func checkVersion(dir, want string) error {
	b, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return err
	}
	var p struct{ Name, Version string }
	if err := json.Unmarshal(b, &p); err != nil {
		return fmt.Errorf("package.json: %w", err)
	}
	if p.Name != "@etalab/decoupage-administratif" || p.Version != want {
		return fmt.Errorf("package.json: %s %s, want @etalab/decoupage-administratif %s", p.Name, p.Version, want)
	}
	return nil
}

func readPublished(dir, version, name string, into any) error {
	b, err := os.ReadFile(filepath.Join(dir, "data", name))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	if got, want := hex.EncodeToString(sum[:]), published[version+"/"+name]; got != want {
		return fmt.Errorf("%s: sha256 %s is not the published %s", name, got, want)
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
