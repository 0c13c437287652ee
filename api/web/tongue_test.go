package web

import (
	"strings"
	"testing"
)

func tongues(t *testing.T) (fr, en *tongue) {
	t.Helper()
	a, err := readAssets(assetFiles)
	if err != nil {
		t.Fatal(err)
	}
	fr, en, err = newTongues(a)
	if err != nil {
		t.Fatal(err)
	}
	return fr, en
}

// TestAddresses holds every route to a pattern in both languages that gives back what was put in.
func TestAddresses(t *testing.T) {
	fr, en := tongues(t)
	if got := en.path("collectivity", "a/b c", map[string][]string{"as_of": {"5"}}); got != "/en/collectivities/a%2Fb%20c?as_of=5" {
		t.Errorf("path = %q", got)
	}
	for route, both := range routes {
		if strings.HasPrefix(both[0], "/en/") || !strings.HasPrefix(both[1], "/en/") {
			t.Errorf("%s: French is at / and English at /en/: %v", route, both)
		}
		if strings.Contains(fr.path(route, "x", nil), "{") || strings.Contains(en.path(route, "x", nil), "{") {
			t.Errorf("%s: the value is not in its address", route)
		}
	}
}
