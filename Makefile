# Everything these commands make is in .venv/, .toolchain/ and .demo/, all ignored by git, and in the
# user's cache directory, and node_modules/ of the projects on Node. Only Chromium, for the interop tests, comes
# from the system's packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
# A worker a core, each with a Keycloak of its own if its tests need one. A module stays whole, for its fixtures are
# dear, and the directories keep their order: the long ones first. What pytest has compiled is kept in any case.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
# What is downloaded goes on beside what is compiled.
TOGETHER := +@$(MAKE) --no-print-directory -j3
.PHONY: help demo demo-down test test-unit check docs bench faults toolchain languages keycloak interop interop-tools \
  example-tools test-servers tools lock release

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

demo: $(READY) ## Run the main job on this machine: Keycloak, two tenants, decided calls
	$(TOGETHER) toolchain keycloak
	@$(BIN)/flow-mcp demo

demo-down: $(READY) ## Remove all that the demo made
	@$(BIN)/flow-mcp demo down

test: tools ## Run all tests; installs and starts what they need
	@if command -v go > /dev/null; then cd toolchain && go vet -trimpath ./... && go test -trimpath ./...; fi
	@$(PYTEST) --durations=20 tests

tools: $(READY) # What the tests need besides the Python environment
	$(TOGETHER) languages keycloak interop-tools example-tools test-servers

test-unit: $(READY) ## Run the tests that need neither Keycloak nor Pulumi's engine
	@$(PYTEST) tests/unit

check: $(READY) ## Lint, types, and whether generated files are up to date
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/flow-mcp schema --check docs/schemas
	@$(BIN)/python -m tests.vectors --check
	@$(BIN)/flow-mcp check

docs: $(READY) ## The documentation as a site, in site/
	@$(BIN)/sphinx-build --quiet --fail-on-warning --fresh-env --builder html docs site

bench: $(READY) ## Measure; see benchmarks/README.md
	@$(BIN)/python -m benchmarks

faults: toolchain ## Kill runs over tenants a hundred times; see docs/faults.md
	@$(BIN)/python -m tests.faults

toolchain: $(READY) ## Pulumi and its plugins in .toolchain/bin: found, downloaded or built
	@$(BIN)/flow-mcp toolchain

languages: $(READY) # The language hosts of the examples too
	@$(BIN)/flow-mcp toolchain --languages

keycloak: $(READY)
	@$(BIN)/flow-mcp dev fetch

interop: toolchain interop-tools ## Run only the tests with real MCP clients, in a browser too
	@$(BIN)/pytest tests/interop

interop-tools: ## Chromium and the MCP clients on Node that the interop tests drive
	@tests/interop/install_tools.sh

example-tools: ## The Node packages of the example in TypeScript
	@tests/examples/install_tools.sh

# The lock is complete: without --no-deps, older versions of pip resolve again, and fail on an extra of a locked
# distribution as soon as it has a newer release. What `pip check` finds missing would be a mistake in the lock.
$(READY): requirements/dev.txt pyproject.toml
	@echo "Python environment in $(VENV): about half a minute"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/pip check --disable-pip-version-check > /dev/null || { $(BIN)/pip check; exit 1; }
	@touch $@

release: $(READY) ## Build what a release publishes into dist/: distributions, SBOM, checksums
	@release/build.sh

test-servers: $(READY) ## MinIO, which the tests of state backends run
	@$(BIN)/python -m tests.backends

lock: ## Lock the Python dependencies again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --extra deploy --extra mcp --extra telemetry --extra kubernetes --extra vault --extra dev pyproject.toml -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --constraint requirements/dev.txt --extra deploy pyproject.toml -o requirements/deploy.txt
