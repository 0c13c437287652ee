package tlog

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"

	"arobase/api/tlog/witnesstest"
)

const askedText = "example.org/arobase\n12\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

// asked is a request to a witness, and what signs for it.
func asked(t testing.TB) (submission, *torchwood.CosignatureSigner) {
	t.Helper()
	signer := witnesstest.Signer("witness.example/w1", 1)
	return submission{witness: Witness{URL: "https://witness.example", key: signer.Verifier()}, text: askedText}, signer
}

func TestReadAnswer(t *testing.T) {
	request, signer := asked(t)
	good := witnesstest.Cosignature(signer, askedText)
	stranger := witnesstest.Cosignature(witnesstest.Signer("witness.example/w2", 2), askedText)
	impostor := witnesstest.Cosignature(witnesstest.Signer("witness.example/w1", 3), askedText)
	elsewhere := witnesstest.Cosignature(signer, strings.Replace(askedText, "\n12\n", "\n13\n", 1))
	raw, err := base64.StdEncoding.DecodeString(strings.Fields(good)[2])
	if err != nil {
		t.Fatal(err)
	}
	timeless := "— witness.example/w1 " + base64.StdEncoding.EncodeToString(append(append(raw[:4:4], make([]byte, 8)...), raw[12:]...)) + "\n"
	for _, tt := range []struct {
		why     string
		status  int
		media   string
		body    string
		problem WitnessProblem // "" for a cosignature
		says    string
	}{
		{"the cosignature", 200, "", good, "", ""},
		{"with a stranger's before", 200, "", stranger + good, "", ""},
		{"with a stranger's behind", 200, "text/html", good + stranger, "", ""},
		{"twice", 200, "", good + good, "", ""},
		{"nothing", 200, "", "", WitnessGarbles, "without signature lines"},
		{"a page", 200, "text/html", "<html>", WitnessGarbles, "<html>"},
		{"a stranger's only", 200, "", stranger, WitnessForges, "no signature of its key"},
		{"by another key of that name", 200, "", impostor, WitnessForges, "no signature of its key"},
		{"of another checkpoint", 200, "", elsewhere, WitnessForges, "does not verify over this checkpoint"},
		{"a wrong one before a right one", 200, "", elsewhere + good, WitnessForges, "does not verify"},
		{"without its last newline", 200, "", strings.TrimSuffix(good, "\n"), WitnessGarbles, "without signature lines"},
		{"cut", 200, "", good[:len(good)-9] + "\n", WitnessForges, "does not verify"},
		{"with another time than was signed", 200, "", timeless, WitnessForges, "does not verify"},
		{"a whole checkpoint", 200, "", "\n" + askedText + "\n" + good, WitnessGarbles, "without signature lines"},
		{"after an empty line", 200, "", "\n" + good, WitnessGarbles, "without signature lines"},
		{"with an empty line", 200, "", stranger + "\n" + good, WitnessGarbles, "without signature lines"},
		{"too large", 200, "", strings.Repeat(stranger, 1000), WitnessGarbles, "more than 65536 bytes"},
		{"too many", 200, "", strings.Repeat(stranger, 100) + good, WitnessGarbles, "without signature lines"},
		{"another size without its type", 409, "text/plain", "7\n", WitnessGarbles, "without a size"},
		{"another size that is none", 409, "text/x.tlog.size", "seven\n", WitnessGarbles, "seven"},
		{"unknown log", 404, "", "unknown log", WitnessUnknownLog, `"unknown log"`},
		{"not trusted", 403, "", "", WitnessForbids, "must add the key"},
		{"no proof", 422, "", "bad\nproof \x00\xff", WitnessRefuses, `"bad\nproof \x00\xff"`},
		{"wrong request", 400, "", "?", WitnessRefuses, "status 400"},
		{"too much", 429, "", "", WitnessUnavailable, "status 429"},
		{"broken", 500, "", "", WitnessUnavailable, "status 500"},
		{"elsewhere", 302, "", "", WitnessGarbles, "status 302"},
		{"accepted", 202, "", good, WitnessGarbles, "status 202"},
		{"long", 404, "", strings.Repeat("x", 10_000), WitnessUnknownLog, "x..."},
	} {
		t.Run(tt.why, func(t *testing.T) {
			by, err := request.read(tt.status, tt.media, []byte(tt.body))
			if tt.problem == "" {
				if err != nil || "— "+by.Name+" "+by.Base64+"\n" != good || by.Hash != signer.KeyHash() {
					t.Errorf("%+v, %v", by, err)
				}
				return
			}
			problem, ok := errors.AsType[*WitnessError](err)
			if !ok || problem.Problem != tt.problem || !strings.Contains(err.Error(), tt.says) || strings.ContainsAny(err.Error(), "\n\x00") || len(err.Error()) > 400 {
				t.Errorf("%v, want %q that says %q", err, tt.problem, tt.says)
			}
			if by != (note.Signature{}) {
				t.Errorf("and gave %+v", by)
			}
		})
	}
	for body, want := range map[string]int64{"0\n": 0, "7\n": 7, "9223372036854775807\n": 1<<63 - 1} {
		for _, media := range []string{"text/x.tlog.size", "text/x.tlog.size; charset=utf-8"} {
			_, err := request.read(409, media, []byte(body))
			if other, ok := errors.AsType[*conflict](err); !ok || other.size != want {
				t.Errorf("%q: %v, want a conflict", body, err)
			}
		}
	}
	for _, body := range []string{"", "\n", "7", "07\n", "+7\n", "-7\n", " 7\n", "7\n\n", "9223372036854775808\n", "7\r\n"} {
		_, err := request.read(409, "text/x.tlog.size", []byte(body))
		if problem, ok := errors.AsType[*WitnessError](err); !ok || problem.Problem != WitnessGarbles {
			t.Errorf("409 with %q: %v", body, err)
		}
	}
}

