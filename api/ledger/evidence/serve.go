package evidence

import (
	"fmt"
	"net/http"
	"strconv"
)

// endings are those of the names that files are saved under.
var endings = map[string]string{PDF: ".pdf", PNG: ".png", JPEG: ".jpg", Text: ".txt"}

// Serve answers with a file so that no browser runs it, whatever is in it: it is saved, not shown, its kind is not guessed,
// and where it is shown all the same it is in a sandbox. No copy may be kept, for the file can be erased.
func (f File) Serve(w http.ResponseWriter, r *http.Request) {
	media := f.Media
	if endings[media] == "" {
		media = "application/octet-stream" // of a kind that was taken once
	}
	if media == Text {
		media += "; charset=utf-8"
	}
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s%s"`, f.Hash.String()[:16], endings[f.Media]))
	h.Set("Content-Length", strconv.Itoa(len(f.Content)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.Content) // the reader may be gone
	}
}
