# The first two commands: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export TIJDIG_HOME ?= $(CURDIR)/var

.PHONY: help setup run test check bench lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run     set up, then open Tijdig with a demonstration on http://127.0.0.1:$(PORT)"
	@echo "make test    set up, then run the tests"
	@echo "make setup   set up alone; leaves .venv/bin/tijdig"
	@echo "make check   style, types, layers, migrations, translations, dependency audit"
	@echo "make bench   the benchmarks, each beside its own floor"
	@echo "make lock    renew requirements.lock"

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml $(wildcard src/tijdig/locale/*/LC_MESSAGES/django.po)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tijdig needs Python 3.11 or newer (set PYTHON=...)"; exit 1; }
	@echo "1/3  making .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "2/3  installing the locked packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>&1 | grep -v WARNING || true
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@echo "3/3  installing Tijdig itself"
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -m tools.translations
	@touch $@

run: setup
	@exec $(BIN)/tijdig serve --demo --port $(PORT)

test: setup
	@$(BIN)/python -m pytest -n auto

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m django makemigrations --check --dry-run --settings tijdig.config.settings
	$(BIN)/python -m tools.translations --check
	$(BIN)/python -m tools.audit_dependencies

bench: setup
	@$(BIN)/python -m bench

lock: setup
	$(BIN)/python -m uv pip compile --universal --generate-hashes --python-version 3.11 --extra dev --upgrade --quiet --no-emit-index-url --no-emit-find-links --no-header -o requirements.lock pyproject.toml

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .import_linter_cache
