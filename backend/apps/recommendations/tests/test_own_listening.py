"""What people do here, as training takes it."""

from collections import defaultdict

from apps.playlist.services import Place, add_item, cast_vote, play_item
from apps.playlist.tests.rooms import new_room
from apps.recommendations.own_listening import own_listening
from apps.recommendations.tests.telling import tell


def learned() -> dict[tuple[str, str], float]:
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    for listener, item, weight in own_listening():
        sums[listener, item] += weight
    return dict(sums)


def test_plays_likes_and_shares_by_person(ada, bo, library):
    halo = f"track:{library['Halo'].pk}"
    tell(ada, "play", library["Halo"], times=3)
    tell(ada, "like", library["Halo"])
    tell(bo, "share", library["Halo"])

    assert learned() == {
        (f"voter {ada.key}", halo): 7,
        (f"voter {ada.key}", "artist:beyonce"): 7,
        (f"voter {bo.key}", halo): 2,
        (f"voter {bo.key}", "artist:beyonce"): 2,
    }


def test_skips_and_dislikes_count_against_also_against_a_vote(ada, bo, library):
    room = new_room()
    item = add_item(slug=room.slug, track_id=library["Halo"].pk, added_by="Bo", place=Place())
    for user in (ada, bo):
        cast_vote(slug=room.slug, item_id=item.pk, voter=user.key, value=1)
    tell(ada, "dislike", library["Halo"])
    tell(ada, "play", library["Naima"], times=2)
    tell(ada, "skip", library["Naima"])
    tell(bo, "play", library["Toxic"])
    tell(bo, "skip", library["Toxic"])

    assert learned() == {
        (f"voter {bo.key}", f"track:{library['Halo'].pk}"): 1,
        (f"voter {bo.key}", "artist:beyonce"): 1,
        (f"voter {ada.key}", f"track:{library['Naima'].pk}"): 0.5,
        (f"voter {ada.key}", "artist:john coltrane"): 0.5,
    }


def test_a_play_in_a_room_is_of_who_added_it_and_of_the_room(ada, library):
    room = new_room()
    item = add_item(slug=room.slug, track_id=library["Halo"].pk, added_by="A", place=Place(), adder=ada.key)
    play_item(slug=room.slug, item_id=item.pk)

    listeners = {listener.split(" on ")[0] for listener, _ in learned()}

    assert listeners == {f"voter {ada.key}", f"room {room.pk}"}
