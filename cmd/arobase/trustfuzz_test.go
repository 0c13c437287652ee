package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Whatever stands in a file of checkpoints, nothing of it is lost but blank lines between notes, and no note begins with
// one.
func FuzzSplitNotes(f *testing.F) {
	f.Add([]byte("a\n1\nx\n\n— a AAAA\n\na\n2\ny\n\n— a AAAA\n— b BBBB\n"))
	f.Add([]byte("\n\n— \n \n— "))
	f.Fuzz(func(t *testing.T, text []byte) {
		strip := func(b []byte) (out []byte) {
			for line := range bytes.Lines(b) {
				if len(bytes.TrimSpace(line)) > 0 {
					out = append(out, line...)
				}
			}
			return out
		}
		var all []byte
		for _, n := range splitNotes(text) {
			first, _, _ := bytes.Cut(n, []byte("\n"))
			if len(bytes.TrimSpace(first)) == 0 {
				t.Errorf("a note begins with a blank line: %q", n)
			}
			all = append(all, n...)
		}
		if !bytes.Equal(strip(all), strip(text)) {
			t.Errorf("%q became %q", text, all)
		}
	})
}

// A stranger's file is never taken for a backup unless its parts are what its hashes say, and nothing is written elsewhere.
func FuzzUnpack(f *testing.F) {
	var b bytes.Buffer
	dir := f.TempDir()
	m := manifest{Format: backupFormat, Parts: []part{{Name: ledgerFile}, {Name: headsFile}}}
	for _, p := range m.Parts {
		if err := os.WriteFile(filepath.Join(dir, p.Name), []byte("content of "+p.Name), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	var err error
	if m.Parts, err = partsOf(dir, m.Parts); err != nil {
		f.Fatal(err)
	}
	if err := writeBackup(&b, dir, m); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()/2])
	f.Fuzz(func(t *testing.T, file []byte) {
		parent := t.TempDir()
		staged := filepath.Join(parent, "staged")
		if err := os.Mkdir(staged, 0o700); err != nil {
			t.Fatal(err)
		}
		r := restoration{staged: dataDir(staged)}
		err := r.unpack(bytes.NewReader(file))
		entries, readErr := os.ReadDir(parent)
		if readErr != nil || len(entries) != 1 {
			t.Errorf("beside what is staged: %v, %v", entries, readErr)
		}
		if err != nil {
			return
		}
		again, err := partsOf(staged, append([]part(nil), r.Parts...))
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range again {
			if p != r.Parts[i] {
				t.Errorf("%s is %v, not %v", p.Name, p, r.Parts[i])
			}
		}
	})
}
