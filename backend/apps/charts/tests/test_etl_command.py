"""`manage.py etl`: what it prints, and what it ends with."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.charts.models import Edition, RawEdition
from apps.charts.pipeline.outbox import Kind, emit_event
from apps.charts.pipeline.runner import run_lock
from apps.charts.pipeline_models import StageRun
from apps.charts.tests.bodies import Folder, chosen, spotify
from apps.charts.tests.conftest import Register

pytestmark = pytest.mark.django_db
DAY = "2025-03-01"
Etl = Callable[..., tuple[int, str, str]]
BACKEND = Path(__file__).resolve().parents[3]
# What takes most of the time to load, and only servers, jobs, or other sources need.
UNUSED = {
    *("celery", "django.test.runner", "graphql", "httpx", "mutagen", "numpy", "psycopg", "redis", "requests"),
    *("rest_framework.serializers", "rest_framework.views", "strawberry", "twisted.internet"),
}
START = """
import contextlib, gc, sys
import manage
sys.argv = ["manage.py", "etl", "run", "--help"]
with contextlib.suppress(SystemExit):
    manage.main()
print("", *sys.modules, sep="\\n")
print(gc.isenabled(), gc.get_freeze_count() > 100_000, file=sys.stderr)
"""


@pytest.fixture
def etl() -> Etl:
    """Runs it; its exit code, what it said and what it complained of."""

    def call(*arguments: object) -> tuple[int, str, str]:
        out, err = StringIO(), StringIO()
        code = 0
        try:
            call_command("etl", *map(str, arguments), stdout=out, stderr=err)
        except CommandError as error:
            code, text = error.returncode, str(error)
            err.write(text)
        except SystemExit as end:
            code = int(end.code or 0)
        return code, out.getvalue(), err.getvalue()

    return call


@pytest.fixture
def good(folder: Folder) -> Folder:
    for service in ("spotify", "soundcloud"):
        folder.list(service, DAY, 1, 2)
    return folder


def test_a_complete_run_reports_each_stage_and_exits_with_0(etl: Etl, good: Folder):
    code, said, complained = etl("run", "--full-pipeline", "--from", good.path)

    assert (code, complained) == (0, "")
    assert [line.split(":")[0] for line in said.splitlines()] == [
        *("extract", "transform", "aggregate", "counts", "publish")
    ]
    assert Edition.objects.get().published_at is not None


def test_a_run_can_be_limited_to_a_stage_genre_and_service(etl: Etl, good: Folder):
    good.list("spotify", DAY, 1, genre="rap")
    narrow = ("--genre", "pop", "--service", "spotify")

    assert etl("run", "--stage", "extract", "--from", good.path, *narrow)[0] == 0

    assert list(StageRun.objects.values_list("stage", flat=True)) == ["extract"]
    assert list(RawEdition.objects.values_list("genre", "service")) == [("pop", "spotify")]
    assert not Edition.objects.exists()


def test_a_partial_failure_exits_with_3_and_names_the_part(etl: Etl, good: Folder):
    good.put("apple_music", "pop", DAY, b'{"message": "Invalid API key."}')

    code, _, complained = etl("run", "--from", good.path)

    assert code == 3
    assert f"apple_music pop of {DAY}: error_body: Invalid API key." in complained


def test_a_run_without_any_list_exits_with_1_and_the_reason(etl: Etl, folder: Folder):
    code, said, complained = etl("run", "--from", folder.path / "nowhere")
    assert (code, said) == (1, "")
    assert "Nothing was done." in complained
    assert not StageRun.objects.exists()

    for place in (folder.path / "missing", folder.path):
        code, _, complained = etl("run", "--stage", "extract", "--from", place)
        assert (code, str(folder.path) in complained) == (1, True)

    packed = gzip.compress(spotify(chosen(1)))
    for body, trouble in ((b"oops", "garbage"), (packed[:-20], "damaged")):
        folder.put("spotify", "pop", DAY, body)
        code, _, complained = etl("run", "--stage", "extract", "--from", folder.path)
        assert (code, trouble in complained) == (1, True), complained


def test_a_concurrent_run_exits_with_4_and_contradictory_stages_with_2(etl: Etl, good: Folder):
    with run_lock():
        assert etl("run", "--from", good.path)[0] == 4
    assert etl("run", "--full-pipeline", "--stage", "extract")[0] == 2


def test_a_dry_run_lists_its_requests_and_writes_nothing(etl: Etl, good: Folder):
    good.put("spotify", "rap", DAY, b"oops")

    code, said, complained = etl("run", "--dry-run", "--from", good.path)

    assert said == "3 editions, 2 new or changed, 1 failed.\n"
    assert "garbage" in complained
    assert code == 0
    assert not RawEdition.objects.exists()
    assert not StageRun.objects.exists()


def test_recorded_responses_may_be_gzipped_or_errors(etl: Etl, folder: Folder):
    folder.put("spotify", "pop", DAY, b"")
    (folder.path / "raw/spotify/pop" / f"{DAY}.json").rename(folder.path / "raw/spotify/pop/notes.txt")
    (folder.path / "raw/spotify/pop" / f"{DAY}.json.gz").write_bytes(gzip.compress(spotify(chosen(1))))
    (folder.path / "errors").mkdir()
    (folder.path / "errors/apple_music_dance_2025-02-01.json").write_bytes(b'{"message": "No"}')

    code, _, complained = etl("run", "--stage", "extract", "--from", folder.path)

    assert code == 3
    assert "apple_music dance of 2025-02-01" in complained
    assert list(RawEdition.objects.order_by("issued_on").values_list("service", "status")) == [
        ("apple_music", "failed"),
        ("spotify", "ok"),
    ]


def test_status_reports_the_last_runs_and_the_age_of_sources(etl: Etl, good: Folder):
    etl("run", "--from", good.path)

    code, said, _ = etl("status")

    assert code == 0
    assert "extract: succeeded, 2 in, 2 out, 0 failed" in said
    assert "spotify pop: ok, 0.0 h old" in said
    assert "apple_music rap: missing, never" in said


@pytest.mark.parametrize(
    ("broken", "code", "said"),
    [
        (2, 0, "extract: succeeded, 2 in, 2 out, 0 failed, 2 unreadable"),
        (3, 3, "extract: partly, 2 in, 2 out, 0 failed, 3 unreadable"),
        (11, 3, "extract: partly, 2 in, 1 out, 1 failed"),
    ],
)
def test_unreadable_lines_are_counted_and_reported_above_a_limit(
    etl: Etl, folder: Folder, broken: int, code: int, said: str
):
    folder.list("soundcloud", DAY, *range(1, 21))
    lines = [("\u200b", "Artist", None)] * broken + chosen(*range(broken + 1, 21))
    folder.put("spotify", "pop", DAY, spotify(lines))

    ended, out, complained = etl("run", "--from", folder.path)

    assert ended == code
    assert said in out
    assert ("spotify pop" in complained) == (code == 3)
    assert said in etl("status")[1]


def test_replay_delivers_undelivered_events(etl: Etl, register: Register):
    heard: list[object] = []

    def hear(event: object) -> None:
        heard.append(event)
        if len(heard) == 1:
            raise RuntimeError

    register("listener", [Kind.AGGREGATED], hear)
    emit_event(Kind.AGGREGATED, {})

    assert etl("replay")[0] == 1
    assert etl("replay")[:2] == (0, "1 of 1 delivered.\n")
    assert etl("replay", "--since", "2020-01-01")[:2] == (0, "1 of 1 delivered.\n")
    assert len(heard) == 3
    assert etl("replay", "--since", "yesterday")[0] == 1  # argparse alone ends with 2, called from Django


@pytest.mark.one_database
def test_command_starts_without_unused_libraries_and_without_garbage_collection(tmp_path: Path):
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "DATA_DIR": str(tmp_path)}

    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", START], cwd=BACKEND, env=environment, capture_output=True, text=True
    )

    modules = set(done.stdout.splitlines())
    assert "apps.charts.pipeline.runner" in modules, done.stderr
    assert modules & UNUSED == set()
    assert done.stderr == "True True\n"
