package web

import "time"

// parseTime reads a time of RFC 3339.
func parseTime(s string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, s)
	return at, err == nil
}

func (t *tongue) moment(s string) string {
	at, ok := parseTime(s)
	if !ok {
		return s
	}
	return t.Moment(at)
}
