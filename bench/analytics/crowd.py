"""People who have done a lot: raw rows written straight into the database, then counted by the product."""

from dataclasses import dataclass

import psycopg

from bench.shell import in_the_shell
from tests.contract.staff import fill_library
from tests.processes import TuttiServer

DAYS = 90
BATCH = 500_000

MAKE_PEOPLE = """
from apps.users.models import User
User.objects.bulk_create(
    User(username=f"person-{{number}}", email=f"person-{{number}}@tutti.example", password="!")
    for number in range({people})
)
"""
ROLL_UP = """
from apps.analytics.rolling_up import roll_up
print(roll_up())
"""
# Four of five are plays. Spread evenly over people, tracks and the time up to now.
TELL = """
INSERT INTO analytics_activity (user_id, track_id, kind, context, occurred_at, received_at, quarter)
SELECT people[1 + n %% %(people)s], tracks[1 + floor(random() * %(tracks)s)::int],
       (ARRAY['like', 'dislike', 'skip', 'share'] || array_fill('play'::text, ARRAY[16]))
           [1 + floor(random() * 20)::int],
       '{}', at, at, floor(extract(epoch FROM at) / 900)
FROM (SELECT n, now() - random() * %(days)s * interval '1 day' AS at
      FROM generate_series(%(first)s, %(last)s) AS n) AS told,
     (SELECT array_agg(id) AS people FROM users_user) AS of_people,
     (SELECT array_agg(id) AS tracks FROM tracks_track) AS of_tracks
"""
RECOUNT = """
SELECT kind, count(*), count(*) FILTER (WHERE occurred_at > now() - interval '7 days'),
       count(DISTINCT user_id) FILTER (WHERE occurred_at > now() - interval '7 days')
FROM analytics_activity GROUP BY kind
"""


@dataclass(frozen=True)
class Crowd:
    """A server, and what was done there."""

    server: TuttiServer

    def recount(self) -> None:
        """The figures of the summary from raw rows."""
        with psycopg.connect(self.server.database_url, autocommit=True) as connection:
            connection.execute(RECOUNT).fetchall()


def fill(server: TuttiServer, activities: int, *, size: int) -> Crowd:
    """Everything but the raw rows is made by the product itself. `size` is of people and of tracks."""
    fill_library(server, size)
    in_the_shell(server, MAKE_PEOPLE.format(people=size))
    with psycopg.connect(server.database_url, autocommit=True) as connection:
        # References are right as they are written; looking each up would take longer than all the rest.
        connection.execute("SET session_replication_role = replica")
        for first in range(1, activities + 1, BATCH):
            last = min(first + BATCH - 1, activities)
            values = {"people": size, "tracks": size, "days": DAYS, "first": first, "last": last}
            psycopg.ClientCursor(connection).execute(TELL, values)
        connection.execute("VACUUM ANALYZE analytics_activity")
    in_the_shell(server, ROLL_UP)
    with psycopg.connect(server.database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return Crowd(server)
