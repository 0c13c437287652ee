package evidence

import (
	"bytes"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"
)

// The kinds that are taken. None of them is run by a browser that is told not to guess.
const (
	PDF  = "application/pdf"
	PNG  = "image/png"
	JPEG = "image/jpeg"
	Text = "text/plain"
)

// Kinds are the media types that are taken.
func Kinds() []string { return []string{PDF, PNG, JPEG, Text} }

// Recognise tells the kind of a file by what is in it, whatever it was called; "" where it is none that is taken. A page or
// a drawing that a browser would run is not taken as text either: what is on the Web is named by its address.
func Recognise(content []byte) string {
	switch {
	case bytes.HasPrefix(content, []byte("%PDF-")):
		return PDF
	case isImage(content, "png"):
		return PNG
	case isImage(content, "jpeg"):
		return JPEG
	case isText(content):
		return Text
	}
	return ""
}

// isImage reads the head of an image: its format and its size.
func isImage(content []byte, format string) bool {
	c, found, err := image.DecodeConfig(bytes.NewReader(content))
	return err == nil && found == format && c.Width > 0 && c.Height > 0
}

// isText tells whether a file is UTF-8 without control characters but those that lay a text out, and not markup.
func isText(content []byte) bool {
	if len(content) == 0 || !utf8.Valid(content) {
		return false
	}
	for _, b := range content {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' || b == 0x7f {
			return false
		}
	}
	media, _, _ := mime.ParseMediaType(http.DetectContentType(content))
	start := strings.ToLower(string(bytes.TrimLeft(bytes.TrimPrefix(content[:min(len(content), 512)], []byte("\ufeff")), " \t\r\n\f")))
	return media == Text && !strings.HasPrefix(start, "<svg") && !strings.HasPrefix(start, "<?xml")
}

// Agrees tells whether a media type that somebody declared may stand for a kind: the same one, or none in particular.
func Agrees(declared, kind string) bool {
	if declared == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(declared)
	return err == nil && (media == kind || media == "application/octet-stream")
}
