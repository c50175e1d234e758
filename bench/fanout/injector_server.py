"""`python -m bench.fanout.injector_server`: the server of `start-daphne.sh`, with an event injector."""

import sys

from bench.fanout.event_injector import publish_lines
from server.__main__ import main

if __name__ == "__main__":
    publish_lines()
    sys.exit(main())
