//go:build unix

package web_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"arobase/api/ledger"
)

// BenchmarkAsOf asks for pages as of earlier sizes of a country of a tenth of the design size: each time another size, and
// then sizes near one that was asked for. Times are of the processor.
func BenchmarkAsOf(b *testing.B) {
	if os.Getenv("AROBASE_BENCH_LARGE") == "" {
		b.Skip("AROBASE_BENCH_LARGE=1 asks for it")
	}
	ctx := context.Background()
	store := &countryStore{bodies: 3_500, editions: 27}
	l, err := ledger.Open(ctx, ledger.Parts{Store: store})
	if err != nil {
		b.Fatal(err)
	}
	if err := l.Runner().CatchUp(ctx); err != nil {
		b.Fatal(err)
	}
	h := site(l)
	get(h, "/")
	for _, page := range []string{"/", "/editions/20/palmares", "/tendances"} {
		for _, near := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/near=%v", page, near), func(b *testing.B) {
				var spent time.Duration
				n := 0
				for b.Loop() {
					size := 5_000 + n*7919%90_000
					if near {
						size = 60_000 + n%100
					}
					n++
					start := processor()
					if w := get(h, fmt.Sprint(page, "?as_of=", size)); w.Code >= 400 {
						b.Fatal(w.Code)
					}
					spent += processor() - start
				}
				b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), "cpu-ms")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
