"""What the tests of recommendations share: Ada and Bo, tracks, and a process that has read no model yet."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.recommendations.catalogue import own_catalogue
from apps.recommendations.model_loader import model_loader
from apps.tracks.models import Track
from apps.tracks.tests.factories import new_track
from apps.users.models import Profile, User

AddTrack = Callable[..., Track]
AddPerson = Callable[..., User]


@pytest.fixture(autouse=True)
def no_model(settings, tmp_path: Path) -> Iterator[Path]:
    """Where the model would be."""
    settings.RECOMMENDATION_MODEL = tmp_path / "recommendations.model"
    settings.RECOMMENDATION_DATA_DIR = None
    settings.AUTO_SORT_BY_VOTES = False
    clear_caches()
    yield settings.RECOMMENDATION_MODEL
    clear_caches()


def clear_caches() -> None:
    """Ids of tracks that were rolled back are given again."""
    model_loader.cache_clear()
    own_catalogue._held = None


@pytest.fixture
def add_person(db: None) -> AddPerson:
    """An account with this taste."""

    def add(name: str, **taste: list[str]) -> User:
        person = User.objects.create_user(name)
        if taste:
            Profile.objects.create(user=person, **taste)
        return person

    return add


@pytest.fixture
def ada(add_person: AddPerson) -> User:
    return add_person("ada")


@pytest.fixture
def bo(add_person: AddPerson) -> User:
    return add_person("bo")


@pytest.fixture
def add_track(db: None) -> AddTrack:
    return new_track


@pytest.fixture
def library(add_track: AddTrack) -> dict[str, Track]:
    """Jazz and pop, by title."""
    rows = [
        ("So What", "Miles Davis", "jazz"),
        ("Blue in Green", "Miles Davis", "jazz"),
        ("Naima", "John Coltrane", "jazz"),
        ("Footprints", "Wayne Shorter", "jazz fusion"),
        ("Halo", "Beyoncé", "pop"),
        ("Toxic", "Britney Spears", "pop"),
        ("Royals", "Lorde", "pop"),
    ]
    return {title: add_track(title, artist, genre=genre) for title, artist, genre in rows}
