"""`python -m bench.fanout.fed_server`: the server as `start-daphne.sh` runs it, with a feed beside."""

import sys

from bench.fanout.fed import publish_lines
from config.server import main

if __name__ == "__main__":
    publish_lines()
    sys.exit(main())
