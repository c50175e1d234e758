# A contributor's loop. `make help` lists what there is.

BIN := .venv/bin
PIP_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help start test quick unit pythons check format lint types imports migrations hooks page page-types configuration lock sbom environment clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

start: ## start the server (./start-daphne.sh)
	./start-daphne.sh

test: ## everything that has to pass: checks, tests on SQLite, on PostgreSQL with Redis (./run-tests.sh)
	./run-tests.sh

quick: environment ## after every change, within a minute: lint, imports, tests without a database, those of what changed
	$(BIN)/python scripts/quick.py

unit: environment ## the quick tests, on SQLite, without a server
	$(BIN)/python -m pytest backend

pythons: ## the quick tests on each other supported Python that this machine has
	./run-tests.sh --pythons

check: lint types imports ## lint, types, the arrows between the packages, missing migrations
	$(BIN)/python backend/manage.py makemigrations --check --dry-run

format: environment ## put the Python code into its one format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lint: environment ## what ruff has to say
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: environment ## mypy, strict
	$(BIN)/mypy

imports: environment ## that imports go downwards only
	PYTHONPATH=backend $(BIN)/lint-imports

migrations: environment ## write the migrations that changed models need
	$(BIN)/python backend/manage.py makemigrations

hooks: environment ## look at every commit before it is made (pre-commit, as .pre-commit-config.yaml says)
	$(BIN)/pre-commit install

page: environment ## build the page into frontend/dist, where that is not done yet
	$(BIN)/python -I scripts/page.py --required

page-types: environment ## write frontend/src/generated anew, from the server's schemas
	$(BIN)/python -I scripts/page.py --required --tools
	npm --prefix frontend run types

configuration: environment ## write docs/configuration.md from .env.example
	$(BIN)/python scripts/configuration_page.py

lock: environment ## compile the hashed requirements anew; give UPGRADE=--upgrade for newer versions
	$(PIP_COMPILE) $(UPGRADE) requirements/base.in -o requirements/base.txt
	$(PIP_COMPILE) $(UPGRADE) -c requirements/base.txt requirements/sentry.in -o requirements/sentry.txt
	$(PIP_COMPILE) $(UPGRADE) -c requirements/base.txt requirements/dev.in -o requirements/dev.txt
	$(PIP_COMPILE) $(UPGRADE) requirements/node.in -o requirements/node.txt
	$(PIP_COMPILE) $(UPGRADE) requirements/sbom.in -o requirements/sbom.txt
	$(PIP_COMPILE) $(UPGRADE) scripts/uv.in -o scripts/uv.txt

sbom: environment ## list what is installed and shipped, as CycloneDX: sbom/python.json, and sbom/page.json where npm is
	test -x .venv-sbom/bin/cyclonedx-py || $(BIN)/uv venv --quiet .venv-sbom
	$(BIN)/uv pip sync --quiet --python .venv-sbom/bin/python --require-hashes requirements/sbom.txt
	mkdir -p sbom
	cat requirements/base.txt requirements/sentry.txt | .venv-sbom/bin/cyclonedx-py requirements - \
		--pyproject pyproject.toml --mc-type application --output-reproducible --of JSON -o sbom/python.json
	! command -v npm >/dev/null || npm --prefix frontend sbom --package-lock-only --omit dev \
		--sbom-format cyclonedx --sbom-type application >sbom/page.json

environment: # .venv, as the locks say
	@. ./scripts/find-python.sh && "$$python" -I scripts/environment.py dev

clean: ## remove what can be made again: the environment, caches, reports; never the data
	rm -rf .venv .venv-* sbom .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
	rm -rf frontend/node_modules frontend/dist frontend/dist.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
