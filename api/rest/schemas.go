package rest

import (
	"context"
	"fmt"
	"strings"

	"arobase/domain"
)

func (a *api) schemas() {
	get(a, operation{
		id: "getSchema", path: "/schemas/{type}/{version}", tag: "reference", summary: "The JSON Schema of one type of event",
		about: "Of the member data of the envelope, which names it as urn:arobase:schema:<type>:<version>. Made from the same description that the strict parser obeys.",
		forms: []string{mediaSchema, mediaJSON}, unknown: unknownSchema, fixed: true, texts: true,
	}, func(_ context.Context, in *struct {
		Type    string `path:"type" doc:"The type as in the catalogue." example:"award-recorded"`
		Version string `path:"version" doc:"The version: v1." example:"v1"`
	}, _ asked) (answer, error) {
		t, ok := typeOf(in.Type, in.Version)
		if !ok {
			return answer{}, problem(unknownSchema, "there is no event %q of version %q; a type is named as in the catalogue (award-recorded), a version v1",
				short(in.Type), short(in.Version))
		}
		return answer{body: domain.Schema(t)}, nil
	})
}

// typeOf finds a type of the catalogue; the v before the version may be left out.
func typeOf(name, version string) (domain.Type, bool) {
	for _, t := range domain.Types() {
		if t.Name == name && fmt.Sprint(t.Version) == strings.TrimPrefix(version, "v") {
			return t, true
		}
	}
	return domain.Type{}, false
}
