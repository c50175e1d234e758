"""What is sent of a file, and from where a file is never sent. No database."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from apps.audio.delivery import RangeNotSatisfiable, SignedItem, requested_range, signed_item, signed_url
from apps.audio.folders import open_within
from core.errors import NotPermitted

NUMBERS = st.integers(min_value=0, max_value=2**70)


@given(size=st.integers(min_value=0, max_value=50), first=st.none() | NUMBERS, last=st.none() | NUMBERS)
def test_byte_ranges_follow_rfc_9110(size: int, first: int | None, last: int | None):
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    content = range(size)
    if first is None and last is None:
        expected = None
    elif first is None:
        expected = content[-last:] if last else content[size:]
    elif last is not None and last < first:
        expected = None
    else:
        expected = content[first : None if last is None else last + 1]

    if expected is not None and not expected:
        with pytest.raises(RangeNotSatisfiable) as caught:
            requested_range(header, size=size)
        assert caught.value.headers() == {"Content-Range": f"bytes */{size}"}
    else:
        assert requested_range(header, size=size) == expected


@given(header=st.text("bytes=-,0123 é", max_size=30) | st.text("-,0123 ", max_size=9).map("bytes={}".format))
def test_any_range_header_is_a_range_of_the_file_or_ignored_or_not_satisfiable(header: str):
    try:
        part = requested_range(header, size=10)
    except RangeNotSatisfiable:
        return
    assert part is None or (part and part.start >= 0 and part.stop <= 10)


# --- Folders -----------------------------------------------------------------------------------------


@pytest.fixture
def music(tmp_path: Path, settings) -> Path:
    folder = tmp_path / "music"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "one.mp3").write_bytes(b"one")
    (tmp_path / "secret").write_bytes(b"secret")
    settings.MUSIC_DIRS = [folder]
    return folder


def _content(folder: Path, path: str) -> bytes:
    with os.fdopen(open_within(str(folder), path), "rb") as file:
        return file.read()


def test_no_path_leads_out_of_the_folder(music: Path):
    assert _content(music, "a/one.mp3") == b"one"
    for path in (
        *("../secret", "a/../../secret", "a/./one.mp3", "a//one.mp3", "/etc/passwd", "", "a", "a/", "."),
        *("a/one.mp3\0", "missing", f"{music}/a/one.mp3", "x" * 5000),
    ):
        with pytest.raises(OSError):
            open_within(str(music), path)
    with pytest.raises(OSError):
        open_within(str(music.parent), "secret")
    with pytest.raises(OSError):
        open_within(f"{music}/a", "one.mp3")


def test_no_symbolic_link_leads_out_of_the_folder_even_if_created_after_the_scan(music: Path):
    file = music / "a" / "one.mp3"
    file.unlink()
    file.symlink_to(music.parent / "secret")
    with pytest.raises(OSError):
        open_within(str(music), "a/one.mp3")

    file.unlink()
    (music / "a").rmdir()
    (music.parent / "one.mp3").write_bytes(b"secret")
    (music / "a").symlink_to(music.parent, target_is_directory=True)
    with pytest.raises(OSError):
        open_within(str(music), "a/one.mp3")


def test_a_directory_replaced_during_the_opening_has_no_effect(music: Path, monkeypatch: pytest.MonkeyPatch):
    """The attack between the check of a directory and the opening of its file."""
    real_open = os.open
    (music.parent / "one.mp3").write_bytes(b"secret")

    def open_and_exchange(path, flags, **options):
        descriptor = real_open(path, flags, **options)
        if path == "a":
            (music / "a").rename(music / "away")
            (music / "a").symlink_to(music.parent, target_is_directory=True)
        return descriptor

    monkeypatch.setattr(os, "open", open_and_exchange)
    assert _content(music, "a/one.mp3") == b"one"


def test_only_regular_files_are_opened(music: Path):
    os.mkfifo(music / "pipe.mp3")
    with pytest.raises(OSError):
        open_within(str(music), "pipe.mp3")


# --- Signatures --------------------------------------------------------------------------------------

ITEM = SignedItem(room="main", item_id=12, caller="guest:5")


def test_a_signature_is_valid_for_six_hours():
    start = datetime(2025, 12, 4, 12, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        url, expires_at = signed_url(ITEM)
        assert expires_at == start + timedelta(hours=6)
        signature = url.removeprefix("/api/audio/")
        clock.move_to(expires_at - timedelta(seconds=1))
        assert signed_item(signature) == ITEM
        clock.move_to(expires_at + timedelta(seconds=2))
        with pytest.raises(NotPermitted):
            signed_item(signature)
