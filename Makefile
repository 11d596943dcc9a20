# 114 hotline. `make` alone lists what there is.
PYTHON ?= python3
VENV := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check lint bench faults clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

setup: ## fetch what is needed, without root: Python packages, Asterisk, a recogniser, a browser for tests
	@$(PYTHON) -m deploy.setup

run: setup ## start Asterisk and the hotline on this machine; Ctrl-C stops both
	@$(VENV)/python -m deploy.run --stop-with-parent

demo: setup ## two scripted calls: one leaves a message, one reaches an operator
	@$(VENV)/python -m deploy.demo

test: setup ## every test, real Asterisk and SIP calls included
	@$(VENV)/python -m pytest --numprocesses 2

check: lint test ## what has to pass before a change lands: lint, then test

lint: setup ## ruff, mypy --strict, the order of imports
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports

bench: setup ## the numbers the design promises, measured here
	@$(VENV)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[bench]' \
	  || echo "Some servers to compare with could not be installed; they are left out."
	@$(VENV)/python -m tests.perf

faults: setup ## break every part with callers on the line, and count what they lose (an hour)
	@$(VENV)/python -m tests.faults kills --times 200 --seed 7
	@$(VENV)/python -m tests.faults run --seed 11

clean: ## remove what was built here; the site in var/ and fetched programs are kept
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