// Retries come ever later, up to a bound, and no two witnesses or logs keep in step.
func TestBackoff(t *testing.T) {
	for failures, most := range map[int]time.Duration{
		1: firstRetry, 2: 2 * firstRetry, 3: 4 * firstRetry, 6: 32 * firstRetry, 7: lastRetry, 8: lastRetry, 1000: lastRetry,
	} {
		for random, want := range map[float64]time.Duration{0: most / 2, 0.5: most * 3 / 4, 1: most} {
			if got := backoff(failures, random); got != want {
				t.Errorf("after %d failures and %v: %v, want %v", failures, random, got, want)
			}
		}
	}
}

// Over a real connection: a redirect is not followed, an endless answer is cut off, and nobody there is said.
func TestSend(t *testing.T) {
	signer := witnesstest.Signer("witness.example/w1", 1)
	var followed atomic.Int64
	honest := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/p/add-checkpoint" && r.Method == http.MethodPost {
			_, _ = io.WriteString(w, witnesstest.Cosignature(signer, askedText))
		}
		followed.Add(1)
	}))
	defer honest.Close()
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved/add-checkpoint":
			http.Redirect(w, r, honest.URL+"/p/add-checkpoint", http.StatusPermanentRedirect)
		default:
			for {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}
	}))
	defer away.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	c := NewCollector(CollectorParts{})
	for url, want := range map[string]WitnessProblem{
		honest.URL + "/p": "", away.URL + "/moved": WitnessGarbles, away.URL + "/endless": WitnessGarbles, gone.URL: WitnessUnreachable,
	} {
		request := submission{witness: Witness{URL: url, key: signer.Verifier()}, text: askedText, own: []byte(askedText + "\n— x AAAAAQA=\n")}
		by, err := request.send(t.Context(), c.transport, "arobase/test")
		problem, _ := errors.AsType[*WitnessError](err)
		if (want == "") != (err == nil) || (want != "" && problem.Problem != want) || (want == "") != (by.Name == signer.Name()) {
			t.Errorf("%s: %+v, %v", url, by, err)
		}
	}
	if n := followed.Load(); n != 1 {
		t.Errorf("the honest witness was asked %d times, want once", n)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	request := submission{witness: Witness{URL: honest.URL, key: signer.Verifier()}, text: askedText}
	if _, err := request.send(ended, c.transport, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}

// A cosignature without a time verifies, and is none: the specification demands one.
func TestReadCosignatureWithoutATime(t *testing.T) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	request, signer := asked(t)
	sig := ed25519.Sign(private, []byte("cosignature/v1\ntime 0\n"+askedText))
	raw := append([]byte{byte(signer.KeyHash() >> 24), byte(signer.KeyHash() >> 16), byte(signer.KeyHash() >> 8), byte(signer.KeyHash())}, make([]byte, 8)...)
	body := fmt.Sprintf("— %s %s\n", signer.Name(), base64.StdEncoding.EncodeToString(append(raw, sig...)))
	if _, err := note.Open([]byte(askedText+"\n"+body), note.VerifierList(signer.Verifier())); err != nil {
		t.Fatalf("the test's own signature: %v", err)
	}
	_, err := request.read(200, "", []byte(body))
	if problem, ok := errors.AsType[*WitnessError](err); !ok || problem.Problem != WitnessForges {
		t.Errorf("%v, want a wrong cosignature", err)
	}
}

