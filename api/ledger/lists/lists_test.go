package lists_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"arobase/api/ledger"
	"arobase/api/ledger/lists"
	"arobase/api/ledger/tabular"
	"arobase/domain"
)

func read(t testing.TB, resource, file string) (*lists.List, error) {
	t.Helper()
	o, err := ledger.OperationOf(resource)
	if err != nil {
		t.Fatal(err)
	}
	return lists.Read(t.Context(), resource, o.Type(), "list.csv", strings.NewReader(file), tabular.Limits{})
}

func bodies(t *testing.T, resource, file string) []string {
	t.Helper()
	l, err := read(t, resource, file)
	if err != nil {
		t.Fatalf("%s: %v", resource, err)
	}
	var all []string
	for _, r := range l.Rows {
		all = append(all, string(r.Body))
	}
	return all
}

func TestARowIsABody(t *testing.T) {
	for _, c := range []struct{ says, resource, file, want string }{
		{"texts and numbers", "memberships", "collectivity,year,regulation,fee,population,populationYear\nfr-commune-73008,2027,r1,150000,30000,2024\n",
			`{"collectivity":"fr-commune-73008","fee":150000,"population":30000,"populationYear":2024,"regulation":"r1","year":2027}`},
		{"euros, as the French Excel writes them", "memberships", "\ufeffcollectivity;year;regulation;fee.eur;population;populationYear\r\nfr-commune-73008;2027;r1;\"1\u202f500,00\";30 000;2024\r\n",
			`{"collectivity":"fr-commune-73008","fee":150000,"population":30000,"populationYear":2024,"regulation":"r1","year":2027}`},
		{"a day of the French Excel", "payments", "collectivity;year;amount.eur;on\nfr-commune-73008;2027;50,5 €;03/04/2027\n",
			`{"amount":5050,"collectivity":"fr-commune-73008","on":"2027-04-03","year":2027}`},
		{"a day where a year is enough", "sources", "source;publisher;title;publishedOn\ngazette;La Gazette;T;31/01/2026\n",
			`{"publishedOn":"2026-01-31","publisher":"La Gazette","source":"gazette","title":"T"}`},
		{"an empty cell is left out", "payments", "collectivity,year,amount,on,reference\nfr-commune-73008,2027,1,2027-04-03,\n",
			`{"amount":1,"collectivity":"fr-commune-73008","on":"2027-04-03","year":2027}`},
		{"several texts", "actions", "action,collectivity,grid,operatorKind,services,startedOn,title\nwifi,fr-commune-73008,g1,collectivity,wifi | cartes,2026-01-01,Le <wifi> & l’école\n",
			`{"action":"wifi","collectivity":"fr-commune-73008","grid":"g1","operatorKind":"collectivity","services":["wifi","cartes"],"startedOn":"2026-01-01","title":"Le <wifi> & l’école"}`},
		{"objects, a column for each member", "submissions", "edition,collectivity,actions.action,actions.revision,signedOff\n28,fr-commune-73008,wifi|cartes,0|2,La maire\n",
			`{"actions":[{"action":"wifi","revision":0},{"action":"cartes","revision":2}],"collectivity":"fr-commune-73008","edition":28,"signedOff":"La maire"}`},
		{"a member that one object lacks", "actions", "action,collectivity,grid,operatorKind,services,startedOn,title,evidence.url,evidence.sha256\n" +
			"wifi,fr-commune-73008,g1,collectivity,wifi,2026-01-01,T,https://a.example|https://b.example,|" + strings.Repeat("a", 64) + "\n",
			`{"action":"wifi","collectivity":"fr-commune-73008","evidence":[{"url":"https://a.example"},{"sha256":"` + strings.Repeat("a", 64) + `","url":"https://b.example"}],"grid":"g1","operatorKind":"collectivity","services":["wifi"],"startedOn":"2026-01-01","title":"T"}`},
		{"an object", "collectivities", "collectivity,name,type,insee,inForce.from\nfr-commune-73008,Aix-les-Bains,commune,73008,1900\n",
			`{"collectivity":"fr-commune-73008","inForce":{"from":"1900"},"insee":"73008","name":"Aix-les-Bains","type":"commune"}`},
	} {
		if got := bodies(t, c.resource, c.file); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.says, got, c.want)
		}
	}
}

