package tlog

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

// Witness is one that a log asks for cosignatures (C2SP tlog-witness): an address and the key that it signs with.
type Witness struct {
	// URL is the submission prefix, without a slash at its end.
	URL string
	key *torchwood.CosignatureVerifier
}

// Name is the name of the witness's key.
func (w Witness) Name() string { return w.key.Name() }

// Witnesses are those that a log asks, and the quorum of them that a checkpoint waits for. They do not change.
type Witnesses struct {
	all    []Witness
	quorum torchwood.Policy
	// unasked are the witnesses of the policy whose address nobody has said.
	unasked []policyWitness
}

// WitnessSettings are what an operator says about witnesses.
type WitnessSettings struct {
	// Addresses are each URL#KEY, or a URL alone whose key the policy has.
	Addresses []string
	// Policy is the text of a policy (C2SP tlog-policy), or nil. Every witness with an address in it is asked, and its
	// quorum decides.
	Policy []byte
	// Quorum is how many witnesses must have cosigned where there is no policy. AllWitnesses is for all.
	Quorum int
}

// AllWitnesses is the quorum of all witnesses.
const AllWitnesses = -1

// NewWitnesses reads settings, and gives nil where they name no witness at all. The error is for the operator: it says
// what to write.
func NewWitnesses(s WitnessSettings) (*Witnesses, error) {
	w := &Witnesses{}
	var named []policyWitness
	if s.Policy != nil {
		var err error
		if w.quorum, err = torchwood.ParsePolicy(s.Policy); err != nil {
			return nil, fmt.Errorf("reading the policy: %w", err)
		}
		if named, err = policyWitnesses(s.Policy); err != nil {
			return nil, err
		}
	}
	for _, text := range s.Addresses {
		for _, address := range strings.Fields(text) {
			witness, err := parseWitness(address, named)
			if err != nil {
				return nil, err
			}
			w.all = append(w.all, witness)
		}
	}
	for _, p := range named {
		switch asked := slices.ContainsFunc(w.all, func(a Witness) bool { return a.key.String() == p.key.String() }); {
		case asked:
		case p.url == "":
			w.unasked = append(w.unasked, p)
		default:
			w.all = append(w.all, Witness{URL: p.url, key: p.key})
		}
	}
	if err := w.distinct(); err != nil {
		return nil, err
	}
	if s.Policy != nil {
		if len(w.all) == 0 {
			return nil, errors.New("the policy has no address of a witness; write it behind the key: witness NAME KEY URL")
		}
		return w, nil
	}
	if s.Quorum < AllWitnesses || s.Quorum > len(w.all) {
		return nil, fmt.Errorf("a quorum of %d out of %d witnesses cannot be", s.Quorum, len(w.all))
	}
	if len(w.all) == 0 {
		return nil, nil
	}
	if s.Quorum == AllWitnesses {
		s.Quorum = len(w.all)
	}
	var each []torchwood.Policy
	for _, a := range w.all {
		each = append(each, torchwood.SingleVerifierPolicy(a.key))
	}
	w.quorum = torchwood.ThresholdPolicy(s.Quorum, each...)
	return w, nil
}

// parseWitness reads one address.
func parseWitness(text string, named []policyWitness) (Witness, error) {
	address, vkey, hasKey := strings.Cut(text, "#")
	address, err := witnessURL(address)
	if err != nil {
		return Witness{}, err
	}
	if hasKey {
		key, err := torchwood.NewCosignatureVerifier(vkey)
		if err != nil {
			return Witness{}, fmt.Errorf("the key of the witness %s is not an Ed25519 cosignature key, NAME+HASH+KEY as its operator tells it: %w", address, err)
		}
		return Witness{URL: address, key: key}, nil
	}
	for _, p := range named {
		if p.url == address {
			return Witness{URL: address, key: p.key}, nil
		}
	}
	return Witness{}, fmt.Errorf("the key of the witness %[1]s is not known: say --witness '%[1]s#KEY', or have the line 'witness NAME KEY %[1]s' in the file of --policy; KEY is NAME+HASH+KEY as its operator tells it", address)
}

