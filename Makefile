# The commands of the project. Everything they make is in .venv/, .toolchain/ and .demo/ (ignored by git)
# and in the user's cache directory.
PYTHON ?= python3
VENV := .venv
FLOW_MCP := $(VENV)/bin/flow-mcp

.PHONY: lock
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@echo "Python environment: $(VENV) (about half a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock: ## Lock the Python dependencies again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --extra deploy --extra dev pyproject.toml -o requirements/dev.txt
