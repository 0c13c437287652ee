# Everything a developer or a stranger does with this project. `make help` lists it.

GO      ?= go
BIN     := bin/arobase
DATA    ?= ./arobase-data
LISTEN  ?= 127.0.0.1:8080
ADMIN   ?= 127.0.0.1:9090

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

.PHONY: build
build: ## build the binary, static, into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/arobase

.PHONY: run
run: build ## import the history and serve it on http://127.0.0.1:8080
	$(BIN) import --data $(DATA) history
	exec $(BIN) serve --data $(DATA) --listen $(LISTEN) --admin $(ADMIN)

.PHONY: test
test: ## run every test but the slow benchmarks
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'gofmt would change:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) test -timeout 20m ./...

.PHONY: interop
interop: ## let other people's verifiers run against the log (a module of its own)
	cd api/tlog/interop && $(GO) vet ./... && $(GO) test ./...

.PHONY: race
race: ## run the tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -short ./...

.PHONY: fuzz
fuzz: ## fuzz everything that parses, 20 seconds each
	@for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
	    echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s -fuzzminimizetime 10x $$pkg || exit 1; \
	  done; done

.PHONY: bench
bench: ## run the benchmarks, with their peers
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m ./...

.PHONY: rehearsal
rehearsal: build ## run two made-up editions of 300 collectivities over HTTP, and audit them
	@test ! -e arobase-rehearsal || { echo 'arobase-rehearsal is there: remove it first, or keep it and serve it'; exit 1; }
	$(BIN) simulate --data arobase-rehearsal --collectivities 300 --editions 2

.PHONY: lint
lint: ## run the linter with the rules of the house
	$(GO) tool -modfile=tools.mod golangci-lint run

.PHONY: check
check: ## install what the tests of browser and database need (Debian, as root), and say what is missing
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || true
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; } || true
	@command -v chromium >/dev/null && echo 'chromium: there' || echo 'chromium: not there; the browser tests are skipped'
	@.ci/axe || echo 'axe-core: not there; the pages are not held to its rules of accessibility'
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && echo 'postgresql: there' || echo 'postgresql: not there; the tests of the shared vault are skipped, unless AROBASE_POSTGRES names a server'

.PHONY: clean
clean: ## remove what was built, never the data
	rm -rf bin
