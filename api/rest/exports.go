package rest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"arobase/api/exports"
	"arobase/api/ledger"
)

// exports serves the tables as files, and their descriptions. A file follows from the size of the ledger alone, so it is
// made when it is asked for and may be kept for ever as of a size.
func (a *api) exports() {
	a.mux.HandleFunc("GET /exports/{file}", a.exported)
	a.mux.HandleFunc("GET /exports/{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/datapackage.json", http.StatusSeeOther)
	})
	a.mux.HandleFunc("GET /datapackage.json", a.described(exports.DataPackage, "application/json"))
	a.mux.HandleFunc("GET /catalog.jsonld", a.described(exports.Catalog, "application/ld+json"))
}

// exportFile is what an address under /exports/ asks for.
type exportFile struct {
	exports.File
	exports.Source
}

// exportAsked reads the address of a file strictly: an unknown parameter is an error, because a filter that is ignored
// gives another file than was asked for.
func (a *api) exportAsked(r *http.Request, name string) (exportFile, error) {
	f := exportFile{}
	for key := range r.URL.Query() {
		if !slices.Contains([]string{"as_of", "edition", "dialect"}, key) {
			return f, problem(invalidQuery, "there is no parameter %q here; there are as_of, edition and dialect", short(key))
		}
	}
	size, err := a.Ledger.AsOf(r.Context(), strings.ReplaceAll(r.URL.Query().Get("as_of"), " ", "+"))
	if err != nil {
		return f, err
	}
	f.Source = exports.Source{Ledger: a.Ledger, Size: size}
	if name == "" {
		return f, nil
	}
	ext := strings.TrimPrefix(filepath.Ext(name), ".")
	f.File = exports.File{Path: name, Format: exports.Format(ext), Table: strings.TrimSuffix(name, "."+ext)}
	all := f.Table == "arobase" && (f.Format == exports.FormatXLSX || f.Format == exports.FormatSQLite)
	if _, ok := exports.Find(f.Table); !all && (!ok || !slices.Contains(exports.Formats, f.Format) || f.Format == exports.FormatSQLite) {
		return f, problem(unknownAddress, "there is no file %q; /datapackage.json lists those that there are", short(name))
	}
	if all {
		f.Table = ""
	}
	switch d := r.URL.Query().Get("dialect"); {
	case d == "" || d == "rfc4180":
	case d == "excel-fr" && f.Format == exports.FormatCSV:
		f.ExcelFR = true
	default:
		return f, problem(invalidQuery, "dialect is rfc4180 or excel-fr, and of CSV only, not %q", short(d))
	}
	if text := r.URL.Query().Get("edition"); text != "" {
		if f.Edition, err = (EditionPath{text}).number(); err != nil {
			return f, err
		}
		if known := a.Ledger.Editions(r.Context(), size); !slices.ContainsFunc(known, func(e ledger.EditionShort) bool { return e.Edition == f.Edition }) {
			return f, problem(unknownEdition, "%s", kinds[unknownEdition].Says)
		}
	}
	return f, nil
}

// writingFile is how long a reader may take to accept a file.
const writingFile = 10 * time.Minute

