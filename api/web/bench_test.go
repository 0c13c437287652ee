package web_test

import "testing"

// BenchmarkPages measures the server's time for the pages that are asked for most.
func BenchmarkPages(b *testing.B) {
	h := history(b)
	for name, path := range map[string]string{
		"home": "/", "edition": "/editions/18", "collectivity": "/collectivites/fr-commune-92072", "reconciliation": "/rapprochement",
		"trends": "/tendances", "search": "/recherche?q=saint-m", "source": "/sources/localtis-2016-labels",
		"register": "/registre", "register, a rare type": "/registre?type=key-rotated", "record": "/inscriptions/" + firstRecord(b, h), "feed": "/feed.atom",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if w := get(h, path); w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
