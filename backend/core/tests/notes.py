"""A model of the tests' own whose changes are announced; its table is made by `note_table`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import connection, models
from django.db.models.signals import ModelSignal, post_save

from core.changes import BroadcastModel


class Note(BroadcastModel):
    """A text on a board. `called` notes the hooks that were called, in order."""

    board = models.IntegerField(default=0)
    text = models.CharField(max_length=50)
    place = models.IntegerField(null=True)
    # Where the code under test is called from the hooks.
    called: ClassVar[list[str]] = []
    if TYPE_CHECKING:  # the plugin for Django knows only models of installed apps
        objects: ClassVar[Any]

    class Meta:
        app_label = "core_tests"
        constraints = [
            models.UniqueConstraint(fields=["board", "text"], name="note_once"),
            models.UniqueConstraint(fields=["board", "place"], name="note_place_once"),
            models.UniqueConstraint(
                fields=["text"], condition=models.Q(place__lt=0), name="note_below_zero_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def lock_for_change(self) -> None:
        self._note("lock")

    def before_change(self, before: Self | None) -> None:
        self._note(f"prepare {before}")

    def after_change(self, before: Self | None) -> None:
        self._note(f"settle {before}")

    def before_deletion(self) -> None:
        self._note("prepare deletion")

    def after_deletion(self) -> None:
        self._note("settle deletion")

    def _note(self, hook: str) -> None:
        assert connection.in_atomic_block
        self.called.append(hook)


def make_table(model: Any) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(model)


def drop_table(model: Any) -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(model)


def empty_table(model: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608 - a name of our own


@contextmanager
def heard_by(receiver: Callable[..., None], signal: ModelSignal = post_save) -> Iterator[None]:
    """Of changes of notes."""
    signal.connect(receiver, sender=Note)
    try:
        yield
    finally:
        signal.disconnect(receiver, sender=Note)
