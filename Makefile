# Kreiswatt needs python3 (>= 3.11, with venv) and make; everything else comes from these files.
PYTHON ?= python3
BIN := .venv/bin
WITHOUT ?=
comma := ,
empty :=
space := $(empty) $(empty)
LEFT := not soak$(if $(WITHOUT), and not $(subst $(comma),$(space)and not$(space),$(WITHOUT)))
# By path: the longest files have few tests, and last among all they would keep one worker waiting.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# With a wheelhouse (make wheelhouse) nothing is fetched.
OFFLINE := $(if $(wildcard wheelhouse),--no-index -f wheelhouse)
CLIENTS := tests/clients
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet $(OFFLINE)

.PHONY: demo test check lint types layers audit bench soak docs wheelhouse lock clean help

help: ## show the targets
	@sed -n 's/^\([a-z.]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.venv: .venv/ready ## make the environment from the hashed lock
.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kreiswatt needs Python 3.11 or newer; found $$($(PYTHON) -V). Set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Making .venv ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-test: .venv/ready requirements-test.lock
	@$(PIP) --require-hashes -r requirements-test.lock
	@touch $@

demo: .venv/ready ## run the whole service with a simulated district (Ctrl-C ends it)
	@exec $(BIN)/kreiswatt demo --data demo-data

test: check ## run all checks and tests (WITHOUT=mosquitto,browser leaves out what is not installed)
	@tests/install-system-packages
	$(if $(findstring nodejs,$(WITHOUT)),,@test $(CLIENTS)/node_modules/.package-lock.json -nt $(CLIENTS)/package-lock.json || npm ci --silent --prefix $(CLIENTS))
	@PATH="$$PATH:/usr/sbin" $(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "$(LEFT) and not browser"
	$(if $(findstring browser,$(WITHOUT)),,@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "$(LEFT) and browser")

check: lint types layers audit ## lint, types, layers, dependency audit
lint: .venv/ready-test
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
types: .venv/ready-test
	@$(BIN)/mypy
layers: .venv/ready-test
	@$(BIN)/lint-imports | sed -n '/^Contracts/,$$p;/BROKEN/p'; $(BIN)/lint-imports >/dev/null
audit: .venv/ready-test
	@$(BIN)/python -m pip check --disable-pip-version-check
	@$(BIN)/python tests/audit.py

bench: .venv/ready-test ## measure the hot paths against their baselines
	@tests/install-system-packages
	@PATH="$$PATH:/usr/sbin" $(BIN)/python -m bench

soak: .venv/ready-test ## the long tests: twenty kills under live traffic, many more examples of each law
	@tests/install-system-packages
	@PATH="$$PATH:/usr/sbin" $(BIN)/python -m pytest tests -m soak --capture=no --timeout 3600
	@KREISWATT_EXAMPLES=exploring $(BIN)/python -m pytest tests/core tests/energy tests/ingest/test_laws.py --timeout 900
	@$(BIN)/python -m tests.ingest.fuzz --minutes 3

docs: .venv/ready-test ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

wheelhouse: .venv/ready-test ## fetch every pinned package, so that the next .venv needs no network
	@$(BIN)/python -m pip --disable-pip-version-check download --quiet --require-hashes -r requirements.lock -d wheelhouse
	@$(BIN)/python -m pip --disable-pip-version-check download --quiet --require-hashes -r requirements-test.lock -d wheelhouse

lock: ## renew the locks (needs uv)
	@uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --upgrade -q -o requirements.lock
	@uv pip compile pyproject.toml --group build --group test --group docs -c requirements.lock --universal --python-version 3.11 --generate-hashes --upgrade -q -o requirements-test.lock

clean: ## remove everything that was made
	rm -rf .venv site build dist demo-data .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
