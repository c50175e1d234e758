"""The command: what it prints, and when it fails."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.tracks.models import Track

pytestmark = pytest.mark.django_db


class Run:
    """One call of the command, with all that it said."""

    def __init__(self, *arguments: object) -> None:
        out, err = StringIO(), StringIO()
        self.failure: str | None = None
        try:
            call_command("import_tracks", *map(str, arguments), stdout=out, stderr=err)
        except CommandError as error:
            self.failure = str(error)
        self.said, self.reported = out.getvalue(), err.getvalue().splitlines()


@pytest.fixture
def file(tmp_path: Path):
    def written(content: str, name: str = "tracks.csv") -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return written


def test_the_import_reports_the_result_of_the_rows(file):
    path = file("title,artist,isrc\nHalo,Beyoncé,\nHALO,Beyonce,\n,Nobody,\n")
    run = Run(path)
    assert run.said == "1 added, 0 completed, 1 unchanged, 1 bad.\n"
    assert run.reported == [f"{path}:4: there is no title"]
    assert run.failure is None
    assert Run(path).said == "0 added, 0 completed, 2 unchanged, 1 bad.\n"


def test_several_files_and_chosen_columns(file):
    one = file("Titel,Von,Platte\nHalo,Beyoncé,I Am\n", "one.csv")
    two = file('{"Titel": "Zombie", "Von": "Fela Kuti", "Platte": null}\n', "two.jsonl")
    run = Run(one, two, "--columns", "title=Titel,artist=Von", "--columns", "album=Platte")
    assert run.said == "2 added, 0 completed, 0 unchanged, 0 bad.\n"
    assert list(Track.objects.values_list("title", "album")) == [("Halo", "I Am"), ("Zombie", "")]


def test_many_invalid_rows_are_shortened_in_the_output_and_written_to_a_file(file, tmp_path):
    path = file("title,artist\nHalo,Beyoncé\n" + ",Nobody\n" * 30)
    errors = tmp_path / "errors.txt"
    run = Run(path, "--errors", errors)
    assert len(run.reported) == 21
    assert run.reported[-1] == "… and 10 more"
    assert errors.read_text(encoding="utf-8").splitlines() == [
        f"{path}:{line}: there is no title" for line in range(3, 33)
    ]


def test_an_unreadable_file_fails_and_the_others_are_imported(file):
    empty = file("", "empty.csv")
    run = Run(empty, file("title,artist\nHalo,Beyoncé\n"))
    assert run.said == "1 added, 0 completed, 0 unchanged, 0 bad.\n"
    assert run.failure == f"{empty} is empty."


def test_file_without_tracks_is_reported(file, tmp_path):
    halo = file("title,artist\nHalo,Beyoncé\n")
    missing = tmp_path / "nowhere.csv"
    assert Run(halo, missing).failure == f"There is no file {missing}. Nothing was imported."
    for columns in ("titel=Track", "title", "title=", "=Track"):
        assert "is not like title=Track" in (Run(halo, "--columns", columns).failure or "")
    for rows in (",Nobody\n", ""):
        path = file(f"title,artist\n{rows}")
        assert Run(path).failure == "There was no good row to import."
    assert not Track.objects.exists()
