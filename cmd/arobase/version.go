package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// version is set when a release is built; otherwise the commit is told.
var version = ""

// programVersion is the version in one word.
func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			revision = s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	if revision == "" {
		return "development"
	}
	return revision + dirty
}

func versionLine() string {
	return fmt.Sprintf("arobase %s (%s, %s/%s)", programVersion(), strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH)
}
