package rest

import (
	"context"
	"fmt"
)

// ProblemKind explains a kind of problem.
type ProblemKind struct {
	Type   string `json:"type" doc:"The address of this explanation, as it stands in problems." example:"/problems/unknown-edition"`
	Title  string `json:"title" doc:"The kind of problem in words." example:"No such edition"`
	Status int    `json:"status" doc:"The HTTP status that it comes with." example:"404"`
	Says   string `json:"says" doc:"What it means and what to do about it."`
}

func (a *api) problems() {
	get(a, operation{
		id: "getProblem", path: "/problems/{code}", tag: "reference", summary: "What a kind of problem means",
		about: "The type of every problem is an address of this form.",
		forms: []string{mediaText, mediaJSON}, result: ProblemKind{}, unknown: unknownProblem, fixed: true,
	}, func(_ context.Context, in *struct {
		Code string `path:"code" doc:"The last part of the type of a problem." example:"unknown-collectivity"`
	}, q asked) (answer, error) {
		k, ok := kinds[code(in.Code)]
		if !ok {
			return answer{}, problem(unknownProblem, "there is no kind of problem %q", short(in.Code))
		}
		if q.media == mediaText {
			return answer{bytes: fmt.Appendf(nil, "%s (%d)\n\n%s\n", k.Title, k.Status, k.Says)}, nil
		}
		return answer{body: ProblemKind{"/problems/" + in.Code, k.Title, k.Status, k.Says}}, nil
	})
}
