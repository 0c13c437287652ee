package esdbtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// security is what a cluster asks of who connects: TLS by a certificate of its own, a user and a password.
type security struct {
	certificate tls.Certificate
	caFile      string
	user        string
	password    string // guarded by the cluster's mu
}

// StartSecure is Start with TLS, for a user. [Cluster.ConnectionString] names them and the file of the certificate.
func StartSecure(t testing.TB, nodes int, user, password string) *Cluster {
	t.Helper()
	s := &security{user: user, password: password, caFile: filepath.Join(t.TempDir(), "ca.pem")}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	host := ownHost()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.ParseIP(host)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	s.certificate = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return start(t, nodes, host, s)
}

// SetPassword changes the password of the user, as an operator would.
func (c *Cluster) SetPassword(password string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.security.password = password
}

// options are those of a node's server for the security that there is.
func (s *security) options() []grpc.ServerOption {
	if s == nil {
		return nil
	}
	return []grpc.ServerOption{grpc.Creds(credentials.NewServerTLSFromCert(&s.certificate))}
}

// authenticate refuses who does not give the user and the password (source of the server: BasicHttpAuthenticationProvider;
// gossip and features are for everybody).
func (n *node) authenticate(ctx context.Context) error {
	s := n.cluster.security
	if s == nil {
		return nil
	}
	n.cluster.mu.Lock()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(s.user+":"+s.password))
	n.cluster.mu.Unlock()
	if got := metadata.ValueFromIncomingContext(ctx, "authorization"); len(got) != 1 || got[0] != want {
		return status.Error(codes.Unauthenticated, "Unauthenticated")
	}
	return nil
}
