"""`manage.py etl`, which stands still when a stage has ended: a program that can be killed between two.

Its first word is the event after which it prints GATE and waits for the end of its standard input.
"""

# ruff: noqa: E402 - Django is set up between the imports

import os
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
sys.path.insert(0, str(Path.cwd()))

import django

django.setup()

from django.core.management import execute_from_command_line

from apps.charts.pipeline.outbox import Consumer, Kind, OutboxMessage, consumers

kind, *words = sys.argv[1:]


def wait(reported: OutboxMessage) -> None:
    if reported.kind == kind:  # not what a run that was killed at another gate has left
        sys.stdout.write("GATE\n")
        sys.stdout.flush()
        sys.stdin.read()


consumers["gate"] = Consumer("gate", {Kind(kind)}, wait)
execute_from_command_line(["manage.py", "etl", *words])
