package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"arobase/api/ledger"
)

// Texts about people, one in every place where a ledger keeps one today. They are told apart by their number, and hold
// what programs write in several ways.
func person(n int) string { return fmt.Sprintf(`Zoé “Nº%d” L'Œillet & <fils>`, n) }

// people are the files of a ledger that is full of them.
func people() map[string]string {
	quoted := func(n int) string { return `"` + person(n) + `"` }
	return map[string]string{
		"sources.csv": "source_id,publisher,title,published_on,url,note\nsomewhere-2017,Somewhere,A list,2017,," + quoted(1) + "\nelsewhere-2017,Elsewhere,Another,2017,,\n",
		"awards.csv": "edition,year_as_stated,holder,distinction,level,certainty,source_id,note\n" +
			"18,2017,Meudon,level,3,stated,somewhere-2017," + quoted(2) + "\n18,2017,Sèvres,level,5,stated,somewhere-2017,\n",
		"mentions.csv":     "edition,year_as_stated,holder,mention_id,mention_label,certainty,source_id,note\n18,2017,Meudon,teletravail," + quoted(3) + ",stated,somewhere-2017," + quoted(4) + "\n",
		"ceremonies.csv":   "edition,year,attribute,value,precision,source_id,note\n18,2017,presenter," + quoted(5) + ",stated,somewhere-2017," + quoted(6) + "\n",
		"figures.csv":      "edition,year_as_stated,metric,scope,value,precision,unit,source_id,note\n18,2017,labelled,,2,exact,collectivities,somewhere-2017," + quoted(7) + "\n18,2017,labelled,,3,exact,collectivities,elsewhere-2017,\n",
		"rules.csv":        "edition,year_as_stated,topic,statement,source_id\n18,2017,level4," + quoted(8) + ",somewhere-2017\n",
		"explanations.csv": "edition,year_as_stated,metric,scope,kind,test,text_fr,text_en,source_id\n18,2017,labelled,,hypothesis,," + quoted(9) + "," + quoted(10) + ",\n",
	}
}

const (
	texts   = 10
	officer = "Yvonne Officer-Ûnmistakable"
)

