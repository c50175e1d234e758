"""Scans of real files: what becomes of new, changed, moved, damaged and missing ones."""

import os
import shutil
import struct
import zlib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from apps.audio.covers import cover_path
from apps.audio.management.commands.scan_music import changed_directories
from apps.audio.models import AudioFile
from apps.audio.scanning import ScanResult, scan
from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import Track
from apps.tracks.selectors import listed_tracks
from apps.tracks.services import change_track, create_track
from tests.audio_files import WRITERS, picture, write_audio


@pytest.fixture
def music(tmp_path: Path, settings, db: None) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    settings.MUSIC_DIRS = [folder]
    settings.DATA_DIR = tmp_path
    return folder


def scanned() -> tuple[ScanResult, dict[str, str]]:
    bad: dict[str, str] = {}
    result = scan(report=lambda path, reason: bad.update({Path(path).name: reason}))
    return result, bad


def test_tags_are_read_from_every_format_and_missing_ones_from_the_file_name(music: Path):
    tags: dict[str, Any] = {
        "artist": "Björk",
        "album": "Début",
        "genre": "pop",
        "replaygain_track_gain": "-6.54 dB",
    }
    for suffix in WRITERS:
        path = music / suffix[1:] / f"01 - Björk - Song {suffix[1:]}{suffix}"
        write_audio(path, seconds=3, title=f"Song {suffix[1:]}", itunesadvisory="1", **tags)

    result, bad = scanned()

    assert (result, bad) == (ScanResult(added=len(WRITERS)), {})
    for suffix in WRITERS:
        track = Track.objects.get(title=f"Song {suffix[1:]}")
        file = AudioFile.objects.get(track=track)
        assert (track.artist, track.duration_seconds, track.has_audio) == ("Björk", 3, True)
        assert abs(file.duration_ms - 3000) < 20
        if suffix != ".aac":  # which has no tags here
            assert (track.album, track.genre, track.explicit) == ("Début", "pop", True)
            assert file.gain_db == -6.54
    # They are found as any other track is.
    assert listed_tracks(search="bjork song").count() == len(WRITERS)


def test_the_gain_of_opus_is_converted_from_its_reference_level(music: Path):
    write_audio(music / "a.opus", r128_track_gain="-512")
    scanned()
    assert AudioFile.objects.get().gain_db == 3.0


def test_a_file_with_a_known_isrc_or_the_same_names_and_duration_adds_no_track(music: Path):
    by_isrc = create_track(metadata=TrackMetadata("Other words", "Ada", isrc="GBUM71029604"))
    by_name = create_track(metadata=TrackMetadata("So What", "Miles Davis", duration_seconds=5))
    too_long = create_track(metadata=TrackMetadata("So What", "Miles Davis", duration_seconds=500))
    unknown = create_track(metadata=TrackMetadata("Blue", "Cem"))
    write_audio(music / "1.flac", title="Words", artist="Bo", isrc="gb-um7-10-29604")
    write_audio(music / "2.wav", title="So what!", artist="MILES DAVIS", album="Kind of Blue")
    write_audio(music / "3.mp3", title="Blue", artist="Cem", seconds=4)
    # Two files of one recording are one track.
    write_audio(music / "4.ogg", title="Blue", artist="Cem", seconds=4)

    scanned()

    assert Track.objects.count() == 4
    assert [Track.objects.get(pk=one.pk).has_audio for one in (by_isrc, by_name, too_long, unknown)] == [
        *(True, True, False, True)
    ]
    # What was known stays, what was not is filled in.
    assert Track.objects.get(pk=by_name.pk).metadata() == TrackMetadata(
        "So What", "Miles Davis", album="Kind of Blue", duration_seconds=5
    )
    assert Track.objects.get(pk=unknown.pk).duration_seconds == 4
    assert AudioFile.objects.filter(track=unknown).count() == 2


def test_only_changed_files_are_read_again(music: Path, monkeypatch: pytest.MonkeyPatch):
    one, two = (write_audio(music / f"{name}.flac", title=name, artist="Ada") for name in ("One", "Two"))
    scanned()
    create = Track.objects.get(title="One")
    change_track(track_id=create.pk, changes={"genre": "jazz"})

    write_audio(two, title="Two", artist="Ada", album="New")
    write_audio(one, title="One!", artist="Ada")
    os.utime(one, ns=(0, 0))
    os.utime(two, ns=(0, 0))
    assert scanned()[0] == ScanResult(changed=2)

    # A tag that was corrected is applied; a correction in the library, which the tags did not change, stays.
    assert Track.objects.get(pk=create.pk).metadata() == TrackMetadata(
        "One!", "Ada", genre="jazz", duration_seconds=2
    )
    assert Track.objects.get(title="Two").album == "New"
    monkeypatch.setattr("apps.audio.scanning.read_tags", None)
    assert scanned()[0] == ScanResult(unchanged=2)


def test_a_replaced_recording_in_the_same_file_is_another_track(music: Path):
    path = write_audio(music / "a.flac", title="One", artist="Ada", seconds=2)
    scanned()
    write_audio(path, title="Other", artist="Bo", seconds=20)
    scanned()
    assert dict(Track.objects.values_list("title", "has_audio")) == {"One": False, "Other": True}


