package tlog

import (
	"strings"

	"filippo.io/torchwood"
)

// ParsePolicy reads a policy: which logs are trusted, which witnesses, and how many of them must have signed. It is
// torchwood.ParsePolicy with line ends and spaces of any kind: that panics on a line of other white space, such as an
// empty one of a file that was written on Windows (v0.9.0).
func ParsePolicy(text []byte) (torchwood.Policy, error) {
	var plain strings.Builder
	for line := range strings.Lines(string(text)) {
		plain.WriteString(strings.Join(strings.Fields(line), " "))
		plain.WriteByte('\n')
	}
	return torchwood.ParsePolicy([]byte(plain.String()))
}
