"""InteractionDataset sets as files: what is read, and what is reported of invalid files."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.engine.dataset import (
    DatasetError,
    file_in,
    read_dataset,
    read_names,
    read_people,
    rows_of,
)
from apps.recommendations.tests.synthetic_data import written

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6)


@pytest.fixture
def file(tmp_path: Path):
    def stored(content: str | bytes, name: str = "train.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return stored


@given(rows=st.lists(st.tuples(NAMES, NAMES, st.floats(0, 1e6, width=32)), min_size=1), packed=st.booleans())
def test_a_written_data_set_is_read_unchanged(tmp_path, rows, packed):
    path = tmp_path / ("train.csv.gz" if packed else "train.csv")

    listening = read_dataset(written(path, rows))

    assert rows == [
        (listening.people[person], listening.items[item], pytest.approx(weight, abs=1e-6))
        for person, item, weight in zip(listening.person, listening.item, listening.weight, strict=True)
    ]
    assert listening.people == list(dict.fromkeys(person for person, _, _ in rows))
    assert listening.items == list(dict.fromkeys(item for _, item, _ in rows))


@pytest.mark.parametrize(
    "content",
    [
        "user,item,weight\na,x,2\nb,y,3\n",
        "\ufeffuser,item,weight\r\na,x,2\r\n\r\nb,y,3",
        "Weight, Item ,USER,year\n2,x,a,1999\n3,y,b,\n",
        "user_id,artist_id,plays\na,x,2\nb,y,3\n",
        'user,item,weight\n"a","x","2"\nb,y,3.0\n',
        gzip.compress(b"user,item,weight\na,x,2\nb,y,3\n", mtime=0),
    ],
)
def test_equivalent_spellings_of_a_data_set_are_read_alike(file, content):
    assert list(rows_of(file(content))) == [("a", "x", 2.0), ("b", "y", 3.0)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ": has no header"),
        ("user,item\na,x\n", ":1: has no column weight; it has user, item"),
        ("user,item,weight\na,x\n", ":2: 2 cells, the header has 3"),
        ("user,item,weight\na,x,1\n\na,x,1,1\n", ":4: 4 cells"),
        ("user,item,weight\na,x,much\n", ":2: the weight 'much' is not a number"),
        ("user,item,weight\na,x,-1\n", ":2: the weight '-1' is not a number from 0"),
        ("user,item,weight\na,x,nan\n", ":2: the weight 'nan'"),
        ("user,item,weight\na,x,inf\n", ":2: the weight 'inf'"),
        ("user,item,weight\na,x,1\n ,x,1\n", ":3: a user or an item is empty"),
        (b"user,item,weight\na,x,1\n\xff,x,1\n", ":3: is not UTF-8"),
        ('user,item,weight\na,"x,1\n', ": not CSV"),
        (gzip.compress(b"user,item,weight\n" + b"a,x,1\n" * 99, mtime=0)[:-12], ": is damaged or cut off"),
    ],
)
def test_invalid_input_is_reported_with_file_and_line(file, content, message):
    path = file(content)

    with pytest.raises(DatasetError) as raised:
        read_dataset(path)

    assert str(raised.value).startswith(str(path))
    assert message in str(raised.value)


def test_users_and_artist_names_are_read(file):
    assert read_people(file("note,user\n1,b\n2,a\n3,b\n")) == ["b", "a", "b"]
    assert read_names(file("artist_id,name\n1,Björk\n2,AC/DC\n")) == {"1": "Björk", "2": "AC/DC"}
    assert len(read_dataset(file("user,item,weight\n"))) == 0


def test_files_may_be_plain_or_gzipped(file, tmp_path):
    with pytest.raises(DatasetError, match=r"neither train\.csv nor train\.csv\.gz"):
        file_in(tmp_path, "train")
    with pytest.raises(DatasetError, match="can't be read: No such file"):
        read_dataset(tmp_path / "none.csv")
    packed = file(b"", "train.csv.gz")
    assert file_in(tmp_path, "train") == packed
    plain = file(b"")
    assert file_in(tmp_path, "train") == plain
