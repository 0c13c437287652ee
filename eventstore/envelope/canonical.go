package envelope

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"

	"github.com/gowebpki/jcs"
)

// errReplaced says that a string of the value was not Unicode.
var errReplaced = errors.New("a string is not valid Unicode")

// Canonical gives the RFC 8785 form of v, which is encoded with encoding/json first. The result passes
// [CheckCanonical]; what cannot (a fraction, a number of 2^53 or more, a string that is not NFC or not Unicode) is an
// error and never changed silently.
func Canonical(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("making canonical JSON: %w", err)
	}
	raw := bytes.TrimSuffix(buf.Bytes(), []byte("\n")) // the encoder's; jcs takes it for a part of a number
	if err := checkEscapes(raw); err != nil {
		return nil, fmt.Errorf("making canonical JSON: %w", err)
	}
	b, err := jcs.Transform(raw)
	if err != nil {
		return nil, fmt.Errorf("making canonical JSON: %w", err)
	}
	if err := CheckCanonical(b); err != nil {
		return nil, fmt.Errorf("making canonical JSON: %w", err)
	}
	return b, nil
}

// checkEscapes refuses the escapes behind which text is lost. encoding/json writes \ufffd in place of bytes that are
// not UTF-8 (a true U+FFFD it writes as it is), and lets lone surrogates of a json.RawMessage pass, which the RFC 8785
// step would replace. b is valid JSON.
func checkEscapes(b []byte) error {
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		i++
		if b[i] != 'u' {
			continue
		}
		r := codeUnit(b[i+1:])
		i += 4
		switch {
		case r == 0xfffd:
			return errReplaced
		case !utf16.IsSurrogate(r):
		case i+6 < len(b) && b[i+1] == '\\' && b[i+2] == 'u' && utf16.DecodeRune(r, codeUnit(b[i+3:])) != 0xfffd:
			i += 6
		default:
			return errReplaced
		}
	}
	return nil
}

// codeUnit reads four hexadecimal digits, which are there.
func codeUnit(b []byte) rune {
	n, _ := strconv.ParseUint(string(b[:4]), 16, 16)
	return rune(n)
}
