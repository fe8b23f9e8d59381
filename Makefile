# Two commands are enough: `make clean-corpus` cleans raw/, `make test` is what CI runs.
PYTHON ?= python3
RAW ?= raw
CLEANED ?= cleaned
CONFIG ?= config.toml
WORKERS ?=
ENGINE ?=

.DEFAULT_GOAL := help
.PHONY: help clean-corpus test faults bench profile setup lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

clean-corpus: .venv/.runtime ## clean RAW=raw into CLEANED=cleaned (also CONFIG=, WORKERS=, ENGINE=)
	@.venv/bin/clean-corpus run --raw "$(RAW)" --cleaned "$(CLEANED)" --config "$(CONFIG)" \
		$(if $(WORKERS),--workers "$(WORKERS)") $(if $(ENGINE),--engine "$(ENGINE)")

test: .venv/.dev .venv-check/.done ## format, lint, types, import layers, tests
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest -q -n auto --dist worksteal

faults: .venv/.dev ## the long tests of docs/faults.md: every kill point, a full disk, luigid, a month
	.venv/bin/pytest -q faults

bench: .venv/.bench .venv-datatrove/.done .venv-juicer/.done ## every program in bench/, held against bench/floors.toml
	@for program in bench/[a-z]*.py; do echo "== $$program"; \
		.venv/bin/python -m bench.$$(basename $$program .py) || exit 1; done

profile: .venv/.runtime ## where the time of a run goes, step by step
	.venv/bin/python -m bench.steps

setup: .venv/.runtime ## make .venv only

lock: ## write the requirements files anew (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header pyproject.toml --extra dev \
		--extra parquet --output-file requirements-dev.txt
	uv pip compile -q --universal --generate-hashes --no-header pyproject.toml \
		--extra parquet --constraint requirements-dev.txt --output-file requirements.txt
	uv pip compile -q --universal --generate-hashes --no-header pyproject.toml --extra bench \
		--constraint requirements-dev.txt --output-file requirements-bench.txt
	uv pip compile -q --universal --generate-hashes --no-header pyproject.toml --extra spark \
		--constraint requirements-dev.txt --output-file requirements-spark.txt
	uv pip compile -q --universal --generate-hashes --no-header --group pyproject.toml:check \
		--output-file requirements-check.txt
	uv pip compile -q --universal --generate-hashes --no-header --group pyproject.toml:consumers \
		--output-file requirements-consumers.txt
	uv pip compile -q --universal --generate-hashes --no-header --group pyproject.toml:datatrove \
		--output-file requirements-datatrove.txt
	uv pip compile -q --universal --generate-hashes --no-header --group pyproject.toml:juicer \
		--output-file requirements-juicer.txt

clean: ## remove .venv and caches; raw/ and cleaned/ stay
	rm -rf .venv .venv-check .venv-consumers .venv-datatrove .venv-juicer .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.runtime: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	.venv/bin/pip install -q --require-hashes -r requirements.txt
	.venv/bin/pip install -q --no-deps --no-build-isolation --editable .
	@.venv/bin/clean-corpus check  # compiles what numba compiles, once, where it can be seen
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	.venv/bin/pip install -q --require-hashes -r requirements-dev.txt
	@touch $@

# The list is whole, and one package in it names an extra in two spellings, which pip 23 cannot
# resolve: so nothing is left to resolve.
.venv/.bench: requirements-bench.txt .venv/.runtime
	.venv/bin/pip install -q --no-deps --require-hashes -r requirements-bench.txt
	@touch $@

# The peers of bench/whole.py. One that cannot be installed is passed over, and said to be.
.venv-datatrove/.done .venv-juicer/.done: .venv-%/.done: requirements-%.txt
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/pip install -q --no-deps --require-hashes -r $< || rm -r .venv-$*/bin
	@touch $@

.venv-consumers/.done: requirements-consumers.txt
	$(PYTHON) -m venv .venv-consumers
	.venv-consumers/bin/pip install -q --require-hashes -r requirements-consumers.txt
	@touch $@

.venv-check/.done: requirements-check.txt
	$(PYTHON) -m venv .venv-check
	.venv-check/bin/pip install -q --require-hashes -r requirements-check.txt
	@touch $@
