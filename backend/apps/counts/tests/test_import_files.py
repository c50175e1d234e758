"""Exports are read in parts, each document once, with anything else in the file."""

import gzip

import bson
import pytest

from apps.counts.importing import mongo_export as module
from apps.counts.importing.mongo_export import UnreadableFile, documents_in, parts_of
from apps.counts.tests.export import flat, write_bson, write_lines

DOCUMENTS = [flat(track, day, track * 1000 + day) for track in range(5) for day in range(20)]


def read(place):
    return [document for part in parts_of(place) for document in documents_in(part)]


@pytest.mark.parametrize(("name", "write"), [("a.json", write_lines), ("a.bson", write_bson)])
def test_every_document_is_in_exactly_one_part_and_a_compressed_file_is_one_part(
    tmp_path, monkeypatch, name, write
):
    place = write(tmp_path / name, DOCUMENTS)
    for part_bytes in (1, 100, 1000, 10**9):
        monkeypatch.setattr(module, "PART_BYTES", part_bytes)
        assert [document.content for document in read(place)] == DOCUMENTS
        assert (len(parts_of(place)) > 1) == (part_bytes < place.stat().st_size)
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress(place.read_bytes()))
    assert [document.content for document in read(packed)] == DOCUMENTS


def test_an_invalid_line_is_reported_with_its_number_and_the_rest_is_read(tmp_path):
    place = tmp_path / "a.json"
    place.write_bytes(b'{"a": 1}\n{"a": \n\n[1]\n\xff\n{"a": 2}')
    found = read(place)
    assert [document.content for document in found] == [{"a": 1}, None, None, None, {"a": 2}]
    assert [document.at for document in found] == [0, 9, 17, 21, 23]


def test_an_array_of_documents_is_rejected_with_the_right_export_command(tmp_path):
    place = tmp_path / "a.json"
    place.write_text('[{"a": 1},\n{"a": 2}]\n')
    assert "--jsonArray" in read(place)[0].error


@pytest.mark.parametrize("cut", [1, 3, 20])
def test_a_truncated_dump_is_rejected_where_it_ends(tmp_path, cut):
    place = write_bson(tmp_path / "a.bson", DOCUMENTS)
    whole = place.read_bytes()
    place.write_bytes(whole + bson.encode(DOCUMENTS[0])[:cut])
    found = documents_in(parts_of(place)[0])
    for document in DOCUMENTS:
        assert next(found).content == document
    with pytest.raises(UnreadableFile):
        next(found)


def test_an_invalid_document_is_reported_and_the_next_is_read(tmp_path):
    place = tmp_path / "a.bson"
    good, bad = bson.encode({"a": "b"}), bytearray(bson.encode({"a": "b"}))
    bad[4] = 0xEE
    place.write_bytes(good + bytes(bad) + good)
    assert [document.content for document in read(place)] == [{"a": "b"}, None, {"a": "b"}]


def test_a_file_of_another_format_and_a_damaged_compressed_file_are_rejected(tmp_path):
    place = tmp_path / "a.bson"
    place.write_bytes(b"this is no dump at all")
    packed = write_lines(tmp_path / "a.json.gz", DOCUMENTS)
    packed.write_bytes(gzip.compress(packed.read_bytes())[:-20])
    for one in (place, packed):
        with pytest.raises(UnreadableFile):
            read(one)
