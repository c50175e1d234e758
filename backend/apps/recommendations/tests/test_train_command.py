"""`manage.py train_recommendations`: a model of what is played and liked here."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.playlist.models import PlaylistTrack, Room
from apps.playlist.services import Place, add_item, cast_vote, play_item
from apps.recommendations.engine.model_file import read_model
from apps.recommendations.tests.made_up import written
from apps.tracks.facts import TrackFacts
from apps.tracks.models import Track
from apps.users.models import Guest, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def model_path(settings, tmp_path) -> Path:
    path: Path = tmp_path / "recommendations.model"
    settings.RECOMMENDATION_MODEL = path
    return path


@pytest.fixture
def room(db) -> Room:
    room: Room = Room.objects.create(slug="party", name="Party")
    return room


def trained(*words: str) -> str:
    said = StringIO()
    call_command("train_recommendations", *words, stdout=said)
    return said.getvalue()


def queued(room: Room, title: str, artist: str) -> PlaylistTrack:
    track = Track.described_by(TrackFacts(title, artist))
    track.save()
    return add_item(slug=room.slug, track_id=track.pk, added_by="Ada", place=Place())


def like(item: PlaylistTrack, *voters: str, value: int = 1) -> None:
    for voter in voters:
        kind, _, name = voter.partition(":")
        if kind == "user":
            User.objects.get_or_create(pk=int(name), username=voter)
        else:
            Guest.objects.get_or_create(pk=name, name="Bo")
        cast_vote(slug=item.room.slug, item_id=item.pk, voter=voter, value=value)


def test_votes_and_plays_are_learned_as_tracks_and_artists(room, model_path):
    so_what, halo, toxic = (
        queued(room, title, artist)
        for title, artist in [("So What", "Miles Davis"), ("Halo", "Beyoncé"), ("Toxic", "Britney Spears")]
    )
    like(so_what, "user:4711", "guest:x")
    like(halo, "user:4711")
    like(toxic, "user:2", value=-1)
    play_item(slug=room.slug, item_id=so_what.pk)
    play_item(slug=room.slug, item_id=halo.pk)

    said = trained()

    model = read_model(model_path)
    assert dict(zip(model.items, model.people.tolist(), strict=True)) == {
        f"track:{so_what.track_id}": 3,  # two voters, and what the room played on that day
        "artist:miles davis": 3,
        f"track:{halo.track_id}": 2,
        "artist:beyonce": 2,
    }
    assert said == f"Learned 4 items from 10 listens of 3 listeners: {model_path}\n"
    content = model_path.read_bytes()
    assert b"artist:beyonce" in content
    assert b"4711" not in content


def test_an_outside_set_is_joined_by_the_artists_names(room, model_path, tmp_path):
    halo = queued(room, "Halo", "Beyoncé")
    like(halo, "user:1")
    written(
        tmp_path / "train.csv.gz",
        [("7", "1", 30.0), ("7", "2", 5.0), ("8", "1", 2.0), ("8", "3", 2.0)],
        header="user_id,artist_id,plays",
    )
    (tmp_path / "artists.csv").write_text("artist_id,name\n1,BEYONCE\n2,Solange\n3,!!!\n")

    trained("--data", str(tmp_path))

    model = read_model(model_path)
    assert model.items[0] == "artist:beyonce"
    assert model.people[0] == 3
    assert set(model.items[1:]) == {f"track:{halo.track_id}", "artist:solange"}


def test_items_of_an_outside_set_without_names_are_names(model_path, tmp_path):
    written(tmp_path / "train.csv", [("7", "Björk", 30.0)])

    trained("--data", str(tmp_path))

    assert read_model(model_path).items == ["artist:bjork"]


def test_the_old_model_stays_when_there_is_nothing_to_learn_from(room, model_path, tmp_path, settings):
    item = queued(room, "Halo", "Beyoncé")
    like(item, "seed:1", "seed:2")  # of a first queue: votes of nobody
    with pytest.raises(CommandError, match="There is nothing to learn from yet"):
        trained()
    assert not model_path.exists()
    like(item, "user:1")
    settings.RECOMMENDATION_MODEL = tmp_path / "no folder" / "a.model"
    with pytest.raises(CommandError, match="The model can't be written"):
        trained()
    settings.RECOMMENDATION_MODEL = model_path
    trained()
    before = model_path.read_bytes()
    item.delete()

    with pytest.raises(CommandError, match="nothing to learn"):
        trained()
    with pytest.raises(CommandError, match=r"has neither train\.csv nor train\.csv\.gz"):
        trained("--data", str(tmp_path))

    assert model_path.read_bytes() == before
