package wordindex_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"arobase/projections/actions/wordindex"
)

func open(t *testing.T, path string, texts map[string]string) *wordindex.Index {
	t.Helper()
	x, err := wordindex.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Put(t.Context(), texts); err != nil {
		t.Fatal(err)
	}
	return x
}

func TestFind(t *testing.T) {
	x := open(t, "", map[string]string{
		"wifi":    "Wi-Fi gratuit dans l'école et la médiathèque",
		"oeuvres": "Les œuvres du musée en ligne",
		"cantine": "Paiement de la cantine scolaire; l’École numérique",
	})
	defer x.Close()
	for _, c := range []struct {
		question string
		want     []string
	}{
		{"ecole", []string{"cantine", "wifi"}},
		{"ÉCOLE wi-fi", []string{"wifi"}},
		{"oeuv", []string{"oeuvres"}},
		{"œuvres", []string{"oeuvres"}},
		{"scol", []string{"cantine"}},
		{"cantine musée", nil},
		{"", nil},
		{`"*) OR (`, nil},
		{"NEAR(", nil},
		{"key:wifi", nil},
	} {
		got, err := x.Find(t.Context(), c.question)
		if err != nil {
			t.Errorf("%q: %v", c.question, err)
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%q found %q, want %q", c.question, got, c.want)
		}
	}
}

// What is removed is found no more, and no byte of it stays in the file.
func TestRemoveLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "words")
	texts := map[string]string{}
	for i := range 500 {
		texts[fmt.Sprint(i)] = fmt.Sprintf("une action nommée motrare%d", i)
	}
	x := open(t, path, texts)
	if !contains(t, path, "motrare7") {
		t.Fatal("the file does not hold what was put")
	}
	var keys []string
	for key := range texts {
		keys = append(keys, key)
	}
	if err := x.Remove(t.Context(), append(keys, "nobody")...); err != nil {
		t.Fatal(err)
	}
	if got, err := x.Find(t.Context(), "motrare7"); err != nil || got != nil {
		t.Errorf("found %q, %v after it was removed", got, err)
	}
	if contains(t, path, "motrare") {
		t.Error("the file still holds a text that was removed")
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a closed index leaves its file: %v", err)
	}
}

func TestOpenForgets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "words")
	open(t, path, map[string]string{"a": "vieux"}) // as after a crash: never closed
	x := open(t, path, map[string]string{"b": "neuf"})
	defer x.Close()
	if got, err := x.Find(t.Context(), "vieux"); err != nil || got != nil {
		t.Errorf("found %q, %v of an earlier time", got, err)
	}
}

func contains(t *testing.T, path, text string) bool {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(b, []byte(text))
}
