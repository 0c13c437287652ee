package actions_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/projections/actions"
)

// told numbers events as a ledger would.
func told(events ...domain.Event) []domain.Recorded {
	var out []domain.Recorded
	revisions := map[domain.StreamName]int64{}
	for i, e := range events {
		var stream domain.StreamName
		switch e := e.(type) {
		case *domain.ActionDeclared:
			stream = domain.ActionStream(e.Action)
		case *domain.ActionAmended:
			stream = domain.ActionStream(e.Action)
		case *domain.ActionConfirmed:
			stream = domain.ActionStream(e.Action)
		case *domain.ActionEnded:
			stream = domain.ActionStream(e.Action)
		}
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[8:], uint64(i)+1)
		out = append(out, domain.Recorded{
			ID: id, Position: uint64(i), Stream: stream, Revision: revisions[stream], Time: time.Unix(int64(i), 0).UTC(), Event: e,
		})
		revisions[stream]++
	}
	return out
}

func particulars(services ...string) domain.ActionParticulars {
	return domain.ActionParticulars{Grid: "grille-1", Services: services, StartedOn: "2025", OperatorKind: "collectivity"}
}

func declared(id, collectivity string, services ...string) *domain.ActionDeclared {
	return &domain.ActionDeclared{Action: domain.ActionID(id), Collectivity: domain.CollectivityID(collectivity), ActionParticulars: particulars(services...)}
}

var story = told(
	declared("wifi", "fr-commune-73008", "wifi-public"),                                                // 0
	declared("cantine", "fr-commune-38185", "paiement", "cantine"),                                     // 1
	declared("espace", "fr-commune-73008", "espace-public-numerique"),                                  // 2
	&domain.ActionConfirmed{Action: "wifi", On: "2026-10-01"},                                          // 3
	&domain.ActionAmended{Action: "espace", ActionParticulars: particulars("wifi-public", "ateliers")}, // 4
	&domain.ActionEnded{Action: "wifi", On: "2026-11"},                                                 // 5
)

func ids(all []actions.Action) []string {
	var out []string
	for _, a := range all {
		out = append(out, string(a.ID))
	}
	return out
}

func fold(events []domain.Recorded) *actions.Actions {
	a := actions.New()
	for _, r := range events {
		a.Apply(r)
	}
	return a
}

func TestFind(t *testing.T) {
	a := fold(story)
	for _, c := range []struct {
		says string
		f    actions.Filter
		size uint64
		want []string
	}{
		{"all", actions.Filter{}, actions.Now, []string{"wifi", "cantine", "espace"}},
		{"those known earlier", actions.Filter{}, 2, []string{"wifi", "cantine"}},
		{"of one collectivity", actions.Filter{Collectivity: "fr-commune-73008"}, actions.Now, []string{"wifi", "espace"}},
		{"by service, in the order of declaration", actions.Filter{Services: []string{"ateliers", "wifi-public"}}, actions.Now, []string{"wifi", "espace"}},
		{"by service, as it was", actions.Filter{Services: []string{"wifi-public"}}, 4, []string{"wifi"}},
		{"by a service that it no longer renders", actions.Filter{Services: []string{"espace-public-numerique"}}, actions.Now, nil},
		{"that run", actions.Filter{Services: []string{"wifi-public"}, Running: true}, actions.Now, []string{"espace"}},
		{"that ran", actions.Filter{Services: []string{"wifi-public"}, Running: true}, 5, []string{"wifi", "espace"}},
		{"of nobody", actions.Filter{Collectivity: "fr-commune-01001"}, actions.Now, nil},
	} {
		if got := ids(a.Find(c.f, c.size)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.says, got, c.want)
		}
	}
}

func TestOneAction(t *testing.T) {
	a := fold(story)
	wifi, ok := a.Get("wifi", actions.Now)
	if !ok || wifi.EndedOn != "2026-11" || wifi.ConfirmedOn != "2026-10-01" || wifi.Revision != 2 || wifi.Event != story[5].ID || wifi.Declared != story[0].ID {
		t.Errorf("it stands as %+v", wifi)
	}
	if before, ok := a.Get("wifi", 3); !ok || before.ConfirmedOn != "" || before.Revision != 0 {
		t.Errorf("it stood as %+v", before)
	}
	if _, ok := a.Get("espace", 2); ok {
		t.Error("an action is there before it was declared")
	}
	if n := len(a.History("wifi", 4)); n != 2 {
		t.Errorf("it had %d states at size 4, want 2", n)
	}
}

