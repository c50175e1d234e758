"""`python -m bench.search.filling NUMBER` writes a made-up library into the database of its environment."""

import sys
from itertools import islice

import django
from django.db import connection, transaction

from bench.search.made_up import made_up

BATCH = 2_000


def main(number: str) -> None:
    django.setup()
    from apps.tracks.facts import TrackFacts
    from apps.tracks.models import Track

    tracks = made_up(int(number))
    while batch := list(islice(tracks, BATCH)):
        facts = (TrackFacts(title, artist, album, 200, genre) for title, artist, album, genre in batch)
        with transaction.atomic():
            Track.objects.bulk_create_unannounced([Track.described_by(one) for one in facts])
    with connection.cursor() as cursor:
        # What PostgreSQL's own autovacuum does within a minute.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


if __name__ == "__main__":
    main(sys.argv[1])
