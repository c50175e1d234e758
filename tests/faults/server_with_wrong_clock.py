"""A Tutti server whose own clock is off by CLOCK_OFF_SECONDS, as on a machine without a time server."""

import datetime as real
import os
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
sys.path.insert(0, str(Path.cwd()))

from django.utils import timezone

OFF = real.timedelta(seconds=float(os.environ["CLOCK_OFF_SECONDS"]))
exact_now = timezone.now


def now() -> real.datetime:
    return exact_now() + OFF


timezone.now = now

if __name__ == "__main__":
    from server.__main__ import main

    sys.exit(main())
