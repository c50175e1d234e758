"""A change of an announced model is seen as the database has it: before, after, and nothing hidden."""

import pytest
from django.core.serializers.base import DeserializedObject
from django.db import connection
from django.db.models.signals import post_delete, post_save, pre_save

from core.changes import Change, UnannouncedWrite, change_of
from core.tests.notes import Note
from core.tests.undoing import undone

Seen = list[tuple[object, object]]


@pytest.fixture
def seen():
    """The text before and after of each change that was told."""
    told: Seen = []

    def hear(instance: Note, *, raw: bool = False, **_: object) -> None:
        assert connection.in_atomic_block
        if raw:
            return
        change: Change[Note] = change_of(instance)
        told.append((change.before and change.before.text, change.after and change.after.text))

    post_save.connect(hear, sender=Note)
    post_delete.connect(hear, sender=Note)
    yield told
    post_save.disconnect(hear, sender=Note)
    post_delete.disconnect(hear, sender=Note)


def stored(text: str) -> Note:
    note = Note(text=text)
    note.save()
    Note.told.clear()
    return note


def test_a_new_row_has_no_before(notes, seen: Seen):
    Note(text="Halo").save()
    assert seen == [(None, "Halo")]
    assert notes == ["lock", "prepare None", "settle None"]


def test_a_row_that_is_created_by_its_manager_is_told(notes, seen: Seen):
    Note.objects.create(text="Halo")
    Note.objects.get_or_create(text="Halo")
    Note.objects.update_or_create(text="Halo", defaults={"text": "Hello"})
    assert seen == [(None, "Halo"), ("Halo", "Hello")]


def test_a_change_has_both(notes, seen: Seen):
    note = stored("Halo")
    note.text = "Hello"
    note.save()
    assert seen[1:] == [("Halo", "Hello")]
    assert notes == ["lock", "prepare Halo", "settle Halo"]


def test_before_is_what_the_database_has_and_not_what_the_instance_remembers(notes, seen: Seen):
    note, same = stored("Halo"), Note.objects.get()
    note.text = "Hello"
    note.save()
    same.text = "Hallelujah"
    same.save()
    assert seen[1:] == [("Halo", "Hello"), ("Hello", "Hallelujah")]


def test_after_is_what_was_written_and_not_what_the_instance_holds(notes, seen: Seen):
    note = stored("Halo")
    note.text, note.place = "Hello", 5
    note.save(update_fields=["place"])
    assert seen[1:] == [("Halo", "Halo")]
    assert Note.objects.get().place == 5


def test_after_has_the_types_that_a_reader_gets(notes):
    read: list[object] = []

    def hear(instance: Note, **_: object) -> None:
        after = change_of(instance).after
        read.append(after and after.place)

    post_save.connect(hear, sender=Note)
    try:
        Note(text="Halo", place="7").save()
    finally:
        post_save.disconnect(hear, sender=Note)
    assert read == [7]


def test_after_is_read_once(notes, django_assert_num_queries):
    note = stored("Halo")
    with note._changing(note):
        change = change_of(note)
        with django_assert_num_queries(1):
            assert change.after is change.after


def test_a_deletion_has_no_after(notes, seen: Seen):
    note = stored("Halo")
    assert note.delete() == (1, {"core_tests.Note": 1})
    assert seen[1:] == [("Halo", None)]
    assert notes == ["lock", "prepare deletion", "settle deletion"]


def test_a_row_that_has_gone_meanwhile_is_not_deleted_again(notes, seen: Seen):
    note, same = stored("Halo"), Note.objects.get()
    note.delete()
    notes.clear()
    assert same.delete() == (0, {})
    assert notes == ["lock"]
    assert len(seen) == 2


def test_what_sends_no_signal_is_refused(notes):
    note = stored("Halo")
    for write in (
        lambda: Note.objects.update(text="x"),
        lambda: Note.objects.filter(pk=note.pk).update(text="x"),
        lambda: Note.objects.all().order_by("text").update(text="x"),
        lambda: Note.objects.bulk_create([Note(text="x")]),
        lambda: Note.objects.bulk_update([note], ["text"]),
    ):
        with pytest.raises(UnannouncedWrite, match="without telling anybody"):
            write()
    assert list(Note.objects.values_list("text", flat=True)) == ["Halo"]