// witnessURL checks an address and gives it in its one form.
func witnessURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return "", fmt.Errorf("%q is not the address of a witness, like https://witness.example/log", text)
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// policyWitness is a line "witness NAME KEY [URL]" of a policy.
type policyWitness struct {
	name, url string
	key       *torchwood.CosignatureVerifier
}

// policyWitnesses reads the witnesses of a policy that was found well-formed.
func policyWitnesses(policy []byte) ([]policyWitness, error) {
	var named []policyWitness
	for line := range strings.Lines(string(policy)) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] != "witness" {
			continue
		}
		key, err := torchwood.NewCosignatureVerifier(fields[2])
		if err != nil {
			return nil, fmt.Errorf("reading the policy: witness %s: %w", fields[1], err)
		}
		p := policyWitness{name: fields[1], key: key}
		if len(fields) > 3 {
			if p.url, err = witnessURL(fields[3]); err != nil {
				return nil, fmt.Errorf("reading the policy: %w", err)
			}
		}
		named = append(named, p)
	}
	return named, nil
}

// distinct holds the witnesses to different names, keys and addresses: one alone is not two.
func (w *Witnesses) distinct() error {
	for i, a := range w.all {
		for _, b := range w.all[:i] {
			_, keyA, _ := strings.Cut(strings.TrimPrefix(a.key.String(), a.Name()+"+"), "+")
			_, keyB, _ := strings.Cut(strings.TrimPrefix(b.key.String(), b.Name()+"+"), "+")
			switch {
			case a.Name() == b.Name():
				return fmt.Errorf("two witnesses are named %s", a.Name())
			case keyA == keyB:
				return fmt.Errorf("the witnesses %s and %s have the same key", b.Name(), a.Name())
			case a.URL == b.URL:
				return fmt.Errorf("two witnesses have the address %s", a.URL)
			}
		}
	}
	if len(w.all) > MaxCosignatures {
		return fmt.Errorf("%d witnesses are more than %d", len(w.all), MaxCosignatures)
	}
	return nil
}

// Fit finds settings under which no checkpoint of a log would ever have its quorum. The error is for the operator.
func (w *Witnesses) Fit(key *Key) error {
	verifier, err := note.NewVerifier(key.VerifierKey())
	if err != nil {
		return err
	}
	sigs := []note.Signature{{Name: verifier.Name(), Hash: verifier.KeyHash()}}
	for _, a := range w.all {
		if a.Name() == key.Origin() {
			return fmt.Errorf("the witness %s has the name of the log; a log is not its own witness", a.URL)
		}
		sigs = append(sigs, note.Signature{Name: a.Name(), Hash: a.key.KeyHash()})
	}
	if w.quorum.Check(key.Origin(), sigs) == nil {
		return nil
	}
	var names []string
	for _, p := range w.unasked {
		names = append(names, p.name)
		sigs = append(sigs, note.Signature{Name: p.key.Name(), Hash: p.key.KeyHash()})
	}
	if err := w.quorum.Check(key.Origin(), sigs); err != nil {
		return fmt.Errorf("the policy does not accept this log: it needs the line 'log %s' and no other log", key.VerifierKey())
	}
	return fmt.Errorf("the quorum of the policy needs more witnesses than have an address; without one: %s. Write it behind the key (witness NAME KEY URL) or say --witness URL#KEY", strings.Join(names, ", "))
}

// Len is how many witnesses are asked.
func (w *Witnesses) Len() int {
	if w == nil {
		return 0
	}
	return len(w.all)
}

// Cosigners is how many of the witnesses that are asked have cosigned a checkpoint.
func (w *Witnesses) Cosigners(signed []byte) int {
	if w == nil {
		return 0
	}
	n, err := parseNote(signed)
	if err != nil {
		return 0
	}
	count := 0
	for _, s := range n.UnverifiedSigs {
		if slices.ContainsFunc(w.all, func(a Witness) bool { return s.Name == a.Name() && s.Hash == a.key.KeyHash() }) {
			count++
		}
	}
	return count
}

// Met tells whether a checkpoint has its quorum. It verifies no signature: every cosignature was verified before it was
// kept.
func (w *Witnesses) Met(head Head) bool {
	n, err := parseNote(head.Signed)
	if err != nil {
		return false
	}
	origin, _, _ := strings.Cut(n.Text, "\n")
	return w.quorum.Check(origin, n.UnverifiedSigs) == nil
}