// Whatever is wrong is told by its line and its column, and no row is given.
func TestABadRowIsTold(t *testing.T) {
	const payments = "collectivity,year,amount,on\nfr-commune-73008,2027,100,2027-04-03\n"
	for _, c := range []struct{ says, resource, file, line string }{
		{"decimals in a column of cents", "payments", payments + "fr-commune-73008,2027,\"50,00\",2027-04-03\n", "list.csv:3: amount: \"50,00\" is not a whole number of cents; for euros there is the column amount.eur"},
		{"a day of nobody knows which country", "payments", payments + "fr-commune-73008,2027,50,03/04/2027\n", "list.csv:3: on: "},
		{"no day", "payments", payments + "fr-commune-73008,2027,50,2027-02-30\n", "list.csv:3: on: "},
		{"an id that is none", "payments", payments + "73008,2027,50,2027-02-03\n", "list.csv:3: collectivity: "},
		{"what is missing", "payments", payments + "fr-commune-73008,2027,,2027-02-03\n", "list.csv:3: amount: "},
		{"three decimals", "payments", "collectivity,year,amount.eur,on\nfr-commune-73008,2027,50.123,2027-04-03\n", "list.csv:2: amount.eur: "},
		{"by the column that is there", "payments", "collectivity,year,amount.eur,on\nfr-commune-73008,2027,0,2027-04-03\n", "list.csv:2: amount.eur: "},
		{"twice", "payments", "collectivity,year,amount,amount.eur,on\nfr-commune-73008,2027,1,1,2027-04-03\n", "list.csv:2: amount.eur: is given twice"},
		{"another column", "payments", "collectivity,year,amount,on,colour\na,2027,1,2027-01-01,red\n", "list.csv:1: the first row is not the header of a list of payments: 'colour' is not a column of it; its columns"},
		{"a column too few", "payments", "collectivity,amount,on\na,1,2027-01-01\n", "list.csv:1: the first row is not the header of a list of payments: 'year' is missing; its columns, in any order, are collectivity, on, year; and, where wanted, amount.eur, amount"},
		{"who asks", "payments", "collectivity,year,amount,on,by\na,2027,1,2027-01-01,me\n", "'by' is not a column of it"},
		{"an amount that nobody says", "memberships", "collectivity,year,regulation,reason\nfr-commune-73008,2027,r1,Un geste\n", "list.csv:2: fee: is missing"},
		{"an amount of a row that nobody says", "memberships", "collectivity,year,regulation,reason,fee.eur\nfr-commune-73008,2027,r1,Un geste,\n", "list.csv:2: fee: is missing"},
		{"a revision that nobody says", "submissions", "edition,collectivity,actions.action,actions.revision,signedOff\n28,fr-commune-73008,a|b,1|,x\n", "list.csv:2: actions.revision: value 2 of 2 is missing"},
		{"columns that do not fit", "submissions", "edition,collectivity,actions.action,actions.revision,signedOff\n28,fr-commune-73008,a|b,1,x\n", "list.csv:2: actions.revision: has 1 values and actions.action 2"},
		{"a member of an object", "submissions", "edition,collectivity,actions.action,actions.revision,signedOff\n28,fr-commune-73008,a|B!,1|2,x\n", "list.csv:2: actions.action: "},
		{"a bar too many", "successions", "from,to\nfr-commune-73008|,fr-commune-73031\n", "list.csv:2: from: has a bar"},
		{"no edition", "candidacies", "edition,collectivity,kind\n1000,fr-commune-73008,ville\n", "list.csv:2: edition: "},
	} {
		l, err := read(t, c.resource, c.file)
		var told tabular.Problems
		if l != nil || !errors.As(err, &told) || !strings.Contains(err.Error(), c.line) {
			t.Errorf("%s: %v, want %s", c.says, err, c.line)
		}
	}
	many := payments + strings.Repeat("x,2027,1,2027-04-03\n", 150)
	var told tabular.Problems
	if _, err := read(t, "payments", many); !errors.As(err, &told) || len(told) != 101 || told[100].Rule != "more" || !strings.HasPrefix(told[100].Message, "and 50 more") {
		t.Errorf("of 150 problems %d are told", len(told))
	}
}

