package words

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// nnbsp is the narrow no-break space of French typography.
const nnbsp = "\u202f"

var (
	beforeMark = regexp.MustCompile(`[ \x{00a0}]+([:;!?»])`)
	beforeCent = regexp.MustCompile(`(\d)[ \x{00a0}](%)`)
	afterQuote = regexp.MustCompile(`«[ \x{00a0}]+`)
	beforeAt   = regexp.MustCompile(`(\d)[ \x{00a0}]@`)
	inNumber   = regexp.MustCompile(`(\d)\x{00a0}(\d{3})\b`)
	thousands  = regexp.MustCompile(`\b(\d{1,3}) (\d{3})\b`)
	numero     = regexp.MustCompile(`nº `)
)

// frenchText sets a French text as it is printed: narrow no-break spaces before double marks and inside guillemets and
// numbers, curved apostrophes. It may be applied twice.
func frenchText(s string) string {
	s = beforeMark.ReplaceAllString(s, nnbsp+"$1")
	s = beforeCent.ReplaceAllString(s, "$1"+nnbsp+"$2")
	s = afterQuote.ReplaceAllString(s, "«"+nnbsp)
	s = beforeAt.ReplaceAllString(s, "$1"+nnbsp+"@")
	s = inNumber.ReplaceAllString(s, "$1"+nnbsp+"$2")
	s = thousands.ReplaceAllString(s, "$1"+nnbsp+"$2")
	s = numero.ReplaceAllString(s, "nº"+nnbsp)
	return strings.ReplaceAll(s, "'", "’")
}

// englishText sets an English text as it is printed.
func englishText(s string) string {
	s = beforeAt.ReplaceAllString(s, "$1\u00a0@")
	return strings.ReplaceAll(s, "'", "’")
}

// Set sets a text of the catalogue or of the ledger's own reasoning. Words of sources and names are left as they are.
func (l *Language) Set(s string) string {
	if l.Code == "fr" {
		return frenchText(s)
	}
	return englishText(s)
}

// Int writes a whole number: 1 734 in French, 1,734 in English.
func (l *Language) Int(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	separator := ","
	if l.Code == "fr" {
		separator = nnbsp
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	return sign + digits
}

// Number writes a number with the decimals that it has: 3,6 in French.
func (l *Language) Number(v float64) string {
	whole, fraction, point := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	n, err := strconv.Atoi(whole)
	if err != nil {
		return whole
	}
	s := l.Int(n)
	if n == 0 && v < 0 {
		s = "−" + s
	}
	switch {
	case !point:
		return s
	case l.Code == "fr":
		return s + "," + fraction
	}
	return s + "." + fraction
}

// Percent writes a share with one decimal: 3,6 %.
func (l *Language) Percent(share float64) string {
	s := l.Number(float64(int(share*1000+0.5)) / 10)
	if l.Code == "fr" {
		return s + nnbsp + "%"
	}
	return s + "%"
}

// Date writes a day, a month or a year of ISO 8601, or two days with a slash between: 1er février 2017.
func (l *Language) Date(iso string) string {
	if from, to, ok := strings.Cut(iso, "/"); ok {
		return l.T("date.range", l.Date(from), l.Date(to))
	}
	if d, err := time.Parse("2006-01-02", iso); err == nil {
		return l.day(d)
	}
	if d, err := time.Parse("2006-01", iso); err == nil {
		return l.T("month."+strconv.Itoa(int(d.Month()))) + " " + strconv.Itoa(d.Year())
	}
	return iso
}

// OnDate writes a date as it stands after "since": depuis le 2 mars 2025, depuis mars 2025.
func (l *Language) OnDate(iso string) string {
	if _, err := time.Parse(time.DateOnly, iso); err == nil {
		return l.T("action.since.day", l.Date(iso))
	}
	return l.Date(iso)
}

func (l *Language) day(d time.Time) string {
	day := strconv.Itoa(d.Day())
	if d.Day() == 1 && l.Code == "fr" {
		day = "1er"
	}
	return day + "\u00a0" + l.T("month."+strconv.Itoa(int(d.Month()))) + " " + strconv.Itoa(d.Year())
}

// MomentShort is Moment for lists that say once that times are in UTC.
func (l *Language) MomentShort(at time.Time) string {
	at = at.UTC()
	return l.T("moment.short", l.day(at), at.Format("15"), at.Format("04"))
}

// Moment writes a point in time, always in UTC and saying so.
func (l *Language) Moment(at time.Time) string {
	at = at.UTC()
	return l.T("moment", l.day(at), at.Format("15"), at.Format("04"))
}

// Euros writes an amount of cents.
func (l *Language) Euros(cents int) string {
	s := l.Int(cents / 100)
	if rest := cents % 100; rest != 0 {
		point := "."
		if l.Code == "fr" {
			point = ","
		}
		s += point + fmt.Sprintf("%02d", rest)
	}
	return l.T("board.euros", s)
}

// Unspaced takes the spaces out that people write into numbers.
func Unspaced(s string) string {
	return strings.NewReplacer(" ", "", "\u00a0", "", nnbsp, "").Replace(s)
}

// Uncapital begins a text with a small letter, for a name that stands in a sentence.
func Uncapital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToLower(r)) + s[size:]
}

// Capital begins a text with a capital letter.
func Capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
