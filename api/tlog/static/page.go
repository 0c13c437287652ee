package static

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
)

//go:embed index.html
var index string

var indexPage = template.Must(template.New("index.html").Parse(index))

// Page is the page that tells a visitor, in French and English, what the files are and how to check them. It says nothing
// that changes with the log, so that it is never ahead of the checkpoint.
func Page(origin, vkey string, madeUp bool) ([]byte, error) {
	var b bytes.Buffer
	err := indexPage.Execute(&b, struct {
		Origin, Key string
		MadeUp      bool
	}{origin, vkey, madeUp})
	if err != nil {
		return nil, fmt.Errorf("writing the page for visitors: %w", err)
	}
	return b.Bytes(), nil
}