// The same row has the same key, however the file is saved, and another row another one.
func TestKeysFollowFromTheRow(t *testing.T) {
	const file = "collectivity,year,amount,on\nfr-commune-73008,2027,10050,2027-04-03\nfr-commune-73031,2027,20000,2027-04-03\n"
	first, err := read(t, "payments", file)
	if err != nil {
		t.Fatal(err)
	}
	f := excelize.NewFile()
	for i, row := range [][]any{{"year", "on", "collectivity", "amount.eur"}, {2027, "2027-04-03", "fr-commune-73008", 100.5}, {2027, "2027-04-03", "fr-commune-73031", 200}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var saved bytes.Buffer
	if err := f.Write(&saved); err != nil {
		t.Fatal(err)
	}
	excel, err := read(t, "payments", saved.String())
	if err != nil {
		t.Fatal(err)
	}
	french, err := read(t, "payments", "collectivity;year;amount.eur;on\nfr-commune-73008;2027;100,50;03/04/2027\nfr-commune-73031;2027;200;03/04/2027\n")
	if err != nil {
		t.Fatal(err)
	}
	keys := func(l *lists.List) (all []string) {
		for _, r := range l.Rows {
			all = append(all, r.Key)
		}
		return all
	}
	want := keys(first)
	if len(want) != 2 || want[0] == want[1] || !slices.Equal(want, keys(excel)) || !slices.Equal(want, keys(french)) {
		t.Errorf("the keys are %v, %v and %v", want, keys(excel), keys(french))
	}
	other, err := read(t, "payments", strings.Replace(file, "10050", "10051", 1))
	if err != nil || keys(other)[0] == want[0] || keys(other)[1] != want[1] {
		t.Errorf("another row: %v %v", keys(other), err)
	}
	// A row that is there twice is told, and has one key.
	twice, err := read(t, "payments", file+"fr-commune-73008,2027,10050,2027-04-03\n")
	if err != nil || keys(twice)[2] != want[0] || !slices.Equal(twice.Remarks, []string{"line 4 says the same as line 2: it is recorded once"}) {
		t.Errorf("twice: %v %v %v", keys(twice), twice.Remarks, err)
	}
}

// A problem of the server is told by the column of the file.
func TestRefusalsAreToldByColumn(t *testing.T) {
	l, err := read(t, "payments", "collectivity,year,amount.eur,on\nfr-commune-73008,2027,1,2027-04-03\n")
	if err != nil {
		t.Fatal(err)
	}
	for field, column := range map[string]string{"amount": "amount.eur", "year": "year", "": "", "elsewhere": "elsewhere"} {
		if p := l.Problem(l.Rows[0], field, "payment", "no"); p.Field != column || p.Line != 2 || p.File != "list.csv" {
			t.Errorf("%s: %+v", field, p)
		}
	}
}

// Every resource can be registered as a list: the form of each has columns, and its rows have lanes.
func TestEveryResourceIsAList(t *testing.T) {
	for _, o := range ledger.Operations() {
		_, err := lists.Read(t.Context(), o.Resource, o.Type(), "x", strings.NewReader("nothing\n1\n"), tabular.Limits{})
		if err == nil || !strings.Contains(err.Error(), "a list of "+o.Resource+": 'nothing' is not a column of it") {
			t.Errorf("%s: %v", o.Resource, err)
		}
		// The order of its rows is that of a stream, which even an empty request has or has not.
		c, err := domain.CommandOf(domain.Recorded{Event: o.Type().New()})
		if err != nil {
			t.Fatalf("%s: %v", o.Resource, err)
		}
		_ = c.Stream()
	}
}

func TestLanesKeepTheOrder(t *testing.T) {
	file := "collectivity,year,amount,on\n"
	for i := range 90 {
		file += fmt.Sprintf("fr-commune-%d,2027,%d,2027-04-03\n", 73000+i%3, 1+i)
	}
	l, err := read(t, "payments", file)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	heard := map[string][]int{}
	lines, err := lists.Send(t.Context(), l, 4, func(_ context.Context, r lists.Row) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		heard[r.Lane] = append(heard[r.Lane], r.Line)
		return r.Line, nil
	})
	if err != nil || len(heard) != 3 {
		t.Fatal(err, heard)
	}
	for i, r := range l.Rows {
		if lines[i] != r.Line {
			t.Errorf("the answer of line %d is %d", r.Line, lines[i])
		}
	}
	for lane, all := range heard {
		if len(all) != 30 || !slices.IsSorted(all) {
			t.Errorf("%s was asked for in the order %v", lane, all)
		}
	}
	jurors, err := read(t, "jurors", "edition,juror,college,person\n28,1,academic,A\n28,2,journalist,B\n29,1,journalist,C\n")
	if err != nil {
		t.Fatal(err)
	}
	if r := jurors.Rows; r[0].Lane != r[1].Lane || r[1].Lane == r[2].Lane {
		t.Errorf("jurors are numbered in their order: %v", r)
	}
}

