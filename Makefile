# Needs python3 (3.11 or newer), make and git; the rest is fetched into .venv.
# PYTHON=/path/to/python3.12 chooses an interpreter. ARGS=... is handed on.

.DEFAULT_GOAL := help
# Every target shares one .venv: `make -j` changes nothing.
.NOTPARALLEL:
.PHONY: help run setup setup-dev test lint check bench failover mutation \
	screenshots lock clean
# A stray one of these would point the project's own Python elsewhere, or
# have each of the hundreds of processes that tests start compile everything.
unexport PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE

bin := .venv/bin

help: ## list what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 20

run: setup ## start the service on http://localhost:5000
	@trap : INT; $(bin)/bienvenue dev $(ARGS) || test $$? -eq 130

setup: ## prepare .venv to run the service
	@$(SHELL) tools/setup.sh run

setup-dev: ## prepare .venv to work on the project
	@$(SHELL) tools/setup.sh dev

test: setup-dev ## run every check and every test
	@$(bin)/python tools/check.py

check: setup-dev ## run lint, types and import floors, without the tests
	@$(bin)/python tools/check.py lint types imports

lint: setup-dev ## run the style checks alone
	@$(bin)/python tools/check.py lint

bench: setup-dev ## measure this machine
	@$(bin)/python -m bench $(ARGS)

failover: setup-dev ## kill database servers under load: minutes
	@$(bin)/python -m tests.failover $(ARGS)

mutation: setup-dev ## put faults into the code, see whether tests notice
	@$(bin)/python -m tools.mutation $(ARGS)

screenshots: setup-dev ## take the pictures in docs/pages/ anew
	@$(bin)/python -m tools.screenshots

lock: setup-dev ## solve the locks in requirements/ anew
	@$(SHELL) tools/lock.sh $(ARGS)

clean: ## remove .venv and what the tools left; never a database
	@rm -rf .venv .coverage .coverage.* .mypy_cache .ruff_cache \
		.pytest_cache .hypothesis .schemathesis .import_linter_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
