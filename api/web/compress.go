package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// smallest is the size from which a text is worth compressing: below, it fits in one packet as it is.
const smallest = 1200

var gzipWriters = sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }}

// send writes a text, compressed to whoever says that it can be read so. Pages are lists of links and repeat themselves:
// they travel in a tenth of their size.
func send(w http.ResponseWriter, r *http.Request, status int, text []byte) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if len(text) >= smallest && takesGzip(r.Header.Get("Accept-Encoding")) {
		var b bytes.Buffer
		z := gzipWriters.Get().(*gzip.Writer)
		z.Reset(&b)
		_, err := z.Write(text)
		if err == nil && z.Close() == nil {
			h.Set("Content-Encoding", "gzip")
			text = b.Bytes()
		}
		gzipWriters.Put(z)
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // the reader may be gone
}

// takesGzip reads an Accept-Encoding header (RFC 9110, 12.5.3).
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, weight, weighted := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, ok := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
		if !weighted || !ok {
			return true
		}
		f, err := strconv.ParseFloat(q, 64)
		return err == nil && f > 0
	}
	return false
}
