"""Models whose changes are tracked: the row before and after, under the right lock.

`save` and `delete` of an `AnnouncedModel` open a transaction, take the locks that its subclass names, and
read the row as the database has it. Signal handlers get that as `change_of(instance)`. Values cached on
the instance would be wrong after a rollback, and then the next save would send no event.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any, ClassVar, Generic, NoReturn, Self, TypeVar

from django.db import models, transaction

from core.statements import PreparedModel

M = TypeVar("M", bound="AnnouncedModel")


class UnannouncedWrite(TypeError):
    """A write that sends no signal was tried on a model whose changes are announced."""

    def __init__(self, method: str) -> None:
        super().__init__(
            f"{method}() would change rows without an event: save() or delete() them one by one."
        )


class AnnouncedQuerySet(models.QuerySet[M]):
    """Rejects what sends no signal; `delete` deletes row by row."""

    def update(self, **_values: Any) -> NoReturn:
        raise UnannouncedWrite("update")

    def bulk_create(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise UnannouncedWrite("bulk_create")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise UnannouncedWrite("bulk_update")

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            rows = list(self)
            for row in rows:
                row.delete()
        return len(rows), {self.model._meta.label: len(rows)}

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def update_unannounced(self, **values: Any) -> int:
        """For a service that sends the events of the change itself, in the same transaction."""
        return super().update(**values)

    def bulk_update_unannounced(self, rows: list[M], fields: list[str]) -> int:
        """For a service that sends the events of the change itself, in the same transaction."""
        # Django's bulk_update calls update() on querysets of its own, which must be plain ones.
        plain: models.QuerySet[M] = models.QuerySet(self.model, using=self.db)
        return plain.bulk_update(rows, fields, batch_size=300)

    def bulk_create_unannounced(self, rows: list[M]) -> list[M]:
        """For rows that no client can know yet."""
        return super().bulk_create(rows, batch_size=500)


AnnouncedManager = models.Manager.from_queryset(AnnouncedQuerySet)


class Change(Generic[M]):
    """One row's change: `before` is None for a new row, `after` is None for one that is gone."""

    def __init__(self, *, before: M | None, read_after: Callable[[], M | None]) -> None:
        self.before = before
        self._read_after = read_after
        self._after: M | None = None

    @property
    def after(self) -> M | None:
        """The row as the database has it now, with the types that a reader gets; read once."""
        if self._after is None:
            self._after = self._read_after()
        return self._after


class Rules(Generic[M]):
    """What follows from a change of a model's rows, where that is more than the model itself should know.

    Each method is the model's hook of that name, in the transaction of the change and under its locks.
    """

    def prepare_change(self, row: M, before: M | None) -> None: ...

    def settle_change(self, row: M, before: M | None) -> None: ...

    def prepare_deletion(self, row: M) -> None: ...

    def settle_deletion(self, row: M) -> None: ...


R = TypeVar("R", bound=type[Rules[Any]])


def rules_of(model: type["AnnouncedModel"]) -> Callable[[R], R]:
    """Registers the decorated Rules; the app imports their module when it is ready."""

    def register(rules: R) -> R:
        model.rules = rules()
        return rules

    return register


class AnnouncedModel(PreparedModel):
    """Base of the models whose changes are broadcast."""

    rules: ClassVar[Rules[Any]] = Rules()
    # What a reader of the row needs with it, fetched in the same query.
    announced_relations: ClassVar[tuple[str, ...]] = ()

    # The `update_fields` of the save that is going on.
    _written: Collection[str] | None = None
    objects = AnnouncedManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = frozenset(kwargs["update_fields"])  # it is asked for more than once
        outer, self._written = self._written, kwargs.get("update_fields")
        try:
            with transaction.atomic():
                self.lock_for_change()
                before = self._stored()
                self.prepare_change(before)
                with self._changing(before, self._stored):
                    super().save(*args, **kwargs)
                self.settle_change(before)
        finally:
            self._written = outer

    def save_current(self, *, before: Self | None, update_fields: Collection[str] | None = None) -> None:
        """`save` for a service that holds the locks, and has read under them what it changes.

        `before` is a copy of the row as it was read; None inserts a new one. The instance differs from it in
        `update_fields` alone, by values of the types that a reader gets, and the rows that it refers to were
        read under the locks too: so nothing is read again. When it fails, the whole transaction does.
        """
        outer = self._written, self.is_current
        self._written, self.is_current = update_fields, True
        try:
            with transaction.atomic(savepoint=False):
                self.prepare_change(before)
                with self._changing(before, lambda: self):
                    super().save(force_insert=before is None, update_fields=update_fields)
                self.settle_change(before)
        finally:
            self._written, self.is_current = outer

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            self.lock_for_change()
            before = self._stored()
            if before is None:
                return 0, {}
            before.prepare_deletion()
            with self._changing(before, self._stored):
                deleted = super().delete(*args, **kwargs)
            before.settle_deletion()
        return deleted

    def delete_current(self) -> None:
        """`delete` for a service that has read the row, and those that it refers to, under their locks."""
        self.is_current = True
        try:
            with transaction.atomic(savepoint=False):
                self.prepare_deletion()
                with self._changing(self.copied(), lambda: None):
                    super().delete()
                self.settle_deletion()
        finally:
            self.is_current = False

    def writes(self, field: str) -> bool:
        """Whether the save that is going on writes this field; others may be stale in memory."""
        return self._written is None or field in self._written

    def lock_for_change(self) -> None:
        """Take the locks that a change of this row needs. Called first, inside the transaction."""

    def prepare_change(self, before: Self | None) -> None:
        """Keep what depends on this row right, before it is written."""
        self.rules.prepare_change(self, before)

    def settle_change(self, before: Self | None) -> None:
        """Keep what depends on this row right, after it was written."""
        self.rules.settle_change(self, before)

    def prepare_deletion(self) -> None:
        """Keep what depends on this row right, before it goes."""
        self.rules.prepare_deletion(self)

    def settle_deletion(self) -> None:
        """Keep what depends on this row right, after it went."""
        self.rules.settle_deletion(self)

    def copied(self) -> Self:
        """The row as it is here now, for `save_current` when this instance has been changed."""
        twin = type(self).__new__(type(self))
        twin.__dict__.update({**self.__dict__, "_state": copy(self._state)})
        return twin

    def _stored(self) -> Self | None:
        if self.pk is None:
            return None
        rows = type(self)._base_manager.select_related(*self.announced_relations)
        return rows.filter(pk=self.pk).first()

    @contextmanager
    def _changing(self, before: Self | None, read_after: Callable[[], Self | None]) -> Iterator[None]:
        outer = self.__dict__.get("_change")
        self.__dict__["_change"] = Change(before=before, read_after=read_after)
        try:
            yield
        finally:
            self.__dict__["_change"] = outer


def change_of(instance: M) -> Change[M]:
    """The change that is being written. Asked for by signal handlers, while `save` or `delete` runs."""
    change: Change[M] | None = instance.__dict__.get("_change")
    if change is None:
        raise UnannouncedWrite("save_base")
    return change