// The first error ends it: nothing is asked for after it, and what was answered before stays told.
func TestAnErrorEndsIt(t *testing.T) {
	l, err := read(t, "payments", "collectivity,year,amount,on\n"+strings.Repeat("fr-commune-73008,2027,1,2027-04-03\n", 20))
	if err != nil {
		t.Fatal(err)
	}
	gone := errors.New("the server is gone")
	asked := 0
	lines, err := lists.Send(t.Context(), l, 4, func(_ context.Context, r lists.Row) (int, error) {
		if asked++; asked == 5 {
			return 0, gone
		}
		return r.Line, nil
	})
	if !errors.Is(err, gone) || asked != 5 || lines[3] != 5 || lines[4] != 0 || lines[19] != 0 {
		t.Errorf("%v after %d: %v", err, asked, lines)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := lists.Send(ctx, l, 4, func(context.Context, lists.Row) (int, error) { return 1, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}

// Whatever a file holds, each row that is taken is a request that is right in form, and its key follows from it.
func FuzzRead(f *testing.F) {
	all := ledger.Operations()
	for i, o := range all {
		_, err := lists.Read(context.Background(), o.Resource, o.Type(), "x", strings.NewReader("nothing\n1\n"), tabular.Limits{})
		_, columns, _ := strings.Cut(err.Error(), "are ")
		header := strings.ReplaceAll(strings.ReplaceAll(columns, "; and, where wanted", ""), ", ", ";")
		f.Add(i, header+"\n"+strings.Repeat("1;", strings.Count(header, ";"))+"\n")
	}
	f.Add(5, "collectivity;year;amount.eur;on\nfr-commune-73008;2027;50,5 €;03/04/2027\n")
	f.Add(11, "edition,collectivity,actions.action,actions.revision,signedOff\n28,fr-commune-73008,a|b,1|2,x\n")
	f.Fuzz(func(t *testing.T, n int, file string) {
		o := all[uint(n)%uint(len(all))]
		l, err := lists.Read(t.Context(), o.Resource, o.Type(), "f", strings.NewReader(file), tabular.Limits{Rows: 1000})
		var told tabular.Problems
		if err != nil {
			if !errors.As(err, &told) || len(told) == 0 {
				t.Fatalf("%q: %v", file, err)
			}
			return
		}
		bodies := map[string]string{}
		for _, r := range l.Rows {
			if !json.Valid(r.Body) || len(r.Key) > 200 {
				t.Fatalf("%q: %s", file, r.Body)
			}
			if e, err := domain.DecodeInput(o.Type(), r.Body); err != nil || domain.Validate(e) != nil {
				t.Fatalf("%q: line %d is taken and not right: %s", file, r.Line, r.Body)
			}
			if before, again := bodies[r.Key]; again && before != string(r.Body) {
				t.Fatalf("%q: two bodies with one key", file)
			}
			bodies[r.Key] = string(r.Body)
		}
	})
}