async def test_what_sends_no_signal_is_refused_on_the_event_loop_too():
    with pytest.raises(UnannouncedWrite):
        await Note.objects.aupdate(text="x")


def test_a_service_may_write_what_it_tells_by_other_means(notes, seen: Seen):
    first, second = Note.objects.bulk_create_unannounced([Note(text="a"), Note(text="b")])
    first.text, second.text = "c", "d"
    assert Note.objects.bulk_update_unannounced([first, second], ["text"]) == 2
    assert Note.objects.filter(text="c").update_unannounced(place=1) == 1
    assert list(Note.objects.order_by("text").values_list("text", "place")) == [("c", 1), ("d", None)]
    assert seen == []


def test_a_queryset_is_deleted_row_by_row(notes, seen: Seen):
    for text in ("a", "b", "c"):
        stored(text)
    assert Note.objects.filter(text__in=["a", "b"]).delete() == (2, {"core_tests.Note": 2})
    assert sorted(seen[3:]) == [("a", None), ("b", None)]
    assert notes.count("settle deletion") == 2
    assert Note.objects.get().text == "c"


def test_a_queryset_is_deleted_as_a_whole_or_not_at_all(stored_notes, monkeypatch):
    for text in ("a", "b"):
        Note(text=text).save()
    delete = Note.delete
    monkeypatch.setattr(Note, "delete", lambda self: 1 / 0 if self.text == "b" else delete(self))
    with pytest.raises(ZeroDivisionError):
        Note.objects.order_by("text").delete()
    assert Note.objects.count() == 2


def test_a_save_that_was_rolled_back_is_told_when_it_is_repeated(stored_notes, seen: Seen):
    note = Note(text="Halo")
    note.save()
    note.text = "Hello"
    with undone():
        note.save()
    assert Note.objects.get().text == "Halo"
    note.save()
    assert seen == [(None, "Halo"), ("Halo", "Hello"), ("Halo", "Hello")]


def test_a_save_is_one_transaction_even_in_the_shell(stored_notes):
    def refuse(**_: object) -> None:
        raise ZeroDivisionError

    post_save.connect(refuse, sender=Note)
    try:
        with pytest.raises(ZeroDivisionError):
            Note(text="Halo").save()
    finally:
        post_save.disconnect(refuse, sender=Note)
    assert not Note.objects.exists()


def test_a_hook_that_refuses_after_the_write_undoes_it(stored_notes, monkeypatch):
    def refuse(self: Note, before: Note | None) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Note, "settle_change", refuse)
    with pytest.raises(ZeroDivisionError):
        Note(text="Halo").save()
    assert not Note.objects.exists()


def test_a_save_within_a_save_does_not_hide_the_outer_change(notes):
    """A receiver that saves the same instance again, as bad as that is, leaves the outer change as it was."""
    told: Seen = []

    def hear(instance: Note, **_: object) -> None:
        if instance.place is None:
            instance.place = 1
            instance.save(update_fields=["place"])
        change = change_of(instance)
        told.append((change.before and str(change.before.place), change.after and str(change.after.place)))

    post_save.connect(hear, sender=Note)
    try:
        note = Note(text="Halo")
        note.save()
    finally:
        post_save.disconnect(hear, sender=Note)
    assert told == [("None", "1"), (None, "1")]


def test_outside_of_a_write_there_is_no_change(notes):
    note = stored("Halo")
    with pytest.raises(UnannouncedWrite):
        change_of(note)


def test_save_base_alone_is_a_write_that_receivers_notice(notes, seen: Seen):
    with pytest.raises(UnannouncedWrite, match="save_base"):
        Note(text="Halo").save_base()


def test_fixtures_are_loaded_raw(notes, seen: Seen):
    raw: list[bool] = []

    def hear(**given: bool) -> None:
        raw.append(given["raw"])

    pre_save.connect(hear, sender=Note)
    try:
        note = Note(pk=5, text="Halo")
        DeserializedObject(note).save()
    finally:
        pre_save.disconnect(hear, sender=Note)
    assert raw == [True]
    assert Note.objects.get().pk == 5
    assert seen == []
