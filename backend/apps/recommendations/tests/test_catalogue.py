"""The library in memory says what the library says, also after it has changed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.catalogue import Catalogue, CatalogueHolder
from apps.tracks.models import Track
from apps.tracks.services import change_track, delete_track

ROWS = [(2, "beyonce", "pop", "Pop"), (5, "miles davis", "jazz", "jazz"), (9, "beyonce", "", "")]
CATALOGUE = Catalogue.of(ROWS)


@given(st.sets(st.integers(0, 12)), st.sets(st.sampled_from(["beyonce", "miles davis", "nobody"])))
def test_the_catalogue_has_all_tracks_that_may_be_recommended(track_ids, artists):
    there = track_ids & {2, 5, 9}
    assert sorted(CATALOGUE.ids[CATALOGUE.places(track_ids)].tolist()) == sorted(there)
    assert CATALOGUE.artists_by_id(track_ids) == {row[0]: row[1] for row in ROWS if row[0] in there}

    may = CATALOGUE.allowed(without_tracks=track_ids, without_artists=artists)

    expected = [row[0] not in track_ids and row[1] not in artists for row in ROWS]
    assert may.tolist() == expected
    empty = Catalogue.of([])
    assert (len(empty), empty.places(track_ids).tolist()) == (0, [])
    assert empty.allowed(without_tracks=track_ids, without_artists=artists).tolist() == []


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=3, max_size=3), st.integers(1, 4))
def test_tracks_are_sorted_by_score_then_newest_first(scores, most):
    places = CATALOGUE.scored(np.array(scores, np.float32), np.ones(3, bool), most=most)

    expected = sorted((place for place in range(3) if scores[place]), key=lambda n: (-scores[n], -n))
    assert places == expected[:most]


def test_the_catalogue_is_read_once_while_nothing_changes(library, django_assert_num_queries):
    holder = CatalogueHolder()
    first = holder.catalogue()

    with django_assert_num_queries(1):
        assert holder.catalogue() is first
    assert first.ids.tolist() == sorted(track.pk for track in library.values())


def test_every_change_of_the_library_is_seen(library, add_track):
    holder = CatalogueHolder()
    halo = library["Halo"]
    before = holder.catalogue()

    new = add_track("Hello", "Adele")
    assert new.pk in holder.catalogue().ids
    change_track(track_id=halo.pk, changes={"artist": "Ane Brun"})
    assert holder.catalogue().artists_by_id([halo.pk]) == {halo.pk: "ane brun"}
    delete_track(track_id=new.pk)
    assert new.pk not in holder.catalogue().ids
    assert before.artists_by_id([halo.pk]) == {halo.pk: "beyonce"}
    Track.objects.bulk_create_without_events([Track.described_by(library["Toxic"].metadata())])
    assert len(holder.catalogue()) == len(library) + 1


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "pop", "jazz"])), max_size=12),
    st.integers(0, 12),
)
def test_ranking_in_portions_equals_ranking_everything(facts, cut):
    rows = [(number * 2, artist, genre, genre.title()) for number, (artist, genre) in enumerate(facts)]

    whole, grown = Catalogue.of(rows), Catalogue.of(rows[:cut]).with_more(rows[cut:])

    for name in ("ids", "artists", "genres"):
        assert getattr(whole, name).tolist() == getattr(grown, name).tolist()
    assert (whole.artist_keys, whole.genre_keys, whole.genre_names) == (
        grown.artist_keys,
        grown.genre_keys,
        grown.genre_names,
    )