// A served ledger, all of whose texts were read through the site and the API, is made to forget them: then no file of it
// holds any, nor a salt, in whatever form, while it is served, after it was killed and after it has ended. What was proved
// before stays proved, what was decided stays decided.
func TestErasedTextsAreNowhere(t *testing.T) {
	if testing.Short() {
		t.Skip("processes, and hundreds of requests")
	}
	t.Parallel()
	root := t.TempDir()
	below := func(name string) string { return filepath.Join(root, name) }
	outside := t.TempDir() // what was backed up before
	files := filepath.Join(outside, "files")
	if err := os.Mkdir(files, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range people() {
		if err := os.WriteFile(filepath.Join(files, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data := below("data")
	if code, out, errs := command(t, "import", "--data", data, "--by", officer, files); code != exitOK {
		t.Fatal(out, errs)
	}
	key := newKey(t, outside)

	s := serveProcess(t, data, below("serve.log"))
	before := s.read(t)
	for n := 1; n <= texts; n++ {
		if !before.shows(person(n)) {
			t.Errorf("text %d is on no page and in no answer: this test reads too little", n)
		}
	}
	records := s.sealed(t)
	sizes := s.checkpoint(t)
	proof := s.get(t, "/v1/events/"+records[0].event+"/proof", http.StatusOK)
	results := s.results(t)
	old := filepath.Join(outside, "old.age")
	s.command(t, "vault", "backup", old, "--data", data, "--recipient", key.Recipient().String())

	wanted := []string{officer}
	for n := 1; n <= texts; n++ {
		wanted = append(wanted, person(n))
	}
	for _, text := range append(slices.Clone(wanted), string(records[0].salt)) {
		if len(search(t, root, text)) == 0 {
			t.Fatalf("%q is in no file before the erasure: the search does not see what it should", text)
		}
	}

	// Some of them, then the process is killed without warning; the rest, then it is asked to end.
	erase := func(some []sealedValue) {
		for i, r := range some {
			grounds := []string{"request", "objection", "retention", "court", "other"}
			s.command(t, "erase", "--data", data, r.event, r.pointer, "--ground", grounds[i%len(grounds)])
		}
	}
	few := len(records) / 4
	some := salts(records[:few])
	for _, r := range records[:few] {
		some = append(some, r.text)
	}
	erase(records[:few])
	holdNowhere(t, root, "while it is served", some)
	s.kill(t)
	holdNowhere(t, root, "after it was killed", some)
	s = serveProcess(t, data, below("serve-again.log"))
	holdNowhere(t, root, "after it was started again", some)
	erase(records[few:])
	wanted = append(wanted, salts(records)...)
	holdNowhere(t, root, "all of them, while it is served", wanted)

	// The world as it is now.
	after := s.read(t)
	for _, text := range wanted {
		if where := after.where(text); where != nil {
			t.Errorf("%q is still shown by %v", text, where)
		}
	}
	for _, path := range []string{"/editions/18", "/rapprochement", "/inscriptions/" + records[0].event} {
		if !strings.Contains(after[path], "texte effacé") {
			t.Errorf("%s does not say that a text was erased", path)
		}
	}
	if !strings.Contains(after["/en/editions/18"], "erased text") || !strings.Contains(after["/registre"], "à la demande de la personne concernée") {
		t.Error("the pages do not tell of the erasures")
	}
	for _, r := range records {
		if r.salt != nil {
			s.get(t, "/log/disclosed/"+r.commitment, http.StatusGone)
		}
		var v ledger.EventView
		if err := json.Unmarshal([]byte(after["/v1/events/"+r.event]), &v); err != nil || !slices.Contains(v.Erased, r.pointer) || v.Disclosed[r.pointer] != nil {
			t.Errorf("%s of %s: erased %v, disclosed %v, %v", r.pointer, r.event, v.Erased, v.Disclosed, err)
		}
	}
	if diff := cmp.Diff(results, s.results(t)); diff != "" {
		t.Errorf("results are others than before the erasure (-before +after):\n%s", diff)
	}
	s.holds(t, sizes, proof, outside)

	// What is written from now on is free of them too.
	s.command(t, "vault", "backup", below("new.age"), "--data", data, "--recipient", key.Recipient().String())
	export := s.command(t, "events", "--data", data, "-o", "jsonl")
	if err := os.WriteFile(below("events.jsonl"), []byte(export), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(below("new.jsonl"), decrypt(t, below("new.age"), key), 0o600); err != nil {
		t.Fatal(err)
	}
	s.end(t)
	holdNowhere(t, root, "after it has ended", wanted)
	if code, out, _ := command(t, "check", "--data", data); code != exitOK || !strings.Contains(out, fmt.Sprintf("%d erased; 0 without", len(records))) {
		t.Errorf("check: %s", out)
	}

	// The backup from before still holds them, which is why it ends; restored, it brings nothing back.
	if plain := decrypt(t, old, key); !bytes.Contains(plain, []byte(officer)) {
		t.Error("the older backup does not hold what was erased later")
	}
	if code, out, errs := command(t, "vault", "restore", old, "--data", data, "--identity", filepath.Join(outside, "key")); code != exitOK {
		t.Error(out, errs)
	}
	holdNowhere(t, root, "after an older backup was restored", wanted)
	for _, name := range []string{vaultFile, vaultFile + "-wal", vaultFile + "-shm"} {
		_ = os.Remove(filepath.Join(data, name))
	}
	if code, out, errs := command(t, "vault", "restore", old, "--data", data, "--identity", filepath.Join(outside, "key")); code != exitOK {
		t.Error(out, errs)
	}
	holdNowhere(t, root, "after the vault was lost and restored from an older backup", wanted)
	if code, out, _ := command(t, "check", "--data", data); code != exitOK {
		t.Errorf("check: %s", out)
	}
}

// search gives the files below a directory that hold a text.
func search(t *testing.T, dir, text string) []string {
	t.Helper()
	found, err := findText(dir, text)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// holdNowhere searches every file for texts, and for bytes that are none.
func holdNowhere(t *testing.T, root, when string, texts []string) {
	t.Helper()
	for _, text := range texts {
		if found := search(t, root, text); found != nil {
			t.Errorf("%s: %q stands in %v", when, text, found)
		}
	}
}

// sealedValue is one sealed value of a ledger; salt and text are known of public ones.
type sealedValue struct {
	event, pointer, commitment string
	salt                       []byte
	text                       string
}

// salts gives the salts in the forms that they may be written in.
func salts(records []sealedValue) (all []string) {
	for _, r := range records {
		if r.salt != nil {
			all = append(all, string(r.salt), base64.StdEncoding.EncodeToString(r.salt), hex.EncodeToString(r.salt))
		}
	}
	return all
}

func newKey(t *testing.T, dir string) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "key"), []byte(id.String()+"\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func decrypt(t *testing.T, path string, id age.Identity) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := age.Decrypt(f, id)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// process is a serve of its own.
type process struct {
	cmd  *exec.Cmd
	site string
	log  *os.File
}

// serveProcess serves a directory and writes what the process says into a file.
func serveProcess(t *testing.T, data, logFile string) *process {
	t.Helper()
	said, err := os.Create(logFile)
	if err != nil {
		t.Fatal(err)
	}
	address := free(t)
	p := &process{exec.Command("arobase", "serve", "--data", data, "--listen", address, "--admin", free(t)), "http://" + address, said}
	p.cmd.Stdout, p.cmd.Stderr = said, said
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _, _ = p.cmd.Process.Wait(); _ = said.Close() })
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		answer, err := http.Get(p.site + "/log/checkpoint")
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return p
		}
	}
	t.Fatal("serve does not answer")
	return nil
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // it was killed
}

func (p *process) end(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// command runs a command beside the process.
func (p *process) command(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := command(t, args...)
	if code != exitOK {
		t.Fatalf("%v: exit %d: %s", args, code, errs)
	}
	return out
}

func (p *process) get(t *testing.T, path string, status int) string {
	t.Helper()
	answer, err := http.Get(p.site + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != status {
		t.Errorf("GET %s: %s, want %d", path, answer.Status, status)
	}
	return string(body)
}

// answers are what was read, by its address.
type answers map[string]string

// where gives the addresses whose answer has a text, as it is or escaped.
func (a answers) where(text string) (all []string) {
	for path, body := range a {
		if slices.ContainsFunc(formsOf(text), func(form []byte) bool { return strings.Contains(body, string(form)) }) {
			all = append(all, path)
		}
	}
	return all
}

func (a answers) shows(text string) bool { return len(a.where(text)) > 0 }

var hrefs = regexp.MustCompile(`href="(/[^"#]*)`)

// read reads the whole site, and the API as far as texts are there.
func (p *process) read(t *testing.T) answers {
	t.Helper()
	read := answers{}
	queue := []string{"/", "/en/", "/v1/editions", "/v1/editions/18", "/v1/editions/18/palmares", "/v1/collectivities", "/v1/reconciliation", "/v1/sources", "/v1/events?limit=500", "/v1/trends"}
	for len(queue) > 0 && len(read) < 500 {
		path := queue[0]
		queue = queue[1:]
		if _, done := read[path]; done {
			continue
		}
		body := p.get(t, path, http.StatusOK)
		read[path] = body
		for _, m := range hrefs.FindAllStringSubmatch(body, -1) {
			if u, err := url.PathUnescape(m[1]); err == nil && !strings.ContainsAny(u, "?&") && !strings.HasPrefix(u, "/log/") {
				queue = append(queue, m[1])
			}
		}
	}
	for path := range read {
		if id, ok := strings.CutPrefix(path, "/inscriptions/"); ok {
			read["/v1/events/"+id] = p.get(t, "/v1/events/"+id, http.StatusOK)
		}
	}
	return read
}

// sealed gives every sealed value of the ledger: the public ones as they are disclosed, and the names.
func (p *process) sealed(t *testing.T) (all []sealedValue) {
	t.Helper()
	var page struct{ Items []ledger.EventView }
	if err := json.Unmarshal([]byte(p.get(t, "/v1/events?limit=500", http.StatusOK)), &page); err != nil {
		t.Fatal(err)
	}
	for _, e := range page.Items {
		var data map[string]json.RawMessage
		if err := json.Unmarshal(e.Data, &data); err != nil {
			t.Fatal(err)
		}
		for name, value := range data {
			var field struct{ Sealed []byte }
			if json.Unmarshal(value, &field) != nil || len(field.Sealed) == 0 {
				continue
			}
			v := sealedValue{event: e.ID.String(), pointer: "/data/" + name, commitment: base64.RawURLEncoding.EncodeToString(field.Sealed), text: officer}
			if name != "by" {
				var d struct {
					Salt  []byte
					Value string
				}
				if err := json.Unmarshal([]byte(p.get(t, "/log/disclosed/"+v.commitment, http.StatusOK)), &d); err != nil {
					t.Fatal(err)
				}
				v.salt, v.text = d.Salt, d.Value
			}
			all = append(all, v)
		}
	}
	// The public ones first, so that the first one has a text.
	slices.SortFunc(all, func(a, b sealedValue) int { return len(b.salt) - len(a.salt) })
	if len(all) <= texts {
		t.Fatalf("only %d sealed values were found", len(all))
	}
	return all
}

// results are the answers that must not depend on any text.
func (p *process) results(t *testing.T) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, path := range []string{"/v1/trends", "/v1/collectivities/fr-commune-92048", "/v1/editions/18/palmares"} {
		var v map[string]any
		if err := json.Unmarshal([]byte(p.get(t, path, http.StatusOK)), &v); err != nil {
			t.Fatal(err)
		}
		all[path] = withoutTexts(v)
	}
	return all
}

// withoutTexts leaves out of an answer what may be erased, and the size that it rests on.
func withoutTexts(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range []string{"note", "label", "asOf", "mentionsDetail"} {
			delete(v, name)
		}
		for name := range v {
			v[name] = withoutTexts(v[name])
		}
	case []any:
		for i := range v {
			v[i] = withoutTexts(v[i])
		}
	}
	return v
}

// checkpoint is the last signed one.
func (p *process) checkpoint(t *testing.T) string {
	t.Helper()
	return p.get(t, "/log/checkpoint", http.StatusOK)
}

// holds checks that an earlier checkpoint is one of this log still, and that an earlier proof verifies.
func (p *process) holds(t *testing.T, checkpoint, proof, dir string) {
	t.Helper()
	data := p.cmd.Args[slices.Index(p.cmd.Args, "--data")+1]
	file := filepath.Join(dir, "before.tlog-proof")
	if err := os.WriteFile(file, []byte(proof), 0o600); err != nil {
		t.Fatal(err)
	}
	key := strings.TrimSpace(p.command(t, "log", "key", "--data", data))
	if out := p.command(t, "verify", file, "--key", key); !strings.Contains(out, "verified") {
		t.Errorf("a proof from before: %s", out)
	}
	o, err := dataDir(data).readUnanswered(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l, err := o.readLog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(l.close(), o.close()); err != nil {
			t.Error(err)
		}
	}()
	lines := strings.Split(checkpoint, "\n")
	var size int64
	if _, err := fmt.Sscan(lines[1], &size); err != nil {
		t.Fatal(err)
	}
	root, err := l.tree.Root(size)
	if err != nil || root.String() != lines[2] {
		t.Errorf("the root at size %d was %s and is %s, %v", size, lines[2], root, err)
	}
}
