"""Synthetic activities: raw rows inserted directly into the database, then rolled up by the product."""

from dataclasses import dataclass

import psycopg

from bench.django_shell import run_in_django_shell
from tests.contract.staff import fill_library
from tests.processes import TuttiServer

DAYS = 90
BATCH = 500_000

CREATE_USERS = """
from apps.users.models import User
User.objects.bulk_create(
    User(username=f"person-{{number}}", email=f"person-{{number}}@tutti.example", password="!")
    for number in range({users})
)
"""
ROLL_UP = """
from apps.analytics.tasks import roll_up
print(roll_up())
"""
# RatioRange evenly over people, tracks and the time up to now.
INSERT_ACTIVITIES = """
INSERT INTO analytics_activity (user_id, track_id, kind, context, occurred_at, received_at, quarter)
SELECT people[1 + n %% %(people)s], tracks[1 + floor(random() * %(tracks)s)::int],
       (ARRAY['like', 'dislike', 'skip', 'share'] || array_fill('play'::text, ARRAY[16]))
           [1 + floor(random() * 20)::int],
       '{}', at, at, floor(extract(epoch FROM at) / 900)
FROM (SELECT n, now() - random() * %(days)s * interval '1 day' AS at
      FROM generate_series(%(first)s, %(last)s) AS n) AS activity,
     (SELECT array_agg(id) AS people FROM users_user) AS of_people,
     (SELECT array_agg(id) AS tracks FROM tracks_track) AS of_tracks
"""
RECOUNT = """
SELECT kind, count(*), count(*) FILTER (WHERE occurred_at > now() - interval '7 days'),
       count(DISTINCT user_id) FILTER (WHERE occurred_at > now() - interval '7 days')
FROM analytics_activity GROUP BY kind
"""


@dataclass(frozen=True)
class FilledServer:
    """A server with its number of activities."""

    server: TuttiServer

    def recount(self) -> None:
        """The statistics of the summary, from raw rows."""
        with psycopg.connect(self.server.database_url, autocommit=True) as connection:
            connection.execute(RECOUNT).fetchall()


def fill(server: TuttiServer, activities: int, *, size: int) -> FilledServer:
    """The product creates everything but the raw rows. `size` is the number of users and of tracks."""
    fill_library(server, size)
    run_in_django_shell(server, CREATE_USERS.format(people=size))
    with psycopg.connect(server.database_url, autocommit=True) as connection:
        # The foreign keys are valid; checking each would take longer than everything else.
        connection.execute("SET session_replication_role = replica")
        for first in range(1, activities + 1, BATCH):
            last = min(first + BATCH - 1, activities)
            values = {"people": size, "tracks": size, "days": DAYS, "first": first, "last": last}
            psycopg.ClientCursor(connection).execute(INSERT_ACTIVITIES, values)
        connection.execute("VACUUM ANALYZE analytics_activity")
    run_in_django_shell(server, ROLL_UP)
    with psycopg.connect(server.database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return FilledServer(server)
