"""`python -m bench.write.parted_server`: the server, which notes where the time of its requests goes."""

import os
import sys

import django

from bench.write.parts import keep_parts, watch_parts
from config.server import main

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    ledger = watch_parts()
    code = main()
    keep_parts(ledger)
    sys.exit(code)
