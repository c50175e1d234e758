"""An import of view counts that is killed goes on where it was, and nothing is missing or doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.imports.synthetic_data import BAD_ONE_IN, write_export
from tests.conftest import PreparedData, Size
from tests.faults.charts import Pipeline
from tests.processes import TuttiServer

DOCUMENTS = 10_000
GOOD = DOCUMENTS - DOCUMENTS // BAD_ONE_IN


@pytest.fixture
def pipeline(size: Size, prepared_data: PreparedData) -> Iterator[Pipeline]:
    server = TuttiServer(**prepared_data.options(size))
    yield Pipeline(server.environment)
    server.delete_data()


@pytest.fixture
def export(tmp_path: Path) -> str:
    write_export(tmp_path / "view_counts.json", DOCUMENTS)
    return str(tmp_path / "view_counts.json")


def test_a_killed_import_resumes(pipeline: Pipeline, export: str):
    imports = Path(pipeline.environment["DATA_DIR"], "imports")
    run = pipeline.begun("manage.py", "import_view_counts", export, "--workers", "2")
    run.wait_until(lambda: len(list(imports.glob("*/*.written"))) >= 5)
    run.kill()

    # Several processes were killed; one alone does the rest, and need not wait for others to start.
    ended = pipeline.manage("import_view_counts", export, "--workers", "1")

    assert ended.returncode == 0, ended.stderr
    assert "(resumed)" in ended.stdout
    validated = pipeline.manage("import_view_counts", export, "--validate")
    assert validated.returncode == 0, validated.stdout
    assert "No difference." in validated.stdout
    again = pipeline.manage("import_view_counts", export, "--workers", "1")
    assert f"0 added, 0 changed, {GOOD:,} unchanged" in again.stdout
