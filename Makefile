# The two commands: `make run` and `make test`. Both do their own set-up; Go is
# all they need.
GO ?= go
SCENARIO ?= scenarios/northeast-asia-2014.yaml
export GOFLAGS ?= -buildvcs=false

.PHONY: all run test build bench clean

all: build

build:
	$(GO) build -trimpath -o bin/testudo ./cmd/testudo

# Builds, plays the main scenario, prints the staircase, writes the report.
run: build
	bin/testudo gain $(SCENARIO) --html out/report.html

# Everything that must pass.
test:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	$(GO) test ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

clean:
	rm -rf bin out
