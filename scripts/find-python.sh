# shellcheck shell=sh
# Sourced by start-daphne.sh, run-tests.sh and tutti: finds a Python that is new enough, and sets $python.
# PYTHON=/path/to/python3 chooses one. $oldest_minor is the oldest version: 12 means Python 3.12.

oldest_minor=${oldest_minor:-11}

is_usable() {
    "$1" -c "import sys, sqlite3, ssl, venv; sys.exit(sys.version_info < (3, $oldest_minor))" >/dev/null 2>&1
}

find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 \
        "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python "$HOME"/.local/share/uv/python/cpython-3.1[2-9]*/bin/python; do
        if is_usable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

python=${PYTHON:-$(find_python)}

if [ -z "$python" ]; then
    echo "Tutti needs Python 3.$oldest_minor or newer, but found none." >&2
    if [ "$oldest_minor" -le 11 ]; then
        echo "  Debian 12, Ubuntu 24.04 or newer:  sudo apt-get install python3 python3-venv" >&2
    else
        echo "  Debian 13, Ubuntu 24.04 or newer:  sudo apt-get install python3 python3-venv" >&2
    fi
    echo "  macOS:                             brew install python" >&2
    echo "  elsewhere:                         PYTHON=/path/to/python3 $0" >&2
    exit 1
fi
if ! is_usable "$python"; then
    echo "PYTHON=$python is not Python 3.$oldest_minor or newer with sqlite3, ssl and venv." >&2
    exit 1
fi
