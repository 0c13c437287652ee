package vaultbackup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"arobase/eventstore/vault"
	"arobase/eventstore/vault/sqlitevault"
	"arobase/eventstore/vault/vaultbackup"
	"arobase/eventstore/vault/vaulttest"
)

var (
	made   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	header = vaultbackup.Header{Ledger: vaulttest.Ledger, Made: made, Until: made.AddDate(0, 0, 30)}
	secret = [32]byte{1, 2, 3}
)

func newIdentity(t testing.TB) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func newVault(t testing.TB) vault.Vault {
	t.Helper()
	v, err := sqlitevault.Create(t.Context(), filepath.Join(t.TempDir(), "vault.db"), vaulttest.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

// content is all that a vault holds.
type content struct {
	Secrets  map[vault.Commitment]vault.Secret
	Requests map[vault.Request]bool
}

func contentOf(t testing.TB, v vault.Vault) content {
	t.Helper()
	c := content{map[vault.Commitment]vault.Secret{}, map[vault.Request]bool{}}
	err := errors.Join(
		v.Each(t.Context(), func(s vault.Secret) error { c.Secrets[s.Commitment] = s; return nil }),
		v.EachRequest(t.Context(), func(r vault.Request) error { c.Requests[r] = true; return nil }),
	)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func put(t testing.TB, v vault.Vault, secrets ...vault.Secret) {
	t.Helper()
	if err := v.Put(t.Context(), secrets, nil); err != nil {
		t.Fatal(err)
	}
}

func erase(t testing.TB, v vault.Vault, secrets ...vault.Secret) {
	t.Helper()
	if err := v.Erase(t.Context(), secrets...); err != nil {
		t.Fatal(err)
	}
}

func mark(n int) vault.Request {
	return vault.Request{LeafHash: [32]byte{byte(n), byte(n >> 8)}, Event: uuid.New(), MAC: [32]byte{9, byte(n)}}
}

// full is a vault with everything that a vault can hold.
func full(t testing.TB) vault.Vault {
	t.Helper()
	v := newVault(t)
	var secrets []vault.Secret
	var marks []vault.Request
	for i, value := range []string{`"a remark"`, `""`, `5`, `["éco",{"a":null}]`, `"<b> & \u2028 \"quoted\" 'l’été'"`, `"` + strings.Repeat("œ", 20_000) + `"`} {
		secrets = append(secrets, vaulttest.Secret(i, value))
	}
	for i := range 600 {
		secrets = append(secrets, vaulttest.Secret(100+i, fmt.Sprintf(`"value %d"`, i)))
		if i < 300 {
			marks = append(marks, mark(i))
		}
	}
	if err := v.Put(t.Context(), secrets, marks); err != nil {
		t.Fatal(err)
	}
	erase(t, v, vaulttest.Secret(100, `"value 0"`), vaulttest.Secret(699, `"value 599"`))
	return v
}

func write(t testing.TB, v vault.Vault, recipients ...age.Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := vaultbackup.Write(t.Context(), &b, header, v, secret, recipients...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// restore does what an operator does: the whole file is verified before anything is added.
func restore(t testing.TB, file []byte, v vault.Vault, identities ...age.Identity) (vaultbackup.Backup, error) {
	t.Helper()
	if _, err := vaultbackup.Verify(t.Context(), bytes.NewReader(file), identities...); err != nil {
		return vaultbackup.Backup{}, err
	}
	return vaultbackup.Restore(t.Context(), bytes.NewReader(file), v, identities...)
}

func TestRoundTrip(t *testing.T) {
	one, two := newIdentity(t), newIdentity(t)
	from := full(t)
	file := write(t, from, one.Recipient(), two.Recipient())
	want := vaultbackup.Backup{Header: header, Counts: vaultbackup.Counts{Secrets: 604, Erased: 2, Requests: 300}, LedgerSecret: secret}
	for _, identities := range [][]age.Identity{{one}, {two}, {newIdentity(t), two}} {
		to := newVault(t)
		for range 2 { // again changes nothing
			b, err := restore(t, file, to, identities...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, b); diff != "" {
				t.Errorf("the backup (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(contentOf(t, from), contentOf(t, to)); diff != "" {
				t.Errorf("the vault differs (-backed up +restored):\n%s", diff)
			}
		}
	}
	if h, err := vaultbackup.ReadHeader(bytes.NewReader(file)); err != nil || h != header {
		t.Errorf("ReadHeader = %v, %v", h, err)
	}
	if bytes.Contains(file, []byte("remark")) || bytes.Contains(file, []byte("value 5")) {
		t.Error("the backup is not encrypted")
	}
	if _, err := restore(t, file, newVault(t), newIdentity(t)); err == nil || errors.Is(err, vaultbackup.ErrDamaged) || !strings.Contains(err.Error(), "no identity") {
		t.Errorf("opened by a stranger: %v", err)
	}
}

// The file is one that the program age opens, too, and holds in plain lines what was backed up, no more and no less.
func TestAnyAgeOpensIt(t *testing.T) {
	id := newIdentity(t)
	v := newVault(t)
	put(t, v, vaulttest.Secret(0, `"<a> & 'l’été'"`))
	plain, err := age.Decrypt(bytes.NewReader(write(t, v, id.Recipient())), id)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(plain)
	if err != nil || !strings.Contains(string(text), `"<a> & 'l’été'"`) || strings.Count(string(text), "\n") != 3 {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestNobodyCouldOpenIt(t *testing.T) {
	if _, err := vaultbackup.Write(t.Context(), io.Discard, header, newVault(t), secret); err == nil {
		t.Error("a backup without a recipient was written")
	}
}

// What is erased on either side stays erased, whatever the order.
func TestNothingIsResurrected(t *testing.T) {
	id, text, other := newIdentity(t), vaulttest.Secret(0, `"a remark"`), vaulttest.Secret(1, `"another"`)
	here := newVault(t)
	put(t, here, text, other)
	older := write(t, here, id.Recipient())
	erase(t, here, text)
	newer := write(t, here, id.Recipient())
	want := contentOf(t, here)

	for name, steps := range map[string]struct {
		v     vault.Vault
		files [][]byte
	}{
		"an older backup into the vault":           {here, [][]byte{older}},
		"the newer, then the older":                {newVault(t), [][]byte{newer, older}},
		"the older, then the newer":                {newVault(t), [][]byte{older, newer}},
		"the newer into a vault that never forgot": {newVault(t), [][]byte{older, newer, older}},
	} {
		for _, file := range steps.files {
			if _, err := restore(t, file, steps.v, id); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if diff := cmp.Diff(want, contentOf(t, steps.v)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A backup that is made while others write holds all that was there before.
func TestWhileOthersWrite(t *testing.T) {
	id, v := newIdentity(t), newVault(t)
	var secrets []vault.Secret
	for i := range 300 {
		secrets = append(secrets, vaulttest.Secret(i, fmt.Sprintf(`"value %d"`, i)))
	}
	put(t, v, secrets...)
	before := contentOf(t, v)
	done, stop := make(chan error), make(chan struct{})
	go func() {
		for i := 1000; ; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			s := vaulttest.Secret(i, `"late"`)
			if err := errors.Join(v.Put(t.Context(), []vault.Secret{s}, []vault.Request{mark(i)}), v.Erase(t.Context(), s)); err != nil {
				done <- err
				return
			}
		}
	}()
	for range 5 {
		to := newVault(t)
		if _, err := restore(t, write(t, v, id.Recipient()), to, id); err != nil {
			t.Error(err)
			continue
		}
		got := contentOf(t, to)
		for c, s := range before.Secrets {
			if diff := cmp.Diff(s, got.Secrets[c]); diff != "" {
				t.Errorf("(-before +restored):\n%s", diff)
			}
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Whatever byte is changed and wherever the file is cut off, that is found before anything is added.
func TestDamage(t *testing.T) {
	id, v := newIdentity(t), newVault(t)
	var secrets []vault.Secret
	for i := range 40 { // more than two chunks of the encryption
		secrets = append(secrets, vaulttest.Secret(i, `"`+strings.Repeat(fmt.Sprint("value ", i), 500)+`"`))
	}
	put(t, v, secrets...)
	file := write(t, v, id.Recipient())
	verify := func(b []byte) error {
		_, err := vaultbackup.Verify(t.Context(), bytes.NewReader(b), id)
		return err
	}
	if err := verify(file); err != nil || len(file) < 130_000 {
		t.Fatalf("%d bytes, %v", len(file), err)
	}
	step := func(i int) int {
		if i < 700 || i > len(file)-50 || i%65536 < 3 {
			return i + 1
		}
		return i + 997
	}
	for i := 0; i < len(file); i = step(i) {
		file[i] ^= 1
		if err := verify(file); err == nil {
			t.Fatalf("byte %d was changed, and it verifies", i)
		}
		file[i] ^= 1
		if err := verify(file[:i]); err == nil {
			t.Fatalf("cut off after %d bytes it verifies", i)
		}
	}
	if err := verify(append(bytes.Clone(file), 'x')); !errors.Is(err, vaultbackup.ErrDamaged) {
		t.Errorf("with one byte more: %v", err)
	}
	if err := verify(append(bytes.Clone(file), file...)); !errors.Is(err, vaultbackup.ErrDamaged) {
		t.Errorf("twice: %v", err)
	}
	// Whoever prunes reads the end from a header that nobody vouches for; whoever restores does not believe it.
	later := bytes.Replace(file, []byte("2026-12-23T"), []byte("2027-12-23T"), 1)
	if h, err := vaultbackup.ReadHeader(bytes.NewReader(later)); err != nil || h == header {
		t.Errorf("%v, %v: this test changes nothing", h, err)
	}
	if err := verify(later); !errors.Is(err, vaultbackup.ErrDamaged) {
		t.Errorf("with another end: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := vaultbackup.Verify(ended, bytes.NewReader(file), id); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context has ended: %v", err)
	}
}

// Somebody who knows a recipient can encrypt anything to it: what is inside is held against what it should be.
func TestForgeries(t *testing.T) {
	id, s := newIdentity(t), vaulttest.Secret(0, `"a remark"`)
	const preamble = `{"backup":{"form":"v1","ledger":"0190a6e4-2f6b-7c3e-9d2a-5b1c7e8f9a10","made":"2026-11-23T12:00:00Z","until":"2026-12-23T12:00:00Z","ledgerSecret":"AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}`
	b64 := func(b []byte) string { j, _ := json.Marshal(b); return string(j) }
	place := func(event uuid.UUID, visibility string) string {
		return fmt.Sprintf(`"commitment":%q,"event":%q,"pointer":%q,"visibility":%q`, s.Commitment, event, s.Pointer, visibility)
	}
	secretLine := func(event uuid.UUID, visibility string, salt []byte, value string) string {
		return fmt.Sprintf(`{"secret":{%s,"salt":%s,"value":%s}}`, place(event, visibility), b64(salt), value)
	}
	good := secretLine(s.Event, "public", s.Salt[:], `"a remark"`)
	erased := fmt.Sprintf(`{"erased":{%s}}`, place(s.Event, "public"))
	marked := fmt.Sprintf(`{"request":{"leaf":%s,"event":%q,"mac":%s}}`, b64(s.Salt[:]), s.Event, b64(s.Salt[:]))
	end := func(secrets, erased, requests int) string {
		return fmt.Sprintf(`{"end":{"secrets":%d,"erased":%d,"requests":%d}}`, secrets, erased, requests)
	}
	verify := func(lines ...string) error {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, header, id.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, strings.Join(lines, "\n")+"\n"); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = vaultbackup.Verify(t.Context(), &b, id)
		return err
	}
	if err := verify(preamble, good, erased, marked, end(1, 1, 1)); err != nil {
		t.Fatalf("the sound one: %v", err)
	}
	if err := verify(preamble, end(0, 0, 0)); err != nil {
		t.Fatalf("the empty one: %v", err)
	}
	for name, lines := range map[string][]string{
		"nothing":                   {},
		"no header":                 {good, end(1, 0, 0)},
		"two headers":               {preamble, preamble, end(0, 0, 0)},
		"no end":                    {preamble, good},
		"two ends":                  {preamble, end(0, 0, 0), end(0, 0, 0)},
		"something after the end":   {preamble, end(0, 0, 0), good},
		"one value too few":         {preamble, good, end(2, 0, 0)},
		"one tombstone too many":    {preamble, erased, end(0, 0, 0)},
		"one mark too many":         {preamble, marked, end(0, 0, 0)},
		"another ledger inside":     {strings.Replace(preamble, "5b1c7e8f9a10", "5b1c7e8f9a11", 1), end(0, 0, 0)},
		"another end inside":        {strings.Replace(preamble, "2026-12-23", "2027-12-23", 1), end(0, 0, 0)},
		"another time inside":       {strings.Replace(preamble, "2026-11-23", "2026-11-22", 1), end(0, 0, 0)},
		"another form inside":       {strings.Replace(preamble, `"v1"`, `"v2"`, 1), end(0, 0, 0)},
		"a secret that is short":    {strings.Replace(preamble, "AQIDAAAA", "AQID", 1), end(0, 0, 0)},
		"another value":             {preamble, secretLine(s.Event, "public", s.Salt[:], `"a remarK"`), end(1, 0, 0)},
		"no value":                  {preamble, secretLine(s.Event, "public", s.Salt[:], `null`), end(1, 0, 0)},
		"another salt":              {preamble, secretLine(s.Event, "public", make([]byte, 32), `"a remark"`), end(1, 0, 0)},
		"half a salt":               {preamble, secretLine(s.Event, "public", s.Salt[:16], `"a remark"`), end(1, 0, 0)},
		"another event":             {preamble, secretLine(uuid.New(), "public", s.Salt[:], `"a remark"`), end(1, 0, 0)},
		"for everyone":              {preamble, secretLine(s.Event, "everyone", s.Salt[:], `"a remark"`), end(1, 0, 0)},
		"a tombstone for everyone":  {preamble, fmt.Sprintf(`{"erased":{%s}}`, place(s.Event, "")), end(0, 1, 0)},
		"a tombstone of no place":   {preamble, `{"erased":{}}`, end(0, 1, 0)},
		"a short mark":              {preamble, fmt.Sprintf(`{"request":{"leaf":"AA==","event":%q,"mac":"AA=="}}`, s.Event), end(0, 0, 1)},
		"two things in a line":      {preamble, good[:len(good)-1] + `,"end":{"secrets":1,"erased":0,"requests":0}}`},
		"two objects in a line":     {preamble, good + good, end(1, 0, 0)},
		"an empty line":             {preamble, "", end(0, 0, 0)},
		"an empty object":           {preamble, "{}", end(0, 0, 0)},
		"an unknown member":         {preamble, `{"other":1}`, end(0, 0, 0)},
		"a line that is too long":   {preamble, secretLine(s.Event, "public", s.Salt[:], `"`+strings.Repeat("x", 2<<20)+`"`), end(1, 0, 0)},
		"a line that is no JSON":    {preamble, "secret", end(0, 0, 0)},
		"a list":                    {preamble, "[]", end(0, 0, 0)},
		"a value of another member": {preamble, strings.Replace(good, "pointer", "Pointer2", 1), end(1, 0, 0)},
	} {
		if err := verify(lines...); !errors.Is(err, vaultbackup.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoBackup(t *testing.T) {
	id := newIdentity(t)
	var ordinary, newer bytes.Buffer
	w, err := age.Encrypt(&ordinary, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w, err = age.Encrypt(&newer, stanza{"arobase-vault", "v3", "x"}, id.Recipient()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, src := range map[string]io.Reader{
		"nothing":                     strings.NewReader(""),
		"a text":                      strings.NewReader("Dear Anna,\n"),
		"a file without end":          endless{},
		"an age file of another kind": &ordinary,
		"one of a newer form":         &newer,
		"a header without end":        io.MultiReader(strings.NewReader("age-encryption.org/v1\n-> X25519 "), endless{}),
	} {
		var b bytes.Buffer
		if _, err := vaultbackup.ReadHeader(io.TeeReader(src, &b)); !errors.Is(err, vaultbackup.ErrFormat) {
			t.Errorf("ReadHeader of %s: %v", name, err)
		}
		if b.Len() > 1<<20 {
			t.Errorf("%s: %d bytes were read", name, b.Len())
		}
		if _, err := vaultbackup.Verify(t.Context(), &b, id); !errors.Is(err, vaultbackup.ErrFormat) {
			t.Errorf("Verify of %s: %v", name, err)
		}
	}
}

// stanza is a recipient that is nothing but a stanza: its type and its arguments.
type stanza []string

func (s stanza) Wrap([]byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: s[0], Args: s[1:]}}, nil
}

// endless is a file of zeros without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// A vault that fails fails the backup, and one that fails while restoring says so.
func TestErrorsOfTheVault(t *testing.T) {
	id, v := newIdentity(t), full(t)
	file := write(t, v, id.Recipient())
	closed := newVault(t)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := vaultbackup.Write(t.Context(), io.Discard, header, closed, secret, id.Recipient()); err == nil {
		t.Error("a closed vault was backed up")
	}
	if _, err := vaultbackup.Restore(t.Context(), bytes.NewReader(file), closed, id); err == nil || errors.Is(err, vaultbackup.ErrDamaged) {
		t.Errorf("a closed vault was restored: %v", err)
	}
	if _, err := vaultbackup.Write(t.Context(), &small{1000}, header, v, secret, id.Recipient()); !errors.Is(err, errFull) {
		t.Errorf("on a full disk: %v", err)
	}
}

var errFull = errors.New("the disk is full")

// small is a disk with room for so many bytes.
type small struct{ room int }

func (d *small) Write(b []byte) (int, error) {
	if d.room -= len(b); d.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

// What could not be read again is not written.
func TestValueTooLarge(t *testing.T) {
	v := newVault(t)
	put(t, v, vaulttest.Secret(0, `"`+strings.Repeat("x", 2<<20)+`"`))
	if _, err := vaultbackup.Write(t.Context(), io.Discard, header, v, secret, newIdentity(t).Recipient()); err == nil {
		t.Error("it was written")
	}
}

func TestEnded(t *testing.T) {
	for at, want := range map[time.Duration]bool{-time.Second: false, 0: true, time.Hour: true} {
		if got := header.Ended(header.Until.Add(at)); got != want {
			t.Errorf("%v after its end: %t", at, got)
		}
	}
}

// No file, however malformed, makes it panic, and none but the sound one verifies.
func FuzzVerify(f *testing.F) {
	id, err := age.ParseX25519Identity("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")
	if err != nil {
		f.Fatal(err)
	}
	v := newVault(f)
	put(f, v, vaulttest.Secret(0, `"a remark"`))
	var b bytes.Buffer
	if _, err := vaultbackup.Write(f.Context(), &b, header, v, secret, id.Recipient()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:300])
	f.Add([]byte("age-encryption.org/v1\n-> arobase-vault v1 x y z\n\n--- "))
	f.Fuzz(func(t *testing.T, file []byte) {
		if got, err := vaultbackup.Verify(context.Background(), bytes.NewReader(file), id); err == nil && got.Header != header {
			t.Errorf("another file verifies: %+v", got)
		}
		if h, err := vaultbackup.ReadHeader(bytes.NewReader(file)); err == nil && h.Until.IsZero() {
			t.Errorf("a header without an end: %+v", h)
		}
	})
}

// A vault of 20,000 texts of 300 bytes.
func BenchmarkWrite(b *testing.B) {
	id, v := newIdentity(b), newVault(b)
	var secrets []vault.Secret
	for i := range 20_000 {
		secrets = append(secrets, vaulttest.Secret(i, `"`+strings.Repeat(fmt.Sprintf("%05d ", i), 50)+`"`))
	}
	put(b, v, secrets...)
	for b.Loop() {
		var n counter
		if _, err := vaultbackup.Write(b.Context(), &n, header, v, secret, id.Recipient()); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(n))
	}
}

func BenchmarkVerify(b *testing.B) {
	id, v := newIdentity(b), newVault(b)
	var secrets []vault.Secret
	for i := range 20_000 {
		secrets = append(secrets, vaulttest.Secret(i, `"`+strings.Repeat(fmt.Sprintf("%05d ", i), 50)+`"`))
	}
	put(b, v, secrets...)
	file := write(b, v, id.Recipient())
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := vaultbackup.Verify(b.Context(), bytes.NewReader(file), id); err != nil {
			b.Fatal(err)
		}
	}
}

// counter counts what is written.
type counter int64

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }

// What other rooms keep comes back with the vault, item by item and in order, however large; a program that knows of no
// rooms does not take such a backup for a damaged one, and one without rooms stays of the first form.
func TestRooms(t *testing.T) {
	id, v := newIdentity(t), full(t)
	large := strings.Repeat("<é>", 1<<20)
	rooms := []vaultbackup.Room{
		{Name: "drafts", Each: func(_ context.Context, put func(any) error) error {
			return errors.Join(put(map[string]string{"key": "a"}), put(map[string]string{"key": large}))
		}},
		{Name: "nothing", Each: func(context.Context, func(any) error) error { return nil }},
		{Name: "files", Each: func(_ context.Context, put func(any) error) error { return put([]byte{0, 255}) }},
	}
	var b bytes.Buffer
	c, err := vaultbackup.WriteWith(t.Context(), &b, header, v, secret, rooms, id.Recipient())
	if err != nil || c.Items != 3 {
		t.Fatalf("%+v, %v", c, err)
	}
	file := b.Bytes()
	if !bytes.Contains(file[:300], []byte("-> arobase-vault v2 ")) {
		t.Errorf("it begins with %.300q", file)
	}
	if h, err := vaultbackup.ReadHeader(bytes.NewReader(file)); err != nil || h != header {
		t.Errorf("the header %+v, %v", h, err)
	}
	want := []string{`drafts {"key":"a"}`, `drafts {"key":"` + large + `"}`, `files "AP8="`}
	for name, read := range map[string]func(vaultbackup.Take) (vaultbackup.Backup, error){
		"verified": func(take vaultbackup.Take) (vaultbackup.Backup, error) {
			return vaultbackup.VerifyWith(t.Context(), bytes.NewReader(file), take, id)
		},
		"restored": func(take vaultbackup.Take) (vaultbackup.Backup, error) {
			return vaultbackup.RestoreWith(t.Context(), bytes.NewReader(file), newVault(t), take, id)
		},
	} {
		var got []string
		backup, err := read(func(room string, item json.RawMessage) error {
			var value any // escaped or not
			if err := json.Unmarshal(item, &value); err != nil {
				return err
			}
			var text bytes.Buffer
			e := json.NewEncoder(&text)
			e.SetEscapeHTML(false)
			if err := e.Encode(value); err != nil {
				return err
			}
			got = append(got, room+" "+strings.TrimSpace(text.String()))
			return nil
		})
		if diff := cmp.Diff(want, got); err != nil || diff != "" || backup.Counts != c {
			t.Errorf("%s: %+v, %v", name, backup.Counts, err)
		}
		refused := errors.New("no such room")
		if _, err := read(func(string, json.RawMessage) error { return refused }); !errors.Is(err, refused) {
			t.Errorf("%s by who refuses: %v", name, err)
		}
		if _, err := read(nil); err != nil {
			t.Errorf("%s by who keeps none: %v", name, err)
		}
	}
	for _, cut := range []int{len(file) - 1, len(file) - 100, len(file) / 2} {
		if _, err := vaultbackup.Verify(t.Context(), bytes.NewReader(file[:cut]), id); !errors.Is(err, vaultbackup.ErrDamaged) {
			t.Errorf("cut off after %d bytes: %v", cut, err)
		}
	}
	tooLarge := []vaultbackup.Room{{Name: "files", Each: func(_ context.Context, put func(any) error) error { return put(strings.Repeat("x", 33<<20)) }}}
	if _, err := vaultbackup.WriteWith(t.Context(), io.Discard, header, v, secret, tooLarge, id.Recipient()); err == nil {
		t.Error("what could not be read again is written")
	}
}
