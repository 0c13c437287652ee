package evidence_test

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"arobase/api/ledger/evidence"
)

func TestRecognise(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 3, 2))
	var asPNG, asJPEG, asGIF bytes.Buffer
	if png.Encode(&asPNG, picture) != nil || jpeg.Encode(&asJPEG, picture, nil) != nil || gif.Encode(&asGIF, picture, nil) != nil {
		t.Fatal("no picture")
	}
	for name, tt := range map[string]struct{ content, want string }{
		"PDF": {"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", evidence.PDF}, "PNG": {asPNG.String(), evidence.PNG}, "JPEG": {asJPEG.String(), evidence.JPEG},
		"text": {"Délibération n° 12\r\n\tadoptée", evidence.Text}, "a table": {"a;b\n1;2\n", evidence.Text}, "with a mark": {"\ufeffDélibération", evidence.Text},
		"nothing": {"", ""}, "GIF": {asGIF.String(), ""}, "a page": {"<!DOCTYPE html><script>alert(1)</script>", ""},
		"a page after a space": {" \n<html><body>", ""}, "a script in a page": {"<script>alert(1)</script>", ""}, "a drawing": {`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, ""},
		"XML": {"\ufeff<?xml version=\"1.0\"?><a/>", ""}, "an archive": {"PK\x03\x04\x14\x00", ""}, "Latin 1": {"D\xe9lib\xe9ration", ""},
		"a program": {"MZ\x90\x00\x03", ""}, "half a PNG": {asPNG.String()[:12], ""}, "a byte 0": {"text\x00text", ""}, "UTF-16": {"\xff\xfeD\x00", ""},
	} {
		if got := evidence.Recognise([]byte(tt.content)); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestAgrees(t *testing.T) {
	for _, tt := range []struct {
		declared, kind string
		want           bool
	}{
		{"", evidence.PDF, true}, {"application/octet-stream", evidence.PNG, true}, {"text/plain; charset=utf-8", evidence.Text, true},
		{"application/pdf", evidence.PNG, false}, {"text/html", evidence.Text, false}, {"nonsense;;", evidence.Text, false},
	} {
		if got := evidence.Agrees(tt.declared, tt.kind); got != tt.want {
			t.Errorf("%q for %s: %t", tt.declared, tt.kind, got)
		}
	}
}

func TestParseHash(t *testing.T) {
	text := strings.Repeat("0f", 32)
	if h, err := evidence.ParseHash(text); err != nil || h.String() != text {
		t.Errorf("%s, %v", h, err)
	}
	for _, wrong := range []string{"", "0f", strings.ToUpper(text), text + "0f", strings.Repeat("zz", 32)} {
		if _, err := evidence.ParseHash(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}
