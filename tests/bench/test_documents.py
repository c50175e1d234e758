"""What the documents say of benchmarks is what `bench/run NAME --document` writes from the saved results."""

import importlib
import pkgutil

import pytest

import bench
from bench import document, plot

SHOWN = [
    package.name
    for package in pkgutil.iter_modules(bench.__path__)
    if package.ispkg and hasattr(importlib.import_module(f"bench.{package.name}"), "write_document")
]


DOCUMENTS = ["BENCHMARKS", "CHARTS", "README"]


@pytest.mark.parametrize("name", SHOWN)
def test_figures_in_documents_are_those_of_the_saved_results(name, tmp_path, monkeypatch):
    written = {}
    for document_name in DOCUMENTS:
        file = getattr(document, document_name)
        written[file] = tmp_path / file.name
        written[file].write_text(file.read_text())
        monkeypatch.setattr(document, document_name, written[file])
    images = plot.IMAGES
    monkeypatch.setattr(plot, "IMAGES", tmp_path / "images")

    importlib.import_module(f"bench.{name}").write_document()

    written |= {images / image.name: image for image in (tmp_path / "images").glob("*")}
    for file, made in written.items():
        assert made.read_text() == file.read_text(), f"run bench/run {name} --document"


def test_all_parts_of_the_documents_are_written_by_a_benchmark():
    text = "".join(getattr(document, file).read_text() for file in DOCUMENTS)
    marked = {line.split()[2].rstrip(":") for line in text.splitlines() if line.startswith("<!-- bench ")}
    assert marked == set(SHOWN)
