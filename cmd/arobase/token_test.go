package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"

	"arobase/api/auth"
)

// The first serve of an empty directory shows an admin token, which works; the second shows nothing.
func TestFirstServeShowsAToken(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	var shown [2]bytes.Buffer // each is whole once the server has ended
	for i := range shown {
		ctx, stop := context.WithCancel(t.Context())
		s := settings{data: dir, listen: free(t), admin: free(t), show: &shown[i]}
		done := make(chan error, 1)
		go func() { done <- serve(ctx, s, slog.New(slog.DiscardHandler)) }()
		eventually(t, "the server answers", func() bool { // by then it has shown what it shows
			answer, err := http.Get("http://" + s.admin + "/readyz")
			if err == nil {
				answer.Body.Close()
			}
			return err == nil
		})
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	text := regexp.MustCompile(`aro_[a-z2-7]{16}_[a-z2-7]{32}`).FindAllString(shown[0].String(), -1)
	if len(text) != 1 || shown[1].Len() != 0 {
		t.Fatalf("shown first:\n%s\nthen:\n%s", shown[0].String(), shown[1].String())
	}
	err := withTokens(t.Context(), dir, func(a *auth.Authority) error {
		p, err := a.Authenticate(t.Context(), text[0])
		if err == nil && p.Role != auth.Admin {
			t.Errorf("it has the role %s", p.Role)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
