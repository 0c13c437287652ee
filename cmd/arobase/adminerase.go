package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/domain"
)

// erasuresPath is where the admin listener takes erasures. They come from `arobase erase` on the same directory: whoever
// asks proves that they can read the directory's secret, which other users of the machine and pages in a browser cannot.
const erasuresPath = "/erasures"

// adminToken is what proves it.
func adminToken(secret [32]byte) string {
	m := hmac.New(sha256.New, secret[:])
	m.Write([]byte("arobase/admin/v1"))
	return hex.EncodeToString(m.Sum(nil))
}

// erasureRequest is an erasure as it is asked for.
type erasureRequest struct {
	Event   uuid.UUID `json:"event"`
	Pointer string    `json:"pointer"`
	Ground  string    `json:"ground"`
	By      string    `json:"by,omitempty"`
	Reason  string    `json:"reason,omitempty"`
}

// mostOfARequest bounds what is read of a request.
const mostOfARequest = 1 << 20

// takeErasure is the handler of the admin listener.
func (n *node) takeErasure(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || !hmac.Equal([]byte(token), []byte(adminToken(n.secret))) {
		writeProblem(w, http.StatusUnauthorized, "only `arobase erase` on the directory of this ledger may ask for an erasure")
		return
	}
	var asked erasureRequest
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostOfARequest))
	body.DisallowUnknownFields()
	if err := body.Decode(&asked); err != nil {
		writeProblem(w, http.StatusBadRequest, "reading the request: "+err.Error())
		return
	}
	if refused := n.refused(); refused != nil {
		writeProblem(w, http.StatusServiceUnavailable, fmt.Sprintf("nothing was erased: the log is not signed: %v", refused))
		return
	}
	receipt, err := n.Erase(r.Context(), ledger.Erasure(asked))
	var broken *domain.Broken
	var invalid domain.Invalid
	switch {
	case errors.Is(err, ledger.ErrUnknown):
		writeProblem(w, http.StatusNotFound, err.Error())
	case errors.As(err, &broken), errors.As(err, &invalid):
		writeProblem(w, http.StatusUnprocessableEntity, err.Error())
	case err != nil:
		n.logger.Error("erasing", "event", asked.Event, "pointer", asked.Pointer, "error", err)
		writeProblem(w, http.StatusInternalServerError, err.Error())
	default:
		n.logger.Info("erased a sealed value", "event", asked.Event, "pointer", asked.Pointer, "record", receipt.Position, "before", receipt.Duplicate)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(erasedBy(receipt)) // whoever asked may be gone
	}
}

// writeProblem answers with a problem of RFC 9457 that has no page of its own.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": detail})
}

// reachable is the address of a listener as a process on this machine can ask it: one that listens everywhere is here.
func reachable(a net.Addr) string {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return "http://" + a.String()
	}
	if at.Addr().IsUnspecified() {
		at = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port())
	}
	return "http://" + at.String()
}
