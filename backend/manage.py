#!/usr/bin/env python3
"""The command line of the server: `python manage.py help` lists what it can do."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from core.process_tuning import pause_gc, with_large_stack_chunk


@with_large_stack_chunk
def main() -> None:
    pause_gc()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Tutti cannot start: {error}")


if __name__ == "__main__":
    main()
