"""`manage.py train_recommendations`: a model of what is played and liked here."""

from collections import defaultdict
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.playlist.models import PlaylistTrack
from apps.playlist.services import Place, add_item, cast_vote, play_item
from apps.playlist.tests.rooms import new_room
from apps.recommendations.engine.model_file import read_model
from apps.recommendations.tests.interactions import interact
from apps.recommendations.tests.synthetic_data import written
from apps.recommendations.training import own_listening
from apps.rooms.models import Room
from apps.tracks.tests.factories import new_track
from apps.users.models import Guest, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def model_path(no_model: Path) -> Path:
    return no_model


@pytest.fixture
def room(db) -> Room:
    return new_room()


def trained(*words: str) -> str:
    said = StringIO()
    call_command("train_recommendations", *words, stdout=said)
    return said.getvalue()


def queued(room: Room, title: str, artist: str) -> PlaylistTrack:
    return add_item(slug=room.slug, track_id=new_track(title, artist).pk, added_by="Ada", place=Place())


def like(item: PlaylistTrack, *voters: str, value: int = 1) -> None:
    for voter in voters:
        cast_vote(slug=item.room.slug, item_id=item.pk, voter=voter, value=value)


def test_training_data_has_votes_and_plays_by_track_and_artist(room, model_path, bo):
    ada, guest = User.objects.create(pk=4711, username="ada").key, Guest.objects.create(name="Cem").key
    so_what, halo, toxic = (
        queued(room, title, artist)
        for title, artist in [("So What", "Miles Davis"), ("Halo", "Beyoncé"), ("Toxic", "Britney Spears")]
    )
    like(so_what, ada, guest)
    like(halo, ada)
    like(toxic, bo.key, value=-1)
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


def test_an_external_data_set_is_joined_by_artist_names(room, model_path, tmp_path, ada):
    halo = queued(room, "Halo", "Beyoncé")
    like(halo, ada.key)
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

    (tmp_path / "artists.csv").unlink()  # then items are names
    (tmp_path / "train.csv.gz").unlink()
    written(tmp_path / "train.csv", [("7", "Björk", 30.0)])
    trained("--data", str(tmp_path))
    assert "artist:bjork" in read_model(model_path).items


def test_without_training_data_the_old_model_stays(room, model_path, tmp_path, settings, ada):
    item = queued(room, "Halo", "Beyoncé")
    like(item, "seed:1", "seed:2")  # of a first queue: votes without a voter
    with pytest.raises(CommandError, match="There is nothing to learn from yet"):
        trained()
    assert not model_path.exists()
    like(item, ada.key)
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


# --- What people do here, as training takes it -------------------------------------------------------


def learned() -> dict[tuple[str, str], float]:
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    for listener, item, weight in own_listening():
        sums[listener, item] += weight
    assert {item for _, item in sums if item.startswith("artist:")}, "each track is reported with its artist"
    return {(listener, item): weight for (listener, item), weight in sums.items() if "track:" in item}


def test_plays_likes_and_shares_count_for_and_skips_dislikes_and_votes_against(ada, bo, library):
    halo, naima = (f"track:{library[title].pk}" for title in ("Halo", "Naima"))
    interact(ada, "play", library["Halo"], times=3)
    interact(ada, "like", library["Halo"])
    interact(bo, "share", library["Halo"])
    assert learned() == {(f"voter {ada.key}", halo): 7, (f"voter {bo.key}", halo): 2}

    room = new_room()
    item = add_item(slug=room.slug, track_id=library["Royals"].pk, added_by="Bo", place=Place())
    like(item, ada.key, bo.key)
    interact(ada, "dislike", library["Royals"])
    interact(ada, "play", library["Naima"], times=2)
    interact(ada, "skip", library["Naima"])
    interact(bo, "play", library["Toxic"])
    interact(bo, "skip", library["Toxic"])
    assert learned() == {
        (f"voter {ada.key}", halo): 7,
        (f"voter {bo.key}", halo): 2,
        (f"voter {bo.key}", f"track:{library['Royals'].pk}"): 1,
        (f"voter {ada.key}", naima): 0.5,
    }