// A note reads base64 whose last bits mean nothing; what is kept has its one form.
func TestReadLooseBase64(t *testing.T) {
	request, signer := asked(t)
	good := witnesstest.Cosignature(signer, askedText)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	loose := []byte(good)
	last := bytes.LastIndexByte(loose, '=') - 1 // a cosignature is 76 bytes: some bits of this character are free
	if loose[last] == '=' {
		last--
	}
	loose[last] = alphabet[strings.IndexByte(alphabet, loose[last])|1]
	if string(loose) == good {
		t.Fatal("nothing was changed")
	}
	by, err := request.read(200, "", loose)
	if err != nil || "— "+by.Name+" "+by.Base64+"\n" != good {
		t.Errorf("%+v, %v", by, err)
	}
}

// Whatever a witness answers: an error, or a cosignature that verifies and can be kept.
func FuzzReadAnswer(f *testing.F) {
	request, signer := asked(f)
	good := witnesstest.Cosignature(signer, askedText)
	for _, body := range []string{good, good + good, "\n" + askedText + "\n" + good, "7\n", "", "— x AAAAAAA=\n" + good, "<html>"} {
		for _, status := range []int{200, 409, 404, 500} {
			f.Add(status, "text/x.tlog.size", []byte(body))
		}
	}
	head := Head{Size: 12, Signed: []byte(askedText + "\n— example.org/arobase AAAAAQA=\n")}
	f.Fuzz(func(t *testing.T, status int, media string, body []byte) {
		by, err := request.read(status, media, body)
		if err != nil {
			other, isConflict := errors.AsType[*conflict](err)
			problem, isProblem := errors.AsType[*WitnessError](err)
			switch {
			case isConflict == isProblem, isConflict && (other.size < 0 || status != 409), isProblem && problem.Problem == "":
				t.Errorf("%#v", err)
			case strings.ContainsAny(err.Error(), "\n\r\x1b"):
				t.Errorf("%q breaks a line", err)
			case by != note.Signature{}:
				t.Errorf("%+v beside %v", by, err)
			}
			return
		}
		cosigned, err := head.Cosigned(by)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := note.Open(cosigned.Signed, note.VerifierList(signer.Verifier())); err != nil || n.Text != askedText || !strictSignatures(cosigned.Signed) {
			t.Errorf("status %d, %q: kept what does not verify: %v", status, body, err)
		}
	})
}
