package tlog_test

import (
	"fmt"
	"strings"
	"testing"

	"filippo.io/torchwood"

	"arobase/api/tlog"
	"arobase/api/tlog/witnesstest"
)

var cosigner = witnesstest.Signer

func TestNewWitnesses(t *testing.T) {
	one, two, three := cosigner("one.example", 1), cosigner("two.example", 2), cosigner("three.example", 3)
	again, sameName := cosigner("again.example", 1), cosigner("one.example", 4)
	vkey := func(s *torchwood.CosignatureSigner) string { return s.Verifier().String() }
	given := func(url string, s *torchwood.CosignatureSigner) string { return url + "#" + vkey(s) }
	key, other := newKey(t, 1), newKey(t, 2)
	policy := "log " + key.VerifierKey() + "\n" +
		"witness one " + vkey(one) + " https://one.example/w # the first\n" +
		"witness two " + vkey(two) + "\n" +
		"group both all one two\nquorum both\n"

	var many []string
	for i := range byte(tlog.MaxCosignatures + 1) {
		s := cosigner(fmt.Sprintf("%d.example", i), 100+i)
		many = append(many, given("https://"+s.Name(), s))
	}
	tests := []struct {
		why       string
		addresses []string
		policy    string
		quorum    int
		want      string // the witnesses that are asked
		wrong     string // or what is wrong
	}{
		{why: "none"},
		{why: "a key behind the address", addresses: []string{given("https://one.example/w/", one)}, quorum: tlog.AllWitnesses, want: "https://one.example/w one.example"},
		{
			why: "two, in one setting as the environment has it", addresses: []string{given("https://one.example", one) + "  " + given("http://localhost:7380/x", two)},
			quorum: 1, want: "https://one.example one.example, http://localhost:7380/x two.example",
		},
		{why: "an address without a key", addresses: []string{"https://one.example"}, quorum: tlog.AllWitnesses, wrong: "--witness 'https://one.example#KEY', or have the line 'witness NAME KEY https://one.example'"},
		{why: "the key of a log", addresses: []string{"https://one.example#" + key.VerifierKey()}, quorum: tlog.AllWitnesses, wrong: "not an Ed25519 cosignature key"},
		{why: "no key", addresses: []string{"https://one.example#"}, quorum: tlog.AllWitnesses, wrong: "not an Ed25519 cosignature key"},
		{why: "no scheme", addresses: []string{given("one.example", one)}, wrong: "is not the address of a witness"},
		{why: "another scheme", addresses: []string{given("ftp://one.example", one)}, wrong: "is not the address of a witness"},
		{why: "a query", addresses: []string{given("https://one.example?x", one)}, wrong: "is not the address of a witness"},
		{why: "a password", addresses: []string{given("https://a:b@one.example", one)}, wrong: "is not the address of a witness"},
		{why: "two of one name", addresses: []string{given("https://one.example", one), given("https://x.example", sameName)}, wrong: "two witnesses are named one.example"},
		{why: "two of one key", addresses: []string{given("https://one.example", one), given("https://x.example", again)}, wrong: "have the same key"},
		{why: "two of one address", addresses: []string{given("https://one.example/", one), given("https://one.example", two)}, wrong: "two witnesses have the address https://one.example"},
		{why: "a quorum of more than there are", addresses: []string{given("https://one.example", one)}, quorum: 2, wrong: "a quorum of 2 out of 1 witnesses cannot be"},
		{why: "a quorum of less than none", addresses: []string{given("https://one.example", one)}, quorum: -2, wrong: "a quorum of -2"},
		{why: "a quorum of nobody", addresses: []string{given("https://one.example", one)}, want: "https://one.example one.example"},

		{why: "a policy, one of whose witnesses has no address", policy: policy, wrong: "the quorum of the policy needs more witnesses than have an address; without one: two"},
		{why: "a policy and the address that it lacks", policy: policy, addresses: []string{given("https://two.example", two)}, want: "https://two.example two.example, https://one.example/w one.example"},
		{why: "an address whose key the policy has", policy: policy, addresses: []string{"https://one.example/w/", given("https://two.example", two)}, want: "https://one.example/w one.example, https://two.example two.example"},
		{why: "another address than the policy's", policy: policy, addresses: []string{given("https://new.example", one), given("https://two.example", two)}, want: "https://new.example one.example, https://two.example two.example"},
		{why: "one that the policy does not know", policy: policy, addresses: []string{given("https://two.example", two), given("https://three.example", three)}, want: "https://two.example two.example, https://three.example three.example, https://one.example/w one.example"},
		{why: "an address that the policy does not have", policy: policy, addresses: []string{"https://two.example"}, wrong: "the key of the witness https://two.example is not known"},
		{why: "a policy for another log", policy: strings.Replace(policy, key.VerifierKey(), other.VerifierKey(), 1), addresses: []string{given("https://two.example", two)}, wrong: "it needs the line 'log " + key.VerifierKey()},
		{why: "a policy without addresses", policy: "log " + key.VerifierKey() + "\nquorum none\n", wrong: "the policy has no address of a witness"},
		{why: "a policy that is none", policy: "quorum\n", wrong: "reading the policy"},
		{why: "a policy with a wrong address", policy: strings.Replace(policy, "https://one", "https:one", 1), wrong: "is not the address of a witness"},
		{why: "too many", addresses: many, wrong: "65 witnesses are more than 64"},
		{why: "the log as its own witness", addresses: []string{given("https://one.example", cosigner(origin, 5))}, wrong: "a log is not its own witness"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			s := tlog.WitnessSettings{Addresses: tt.addresses, Quorum: tt.quorum}
			if tt.policy != "" {
				s.Policy = []byte(tt.policy)
			}
			w, err := tlog.NewWitnesses(s)
			if err == nil && w != nil {
				err = w.Fit(key)
			}
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Fatalf("error is %v, want one with %q", err, tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			if w != nil {
				for _, s := range tlog.NewCollector(tlog.CollectorParts{Witnesses: w}).State() {
					got = append(got, s.URL+" "+s.Name)
				}
			}
			if got := strings.Join(got, ", "); got != tt.want || w.Len() != len(strings.FieldsFunc(tt.want, func(r rune) bool { return r == ',' })) {
				t.Errorf("asks %q, want %q", got, tt.want)
			}
		})
	}
}

