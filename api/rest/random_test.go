package rest_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever is asked, the answer is an answer, a redirection to the clean path or a problem of the reader's own making:
// never an error of ours, never one in another form.
func TestNothingThatIsAskedBreaks(t *testing.T) {
	var known []string
	for _, a := range addresses(t) {
		known = append(known, strings.SplitN(a.address, "?", 2)[0])
	}
	known = append(known, "/openapi.json", "/openapi.yaml", "/docs", "/log/disclosed/x", "/v1/events/live")
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,20}`), rapid.SampledFrom([]string{
		"", "0", "1", "17", "18", "27", "999", "-1", "350", "1000", "2017-02-01T12:00:00Z", "excel-fr", "rfc4180", "level", "region", "size", "award-recorded",
		"AAAAAAAAA-gAAAAAAAAAAas4mBg", "saint", "(93)", "\x00", "\xff",
	}))
	names := rapid.SampledFrom([]string{"as_of", "limit", "cursor", "dialect", "q", "from", "to", "by", "edition", "type", "stream", "after", "other", ""})
	accepts := rapid.SampledFrom([]string{"", "*/*", "text/csv", "application/json", "application/cloudevents+json", "text/*;q=0.3", "image/png", ";,;q=", "text/plain"})
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom(known).Draw(t, "path")
		if rapid.IntRange(0, 3).Draw(t, "change the path") == 0 {
			parts := strings.Split(path, "/")
			parts[rapid.IntRange(1, len(parts)-1).Draw(t, "part")] = url.PathEscape(text.Draw(t, "other part"))
			path = strings.Join(parts, "/")
		}
		var query string
		if rapid.IntRange(0, 5).Draw(t, "raw") == 0 {
			query = strings.Map(func(r rune) rune {
				if r <= ' ' || r == '#' || r > '~' {
					return '%'
				}
				return r
			}, text.Draw(t, "query"))
		} else {
			v := url.Values{}
			for range rapid.IntRange(0, 4).Draw(t, "parameters") {
				v.Add(names.Draw(t, "name"), text.Draw(t, "value"))
			}
			query = v.Encode()
		}
		method := rapid.SampledFrom([]string{"GET", "GET", "GET", "HEAD", "POST"}).Draw(t, "method")
		if strings.HasSuffix(path, "/live") && method == "GET" {
			method = "HEAD" // the answer to GET does not end
		}
		r := httptest.NewRequest(method, "/", nil)
		u, err := url.Parse("http://example.org" + path)
		if err != nil {
			t.Skip("no address")
		}
		r.URL, r.RequestURI = u, path+"?"+query
		r.URL.RawQuery = query
		r.Header.Set("Accept", accepts.Draw(t, "accept"))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		switch form := w.Header().Get("Content-Type"); {
		case w.Code >= 500 && w.Code != 503:
			t.Fatalf("%s %s?%s: %d %s", method, path, query, w.Code, w.Body)
		case w.Code >= 400 && form != "application/problem+json":
			t.Fatalf("%s %s?%s: %d as %s", method, path, query, w.Code, form)
		case w.Code == 200 && w.Header().Get("X-Content-Type-Options") != "nosniff":
			t.Fatalf("%s %s?%s: %v", method, path, query, w.Header())
		}
	})
}
