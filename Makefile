# Targets for contributors; `make help` lists them.

BIN := .venv/bin
PIP_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help start test quick unit pythons check fuzz format lint types imports prose sizes migrations hooks page graphiql page-types readme-images events configuration lock sbom environment clean

help: ## list all targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

start: ## start the server (./start-daphne.sh)
	./start-daphne.sh

test: ## all checks and tests (./run-tests.sh)
	./run-tests.sh

quick: environment ## after every change, within a minute: lint, imports, tests without a database, tests of the changed app
	$(BIN)/python scripts/quick.py

unit: environment ## unit tests on SQLite
	$(BIN)/python -m pytest backend

pythons: ## unit tests on every other supported Python on this machine
	./run-tests.sh --pythons

check: lint types imports prose ## lint, types, import rules, missing migrations, words of the documents
	$(BIN)/python backend/manage.py makemigrations --check --dry-run

fuzz: environment ## requests made from the API document, for 10 minutes (schemathesis)
	$(BIN)/python -m tests.contract.fuzz

format: environment ## format the Python code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lint: environment ## ruff
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: environment ## mypy, strict
	$(BIN)/mypy

imports: environment ## import rules between packages
	PYTHONPATH=backend $(BIN)/lint-imports

prose: ## words of documents and interface texts
	$(BIN)/python scripts/prose.py

sizes: ## lines of the modules by app: figures, not limits
	$(BIN)/python scripts/sizes.py

migrations: environment ## write the migrations that changed models need
	$(BIN)/python backend/manage.py makemigrations

hooks: environment ## install the pre-commit hooks
	$(BIN)/pre-commit install

page: environment ## build the web app into frontend/dist
	$(BIN)/python -I scripts/build_frontend.py --required

graphiql: environment ## build GraphiQL, the developers' page at /api/gql/ (74 MB of npm packages)
	$(BIN)/python -I scripts/build_frontend.py --graphiql

page-types: environment ## update frontend/src/generated from the server's schemas
	$(BIN)/python -I scripts/build_frontend.py --required --tools
	npm --prefix frontend run types

readme-images: environment ## take the pictures of the README and of the manifest, with the Chromium of the tests
	$(BIN)/python -I scripts/build_frontend.py --required --tools
	PYTHONPATH=backend $(BIN)/python -m tests.page.readme_images

events: page-types ## write the tables of events in docs/protocol.md, and the types of the web app
	$(BIN)/python scripts/event_tables.py

configuration: environment ## write docs/configuration.md from .env.example
	$(BIN)/python scripts/configuration_page.py

lock: environment ## compile the hashed requirements; UPGRADE=--upgrade for newer versions
	$(PIP_COMPILE) $(UPGRADE) requirements/base.in -o requirements/base.txt
	$(PIP_COMPILE) $(UPGRADE) -c requirements/base.txt requirements/sentry.in -o requirements/sentry.txt
	$(PIP_COMPILE) $(UPGRADE) -c requirements/base.txt requirements/import.in -o requirements/import.txt
	$(PIP_COMPILE) $(UPGRADE) -c requirements/base.txt requirements/dev.in -o requirements/dev.txt
	$(subst 3.11,3.12,$(PIP_COMPILE)) $(UPGRADE) requirements/sendspin.in -o requirements/sendspin.txt
	$(subst 3.11,3.12,$(PIP_COMPILE)) $(UPGRADE) -c requirements/sendspin.txt requirements/sendspin-player.in \
		-o requirements/sendspin-player.txt
	$(PIP_COMPILE) $(UPGRADE) requirements/node.in -o requirements/node.txt
	$(PIP_COMPILE) $(UPGRADE) requirements/sbom.in -o requirements/sbom.txt
	$(PIP_COMPILE) $(UPGRADE) scripts/uv.in -o scripts/uv.txt

sbom: environment ## list all packages as CycloneDX in sbom/: python.json, and page.json and graphiql.json where npm is
	test -x .venv-sbom/bin/cyclonedx-py || $(BIN)/uv venv --quiet .venv-sbom
	$(BIN)/uv pip sync --quiet --python .venv-sbom/bin/python --require-hashes requirements/sbom.txt
	mkdir -p sbom
	cat requirements/base.txt requirements/sentry.txt requirements/import.txt | .venv-sbom/bin/cyclonedx-py requirements - \
		--pyproject pyproject.toml --mc-type application --output-reproducible --of JSON -o sbom/python.json
	! command -v npm >/dev/null || for part in page:frontend graphiql:frontend/graphiql; do \
		npm --prefix $${part#*:} sbom --package-lock-only --omit dev --sbom-format cyclonedx \
			--sbom-type application >sbom/$${part%%:*}.json || exit 1; done

environment: # .venv, as the locks say
	@. ./scripts/find-python.sh && "$$python" -I scripts/environment.py dev

clean: ## remove the environment, caches and reports, but not the data
	rm -rf .venv .venv-* sbom .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
	rm -rf frontend/node_modules frontend/graphiql/node_modules frontend/dist frontend/dist.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
