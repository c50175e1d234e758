#!/bin/sh
# Starts Tutti from a fresh clone, or again: `./start-daphne.sh --help` lists what it can do.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || echo "$0")")" && pwd -P)

case " $* " in
*" --help "* | *" -h "*)
    cat <<'HELP'
Usage: ./start-daphne.sh [--lan] [--port N] [--host ADDRESS] [--music DIR] [--prepare]

Sets up whatever is missing (the Python environment, the web app, the secret key, the database, its first
tracks) and starts the server. Running it again takes seconds and keeps all data.

  --lan           accept connections from the local network
  --port N        the port to listen on (default 4000; 0 picks a free port; also: PORT=4001 ./start-daphne.sh)
  --host ADDRESS  the address to listen on (also: HOST=…)
  --music DIR     scan this folder of audio files in the background; may be repeated (also: MUSIC_DIRS=…)
  --prepare       set everything up and stop without starting the server
  --help          show this help

Settings come from the environment or from a file .env; .env.example lists them all.
HELP
    exit 0
    ;;
esac

# shellcheck source=scripts/find-python.sh
. "$here/scripts/find-python.sh"
"$python" -I "$here/scripts/environment.py" base
"$python" -I "$here/scripts/build_frontend.py" || echo "Starting without a new web app build." >&2

cd -- "$here/backend"
exec "$here/.venv/bin/python" -m server "$@"
