package envelope

import "strconv"

const (
	typePrefix   = "arobase."
	schemaPrefix = "urn:arobase:schema:"

	maxNameLength = 100
	maxVersion    = 999_999
)

// TypeName is the type of version v of the event with a name: "arobase.decision-sealed.v1". It does not check its
// arguments; [SplitType] and Encode do.
func TypeName(name string, version int) string {
	return typePrefix + name + ".v" + strconv.Itoa(version)
}

// SplitType takes a type apart. A name is lower-case words of letters and digits joined by single hyphens, the first of
// them beginning with a letter, 100 characters in all; a version is 1 to 999,999 without leading zeros.
func SplitType(t string) (name string, version int, ok bool) {
	if len(t) < len(typePrefix) || t[:len(typePrefix)] != typePrefix {
		return "", 0, false
	}
	rest := t[len(typePrefix):]
	dot := 0
	for dot < len(rest) && rest[dot] != '.' {
		dot++
	}
	if !isName(rest[:dot]) || len(rest) < dot+3 || rest[dot+1] != 'v' {
		return "", 0, false
	}
	version, ok = parseVersion(rest[dot+2:])
	return rest[:dot], version, ok
}

// Schema is the URN of the schema of a type's data: "urn:arobase:schema:decision-sealed:v1". It is empty if the type is
// not one.
func Schema(t string) string {
	name, version, ok := SplitType(t)
	if !ok {
		return ""
	}
	return string(appendSchema(nil, name, version))
}

func appendSchema(b []byte, name string, version int) []byte {
	b = append(b, schemaPrefix...)
	b = append(b, name...)
	b = append(b, ":v"...)
	return strconv.AppendInt(b, int64(version), 10)
}

// isSchema says whether s is the schema of the type, which SplitType accepts, without building it.
func isSchema(s []byte, t string) bool {
	name, _, _ := SplitType(t)
	version := t[len(typePrefix)+len(name)+len(".v"):]
	at := len(schemaPrefix) + len(name)
	return len(s) == at+len(":v")+len(version) &&
		string(s[:len(schemaPrefix)]) == schemaPrefix &&
		string(s[len(schemaPrefix):at]) == name &&
		string(s[at:at+len(":v")]) == ":v" &&
		string(s[at+len(":v"):]) == version
}

func isName(s string) bool {
	if len(s) == 0 || len(s) > maxNameLength || !isLower(s[0]) {
		return false
	}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case isLower(c) || isDigit(c):
		case c == '-' && s[i-1] != '-' && i+1 < len(s):
		default:
			return false
		}
	}
	return true
}

func parseVersion(s string) (int, bool) {
	if len(s) == 0 || len(s) > 6 || s[0] == '0' {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, n <= maxVersion
}
