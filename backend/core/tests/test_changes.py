"""A change of an announced model is seen as the database has it: before, after, and nothing hidden."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.signals import post_delete

from core.changes import Change, WriteWithoutEventsError, change_of
from core.database import violated_constraint
from core.models import OneTimeTask
from core.tests.notes import Note, heard_by

Seen = list[tuple[object, object]]


@pytest.fixture
def seen() -> Iterator[Seen]:
    """The text before and after of each reported change."""
    called: Seen = []

    def hear(instance: Note, *, raw: bool = False, **_: object) -> None:
        assert connection.in_atomic_block
        if raw:
            return
        change: Change[Note] = change_of(instance)
        called.append((change.before and change.before.text, change.after and change.after.text))

    with heard_by(hear), heard_by(hear, post_delete):
        yield called


def stored(text: str) -> Note:
    note = Note(text=text)
    note.save()
    Note.called.clear()
    return note


def test_a_new_row_has_no_previous_state(notes, seen: Seen):
    Note(text="Halo").save()
    assert seen == [(None, "Halo")]
    assert notes == ["lock", "prepare None", "settle None"]
    Note.objects.create(text="Ho")
    Note.objects.get_or_create(text="Ho")
    Note.objects.update_or_create(text="Ho", defaults={"text": "Hello"})
    assert seen[1:] == [(None, "Ho"), ("Ho", "Hello")]


def test_before_and_after_are_read_from_the_database(notes, seen: Seen):
    note, same = stored("Halo"), Note.objects.get()
    note.text = "Hello"
    note.save()
    assert notes == ["lock", "prepare Halo", "settle Halo"]
    same.text = "Hallelujah"
    same.save()
    assert seen[1:] == [("Halo", "Hello"), ("Hello", "Hallelujah")]

    note.text, note.place = "Hey", 5
    note.save(update_fields=["place"])
    assert seen[3:] == [("Hallelujah", "Hallelujah")]
    assert Note.objects.get().place == 5


def test_after_has_the_types_of_a_read_and_is_read_once(notes, django_assert_num_queries):
    read: list[object] = []

    def hear(instance: Note, **_: object) -> None:
        change = change_of(instance)
        with django_assert_num_queries(1):
            assert change.after is change.after
        read.append(change.after and change.after.place)

    with heard_by(hear):
        Note(text="Halo", place="7").save()
    assert read == [7]


def test_a_deletion_has_no_new_state_and_happens_once(notes, seen: Seen):
    note, same = stored("Halo"), Note.objects.get()
    assert note.delete() == (1, {"core_tests.Note": 1})
    assert seen[1:] == [("Halo", None)]
    assert notes == ["lock", "prepare deletion", "settle deletion"]
    assert same.delete() == (0, {})
    assert notes[3:] == ["lock"]
    assert len(seen) == 2


def test_a_row_read_under_its_lock_is_not_read_again(notes, seen: Seen, django_assert_num_queries):
    with transaction.atomic():
        note = Note(text="Halo")
        with django_assert_num_queries(1):
            note.save_current(before=None)
        before = note.copied()
        note.text = "Hello"
        with django_assert_num_queries(1):
            note.save_current(before=before, update_fields=["text"])
        assert not note.is_current
        with django_assert_num_queries(1):
            note.delete_current()
    assert seen == [(None, "Halo"), ("Halo", "Hello"), ("Hello", None)]
    assert notes == [
        *("prepare None", "settle None"),
        *("prepare Halo", "settle Halo"),
        *("prepare deletion", "settle deletion"),
    ]


def test_a_failed_write_after_such_a_read_rolls_back_the_transaction(stored_notes, monkeypatch):
    monkeypatch.setattr(Note, "after_change", lambda *_: 1 / 0)
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            Note(text="Halo").save_current(before=None)
        assert connection.needs_rollback
    assert not Note.objects.exists()


def test_writes_without_signals_are_rejected_and_save_base_is_detected(notes, seen: Seen):
    note = stored("Halo")
    for write in (
        lambda: Note.objects.update(text="x"),
        lambda: Note.objects.all().order_by("text").update(text="x"),
        lambda: Note.objects.bulk_create([Note(text="x")]),
        lambda: Note.objects.bulk_update([note], ["text"]),
        lambda: change_of(note),  # outside of a write
    ):
        with pytest.raises(WriteWithoutEventsError):
            write()
    assert list(Note.objects.values_list("text", flat=True)) == ["Halo"]
    with pytest.raises(WriteWithoutEventsError, match="save_base"):
        Note(text="Hello").save_base()


async def test_writes_without_signals_are_rejected_in_async_code():
    with pytest.raises(WriteWithoutEventsError):
        await Note.objects.aupdate(text="x")


def test_update_without_events_writes_without_signals(notes, seen: Seen):
    first, second = Note.objects.bulk_create_without_events([Note(text="a"), Note(text="b")])
    first.text, second.text = "c", "d"
    assert Note.objects.bulk_update_without_events([first, second], ["text"]) == 2
    assert Note.objects.filter(text="c").update_without_events(place=1) == 1
    assert list(Note.objects.order_by("text").values_list("text", "place")) == [("c", 1), ("d", None)]
    assert seen == []


def test_a_queryset_is_deleted_completely_or_not_at_all(stored_notes, monkeypatch):
    for text in ("a", "b"):
        Note(text=text).save()
    delete = Note.delete
    monkeypatch.setattr(Note, "delete", lambda self: 1 / 0 if self.text == "b" else delete(self))
    with pytest.raises(ZeroDivisionError):
        Note.objects.order_by("text").delete()
    assert Note.objects.count() == 2


@pytest.mark.parametrize("rejects", ["a receiver", "a hook"])
def test_a_receiver_that_fails_undoes_the_write_even_in_the_shell(stored_notes, monkeypatch, rejects: str):
    def reject(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    if rejects == "a hook":
        monkeypatch.setattr(Note, "after_change", reject)
    with heard_by(reject if rejects == "a receiver" else lambda **_: None), pytest.raises(ZeroDivisionError):
        Note(text="Halo").save()
    assert not Note.objects.exists()


# --- Which fields a save writes ----------------------------------------------------------------------


@pytest.fixture
def asked(notes, monkeypatch) -> list[tuple[bool, bool]]:
    """Whether text and place are written, as the hooks before and after each write receive it."""
    seen: list[tuple[bool, bool]] = []

    def ask(self: Note, before: Note | None) -> None:
        seen.append((self.writes("text"), self.writes("place")))

    monkeypatch.setattr(Note, "before_change", ask)
    monkeypatch.setattr(Note, "after_change", ask)
    return seen


@pytest.mark.parametrize("kind", [list, set, iter])
def test_update_fields_limits_a_save_and_a_full_save_writes_all_fields(asked, kind):
    note = Note.objects.create(text="Halo")
    note.text, note.place = "Hello", 5
    note.save(update_fields=kind(["place"]))
    stored = Note.objects.get()
    assert (stored.text, stored.place) == ("Halo", 5)
    note.save()
    assert asked == [*[(True, True)] * 2, *[(False, True)] * 2, *[(True, True)] * 2]


def test_nested_saves_report_both_changes(asked):
    """A receiver that saves the same instance again, as bad as that is, leaves the outer change as it was."""
    note = Note.objects.create(text="Halo")
    asked.clear()
    called: list[str] = []

    def hear(instance: Note, **_: object) -> None:
        if instance.place is None:
            instance.place = 1
            instance.save(update_fields=["place"])
        change = change_of(instance)
        assert change.before
        assert change.after
        called.append(f"{change.before.text} {change.before.place} to {change.after.place}")

    note.text = "Hello"
    with heard_by(hear):
        note.save(update_fields=["text"])
    assert asked == [(True, False), (False, True), (False, True), (True, False)]
    assert called == ["Hello None to 1", "Halo None to 1"]


# --- A broken constraint is known by its name, on each database --------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"board": 1, "text": "Halo"}, "note_once"),
        ({"board": 1, "text": "Hello", "place": -1}, "note_place_once"),
        ({"board": 2, "text": "Halo", "place": -1}, "note_below_zero_once"),
        ({"board": None, "text": "Halo"}, None),
    ],
    ids=["columns", "other columns", "an index with a condition", "not unique"],
)
def test_the_name_of_a_violated_constraint_is_found(notes, fields, name: str | None):
    Note(board=1, text="Halo", place=-1).save()
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Note(**fields).save()
    assert violated_constraint(error.value, among=Note) == name
    assert violated_constraint(error.value, among=OneTimeTask) is None
