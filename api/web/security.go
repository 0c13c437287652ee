package web

import "net/http"

// policy allows our own style sheet, our own pictures and forms that come back to us, and nothing else: no script at all,
// whatever a text of the ledger may contain. Descriptions for machines (JSON-LD) are data and are not carried out.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// policies are those of the pages that need more. The page of a record runs the script that verifies it, which is a file of
// this site and asks this site for the salts of sealed texts.
var policies = map[string]string{"record": policy + "; script-src 'self'; connect-src 'self'"}

// secured sets the headers that every answer carries.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		next.ServeHTTP(w, r)
	})
}
