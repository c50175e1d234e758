"""The days before today, and the responses about them and about a day on which every service is right."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from apps.charts.tests.bodies import isrc
from apps.tunemeld.tests.misleading.world import ALL_OK, DAYS, Day, World, responses, sources_in, tracks_in


@pytest.fixture(scope="package")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """All days but today's, in a transaction around those of the tests."""
    made = World(tmp_path_factory.mktemp("answers"))
    with django_db_blocker.unblock(), transaction.atomic():
        made.put(*(Day(back) for back in DAYS if back))
        assert {record.status for record in made.run().values()} == {"succeeded"}
        yield made
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def yesterday(world: World, django_db_blocker: Any) -> dict[str, Any]:
    with django_db_blocker.unblock():
        return responses()


@pytest.fixture(scope="package")
def truth(world: World, yesterday: dict[str, Any], django_db_blocker: Any) -> dict[str, Any]:
    """The responses about a day on which every service is right."""
    with django_db_blocker.unblock(), transaction.atomic():
        world.put(Day(0))
        world.run()
        answers = responses()
        transaction.set_rollback(True)
    assert sources_in(answers) == ALL_OK
    assert answers["trending-isrcs/"]["data"]
    assert tracks_in(answers)[isrc(12)]["change"] == {"1d": 3000, "7d": 21_000, "30d": None}
    return answers
