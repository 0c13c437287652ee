package rest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"arobase/api/ledger"
	"arobase/api/rest"
)

// message is one server-sent event, or a comment.
type message struct{ id, event, data, comment string }

// listen reads live events. The channel is closed when the server ends the answer.
func listen(t *testing.T, ctx context.Context, server *httptest.Server, address string, headers ...string) <-chan message {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%s: %s %v", address, resp.Status, resp.Header)
	}
	out := make(chan message)
	go func() {
		defer close(out)
		defer resp.Body.Close()
		var m message
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				m.id = value
			case "event":
				m.event = value
			case "data":
				m.data = value
			case "retry":
			case "":
				if value != "" {
					m.comment = value
					continue
				}
				if m != (message{}) {
					select {
					case out <- m:
					case <-ctx.Done():
						return
					}
				}
				m = message{}
			default:
				m.comment = "unexpected: " + lines.Text()
			}
		}
	}()
	return out
}

// longest is how long a test waits for what comes at once on a machine that has nothing else to do.
const longest = 3 * time.Minute

// next waits for one message.
func next(t *testing.T, from <-chan message) message {
	t.Helper()
	select {
	case m, ok := <-from:
		if !ok {
			t.Fatal("the stream has ended")
		}
		return m
	case <-time.After(longest):
		t.Fatal("nothing came in ", longest)
	}
	panic("unreachable")
}

// ended waits for the end of a stream.
func ended(t *testing.T, from <-chan message) {
	t.Helper()
	for end := time.After(longest); ; {
		select {
		case _, ok := <-from:
			if !ok {
				return
			}
		case <-end:
			t.Fatal("the stream goes on")
		}
	}
}

// timeouts are those of the server: a live answer outlasts them. They leave a slow machine the time to begin an answer.
const timeouts = 2 * time.Second

// stage is a server of a test's own that leaves nothing behind.
func stage(t *testing.T, change func(*rest.Deps)) (opened, *httptest.Server, context.Context) {
	t.Helper()
	o := empty(t)
	ignore := goleak.IgnoreCurrent() // the store's own, and those of the shared history
	d := rest.Deps{Ledger: o.Ledger, Heartbeat: time.Hour}
	if change != nil {
		change(&d)
	}
	server := httptest.NewUnstartedServer(rest.New(d))
	server.Config.ReadTimeout, server.Config.WriteTimeout = timeouts, timeouts
	server.Start()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() {
		cancel()
		server.Close()
		if err := leaked(ignore); err != nil {
			t.Error(err)
		}
	})
	return o, server, ctx
}

// leaked finds goroutines that nothing ends. Others are given the time to end.
func leaked(ignore ...goleak.Option) error {
	for end := time.Now().Add(longest); ; {
		if err := goleak.Find(ignore...); err == nil || time.Now().After(end) {
			return err
		}
	}
}

func TestLiveEventsAndResuming(t *testing.T) {
	o, server, ctx := stage(t, nil)
	here, leave := context.WithCancel(ctx)
	live := listen(t, here, server, "/v1/events/live")
	o.cite(t, "first")
	m := next(t, live)
	var v ledger.EventView
	if err := json.Unmarshal([]byte(m.data), &v); err != nil || m.id != "2" || v.Index != 2 || m.event != "arobase.source-cited.v1" ||
		string(v.Disclosed["/data/note"]) != `"a remark"` {
		t.Fatalf("%+v, %v", m, err)
	}
	time.Sleep(timeouts + timeouts/4)
	o.cite(t, "after-the-deadlines")
	if m = next(t, live); m.id != "3" {
		t.Fatalf("after the server's deadlines: %+v", m)
	}
	leave()
	ended(t, live)
	for i := range 3 {
		o.cite(t, fmt.Sprint("meanwhile-", i))
	}
	live = listen(t, ctx, server, "/v1/events/live", "Last-Event-ID", m.id)
	for _, want := range []string{"4", "5", "6"} {
		if m := next(t, live); m.id != want {
			t.Fatalf("after 3: %+v, want %s", m, want)
		}
	}
	o.cite(t, "later")
	if m := next(t, live); m.id != "7" {
		t.Errorf("live again: %+v", m)
	}
}

func TestLiveEventsFromTheBeginningAndNarrowed(t *testing.T) {
	o, server, ctx := stage(t, nil)
	o.cite(t, "first")
	o.cite(t, "second")
	all := listen(t, ctx, server, "/v1/events/live?after=0")
	for i := range 4 {
		if m := next(t, all); m.id != fmt.Sprint(i) {
			t.Errorf("%d: %+v", i, m)
		}
	}
	if m := next(t, listen(t, ctx, server, "/v1/events/live?after=0&type=source-cited")); m.id != "2" {
		t.Errorf("by type: %+v", m)
	}
	if m := next(t, listen(t, ctx, server, "/v1/events/live?after=0&stream=source-second")); m.id != "3" {
		t.Errorf("by stream: %+v", m)
	}
}

func TestLiveHeartbeat(t *testing.T) {
	_, server, ctx := stage(t, func(d *rest.Deps) { d.Heartbeat = 5 * time.Millisecond })
	live := listen(t, ctx, server, "/v1/events/live")
	for range 2 {
		if m := next(t, live); m.comment != "still here" || m.id != "" {
			t.Errorf("%+v", m)
		}
	}
}

func TestLiveEndsWithTheServer(t *testing.T) {
	stopping := make(chan struct{})
	_, server, ctx := stage(t, func(d *rest.Deps) { d.Stopping = stopping })
	live := listen(t, ctx, server, "/v1/events/live")
	server.Config.RegisterOnShutdown(func() { close(stopping) })
	down, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := server.Config.Shutdown(down); err != nil {
		t.Errorf("a live reader holds the server up: %v", err)
	}
	ended(t, live)
}

func TestLiveEndsWithTheStore(t *testing.T) {
	o, server, ctx := stage(t, nil)
	live := listen(t, ctx, server, "/v1/events/live")
	o.store.Close()
	ended(t, live)
}

func TestLiveReadersAreBounded(t *testing.T) {
	_, server, ctx := stage(t, func(d *rest.Deps) { d.MaxLive = 1 })
	here, leave := context.WithCancel(ctx)
	first := listen(t, here, server, "/v1/events/live")
	resp, err := server.Client().Get(server.URL + "/v1/events/live")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") != "30" || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("the second reader: %s %v", resp.Status, resp.Header)
	}
	leave()
	ended(t, first)
	for end := time.Now().Add(longest); ; time.Sleep(time.Millisecond) {
		resp, err := server.Client().Head(server.URL + "/v1/events/live")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode == 200 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the place of the reader who left is never free")
		}
	}
}

func TestLiveRefusals(t *testing.T) {
	for _, last := range []string{"x", "-1", "1000000", "9007199254740993", "1.5"} {
		p := trouble(t, get(t, "/v1/events/live", "Last-Event-ID", last))
		if p.Status != 400 || len(p.Errors) != 1 || p.Errors[0].Field != "Last-Event-ID" {
			t.Errorf("Last-Event-ID %s: %+v", last, p)
		}
	}
	if p := trouble(t, get(t, "/v1/events/live?as_of=3")); p.Errors[0].Field != "as_of" {
		t.Errorf("%+v", p)
	}
	if p := trouble(t, get(t, "/v1/events/live", "Accept", "application/json")); p.Status != 406 {
		t.Errorf("%+v", p)
	}
}
