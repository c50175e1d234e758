"""Which fields the save that is going on writes: others may be stale in memory."""

import pytest

from core.tests.notes import Note, heard_by


@pytest.fixture
def asked(notes, monkeypatch) -> list[tuple[bool, bool]]:
    """Whether text and place are written, as the hooks before and after each write are told."""
    seen: list[tuple[bool, bool]] = []

    def ask(self: Note, before: Note | None) -> None:
        seen.append((self.writes("text"), self.writes("place")))

    monkeypatch.setattr(Note, "prepare_change", ask)
    monkeypatch.setattr(Note, "settle_change", ask)
    return seen


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset, iter])
def test_a_part_is_what_is_named_however_it_is_named(asked, kind):
    note = Note.objects.create(text="Halo")
    asked.clear()
    note.text, note.place = "Hello", 5
    note.save(update_fields=kind(["place"]))
    assert asked == [(False, True)] * 2
    stored = Note.objects.get()
    assert (stored.text, stored.place) == ("Halo", 5)


def test_a_whole_save_writes_every_field_also_after_a_part(asked):
    note = Note.objects.create(text="Halo")
    assert asked == [(True, True)] * 2
    note.save(update_fields=["place"])
    asked.clear()
    note.save()
    assert asked == [(True, True)] * 2


def test_a_save_within_a_save_does_not_hide_what_the_outer_writes(asked):
    note = Note.objects.create(text="Halo")
    asked.clear()

    def hear(instance: Note, **_: object) -> None:
        if instance.place is None:
            instance.place = 1
            instance.save(update_fields=["place"])

    with heard_by(hear):
        note.save(update_fields=["text"])
    assert asked == [(True, False), (False, True), (False, True), (True, False)]
