package esdb_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
)

// User, password and the certificate that is trusted come from the connection string, and are used for everything. Who has
// another password is told that nothing is taken at the moment, and by the cluster's words why.
func TestSecure(t *testing.T) {
	t.Parallel()
	c := esdbtest.StartSecure(t, 3, "arobase", "secret")
	connection := c.ConnectionString()
	s := openIn(t, connection, t.TempDir(), esdb.Options{})
	for n := range 3 {
		must(t, put(t.Context(), s, "a", n, n))
	}
	wantExactly(t, c, s, 3)
	must(t, s.Register("heads").Append(t.Context(), eventstore.NoStream, []byte("first")))
	must(t, s.Confirm(t.Context(), 3))

	for what, wrong := range map[string]string{
		"the password":    strings.Replace(connection, ":secret@", ":other@", 1),
		"no user":         strings.Replace(connection, "arobase:secret@", "", 1),
		"the certificate": connection[:strings.Index(connection, "&tlsCaFile=")],
		"no TLS":          connection + "&tls=false",
	} {
		o := openIn(t, wrong, t.TempDir(), esdb.Options{Patience: 300 * time.Millisecond, Attempt: 100 * time.Millisecond})
		if err := put(t.Context(), o, "b", 0, 10); !errors.Is(err, eventstore.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", what, err)
		}
		if o.Status().Live {
			t.Errorf("%s: it follows", what)
		}
	}
	wantExactly(t, c, s, 3)

	// It is changed while a node runs: that one takes nothing until it is changed back, and goes on by itself.
	c.SetPassword("changed")
	quick := openIn(t, connection, t.TempDir(), esdb.Options{Patience: time.Hour, Grace: 10 * time.Millisecond})
	if err := put(t.Context(), quick, "a", 3, 3); !errors.Is(err, eventstore.ErrUnavailable) || !strings.Contains(err.Error(), "reached") {
		t.Errorf("with a password of before: %v, want ErrUnavailable", err)
	}
	c.SetPassword("secret")
	inAMinute(t, "writing", func() error { return put(t.Context(), quick, "a", 3, 3) })
	wantExactly(t, c, s, 4)
}
