package web

import (
	"testing"

	"arobase/api/auth"
	"arobase/api/web/forms"
)

// TestCommandsHaveAPlace holds that the workspace offers every form in one group, and no other.
func TestCommandsHaveAPlace(t *testing.T) {
	placed := map[string]int{}
	for _, g := range groups {
		for _, resource := range g.resources {
			placed[resource]++
			if _, ok := forms.CommandOf(resource); !ok {
				t.Errorf("%s is in the group %s, and is no command", resource, g.name)
			}
		}
	}
	for _, role := range auth.Roles() {
		for _, c := range forms.Offered(auth.Principal{Role: role}) {
			if placed[c.Resource] != 1 {
				t.Errorf("%s is in %d groups", c.Resource, placed[c.Resource])
			}
		}
	}
}
