// Command generate makes the embedded table of package territory from two publications of the npm package
// @etalab/decoupage-administratif. It does not use the network: it is given two unpacked directories.
//
//	npm pack @etalab/decoupage-administratif@6.0.0   # Code officiel géographique 2026
//	npm pack @etalab/decoupage-administratif@0.7.0   # the history of the communes up to 2019-01-01
//	mkdir cog2026 cog2019
//	tar xzf etalab-decoupage-administratif-6.0.0.tgz -C cog2026
//	tar xzf etalab-decoupage-administratif-0.7.0.tgz -C cog2019
//	COG2026=$PWD/cog2026/package COG2019=$PWD/cog2019/package go generate ./domain/territory
//
// The package's code is under the MIT licence and none of it is used here. Its data come from INSEE (Code officiel
// géographique, populations), the DGCL (EPCI) and La Poste, under the Licence Ouverte 2.0 (Etalab), which asks for the
// source to be named: see the documentation of package territory.
//
// It stops, and writes nothing, unless: both directories are the versions it knows (package.json, and the SHA-256 of each
// file read); every code has its form and is unique; the département of a commune is the beginning of its code; every
// région, département, seat, EPCI member and successor that is named exists; no commune is in two EPCI; names are NFC and
// hold no tab or line break; and the ground of every former code is known today. Counts are held by the package's tests.
//
// The same input gives the same table, byte for byte. The compressed file around it may change with the Go version, which
// is why the hash that counts is the one of the table.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("out", "territories.tsv.gz", "the file to write")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate [-out FILE] DIRECTORY-OF-6.0.0 DIRECTORY-OF-0.7.0")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(reference, history, out string) error {
	cog, err := readCOG(reference)
	if err != nil {
		return fmt.Errorf("reading the reference: %w", err)
	}
	records, err := readHistory(history)
	if err != nil {
		return fmt.Errorf("reading the history: %w", err)
	}
	table, err := encode(cog, records)
	if err != nil {
		return fmt.Errorf("making the table: %w", err)
	}
	packed, err := compress(table)
	if err != nil {
		return fmt.Errorf("compressing the table: %w", err)
	}
	if err := os.WriteFile(out, packed, 0o644); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	sum := sha256.Sum256(table)
	fmt.Fprintf(os.Stderr, "%s: %d bytes for a table of %d, sha256 %s\n", out, len(packed), len(table), hex.EncodeToString(sum[:]))
	return nil
}

// compress leaves name and time out of the gzip header, so that equal tables give equal files.
func compress(table []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(table); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
