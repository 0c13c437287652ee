package rest

import (
	"mime"
	"strconv"
	"strings"
)

// Forms that answers have.
const (
	mediaJSON   = "application/json"
	mediaCSV    = "text/csv"
	mediaText   = "text/plain"
	mediaEvent  = "application/cloudevents+json"
	mediaSchema = "application/schema+json"
	mediaStream = "text/event-stream"
)

// negotiate chooses among the forms that there are, the preferred first, by the header Accept (RFC 9110, section
// 12.5.1). It gives "" where none is acceptable. Without the header everything is.
func negotiate(accept string, offers []string) string {
	if strings.TrimSpace(accept) == "" {
		return offers[0]
	}
	best, bestQ := "", 0.0
	for _, offer := range offers {
		if q := quality(accept, offer); q > bestQ {
			best, bestQ = offer, q
		}
	}
	return best
}

// quality is what the header says of one form: the most specific range that fits it decides.
func quality(accept, offer string) float64 {
	kind, _, _ := strings.Cut(offer, "/")
	q, specific := 0.0, 0
	for part := range strings.SplitSeq(accept, ",") {
		wanted, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		rank := 0
		switch wanted {
		case offer:
			rank = 3
		case kind + "/*":
			rank = 2
		case "*/*":
			rank = 1
		}
		if rank <= specific {
			continue
		}
		specific, q = rank, 1
		if s, ok := params["q"]; ok {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil || v < 0 || v > 1 {
				v = 0
			}
			q = v
		}
	}
	return q
}