func (a *api) exported(w http.ResponseWriter, r *http.Request) {
	f, err := a.exportAsked(r, r.PathValue("file"))
	if err != nil {
		a.fail(w, r, nil, err)
		return
	}
	name := f.Path
	if f.Edition != 0 {
		name = fmt.Sprintf("%s-edition-%d.%s", strings.TrimSuffix(name, "."+string(f.Format)), f.Edition, f.Format)
	}
	h := w.Header()
	if a.told(w, r, f.Size) {
		return
	}
	h.Set("Content-Type", f.Format.MediaType())
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="arobase-%d-%s"`, f.Size, name))
	if r.Method == http.MethodHead {
		return
	}
	select {
	case a.making <- struct{}{}:
		defer func() { <-a.making }()
	case <-r.Context().Done():
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(a.Clock().Add(writingFile)) // where the server has none there is nothing to put off
	out := &countedWriter{w: w}
	switch err := f.write(r, out); {
	case err == nil || r.Context().Err() != nil:
	case out.n > 0:
		a.Logger.ErrorContext(r.Context(), "a file was cut off", "file", name, "error", err)
		panic(http.ErrAbortHandler) // so that the reader does not take it for whole
	default:
		for _, name := range []string{"Content-Disposition", "ETag", "Cache-Control", "Arobase-Size"} {
			h.Del(name)
		}
		if errors.Is(err, exports.ErrTooLong) {
			err = problem(notAcceptable, "%s", err)
		}
		a.fail(w, r, nil, err)
	}
}

// told sets what says how long a copy may be kept, and tells whether the reader has the answer already.
func (a *api) told(w http.ResponseWriter, r *http.Request, size uint64) bool {
	h := w.Header()
	tag := tagOf([]byte(a.Version), strconv.AppendUint(nil, size, 10), []byte(r.URL.EscapedPath()), []byte(r.URL.Query().Encode()), []byte(r.Host))
	h.Set("Arobase-Size", strconv.FormatUint(size, 10))
	h.Set("ETag", tag)
	h.Set("Cache-Control", "public, no-cache")
	if _, err := strconv.ParseUint(r.URL.Query().Get("as_of"), 10, 64); err == nil {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if seen(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	return false
}

func (f exportFile) write(r *http.Request, w io.Writer) error {
	if f.Format == exports.FormatSQLite {
		return f.writeDatabase(r, w)
	}
	tables := exports.Tables
	if t, ok := exports.Find(f.Table); ok {
		tables = []exports.Table{t}
	}
	if f.Format == exports.FormatXLSX {
		return exports.WriteWorkbook(r.Context(), w, tables, f.Source)
	}
	return exports.Write(r.Context(), w, tables[0], f.Source, f.Format, f.ExcelFR)
}

// writeDatabase makes the database beside other temporary files: it can be made in a file only.
func (f exportFile) writeDatabase(r *http.Request, w io.Writer) error {
	dir, err := os.MkdirTemp("", "arobase-export")
	if err != nil {
		return fmt.Errorf("making a directory for the database: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears what stays
	path := filepath.Join(dir, "arobase.sqlite")
	if err := exports.WriteSQLite(r.Context(), path, exports.Tables, f.Source); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening the database that was made: %w", err)
	}
	defer file.Close()
	if _, err := io.Copy(w, file); err != nil {
		return fmt.Errorf("sending the database: %w", err)
	}
	return nil
}

// countedWriter knows whether anything was sent.
type countedWriter struct {
	w io.Writer
	n int
}

func (c *countedWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += n
	return n, err
}

// plainHost is a host that may stand in an address.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$`)

// baseURL is the address under which the reader sees this node, which elsewhere than on this machine is taken to be behind
// HTTPS; "" where the request does not say.
func baseURL(r *http.Request) string {
	host, _, _ := strings.Cut(r.Host, ":")
	switch {
	case !plainHost.MatchString(r.Host):
		return ""
	case host == "localhost" || strings.HasPrefix(host, "127."):
		return "http://" + r.Host + "/"
	}
	return "https://" + r.Host + "/"
}

// described serves a description of all files.
func (a *api) described(describe func(exports.About) ([]byte, error), media string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, err := a.exportAsked(r, "")
		if err != nil {
			a.fail(w, r, nil, err)
			return
		}
		about := exports.About{Ledger: a.Ledger.LedgerID.String(), Origin: a.Ledger.Origin, MadeUp: a.Ledger.MadeUp, Size: f.Size, BaseURL: baseURL(r)}
		for _, file := range exports.Files(exports.Formats) {
			query := fmt.Sprintf("?as_of=%d", f.Size)
			if file.ExcelFR {
				file.Path, query = strings.Replace(file.Path, ".excel-fr", "", 1), query+"&dialect=excel-fr"
			}
			file.Path = "exports/" + file.Path + query
			about.Files = append(about.Files, file)
		}
		body, err := describe(about)
		if err != nil {
			a.fail(w, r, nil, err)
			return
		}
		if a.told(w, r, f.Size) {
			return
		}
		w.Header().Set("Content-Type", media)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // the reader may be gone
		}
	}
}
