#!/bin/sh
# Runs every check and every test: `./run-tests.sh --help` says how to run fewer.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || echo "$0")")" && pwd -P)
cd -- "$here"

for argument in "$@"; do
    case $argument in
    --help | -h)
        cat <<'HELP'
Usage: ./run-tests.sh [--no-services] [--long | --pythons] [arguments of pytest]

Runs the checks (format, lint, types, imports, migrations) and the tests, on SQLite alone and on
PostgreSQL with Redis, which it starts itself. What is not installed it installs as root, and else says
what to type. Everything is run even when something fails; the table at the end sums it up.

  --no-services   leave out, on purpose, what needs PostgreSQL or Redis
  --long          also what takes long (about 3 hours): longer random tests, every contract and unit test on both
                  sizes, every state of the page, Firefox, 54 mutants of the product, and --pythons
  --pythons       only the unit tests, on each other supported Python that this machine has
  --help          this text

All other arguments go to pytest, in every part that has such tests:

  ./run-tests.sh -k vote                         the tests with "vote" in their names
  ./run-tests.sh tests/start                     one folder
  ./run-tests.sh --randomly-seed=7               in the order of a run that printed this seed
  ./run-tests.sh -n0 --pdb tests/faults          one after another, with a debugger where one fails

The tests run side by side, a process for each core (with real servers two), four at most. The closing tables
say where the time went.

Arguments that choose tests (paths, -k, -m, --lf) leave the checks out.
HELP
        exit 0
        ;;
    esac
done

# shellcheck source=scripts/find-python.sh
. "$here/scripts/find-python.sh"
"$python" -I "$here/scripts/environment.py" dev
exec "$here/.venv/bin/python" "$here/scripts/run_tests.py" "$@"
