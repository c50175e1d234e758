"""`python -m bench.write.profiled_server`: the server, which records a breakdown of its requests' time."""

import os
import sys

import django

from bench.write.time_breakdown import instrument, write_time_breakdown
from server.__main__ import main

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    ledger = instrument()
    code = main()
    write_time_breakdown(ledger)
    sys.exit(code)