// A text is told once, whatever becomes of the action; what comes later is told from where one had come to.
func TestTexts(t *testing.T) {
	sealed := func(c string) *domain.Sealed {
		s := domain.Text("x")
		s.Seal(c)
		return s
	}
	with := func(title string) domain.ActionParticulars {
		p := particulars("wifi-public")
		p.Title, p.Description = sealed(title), sealed("about")
		return p
	}
	a := fold(told(
		&domain.ActionDeclared{Action: "wifi", Collectivity: "fr-commune-73008", ActionParticulars: with("first")},
		&domain.ActionConfirmed{Action: "wifi", On: "2026-10-01"},
		&domain.ActionAmended{Action: "wifi", ActionParticulars: with("second")},
	))
	if got := a.Texts(0); !slices.Equal(got, []string{"first", "about", "second"}) {
		t.Errorf("texts %q", got)
	}
	if got := a.Texts(2); !slices.Equal(got, []string{"second"}) {
		t.Errorf("later texts %q", got)
	}
}

func TestRendered(t *testing.T) {
	a := fold(story)
	if got := a.Rendered(3)["wifi-public"]; got != 1 {
		t.Errorf("%d collectivities at size 3, want 1", got)
	}
	got := a.Rendered(actions.Now)
	if got["wifi-public"] != 1 || got["cantine"] != 1 || got["espace-public-numerique"] != 0 {
		t.Errorf("rendered %v", got)
	}
}

// What was answered for an earlier size stays the answer, whatever comes after it.
func TestAsOfNeverChanges(t *testing.T) {
	whole := fold(story)
	for size := range uint64(len(story) + 1) {
		then := fold(story[:size])
		if got, want := whole.Find(actions.Filter{}, size), then.Find(actions.Filter{}, actions.Now); !slices.EqualFunc(got, want, func(x, y actions.Action) bool {
			return x.ID == y.ID && x.Event == y.Event && slices.Equal(x.Services, y.Services) && x.EndedOn == y.EndedOn
		}) {
			t.Errorf("at size %d: %v, then it was %v", size, got, want)
		}
	}
}

// A file that was named stays so, as of then and later; one that was erased is so wherever it was named.
func TestFiles(t *testing.T) {
	first, second := strings.Repeat("a1", 32), strings.Repeat("b2", 32)
	particulars := func(files ...string) domain.ActionParticulars {
		p := domain.ActionParticulars{Grid: "g", Services: []string{"wifi"}}
		for _, f := range files {
			p.Evidence = append(p.Evidence, domain.Evidence{SHA256: f})
		}
		return p
	}
	declared, amended := uuid.New(), uuid.New()
	a := fold([]domain.Recorded{
		{ID: declared, Position: 0, Event: &domain.ActionDeclared{Action: "wifi", ActionParticulars: particulars(first)}},
		{ID: amended, Position: 1, Event: &domain.ActionAmended{Action: "wifi", ActionParticulars: particulars("", second)}},
		{ID: uuid.New(), Position: 2, Event: &domain.ActionAmended{Action: "wifi", ActionParticulars: particulars()}},
		{ID: uuid.New(), Position: 3, Event: &domain.PersonalDataErased{Event: amended, Pointer: "/data/evidence/0"}},
		{ID: uuid.New(), Position: 4, Event: &domain.PersonalDataErased{Event: amended, Pointer: "/data/title"}},
	})
	for _, tt := range []struct {
		file string
		size uint64
		want bool
	}{{first, 0, false}, {first, 1, true}, {second, 1, false}, {second, 2, true}, {first, actions.Now, true}, {second, actions.Now, true}, {"", actions.Now, false}} {
		if got := a.Named(tt.file, tt.size); got != tt.want {
			t.Errorf("%.4s is named as of %d: %t", tt.file, tt.size, got)
		}
	}
	if a.FileErased(first) || a.FileErased(second) {
		t.Error("a file is erased, and nobody erased it")
	}
	a.Apply(domain.Recorded{Position: 5, Event: &domain.PersonalDataErased{Event: amended, Pointer: "/data/evidence/1"}})
	if a.FileErased(first) || !a.FileErased(second) {
		t.Error("another file is erased than was")
	}
}
