package domain

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The forms of members are told by expressions, because that is what a JSON Schema can hold. To match an expression is
// slow, and an auditor checks every member of every event, so the expressions that most events meet are written here
// once more, by hand. TestByHand holds that both say the same of every text.

// byHand gives the function that matches what an expression matches.
var byHand = map[string]func(string) bool{
	slug.String():                    isSlug,
	insee.String():                   ValidINSEE,
	sirenPattern:                     func(s string) bool { return len(s) == 9 && areDigits(s) },
	anyIDForm():                      hasIDForm,
	statedYear.String():              isStatedYear,
	uuidPattern:                      isUUID,
	sealedPattern:                    isCommitment,
	datePattern:                      func(s string) bool { return len(s) == 10 && hasDateForm(s) },
	partPattern:                      hasDateForm,
	linePattern:                      hasLineForm,
	webPattern:                       hasWebForm,
	patterns["sha256hex"].String():   isSHA256,
	patterns["metric"].String():      isMetric,
	patterns["unit"].String():        isUnit,
	patterns["scope"].String():       hasScopeForm,
	patterns["region"].String():      isRegion,
	patterns["departement"].String(): isDepartement,
}

// matcher gives the quickest function that matches what an expression matches, of texts in valid UTF-8.
func matcher(expression string) func(string) bool {
	if f, ok := byHand[expression]; ok {
		return f
	}
	return regexp.MustCompile(expression).MatchString
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isHex(c byte) bool   { return isDigit(c) || 'a' <= c && c <= 'f' }

func consistsOf(s string, of func(byte) bool) bool {
	for i := range len(s) {
		if !of(s[i]) {
			return false
		}
	}
	return true
}

func areDigits(s string) bool { return consistsOf(s, isDigit) }

func isSlug(s string) bool {
	inWord := false
	for i := range len(s) {
		switch c := s[i]; {
		case isLower(c) || isDigit(c):
			inWord = true
		case c == '-' && inWord:
			inWord = false
		default:
			return false
		}
	}
	return inWord
}

// ValidINSEE tells whether s has the form of a commune's code. It does not tell whether such a commune exists.
func ValidINSEE(s string) bool {
	if len(s) != 5 || !isDigit(s[0]) || !areDigits(s[2:]) {
		return false
	}
	switch d, u := s[0], s[1]; {
	case d == '2' && (u == 'A' || u == 'B'):
		return true
	case !isDigit(u):
		return false
	case d == '0':
		return u != '0'
	case d == '2':
		return u != '0'
	case d == '9' && u == '7':
		return '1' <= s[2] && s[2] <= '8'
	case d == '9' && u == '8':
		return '4' <= s[2] && s[2] <= '9'
	case d == '9':
		return u <= '5'
	}
	return true
}

// cutCommune splits the id of a commune: its code, and the last year in force of one that is gone.
func cutCommune(id string) (code, year string, ok bool) {
	code, ok = strings.CutPrefix(id, "fr-commune-")
	if !ok {
		return "", "", false
	}
	code, year, gone := strings.Cut(code, "-")
	if gone && !(len(year) == 4 && areDigits(year) && (year[:2] == "19" || year[:2] == "20")) {
		return "", "", false
	}
	return code, year, len(code) == 5 && isDigit(code[0]) && (isDigit(code[1]) || code[1] == 'A' || code[1] == 'B') && areDigits(code[2:])
}

// hasIDForm matches the forms of all ids, without check digits and without the départements that there are.
func hasIDForm(s string) bool {
	if _, _, ok := cutCommune(s); ok {
		return true
	}
	before, name, _ := strings.Cut(s, "-")
	return (len(before) == 2 && consistsOf(before, isLower) || before == "other" || before == "unsettled") && isSlug(name)
}

func isStatedYear(s string) bool {
	if len(s) < 4 || !areDigits(s[:4]) {
		return false
	}
	switch rest := s[4:]; {
	case rest == "" || rest == "?" || rest == "+":
		return true
	case rest[0] == '-':
		return len(rest) == 5 && areDigits(rest[1:])
	default:
		for ; len(rest) >= 5 && rest[0] == '|' && areDigits(rest[1:5]); rest = rest[5:] {
		}
		return rest == ""
	}
}

// isUUID matches the canonical form, in lower case, whatever its version.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && !isHex(s[i]) {
			return false
		}
	}
	return true
}

// isCommitment matches 32 bytes in base64, with no bit left over.
func isCommitment(s string) bool {
	return len(s) == 44 && s[43] == '=' && consistsOf(s[:42], isBase64) && strings.IndexByte("AEIMQUYcgkosw048", s[42]) >= 0
}

func isBase64(c byte) bool {
	return isLower(c) || 'A' <= c && c <= 'Z' || isDigit(c) || c == '+' || c == '/'
}

// hasDateForm matches a year, a month or a day, also one that no calendar has, such as 2017-02-30.
func hasDateForm(s string) bool {
	switch len(s) {
	case 10:
		if s[7] != '-' || !isOneOf(s[8:10], 31) {
			return false
		}
		fallthrough
	case 7:
		if s[4] != '-' || !isOneOf(s[5:7], 12) {
			return false
		}
		fallthrough
	case 4:
		return areDigits(s[:4])
	}
	return false
}

// isOneOf matches two digits from 01 to the most.
func isOneOf(s string, most int) bool {
	return isDigit(s[0]) && isDigit(s[1]) && s != "00" && twoDigits(s) <= most
}

func twoDigits(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

// hasLineForm matches one line with something at both ends.
func hasLineForm(s string) bool {
	return s != "" && strings.IndexByte(" \t\r\n", s[0]) < 0 && strings.IndexByte(" \t\r\n", s[len(s)-1]) < 0 && strings.IndexByte(s, '\n') < 0
}

func hasWebForm(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && (len(scheme) == 4 || len(scheme) == 5) && consistsOf(scheme, isLetter) && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

func isLetter(c byte) bool { return isLower(c) || 'A' <= c && c <= 'Z' }

func isSHA256(s string) bool { return len(s) == 64 && consistsOf(s, isHex) }

func isRegion(s string) bool { return (len(s) == 2 || len(s) == 3) && areDigits(s) }

func isMetric(s string) bool {
	return 1 <= len(s) && len(s) <= 60 && isLower(s[0]) && consistsOf(s, func(c byte) bool { return isLower(c) || isDigit(c) || c == '_' })
}

func isUnit(s string) bool {
	n := 0
	for _, r := range s {
		lower := 'a' <= r && r <= 'z' || r >= utf8.RuneSelf && unicode.Is(unicode.Ll, r)
		other := '0' <= r && r <= '9' || r == ' ' || r == '_' || r == '-'
		if !lower && (n == 0 || !other) {
			return false
		}
		n++
	}
	return 1 <= n && n <= 40
}

func hasScopeForm(s string) bool {
	kind, value, ok := strings.Cut(s, ":")
	if !ok || strings.IndexByte(value, '\n') >= 0 {
		return false
	}
	switch kind {
	case "region", "departement", "holder", "population", "mention", "kind":
		n := utf8.RuneCountInString(value)
		return 1 <= n && n <= 80
	}
	return false
}

func isDepartement(s string) bool {
	switch len(s) {
	case 2:
		return isDigit(s[0]) && (isDigit(s[1]) || s[1] == 'A' || s[1] == 'B')
	case 3:
		return s[0] == '9' && (s[1] == '7' || s[1] == '8') && isDigit(s[2])
	}
	return false
}
