package domain

import (
	"regexp"
	"strconv"
	"strings"
)

// CollectivityID names one legal body, for ever. A successor is another body with another id, even where it keeps the
// code: fr-commune-76476-2015 is Notre-Dame-de-Gravenchon, fr-commune-76476 is Port-Jérôme-sur-Seine.
type CollectivityID string

// BodyKind says what the form of an id tells about the body.
type BodyKind string

const (
	Commune       BodyKind = "commune"        // fr-commune-<INSEE>: in force today
	FormerCommune BodyKind = "former-commune" // fr-commune-<INSEE>-<last year in force>
	EPCI          BodyKind = "epci"           // fr-epci-<SIREN>: in force today
	FormerEPCI    BodyKind = "former-epci"    // fr-epci-x-<slug>: gone, its SIREN unknown
	Foreign       BodyKind = "foreign"        // <country>-<slug>, such as ca-bromont
	Other         BodyKind = "other"          // other-<slug>: not a collectivity
	Unsettled     BodyKind = "unsettled"      // unsettled-<slug>: a name that fits several bodies
)

var idForms = []struct {
	kind BodyKind
	form *regexp.Regexp
}{
	{Commune, regexp.MustCompile(`^fr-commune-([0-9][0-9AB][0-9]{3})$`)},
	{FormerCommune, regexp.MustCompile(`^fr-commune-([0-9][0-9AB][0-9]{3})-((?:19|20)[0-9]{2})$`)},
	{EPCI, regexp.MustCompile(`^fr-epci-([0-9]{9})$`)},
	{FormerEPCI, regexp.MustCompile(`^fr-epci-x-` + slugForm + `$`)},
	{Other, regexp.MustCompile(`^other-` + slugForm + `$`)},
	{Unsettled, regexp.MustCompile(`^unsettled-` + slugForm + `$`)},
	{Foreign, regexp.MustCompile(`^[a-z]{2}-` + slugForm + `$`)},
}

const slugForm = `[a-z0-9]+(?:-[a-z0-9]+)*`

var slug = regexp.MustCompile(`^` + slugForm + `$`)

// Kind tells the form of an id, or "" where it has none: a wrong code, a SIREN that fails its check digit.
func (id CollectivityID) Kind() BodyKind {
	s := string(id)
	if len(s) > 100 || !hasIDForm(s) {
		return ""
	}
	switch before, name, _ := strings.Cut(s, "-"); before {
	case "other":
		return Other
	case "unsettled":
		return Unsettled
	case "fr":
		return frenchKind(s, name)
	}
	return Foreign
}

func frenchKind(id, name string) BodyKind {
	if code, year, ok := cutCommune(id); ok {
		switch {
		case !ValidINSEE(code):
			return ""
		case year != "":
			return FormerCommune
		}
		return Commune
	}
	switch siren, ok := strings.CutPrefix(name, "epci-"); {
	case ok && ValidSIREN(siren):
		return EPCI
	case ok && strings.HasPrefix(siren, "x-"):
		return FormerEPCI
	}
	return ""
}

// Valid tells whether id has one of the forms above.
func (id CollectivityID) Valid() bool { return id.Kind() != "" }

// INSEE is the code in the id of a commune, in force or gone, or "".
func (id CollectivityID) INSEE() string {
	if k := id.Kind(); k == Commune || k == FormerCommune {
		return string(id[len("fr-commune-"):][:5])
	}
	return ""
}

// insee is the form of a code of a commune in the Code officiel géographique: the département (01 to 95 with 2A and
// 2B for 20, or 97 and 98 for overseas) and the number within it.
var insee = regexp.MustCompile(`^(?:0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5])[0-9]{3}$|^97[1-8][0-9]{2}$|^98[4-9][0-9]{2}$`)

// ValidSIREN tells whether s is nine digits of which the last is the check digit (ISO/IEC 7812-1, the Luhn sum).
func ValidSIREN(s string) bool {
	if len(s) != 9 || s == "000000000" {
		return false
	}
	sum := 0
	for i, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// SourceID names a published source: a slug such as localtis-2016-labels.
type SourceID string

// Valid tells whether id is a slug of at most 80 characters.
func (id SourceID) Valid() bool { return len(id) <= 80 && isSlug(string(id)) }

// MentionID names a mention of an edition or a distinction with a term: a slug such as numerique-educatif. A mention
// that was renamed has another id: whether it is the same one is for its editions to say, not for its name.
type MentionID string

// Valid tells whether id is a slug of at most 60 characters.
func (id MentionID) Valid() bool { return len(id) <= 60 && isSlug(string(id)) }

// StreamName names a stream of the ledger. What stands before the first hyphen is its category.
type StreamName string

// LedgerStream holds what concerns the ledger as a whole.
const LedgerStream StreamName = "ledger"

// Streams by what they are about. An undated fact goes to the stream of edition "undated".
func SourceStream(id SourceID) StreamName             { return StreamName("source-" + id) }
func CollectivityStream(id CollectivityID) StreamName { return StreamName("collectivity-" + id) }
func EditionStream(e Edition) StreamName              { return StreamName("edition-" + e.String()) }
func FiguresStream(e Edition) StreamName              { return StreamName("figures-" + e.String()) }

// CandidacyStream is the stream of one collectivity in one edition.
func CandidacyStream(e Edition, id CollectivityID) StreamName {
	return StreamName("candidacy-" + e.String() + "-" + string(id))
}

// DistinctionStream is the stream of one distinction with a term, held by one collectivity.
func DistinctionStream(d MentionID, id CollectivityID) StreamName {
	return StreamName("distinction-" + string(d) + "-" + string(id))
}

// Category is what stands before the first hyphen: "candidacy" for candidacy-18-fr-commune-73008.
func (s StreamName) Category() string {
	category, _, _ := strings.Cut(string(s), "-")
	return category
}

// ParseCandidacyStream gives the candidacy that a stream is about.
func ParseCandidacyStream(s StreamName) (Candidacy, bool) {
	rest, ok := strings.CutPrefix(string(s), "candidacy-")
	if !ok {
		return Candidacy{}, false
	}
	ordinal, id, ok := strings.Cut(rest, "-")
	if !ok {
		return Candidacy{}, false
	}
	e, ok := parseEdition(ordinal)
	if !ok {
		return Candidacy{}, false
	}
	return Candidacy{Edition: e, Collectivity: CollectivityID(id)}, true
}

// parseEdition reads an edition as String writes it.
func parseEdition(s string) (Edition, bool) {
	if s == Edition(0).String() {
		return 0, true
	}
	n, err := strconv.Atoi(s)
	return Edition(n), err == nil && n >= 1 && strconv.Itoa(n) == s
}

// editionOfStream gives the edition that a stream of figures is about; of another stream, none, which has another name.
func editionOfStream(s StreamName) Edition {
	e, _ := parseEdition(strings.TrimPrefix(string(s), "figures-"))
	return e
}

// parseDistinctionStream gives the distinction and the collectivity that a stream is about, or nothing. Where the name can
// be split in several ways, so that both are ids, it takes the first: what happened in the stream is the same.
func parseDistinctionStream(s StreamName) (MentionID, CollectivityID) {
	rest, _ := strings.CutPrefix(string(s), "distinction-")
	for i, c := range rest {
		if d, id := MentionID(rest[:i]), CollectivityID(strings.TrimPrefix(rest[i:], "-")); c == '-' && d.Valid() && id.Valid() {
			return d, id
		}
	}
	return "", ""
}
