"""`manage.py import_view_counts`: once, again, killed half-way, beside stored counts; and its output."""

import random
import re
import sys
from pathlib import Path
from zlib import crc32

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.counts import services
from apps.counts.importing import runner
from apps.counts.importing.runner import BUCKETS, PartitionedExport
from apps.counts.models import HistoricalViewCount, ViewCount
from apps.counts.selectors import current_counts
from apps.counts.services import record_counts
from apps.counts.tests.conftest import said
from apps.counts.tests.export import flat, write_bson, write_lines

pytestmark = pytest.mark.django_db
DOCUMENTS = [
    flat(track, day, 1000 * track + 10 * day, service=service)
    for track in range(1, 9)
    for day in range(10)
    for service in ("spotify", "youtube")
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    data = tmp_path / "data"
    settings.DATA_DIR = data
    return data / "imports"


@pytest.fixture
def run(capsys):
    def call(*words):
        call_command("import_view_counts", *map(str, words), "--workers", "1")
        return capsys.readouterr()

    return call


def rows():
    columns = ("isrc", "service", "recorded_date", "view_count", "delta_count", "status", "flag")
    return sorted(HistoricalViewCount.objects.values_list(*columns))


@pytest.mark.parametrize(("name", "write"), [("a.json", write_lines), ("a.bson", write_bson)])
def test_an_export_is_imported_in_any_order_and_a_repetition_changes_nothing(
    tmp_path, run, folder, name, write
):
    place = write(tmp_path / name, random.Random(5).sample(DOCUMENTS, len(DOCUMENTS)))
    output = run(place).out
    assert "160 documents with 160 counts: 160 added, 0 changed, 0 unchanged, 0 invalid." in output
    before = rows()
    assert len(before) == 160
    assert {row[4] for row in before} == {None, 10}
    assert ViewCount.objects.get(isrc="QZTUT2500008", service="youtube").view_count == 8090

    assert "0 added, 0 changed, 160 unchanged" in run(place).out
    assert rows() == before
    assert [left.suffix for left in folder.iterdir()] == [".lock"]


def test_imported_counts_are_merged_with_existing_ones(tmp_path, run):
    record_counts([said(3, 1031, minute=59), said(12, 1200)])
    run(write_lines(tmp_path / "a.json", DOCUMENTS))
    of_track = [row[3:5] for row in rows() if row[:2] == ("QZTUT2500001", "spotify")]
    assert of_track[3:5] == [(1031, 11), (1040, 9)], "the later figure of a day is stored"
    assert of_track[-1] == (1200, 110)


def test_invalid_counts_are_reported_and_written_to_a_file_and_valid_ones_imported(tmp_path, run):
    errors = tmp_path / "errors.txt"
    bad = [
        flat(1, 0, -5),
        {"isrc": "QZTUT2500001"},
        *(flat(2, day, "x") for day in range(25)),
        *[{}] * 12_000,
    ]
    place = write_lines(tmp_path / "a.json", [flat(3, 0, 7), *bad])
    output = run(place, "--errors", errors)
    assert "12,028 documents with 1 counts: 1 added" in output.out
    assert "12,027 invalid" in output.out
    assert "a.json, byte " in output.err
    assert "… and 12007 more" in output.err
    assert len(errors.read_text().splitlines()) == 12_027

    errors.unlink()
    run(place, "--validate", "--errors", errors)
    assert len(errors.read_text().splitlines()) == 12_027


def test_a_killed_import_resumes_where_it_was(tmp_path, run, folder, monkeypatch):
    place = write_lines(tmp_path / "a.json", DOCUMENTS)
    real = runner._write_bucket
    written: list[int] = []
    filled = sorted({crc32(row["isrc"].encode()) % BUCKETS for row in DOCUMENTS})

    def lives(bucket, **where):
        written.append(bucket)
        return real(bucket, **where)

    def dies(bucket, **where):
        if bucket == filled[len(filled) // 2]:
            raise KeyboardInterrupt
        return lives(bucket, **where)

    monkeypatch.setattr(runner, "_write_bucket", dies)
    with pytest.raises(KeyboardInterrupt):
        run(place)
    half = len(rows())
    monkeypatch.setattr(runner, "_write_bucket", lives)
    monkeypatch.setattr(runner, "partition_part", None)  # nothing is read again
    output = run(place).out
    assert 0 < half < 160
    assert "160 added, 0 changed, 0 unchanged" in output
    assert "(resumed)" in output
    assert sorted(written) == list(range(BUCKETS)), "each bucket once"
    assert len(rows()) == 160


@pytest.mark.django_db(transaction=True)
def test_after_a_killed_import_no_reader_gets_an_outdated_count(tmp_path, run, monkeypatch):
    record_counts([said(-1, 5)])
    assert current_counts(["QZTUT2500001"])["QZTUT2500001", "spotify"].view_count == 5
    real = services.record_without_invalidation

    def dies_afterwards(figures):
        real(figures)
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(runner, "record_without_invalidation", dies_afterwards)
        with pytest.raises(KeyboardInterrupt):
            run(write_lines(tmp_path / "a.json", [flat(1, 0, 1000)]))
    stored = ViewCount.objects.get(isrc="QZTUT2500001").view_count
    assert current_counts(["QZTUT2500001"])["QZTUT2500001", "spotify"].view_count == stored

    run(tmp_path / "a.json")

    assert current_counts(["QZTUT2500001"])["QZTUT2500001", "spotify"].view_count == 1000


def test_without_the_bson_package_it_explains_the_installation_and_reads_json(tmp_path, run, monkeypatch):
    packed = write_bson(tmp_path / "a.bson.gz", DOCUMENTS)
    lines = write_lines(tmp_path / "a.json", DOCUMENTS)
    monkeypatch.setitem(sys.modules, "bson", None)
    command = ".venv/bin/python -m pip install -r requirements/import.txt"
    with pytest.raises(CommandError, match=f"^Files in BSON need another package: {re.escape(command)}\\."):
        run(lines, packed)
    assert rows() == []
    run(lines)
    assert len(rows()) == 160


def test_a_file_that_ends_in_the_middle_fails_after_its_good_part(tmp_path, run):
    place = write_bson(tmp_path / "a.bson", DOCUMENTS)
    place.write_bytes(place.read_bytes()[:-7])
    with pytest.raises(CommandError, match="ends in the middle"):
        run(place)
    assert len(rows()) == 159


def test_validate_prints_every_difference_and_writes_nothing(tmp_path, run, capsys):
    documents = [flat(9, 0, 10), flat(9, 1, 15, delta_count=6)]
    place = write_lines(tmp_path / "a.json", DOCUMENTS)
    run(place)
    assert "No difference." in run(place, "--validate").out
    figures = HistoricalViewCount.objects
    figures.filter(isrc="QZTUT2500001", service="spotify", view_count=1030).update(view_count=1031)
    figures.filter(isrc="QZTUT2500002", service="youtube", view_count=2050).delete()
    before = rows()
    with pytest.raises(CommandError, match="differences"):
        run(place, "--validate")
    output = capsys.readouterr().out.splitlines()
    assert "QZTUT2500001 spotify 2026-03-04: 1030, in the tables 1031" in output
    assert "QZTUT2500002 youtube 2026-03-06: 2050, in the tables nothing" in output
    assert sum(", checksum " in line for line in output) == 2
    assert "in the tables 9, " in next(line for line in output if "QZTUT2500002 youtube: 10 days" in line)
    assert len(output) == 5
    assert rows() == before

    place = write_lines(tmp_path / "b.json", documents)
    run(place)
    with pytest.raises(CommandError):
        run(place, "--validate")
    assert "2026-03-02: the export gives 6 as the difference, its counts 5" in capsys.readouterr().out


def test_compare_prints_old_and_new_counts_together(tmp_path, run, capsys):
    place = write_lines(tmp_path / "a.json", [flat(1, 0, 10), flat(2, 0, 20), flat(3, 0, 30)])
    record_counts([said(0, 10), said(0, 25, isrc="QZTUT2500002")])
    before = rows()
    with pytest.raises(CommandError, match="2 differences"):
        run(place, "--compare")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["QZTUT2500001", "spotify", "10", "on", "2026-03-01", "10", "on", "2026-03-01"] in lines
    assert ["QZTUT2500002", "spotify", "20", "on", "2026-03-01", "25", "on", "2026-03-01", "differs"] in lines
    assert ["QZTUT2500003", "spotify", "30", "on", "2026-03-01", "nothing", "differs"] in lines
    assert rows() == before


def test_impossible_options_are_rejected_before_any_write(tmp_path, run):
    place = write_lines(tmp_path / "a.json", DOCUMENTS)
    for words in (["nowhere.json"], ["--workers=0"], ["--errors=/nowhere/at/all"]):
        with pytest.raises(CommandError):
            call_command("import_view_counts", str(place), *words)
    with pytest.raises(CommandError, match="no valid count"):
        run(write_lines(tmp_path / "b.json", [{}]))
    assert rows() == []


def test_the_same_files_are_imported_by_one_process_at_a_time(tmp_path, run, folder):
    place = write_lines(tmp_path / "a.json", DOCUMENTS)
    other = PartitionedExport([place], below=folder, now=timezone.now())
    with other.alone(), pytest.raises(CommandError, match="is running") as rejected:
        run(place)
    assert rejected.value.returncode == 4
    assert rows() == []