// The quorum decides what a checkpoint waits for.
func TestQuorum(t *testing.T) {
	key := newKey(t, 1)
	signers := []*torchwood.CosignatureSigner{cosigner("one.example", 1), cosigner("two.example", 2), cosigner("three.example", 3)}
	var addresses []string
	for i, s := range signers {
		addresses = append(addresses, fmt.Sprintf("https://%d.example#%s", i, s.Verifier()))
	}
	log, _ := signedLog(t, key, 3, 3)
	head, err := log.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	policy := "log " + key.VerifierKey() + "\n"
	for i, s := range signers {
		policy += fmt.Sprintf("witness w%d %s https://%d.example\n", i, s.Verifier(), i)
	}
	policy += "group late any w1 w2\ngroup q all w0 late\nquorum q\n"
	for name, tt := range map[string]struct {
		settings tlog.WitnessSettings
		met      [4]bool // with the first 0, 1, 2, 3 cosignatures
	}{
		"all":    {tlog.WitnessSettings{Addresses: addresses, Quorum: tlog.AllWitnesses}, [4]bool{false, false, false, true}},
		"two":    {tlog.WitnessSettings{Addresses: addresses, Quorum: 2}, [4]bool{false, false, true, true}},
		"nobody": {tlog.WitnessSettings{Addresses: addresses, Quorum: 0}, [4]bool{true, true, true, true}},
		"policy": {tlog.WitnessSettings{Policy: []byte(policy)}, [4]bool{false, false, true, true}},
	} {
		w, err := tlog.NewWitnesses(tt.settings)
		if err != nil {
			t.Fatal(err)
		}
		with := head
		for n, want := range tt.met {
			if got := w.Met(with); got != want {
				t.Errorf("%s: met by %d: %v", name, n, got)
			}
			if got := w.Cosigners(with.Signed); got != n {
				t.Errorf("%s: %d cosigners, want %d", name, got, n)
			}
			if n < len(signers) {
				with = cosignedBy(t, with, signers[n])
			}
		}
	}
}

// cosignedBy is a head with the cosignature of a witness.
func cosignedBy(t testing.TB, head tlog.Head, s *torchwood.CosignatureSigner) tlog.Head {
	t.Helper()
	head, err := head.Cosigned(signature(s, noteText(t, head)))
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// Two heads that come from one do not share what was added.
func TestCosignedLeavesTheHead(t *testing.T) {
	log, _ := signedLog(t, newKey(t, 1), 3, 3)
	head, err := log.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	head.Signed = append(make([]byte, 0, 1000), head.Signed...)
	one := cosignedBy(t, head, cosigner("one.example", 1))
	cosignedBy(t, head, cosigner("two.example", 2))
	if !strings.Contains(string(one.Signed), "— one.example ") || strings.Contains(string(one.Signed), "two.example") {
		t.Errorf("it has become\n%s", one.Signed)
	}
}
