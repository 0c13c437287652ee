package tlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const (
	// looking is how often the last checkpoint is looked for without having been told of one: another node may have
	// signed it.
	looking = 5 * time.Second
	// firstRetry and lastRetry bound the wait after a failure, which doubles each time.
	firstRetry = 500 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Collector shows every new checkpoint to the witnesses and keeps their cosignatures. Each witness is attended by itself:
// one that is slow, wrong or away costs the others nothing, and the log only what [Log.Checkpoint] waits. What it must
// know is in Heads, so several nodes may collect for one log. All methods may be called by many goroutines at once.
type Collector struct {
	parts     CollectorParts
	transport http.RoundTripper
	each      []*attended

	mu   sync.Mutex
	most int64 // the size of the greatest checkpoint found to have its quorum; guarded by mu
}

// CollectorParts are what a collector works with. All but Transport and Logger must be there; a collector without
// Witnesses does nothing.
type CollectorParts struct {
	Witnesses *Witnesses
	Tree      Tree
	Heads     Heads
	// Now is the clock, and Random gives numbers in [0, 1) to spread retries in time.
	Now    func() time.Time
	Random func() float64
	// Agent is the User-Agent of requests.
	Agent string
	// Transport carries the requests; nil is one of the collector's own.
	Transport http.RoundTripper
	Logger    *slog.Logger // nil: silent
}

// attended is one witness, with how it does.
type attended struct {
	Witness
	wake chan struct{} // holds one token when there may be a new checkpoint

	mu    sync.Mutex
	state WitnessState // guarded by mu
}

// WitnessState is how a witness does, for readiness, metrics and pages.
type WitnessState struct {
	Name, URL string
	// Size is the size of the last checkpoint that it has cosigned, as far as is known here.
	Size int64
	// Failures counts the attempts that brought no cosignature since the process started.
	Failures int64
	// Problem is why the last attempt failed, or nil: a *WitnessError, or what went wrong on our side.
	Problem error
	// Since is when it came into this state; the zero time if it was never asked.
	Since time.Time
}

// Alarm tells whether somebody should look at once: see [WitnessProblem.Alarm].
func (s WitnessState) Alarm() bool {
	problem, ok := errors.AsType[*WitnessError](s.Problem)
	return ok && problem.Problem.Alarm()
}

func (s WitnessState) String() string {
	size := "has cosigned nothing yet"
	if s.Size > 0 {
		size = fmt.Sprintf("cosigned at %d", s.Size)
	}
	switch {
	case s.Problem == nil:
		return size
	case s.Alarm():
		return "ALARM: " + s.Problem.Error() + "; " + size
	}
	return s.Problem.Error() + "; " + size
}

// NewCollector prepares a collector.
func NewCollector(parts CollectorParts) *Collector {
	if parts.Logger == nil {
		parts.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Collector{parts: parts, transport: parts.Transport}
	if c.transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxResponseHeaderBytes = maxWitnessAnswer
		t.DisableCompression = true
		c.transport = t
	}
	if parts.Witnesses == nil {
		return c
	}
	for _, w := range parts.Witnesses.all {
		c.each = append(c.each, &attended{Witness: w, wake: make(chan struct{}, 1), state: WitnessState{Name: w.Name(), URL: w.URL}})
	}
	return c
}

// Wake says that there may be a new checkpoint. It does not block.
func (c *Collector) Wake() {
	for _, a := range c.each {
		select {
		case a.wake <- struct{}{}:
		default:
		}
	}
}

// State is how each witness does, in the order of the settings.
func (c *Collector) State() []WitnessState {
	var states []WitnessState
	for _, a := range c.each {
		a.mu.Lock()
		states = append(states, a.state)
		a.mu.Unlock()
	}
	return states
}

// CosignedSize is the size of the greatest checkpoint that is known to have its quorum.
func (c *Collector) CosignedSize() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.most
}

// Run collects until the context ends.
func (c *Collector) Run(ctx context.Context) {
	var running sync.WaitGroup
	for _, a := range c.each {
		running.Go(func() { c.attend(ctx, a) })
	}
	running.Wait()
}

// attend shows one witness what is new, for as long as the context lasts.
func (c *Collector) attend(ctx context.Context, a *attended) {
	failures := 0
	for ctx.Err() == nil {
		news, err := c.show(ctx, a)
		if ctx.Err() != nil {
			return
		}
		c.remember(a, err)
		switch {
		case err != nil:
			failures++
			sleep(ctx, backoff(failures, c.parts.Random()), nil)
		case news:
			failures = 0 // and look again: there may be a newer one by now
		default:
			sleep(ctx, looking, a.wake)
		}
	}
}

// backoff is how long to wait after a number of failures in a row: it doubles, and half of it is left to chance.
func backoff(failures int, random float64) time.Duration {
	wait := min(firstRetry<<min(failures-1, 10), lastRetry)
	return wait/2 + time.Duration(random*float64(wait/2))
}

// sleep returns after a time, when the context ends, or when it is woken.
func sleep(ctx context.Context, most time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-ctx.Done():
	}
}

