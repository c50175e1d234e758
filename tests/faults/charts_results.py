"""Prints the charts in a database as JSON: a separate program, so that nothing is cached."""

# ruff: noqa: E402 - Django is set up between the imports

import json
import os
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
sys.path.insert(0, str(Path.cwd()))

import django

django.setup()

from apps.charts.models import Edition, RawEdition
from apps.charts.pipeline_models import OutboxEvent, StageRun

RESULTS = {
    "lists": {
        f"{one.service} {one.genre}": [one.status, one.entries.count()] for one in RawEdition.objects.all()
    },
    "charts": {
        one.genre: [
            [entry.rank, entry.track.isrc, entry.track.name, entry.ranks]
            for entry in one.entries.order_by("rank")
        ]
        for one in Edition.objects.filter(published_at__isnull=False).order_by("issued_on")
    },
    "unpublished": Edition.objects.filter(is_to_publish=True).count(),
    "events": OutboxEvent.objects.count(),
    "runs": [run.status for run in StageRun.objects.order_by("id")],
}
sys.stdout.write(json.dumps(RESULTS))
