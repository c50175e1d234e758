"""Music services that misbehave while charts are gathered: it costs their lists alone, and is made up for."""

from collections.abc import Iterator

import pytest

from apps.charts.tests import bodies
from apps.charts.tests.bodies import chosen
from core.tests.providers.stand_in import (
    Act,
    StandIn,
    answers,
    breaks_off,
    hangs_up,
    keeps_silent,
    says,
)
from tests.conftest import ReadyMadeData, Size
from tests.faults.charts import SOUNDCLOUD, TOKEN, Pipeline, settings_for, spotify_path, usual_answers
from tests.processes import TuttiServer

PARTLY, OK = 3, 0


@pytest.fixture
def services() -> Iterator[StandIn]:
    with StandIn(usual_answers()) as started:
        yield started


@pytest.fixture
def pipeline(size: Size, ready_made_data: ReadyMadeData, services: StandIn) -> Iterator[Pipeline]:
    server = TuttiServer(**ready_made_data.options(size), environment=settings_for(services.url))
    yield Pipeline(server.environment)
    server.throw_away()


def test_all_is_well_when_they_are(pipeline: Pipeline):
    ended = pipeline.etl("run")

    assert ended.returncode == OK, ended.stderr
    told = pipeline.told()
    assert len(told["lists"]) == 12
    assert {status for status, _ in told["lists"].values()} == {"ok"}
    assert {genre: len(chart) for genre, chart in told["charts"].items()} == dict.fromkeys(
        ("pop", "dance", "rap", "country"), 7
    )


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(answers({"message": "broken"}, status=500), id="broken"),
        pytest.param(answers({}, status=429, headers={"Retry-After": "4000"}), id="busy for an hour"),
        pytest.param(answers({"message": "Invalid API key."}, status=401), id="refuses the key"),
        pytest.param(keeps_silent, id="silent"),
        pytest.param(breaks_off, id="breaks off"),
        pytest.param(hangs_up, id="hangs up"),
        pytest.param(says(b"<html>Welcome</html>"), id="garbage"),
        pytest.param(answers({"message": "You are not subscribed to this API."}), id="an error with 200"),
        pytest.param(answers({"status": True, "tracks": {"items": []}}), id="an empty list"),
    ],
)
def test_a_service_that_is_down_is_failed_and_the_others_make_charts(
    pipeline: Pipeline, services: StandIn, act: Act
):
    services._usual[SOUNDCLOUD] = act

    ended = pipeline.etl("run")

    assert ended.returncode == PARTLY, ended.stderr
    assert "soundcloud pop" in ended.stderr
    told = pipeline.told()
    of_soundcloud = {told["lists"][f"soundcloud {genre}"][0] for genre in ("pop", "dance", "rap", "country")}
    assert of_soundcloud == {"failed"}
    assert {len(chart) for chart in told["charts"].values()} == {5}, "on the two that answered"


@pytest.mark.parametrize("size", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    "act",
    [
        pytest.param(answers({}, status=503), id="broken"),
        pytest.param(answers({}, status=429, headers={"Retry-After": "1"}), id="busy"),
        pytest.param(breaks_off, id="breaks off"),
        pytest.param(keeps_silent, id="silent"),
    ],
)
def test_what_passes_is_waited_for(pipeline: Pipeline, services: StandIn, act: Act):
    services.then(SOUNDCLOUD, act)

    ended = pipeline.etl("run")

    assert ended.returncode == OK, ended.stderr
    assert len(services.asked_for(SOUNDCLOUD)) >= 5


@pytest.mark.parametrize("size", ["embedded"], indirect=True)
def test_a_token_that_ends_in_the_middle_is_fetched_anew(pipeline: Pipeline, services: StandIn):
    services.then(spotify_path("rap"), answers({"error": {"status": 401, "message": "expired"}}, status=401))

    ended = pipeline.etl("run")

    assert ended.returncode == OK, ended.stderr
    assert len(services.asked_for(TOKEN)) == 2


def test_credentials_that_are_taken_away_in_the_middle_cost_the_rest_of_its_lists(
    pipeline: Pipeline, services: StandIn
):
    refused = answers({"error": {"status": 401, "message": "expired"}}, status=401)
    for genre in ("rap", "country"):
        services._usual[spotify_path(genre)] = refused

    ended = pipeline.etl("run")

    assert ended.returncode == PARTLY
    told = pipeline.told()
    found = {genre: told["lists"][f"spotify {genre}"][0] for genre in ("pop", "dance", "rap", "country")}
    assert found == {"pop": "ok", "dance": "ok", "rap": "failed", "country": "failed"}


def test_the_next_run_gets_what_failed_and_asks_for_it_alone(pipeline: Pipeline, services: StandIn):
    usual = services._usual[spotify_path("rap")]
    services._usual[spotify_path("rap")] = answers({"error": {"message": "broken"}}, status=500)
    assert pipeline.etl("run").returncode == PARTLY
    before = pipeline.told()
    services._usual[spotify_path("rap")] = usual

    assert pipeline.etl("run").returncode == OK

    after = pipeline.told()
    assert (before["lists"]["spotify rap"][0], after["lists"]["spotify rap"]) == ("failed", ["ok", 8])
    assert {genre: chart for genre, chart in after["charts"].items() if genre != "rap"} == {
        genre: chart for genre, chart in before["charts"].items() if genre != "rap"
    }
    assert len(after["charts"]["rap"]) == 7 > len(before["charts"]["rap"])


def test_when_all_are_down_it_fails_and_what_there_was_stays(pipeline: Pipeline, services: StandIn):
    assert pipeline.etl("run").returncode == OK
    before = pipeline.told()["charts"]
    for path in list(services._usual):
        services._usual[path] = hangs_up

    ended = pipeline.etl("run", "--stage", "extract")

    assert ended.returncode == 1
    assert pipeline.told()["charts"] == before


@pytest.mark.parametrize("size", ["embedded"], indirect=True)
def test_a_list_that_has_nothing_to_do_with_the_others_is_kept_out(pipeline: Pipeline, services: StandIn):
    """After a good day it would be compared with that; here two others agree against it."""
    services._usual[spotify_path("pop")] = says(bodies.spotify(chosen(35, 36, 37, 38)))

    assert pipeline.etl("run").returncode in {OK, PARTLY}

    told = pipeline.told()
    assert told["lists"]["spotify pop"][0] == "quarantined"
    assert len(told["charts"]["pop"]) == 5
