"""Models whose changes are broadcast: the row before and after, under the right lock.

`save` and `delete` of an `BroadcastModel` open a transaction, take the locks that its subclass names, and
read the row as the database has it. Signal handlers get that as `change_of(instance)`. Values cached on
the instance would be wrong after a rollback, and then the next save would send no event.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any, ClassVar, Generic, NoReturn, Self, TypeVar

from django.db import models, transaction

from core.statements import PreparedModel

M = TypeVar("M", bound="BroadcastModel")


class WriteWithoutEventsError(TypeError):
    """A write without signals was attempted on a model whose changes are broadcast."""

    def __init__(self, method: str) -> None:
        super().__init__(
            f"{method}() would change rows without an event: save() or delete() them one by one."
        )


class BroadcastQuerySet(models.QuerySet[M]):
    """Rejects writes that send no signal; `delete` deletes row by row."""

    def update(self, **_values: Any) -> NoReturn:
        raise WriteWithoutEventsError("update")

    def bulk_create(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise WriteWithoutEventsError("bulk_create")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise WriteWithoutEventsError("bulk_update")

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            rows = list(self)
            for row in rows:
                row.delete()
        return len(rows), {self.model._meta.label: len(rows)}

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def update_without_events(self, **values: Any) -> int:
        """For a service that sends the events itself, in the same transaction."""
        return super().update(**values)

    def bulk_update_without_events(self, rows: list[M], fields: list[str]) -> int:
        """For a service that sends the events itself, in the same transaction."""
        # Django's bulk_update calls update() on querysets of its own, which must be plain ones.
        plain: models.QuerySet[M] = models.QuerySet(self.model, using=self.db)
        return plain.bulk_update(rows, fields, batch_size=300)

    def bulk_create_without_events(self, rows: list[M]) -> list[M]:
        """For rows that no client can know yet."""
        return super().bulk_create(rows, batch_size=500)


BroadcastManager = models.Manager.from_queryset(BroadcastQuerySet)


class Change(Generic[M]):
    """One row's change: `before` is None for a new row, `after` is None for a deleted one."""

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
    """The consequences of a change that concern more than the row itself.

    Each method is the model's hook of that name, called in the transaction of the change, under its locks.
    """

    def before_change(self, row: M, before: M | None) -> None: ...

    def after_change(self, row: M, before: M | None) -> None: ...

    def before_deletion(self, row: M) -> None: ...

    def after_deletion(self, row: M) -> None: ...


R = TypeVar("R", bound=type[Rules[Any]])


def register_rules(model: type["BroadcastModel"]) -> Callable[[R], R]:
    """Registers the decorated Rules; the app imports their module when it is ready."""

    def register(rules: R) -> R:
        model.rules = rules()
        return rules

    return register


class BroadcastModel(PreparedModel):
    """Base of the models whose changes are broadcast."""

    rules: ClassVar[Rules[Any]] = Rules()
    # Related rows that readers need, fetched in the same query.
    broadcast_relations: ClassVar[tuple[str, ...]] = ()

    # The `update_fields` of the current save.
    _written: Collection[str] | None = None
    objects = BroadcastManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = frozenset(kwargs["update_fields"])  # it is used more than once
        outer, self._written = self._written, kwargs.get("update_fields")
        try:
            with transaction.atomic():
                self.lock_for_change()
                before = self._stored()
                self.before_change(before)
                with self._changing(before, self._stored):
                    super().save(*args, **kwargs)
                self.after_change(before)
        finally:
            self._written = outer

    def save_current(self, *, before: Self | None, update_fields: Collection[str] | None = None) -> None:
        """`save` for a service that holds the locks, and has read the row under them.

        `before` is a copy of the row as it was read; None inserts a new one. The instance differs from it in
        `update_fields` alone, by values of the types that a reader gets, and the rows that it refers to were
        read under the locks too: so nothing is read again. When it fails, the whole transaction does.
        """
        outer = self._written, self.is_current
        self._written, self.is_current = update_fields, True
        try:
            with transaction.atomic(savepoint=False):
                self.before_change(before)
                with self._changing(before, lambda: self):
                    super().save(force_insert=before is None, update_fields=update_fields)
                self.after_change(before)
        finally:
            self._written, self.is_current = outer

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            self.lock_for_change()
            before = self._stored()
            if before is None:
                return 0, {}
            before.before_deletion()
            with self._changing(before, self._stored):
                deleted = super().delete(*args, **kwargs)
            before.after_deletion()
        return deleted

    def delete_current(self) -> None:
        """`delete` for a service that has read the row, and those that it refers to, under their locks."""
        self.is_current = True
        try:
            with transaction.atomic(savepoint=False):
                self.before_deletion()
                with self._changing(self.copied(), lambda: None):
                    super().delete()
                self.after_deletion()
        finally:
            self.is_current = False

    def writes(self, field: str) -> bool:
        """Whether the current save writes this field; others may be stale in memory."""
        return self._written is None or field in self._written

    def lock_for_change(self) -> None:
        """Takes the locks that a change of this row needs. Called first, inside the transaction."""

    def before_change(self, before: Self | None) -> None:
        """Called before the row is written."""
        self.rules.before_change(self, before)

    def after_change(self, before: Self | None) -> None:
        """Updates what depends on this row, after it was written."""
        self.rules.after_change(self, before)

    def before_deletion(self) -> None:
        """Updates what depends on this row, before it is deleted."""
        self.rules.before_deletion(self)

    def after_deletion(self) -> None:
        """Updates what depends on this row, after it was deleted."""
        self.rules.after_deletion(self)

    def copied(self) -> Self:
        """A copy of the instance, for `save_current` when this instance has been changed."""
        twin = type(self).__new__(type(self))
        twin.__dict__.update({**self.__dict__, "_state": copy(self._state)})
        return twin

    def _stored(self) -> Self | None:
        if self.pk is None:
            return None
        rows = type(self)._base_manager.select_related(*self.broadcast_relations)
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
    """The change that is being written. For signal handlers, while `save` or `delete` runs."""
    change: Change[M] | None = instance.__dict__.get("_change")
    if change is None:
        raise WriteWithoutEventsError("save_base")
    return change