def test_a_moved_file_is_identified_by_its_content(music: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_audio(music / "a" / "one.flac", title="One", artist="Ada")
    scanned()
    before = AudioFile.objects.get()
    shutil.move(path.parent, music / "b")
    monkeypatch.setattr("apps.audio.scanning.read_tags", None)

    assert scanned()[0] == ScanResult(moved=1)

    after = AudioFile.objects.get()
    assert (after.pk, after.track_id, after.path) == (before.pk, before.track_id, "b/one.flac")
    assert scanned()[0] == ScanResult(unchanged=1)


def test_a_track_without_files_has_no_audio_until_a_file_returns(music: Path, tmp_path: Path):
    path = write_audio(music / "one.flac", title="One", artist="Ada")
    scanned()
    path.rename(tmp_path / "one.flac")
    assert scanned()[0] == ScanResult(removed=1)
    assert not Track.objects.get().has_audio

    (tmp_path / "one.flac").rename(path)
    assert scanned()[0] == ScanResult(added=1)
    assert Track.objects.get().has_audio


def test_an_unavailable_folder_keeps_its_files_and_a_folder_removed_from_the_settings_does_not(
    music: Path, tmp_path: Path, settings
):
    write_audio(music / "one.flac", title="One", artist="Ada")
    scanned()
    music.rename(tmp_path / "elsewhere")
    result, bad = scanned()
    assert (result.removed, [*bad]) == (0, ["music"])
    assert Track.objects.get().has_audio

    settings.MUSIC_DIRS = []
    assert scanned()[0].removed == 1
    assert not Track.objects.get().has_audio


def test_unreadable_files_are_reported_with_a_reason_and_the_rest_is_read(music: Path, tmp_path: Path):
    write_audio(music / "good.flac", title="Good", artist="Ada")
    (music / "noise.mp3").write_bytes(b"no audio " * 200)
    (music / "empty.flac").write_bytes(b"")
    flac = write_audio(tmp_path / "whole.flac").read_bytes()
    (music / "cut.flac").write_bytes(flac[:20])
    (music / "old.wma").write_bytes(b"x")
    (music / "._good.mp3").write_bytes(b"of another system")
    write_audio(music / ".trash" / "deleted.flac")
    (music / "notes.txt").write_text("no audio, and no concern of a scan")
    os.mkfifo(music / "pipe.mp3")
    outside = write_audio(tmp_path / "outside.flac", title="Outside", artist="Ada")
    (music / "link.flac").symlink_to(outside)
    (music / "linked").symlink_to(tmp_path, target_is_directory=True)
    (music / os.fsdecode(b"\xff.mp3")).write_bytes(b"x")

    result, bad = scanned()

    assert list(Track.objects.values_list("title", flat=True)) == ["Good"]
    assert bad.pop("pipe.mp3")
    assert bad.pop("cut.flac").startswith("is damaged")
    assert bad.pop("empty.flac").startswith("is damaged")
    assert bad.pop("noise.mp3").startswith("is damaged")
    assert bad == {
        "old.wma": "is of no supported format",
        "link.flac": "is a symbolic link",
        "\\xff.mp3": "has a name that is not valid UTF-8",
    }
    assert (result.added, result.bad) == (1, 7)


def test_covers_are_scaled_once_and_invalid_pictures_are_ignored(music: Path, monkeypatch):
    write_audio(music / "a" / "tag.flac", title="Tag", artist="Ada", cover=picture("red"))
    write_audio(music / "b" / "folder.wav", title="Folder", artist="Ada")
    (music / "b" / "Cover.PNG").write_bytes(picture("blue", size=(50, 100)))
    write_audio(
        music / "c" / "broken.mp3", title="Broken", artist="Ada", cover=b"\x89PNG\r\n\x1a\nno picture"
    )
    write_audio(music / "d" / "bomb.mp3", title="Bomb", artist="Ada", cover=_bomb())

    scanned()

    urls = {title: url or "" for title, url in Track.objects.values_list("title", "cover_url")}
    assert (urls["Broken"], urls["Bomb"]) == ("", "")
    key = urls["Tag"].split("/")[3]
    assert urls["Tag"] == f"/api/covers/{key}/300"
    assert [_size_of(key, size) for size in (96, 300, 600)] == [(96, 48), (300, 150), (600, 300)]
    # A small picture is not made larger.
    assert _size_of(urls["Folder"].split("/")[3], 600) == (50, 100)


def _size_of(key: str, size: int) -> tuple[int, int]:
    with Image.open(cover_path(key, size)) as image:
        return image.size


def _bomb() -> bytes:
    """60,000 × 60,000 pixels in 100 bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def test_the_command_scans_only_folders_within_the_configured_ones(music: Path, tmp_path: Path):
    write_audio(music / "a" / "one.flac", title="One", artist="Ada")
    write_audio(music / "b" / "two.flac", title="Two", artist="Ada")
    output = StringIO()

    call_command("scan_music", str(music / "a"), stdout=output)

    assert output.getvalue() == ("1 added, 0 changed, 0 moved, 0 unchanged, 0 removed, 0 not readable.\n")
    (tmp_path / "way-out").symlink_to(music / "b")
    call_command("scan_music", str(tmp_path / "way-out"), stdout=output)
    assert Track.objects.count() == 2
    for outside in (tmp_path, music / "missing"):
        with pytest.raises(CommandError, match="within MUSIC_DIRS"):
            call_command("scan_music", str(outside))


def test_changed_and_deleted_directories_are_detected(music: Path):
    write_audio(music / "a" / "one.flac", title="One", artist="Ada")
    (music / "b" / "c").mkdir(parents=True)
    changes = changed_directories([music], idle_milliseconds=50)
    assert next(changes) == []  # it watches

    write_audio(music / "b" / "two.flac", title="Two", artist="Ada")
    write_audio(music / "b" / "c" / "three.flac", title="Three", artist="Ada")
    assert next(filter(None, changes)) == [music / "b"]

    shutil.rmtree(music / "a")
    assert next(filter(None, changes)) == [music]
