package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A server that did not end by itself leaves its index of words: whoever writes next, an erasure among them, finds it gone.
func TestWordsOfAServerThatEnded(t *testing.T) {
	t.Parallel()
	d := dataDir(filepath.Join(t.TempDir(), "data"))
	o, _, err := d.write(t.Context(), genesis{origin: defaultOrigin})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.file(wordsFile), []byte("words of a text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if o, _, err = d.write(t.Context(), genesis{}); err != nil {
		t.Fatal(err)
	}
	defer o.close()
	if _, err := os.Stat(d.file(wordsFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the words are there still: %v", err)
	}
}