// show has the last checkpoint cosigned by a witness, if it is not yet. news tells whether it now is.
func (c *Collector) show(ctx context.Context, a *attended) (news bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, showing)
	defer cancel()
	head, err := c.parts.Heads.Last(ctx)
	if err != nil {
		return false, fmt.Errorf("reading the last checkpoint: %w", err)
	}
	known, err := c.parts.Heads.LastCosigned(ctx, a.Name(), a.key.KeyHash())
	if err != nil {
		return false, fmt.Errorf("reading what %s has cosigned: %w", a.Name(), err)
	}
	c.found(a, known)
	if head.Size == 0 || known.Size == head.Size {
		return false, nil
	}
	head, by, err := c.ask(ctx, a.Witness, head, known.Size)
	if err != nil {
		return false, err
	}
	return true, c.keep(ctx, a, head, by)
}

// ask has a witness cosign a checkpoint. old is the size that it is believed to have; if it has another it says so, and
// gets the proof from there.
func (c *Collector) ask(ctx context.Context, w Witness, head Head, old int64) (Head, note.Signature, error) {
	const attempts = 4
	for range attempts {
		request, err := c.submission(ctx, w, head, old)
		if err != nil {
			return Head{}, note.Signature{}, err
		}
		by, err := request.send(ctx, c.transport, c.parts.Agent)
		other, ok := errors.AsType[*conflict](err)
		if !ok {
			return head, by, err
		}
		if other.size > head.Size {
			// Another node may have signed more meanwhile, and have shown it already.
			if head, err = c.parts.Heads.Last(ctx); err != nil {
				return Head{}, note.Signature{}, fmt.Errorf("reading the last checkpoint: %w", err)
			}
		}
		if other.size > head.Size {
			return Head{}, note.Signature{}, &WitnessError{
				Problem: WitnessAhead, Size: other.size,
				Detail: fmt.Sprintf("it has cosigned %d records, and the last checkpoint here has %d: records were lost, or somebody else signs with this key", other.size, head.Size),
			}
		}
		old = other.size
	}
	return Head{}, note.Signature{}, &WitnessError{Problem: WitnessGarbles, Detail: "it refuses every proof, also from the size that it says it has"}
}

// submission makes a request, after looking whether the tree is still the one that was signed: a proof from another
// would only make the witness suspicious.
func (c *Collector) submission(ctx context.Context, w Witness, head Head, old int64) (submission, error) {
	if err := c.parts.Tree.Wait(ctx, head.Size); err != nil {
		return submission{}, fmt.Errorf("waiting for the tree: %w", err)
	}
	root, err := c.parts.Tree.Root(head.Size)
	if err != nil {
		return submission{}, err
	}
	if root != head.Root {
		return submission{}, fmt.Errorf("%w: the tree has another root than the checkpoint of size %d", ErrDisagree, head.Size)
	}
	text, own, err := bySelf(head.Signed)
	if err != nil {
		return submission{}, err
	}
	proof, err := c.parts.Tree.Consistency(old, head.Size)
	if err != nil {
		return submission{}, err
	}
	return submission{witness: w, old: old, proof: proof, text: text, own: own}, nil
}

// keep adds a verified cosignature to its checkpoint. The context ends long before the checkpoint has settled: what comes
// later than that is not kept.
func (c *Collector) keep(ctx context.Context, a *attended, head Head, by note.Signature) error {
	err := c.parts.Heads.Cosign(ctx, head.Size, head.Root, by)
	if err != nil {
		return fmt.Errorf("keeping a cosignature: %w", err)
	}
	if head, err = c.parts.Heads.At(ctx, head.Size); err != nil {
		return fmt.Errorf("reading a checkpoint back: %w", err)
	}
	c.found(a, head)
	return nil
}

// found takes into the state that a witness has cosigned a checkpoint.
func (c *Collector) found(a *attended, head Head) {
	a.mu.Lock()
	a.state.Size = max(a.state.Size, head.Size)
	a.mu.Unlock()
	if head.Size > 0 && c.parts.Witnesses.Met(head) {
		c.mu.Lock()
		c.most = max(c.most, head.Size)
		c.mu.Unlock()
	}
}

// remember takes the outcome of an attempt into the state, and tells the logger when the kind of outcome is another.
func (c *Collector) remember(a *attended, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.state
	a.state.Problem = err
	if err != nil {
		a.state.Failures++
	}
	if !before.Since.IsZero() && kindOf(before.Problem) == kindOf(err) {
		return
	}
	a.state.Since = c.parts.Now()
	attributes := []any{slog.String("witness", a.Name()), slog.String("url", a.URL)}
	switch {
	case err == nil && before.Problem != nil:
		c.parts.Logger.Info("witness is well again", attributes...)
	case a.state.Alarm():
		c.parts.Logger.Error("witness: somebody should look", append(attributes, slog.Any("error", err))...)
	case err != nil:
		c.parts.Logger.Warn("witness does not cosign", append(attributes, slog.Any("error", err))...)
	}
}

// kindOf is what two problems must have in common to count as the same.
func kindOf(err error) string {
	if problem, ok := errors.AsType[*WitnessError](err); ok {
		return string(problem.Problem)
	}
	if err != nil {
		return "on our side"
	}
	return ""
}
