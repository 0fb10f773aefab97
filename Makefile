# Needs python 3.11 or newer and make; `make contract` needs node 20.19 or newer beside them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
# Tests that wait for processes leave a core idle: one worker more than cores.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))
BIN := .venv/bin
UV := $(BIN)/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

# A stamp bears the checksum of what it stands for: another lock is another stamp, whatever the clocks of a checkout say.
sum = $(shell cat $(1) 2>/dev/null | cksum | cut -d ' ' -f 1)
UV_STAMP := .venv/.uv-$(call sum,requirements-uv.lock)
RUNTIME := .venv/.runtime-$(call sum,requirements.lock requirements-uv.lock)
DEV := .venv/.dev-$(call sum,requirements-dev.lock requirements-uv.lock)
NODE := node_modules/.installed-$(call sum,package-lock.json)
CLIENT := .venv-client/.installed-$(call sum,requirements-client.lock)

export PYTHONUTF8 := 1
export UV_NO_PROGRESS := 1
# Trust whom this machine trusts (a company's proxy, say), where it says whom.
export UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/cert.pem /etc/ssl/cert.pem),true,false)

.PHONY: help run test lint openapi contract bench lock clean

help: ## what there is to make
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

run: $(RUNTIME) ## install, migrate, fill a sandbox, serve; prints the addresses and one token per role
	@exec $(BIN)/python -m api.cli up

test: $(DEV) ## every test, on SQLite and on a PostgreSQL the suite starts itself
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

lint: $(DEV) ## style, types, the arrows between packages, and the dependencies
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --no-color-output
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/deptry .

openapi: $(RUNTIME) ## write openapi/openapi.json from the code
	@$(BIN)/certificant openapi

contract: $(DEV) $(NODE) $(CLIENT) ## judge the OpenAPI document, build clients from it, and fuzz a live service
	@tools/contract

bench: $(DEV) ## every figure of benchmarks/README.md, side by side
	@$(BIN)/python -m benchmarks $(ARGS)

lock: $(UV_STAMP) ## resolve the dependencies anew into the hash-pinned locks
	@$(COMPILE) $(ARGS) requirements-uv.in -o requirements-uv.lock
	@$(COMPILE) $(ARGS) pyproject.toml --group build -o requirements.lock
	@$(COMPILE) $(ARGS) pyproject.toml --group build --extra dev -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) $(ARGS) requirements-client.in -o requirements-client.lock

clean: ## forget everything that was installed or generated
	@rm -rf .venv .venv-client node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(UV_STAMP):
	@test -n "$(PYTHON)" || { echo "certificant needs python 3.11 or newer in PATH" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements-uv.lock
	@touch $@

$(RUNTIME): $(UV_STAMP)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(RUNTIME)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

$(NODE): package.json package-lock.json
	@npm ci --silent
	@touch $@

$(CLIENT): $(UV_STAMP)
	@test -x .venv-client/bin/python || $(PYTHON) -m venv --without-pip .venv-client
	@$(UV) pip install --quiet --python .venv-client/bin/python --require-hashes -r requirements-client.lock
	@touch $@
