package exports

import "testing"

func TestCells(t *testing.T) {
	five, half := 5, 0.5
	for _, c := range []struct {
		cell             any
		rfc4180, excelFR string
	}{
		{nil, "", ""},
		{(*int)(nil), "", ""},
		{(*float64)(nil), "", ""},
		{&five, "5", "5"},
		{&half, "0.5", "0,5"},
		{3.6, "3.6", "3,6"},
		{-2, "-2", "-2"}, // a number, not a formula
		{uint64(7), "7", "7"},
		{true, "true", "true"},
		{"@@@@@", "'@@@@@", "'@@@@@"},
		{"=1+1", "'=1+1", "'=1+1"},
		{"+33", "'+33", "'+33"},
		{"-2", "'-2", "'-2"},
		{"\t=1", "'\t=1", "'\t=1"},
		{"＝1", "'＝1", "'＝1"},
		{"3.6", "3.6", "3.6"}, // a text is left as it is
		{"Sèvres", "Sèvres", "Sèvres"},
	} {
		for _, d := range []struct {
			excelFR bool
			want    string
		}{{false, c.rfc4180}, {true, c.excelFR}} {
			if got, err := written(c.cell, d.excelFR); err != nil || got != d.want {
				t.Errorf("%#v (excel-fr %t) is written %q, %v; want %q", c.cell, d.excelFR, got, err, d.want)
			}
		}
	}
	if _, err := written(struct{}{}, false); err == nil {
		t.Error("a cell of an unknown type is written")
	}
}
