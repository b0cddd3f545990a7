# The two commands: `make run` and `make test`. Both do their own set-up. Go is
# all that `make run` needs; `make test` also needs Node for the page of the
# workbench and for the browser tests. `make` builds the program with that page.
GO ?= go
SCENARIO ?= scenarios/northeast-asia-2014.yaml
export GOFLAGS ?= -buildvcs=false

.PHONY: all run test test-web chromium build program page bench clean

all: build

build: page program

program:
	$(GO) build -trimpath -o bin/testudo ./cmd/testudo

# The page that the program embeds. Without Node the program does without it, and
# `testudo serve` says so.
page:
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory web/dist/page.zip; else echo "no npm here: testudo serve will have no page (install Node 20, then make)"; fi

web/dist/page.zip: web/node_modules/.package-lock.json $(shell find web/src web/public -type f 2>/dev/null) web/index.html web/pack.mjs web/vite.config.ts web/tsconfig.json
	cd web && npm run --silent build

# Builds, plays the main scenario, prints the staircase, writes the report.
run: program
	bin/testudo gain $(SCENARIO) --html out/report.html

# Everything that must pass.
test:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	$(MAKE) page
	$(GO) test ./...
	$(MAKE) test-web

# The browser tests: what is written for CesiumJS and other programs is read by
# them. They need Node and Chromium; Chromium is installed where that is allowed.
test-web: web/dist/page.zip program chromium
	cd web && node --test test/*.test.mjs

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error

chromium:
	@command -v chromium >/dev/null 2>&1 || [ -n "$$CHROMIUM" ] || { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -qy --no-install-recommends chromium; } || { echo "the browser tests need Chromium: install Debian's package chromium, or set CHROMIUM"; exit 1; }

# Our hot loops beside reference loops in C (PERF=folder names those), and the
# program on the shipped scenarios, each figure with its bar. BENCH=flags goes on:
# --growth, --large, --all, --json FILE, --before FILE, --benchfmt FILE.
bench:
	@$(GO) build -o bin/bench ./internal/bench
	@bin/bench $(BENCH)

clean:
	rm -rf bin out web/build web/dist/page.zip
