# Conventions de stage. « make help » lists the targets.
SHELL := /bin/sh
.DEFAULT_GOAL := help

INBOX ?= inbox
# The examples go to an outbox of their own.
OUTBOX ?= $(if $(filter examples,$(notdir $(INBOX))),outbox_demo,outbox)
CONFIG ?= conventions.toml
DATE ?=
WORKERS ?=
SCHEDULER ?=
PDF ?= 1
ARGS ?=
KILLS ?= 100

PYTHON ?= python3
BIN := .venv/bin
OPTIONS = --inbox '$(INBOX)' --outbox '$(OUTBOX)' --config '$(CONFIG)' $(if $(DATE),--date '$(DATE)') \
	$(if $(WORKERS),--workers '$(WORKERS)') $(if $(SCHEDULER),--scheduler '$(SCHEDULER)')
# Dask is there only where it is used (docs/cluster.md); « make .venv/cluster » is for the machines of the workers.
CLUSTER = $(if $(SCHEDULER),.venv/cluster)
# Every file that pip installs has the hash that deploy/requirements/ gives it (« make pins » writes them).
PIP = $(BIN)/python -m pip install -q --disable-pip-version-check
NO_PDF = $(if $(filter 0 no non,$(PDF)),--no-pdf)

.PHONY: help generate demo check nightly test test-nightly pins audit lint format bench clean tools browser expected rules

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

generate: .venv/ready $(CLUSTER) tools ## do the job on INBOX (make generate INBOX=examples DATE=2026-11-21)
	@$(BIN)/python -m pipeline generate $(OPTIONS) $(NO_PDF) $(ARGS)

demo: ## the examples, at the date they were written for
	@$(MAKE) --no-print-directory generate INBOX=examples OUTBOX=outbox_demo DATE=2026-11-21

check: .venv/ready $(CLUSTER) ## everything but documents; the register is not touched
	@$(BIN)/python -m pipeline check $(OPTIONS) $(ARGS)

nightly: .venv/ready $(CLUSTER) tools ## what the scheduler does (deploy/), in the same words
	@$(BIN)/conventions generate $(OPTIONS) $(NO_PDF) $(ARGS)

test: .venv/dev tools browser lint ## lint, types and every test; says which were the slowest
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --durations=10 $(ARGS)

test-nightly: .venv/dev tools browser ## the long versions: 2 000 and more fuzzed cases for each reader, a hundred killed runs
	@HYPOTHESIS_PROFILE=nightly KILLS=$(KILLS) $(BIN)/python -m pytest -n 2 --dist loadgroup --durations=10 tests/hostile tests/faults tests/privacy $(ARGS)

lint: .venv/dev ## ruff and mypy --strict
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy

format: .venv/dev ## rewrite the sources in the house style
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .

expected: .venv/dev ## rewrite the expected texts that lie beside the examples
	@REWRITE_EXPECTED=1 $(BIN)/python -m pytest -q -n 0 tests/examples

rules: .venv/dev ## write docs/rules.md anew, from the code and the schemas
	@$(BIN)/python -m tools.rules_table

pins: .venv/dev ## write deploy/requirements/ anew from constraints.txt (asks the package index for hashes)
	@$(BIN)/python -m tools.pins

audit: .venv/audit ## known vulnerabilities of what is installed, where an advisory source can be reached
	@$(BIN)/python -m tools.audit

bench: .venv/bench tools ## measure; each figure is a ratio within one run (ARGS="docx pdf --write docs/performance.md")
	@$(BIN)/python -m benchmarks $(ARGS)

clean: ## remove what make made, but neither the inbox nor the outbox
	@rm -rf .venv outbox_demo outbox_demo.sqlite3* .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info build

# LibreOffice Writer and wkhtmltopdf come from the system's packages, where this account may install them.
tools:
	@sh deploy/install_tools.sh

# Only the tests open the page in a browser; without one they say so and go on.
browser:
	@sh deploy/install_tools.sh browser

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed.") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv

.venv/ready: pyproject.toml deploy/requirements/run.txt | .venv/bin/python
	@echo 'Installation des bibliothèques Python…'
	@$(PIP) --require-hashes -r deploy/requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q pipeline
	@touch $@

.venv/dev: .venv/ready
	@$(PIP) --require-hashes -r deploy/requirements/dev.txt
	@touch $@

.venv/cluster: .venv/ready
	@$(PIP) --require-hashes -r deploy/requirements/cluster.txt
	@touch $@

.venv/audit: .venv/ready
	@$(PIP) --require-hashes -r deploy/requirements/audit.txt
	@touch $@

# What the project is measured against; the engines of Node.js come with npm, where it is there.
.venv/bench: .venv/ready
	@$(PIP) --require-hashes -r deploy/requirements/bench.txt
	@touch $@
