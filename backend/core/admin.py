"""The admin: base classes for all apps, and the core's own tables, read-only."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core.changes import BroadcastModel
from core.errors import ApiError, Conflict, NotFound
from core.models import IdempotencyRecord, OneTimeTask, TableWrite
from core.names import has_unwelcome_characters

M = TypeVar("M", bound=models.Model)


class NameFormField(forms.CharField):
    """A name with the rules of the API."""

    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        if has_unwelcome_characters(name):
            raise ValidationError("Control characters are not allowed.", code="unwelcome")
        return name


def may_be_key(model: type[models.Model], value: Any) -> bool:
    """Whether the model's primary key column can hold the value."""
    try:
        model._meta.pk.clean(value, None)
    except ValidationError:
        return False
    return True


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg] # of any model
    """A choice of a row. An impossible key is rejected; Django would query the database with it."""

    def to_python(self, value: Any) -> Any:
        is_named = value not in self.empty_values and not isinstance(value, models.Model)
        if is_named and not may_be_key(self.queryset.model, value):  # type: ignore[union-attr] # it is set
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
            )
        return super().to_python(value)


class RowSelect(AutocompleteSelect):
    """An autocomplete field. An impossible key is shown as no choice."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        model = self.field.remote_field.model
        return super().optgroups(name, [one for one in value if may_be_key(model, one)], attrs)


class PartialUpdateForm(forms.ModelForm[M]):
    """Writes only the fields that were edited; others may have been changed by another user since.

    Each field is sent together with the value that was shown. A field that returns with just that value is
    not read
    at all: it stays as the database has it. Where the shown value is missing, the database's own is taken.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            is_shown_value_sent = self.add_initial_prefix(name) in self.data
            field.show_hidden_initial = is_shown_value_sent or not self.is_bound

    def full_clean(self) -> None:
        untouched = [self.fields[name] for name in self.fields if self._is_untouched(name)]
        # Django takes the value of a disabled field from the instance, and never reports it as changed.
        for field in untouched:
            field.disabled = True
        super().full_clean()
        _ = self.changed_data  # computed and cached before the fields are released
        for field in untouched:
            field.disabled = False

    def _is_untouched(self, name: str) -> bool:
        bound = self[name]
        if not bound.field.show_hidden_initial or not self.is_bound:
            return False
        shown = bound.field.hidden_widget().value_from_datadict(
            self.data, self.files, self.add_initial_prefix(name)
        )
        return str(bound.data) == str(shown)


# --- Bases -------------------------------------------------------------------------------------------


READING_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
NO_SUCH_ROW = "One of the chosen rows does not exist. No items have been changed."
TAKEN_MEANWHILE = "Another user has just written something that conflicts with this."


class SafeChangeList(admin.ModelAdmin[M]):
    """A change list whose filters and selected rows are untrusted input: values that no column can hold are
    ignored.
    """

    list_per_page = 50
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changelist_view(request, *args, **kwargs)
        except (OverflowError, DataError):
            # As Django does with an unknown filter.
            return HttpResponseRedirect(f"{request.path}?e=1")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Counts the rows already, so that an impossible year fails here."""
        try:
            return super().get_changelist_instance(request)
        except ValueError as odd:
            raise IncorrectLookupParameters(odd) from odd

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Rows that are deleted with a row need no permission of their own: most are read-only."""
        gone, counts, missing, protected = super().get_deleted_objects(objs, request)
        own = self.opts.verbose_name
        return gone, counts, {name for name in missing if name == own}, protected

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[M], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """No action runs if one of the chosen keys is impossible."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if all(may_be_key(self.model, name) for name in chosen):
            return super().response_action(request, queryset, *args, **kwargs)
        self.message_user(request, NO_SUCH_ROW, messages.WARNING)
        return None


class LockingAdmin(SafeChangeList[M]):
    """Saves like a service: the row is locked and read again, and only changed fields are written.

    An error of a rule is shown as a message, and nothing is changed.
    """

    form = PartialUpdateForm  # type: ignore[assignment] # of the same model

    def create(self, request: HttpRequest, obj: M, form: Any) -> None:
        """Stores a new row, for models that have a service for it. Leaves its id in `obj`."""
        obj.save()

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        if change:
            write_changes(obj, [name for name in form.changed_data if name in _columns(obj)])
        else:
            self.create(request, obj, form)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", RowField)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", RowSelect(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # --- Deleting ------------------------------------------------------------------------------------

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Of several rows, each is logged when it is deleted."""
        return [] if isinstance(queryset, QuerySet) else super().log_deletions(request, queryset)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        """Row by row, each in a transaction of its own: no two locks are held together."""
        rows, errors = list(queryset), []
        for row in rows:
            try:
                with transaction.atomic():
                    self.log_deletions(request, [row])
                    self.delete_model(request, row)
            except ApiError as error:
                errors.append(f"{row}: {message_of(error)}")
        if errors:
            raise Conflict(f"{len(rows) - len(errors)} of {len(rows)} deleted. {' '.join(errors)}")

    # --- Error messages ------------------------------------------------------------------------------

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = super().changeform_view
        return self._with_message(request, lambda: view(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = super().delete_view
        return self._with_message(request, lambda: view(request, *args, **kwargs))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = super().changelist_view
        return self._with_message(request, lambda: view(request, *args, **kwargs))

    def _with_message(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method in READING_METHODS:
            return view()
        try:
            return view()
        except ApiError as error:
            reason = message_of(error)
        except IntegrityError:
            reason = TAKEN_MEANWHILE
        self.message_user(request, reason, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


class DeleteOnlyAdmin(LockingAdmin[M]):
    """Rows that people make: shown and deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(SafeChangeList[M]):
    """Records that are written by changes alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def write_changes(obj: models.Model, names: Iterable[str]) -> None:
    """Writes these values of `obj` over the row as it is now. Within a transaction.

    Raises NotFound if the row was deleted.
    """
    values = {name: getattr(obj, name) for name in names}
    if not values:
        return
    if isinstance(obj, BroadcastModel):
        obj.lock_for_change()
    try:
        obj.refresh_from_db()
    except type(obj).DoesNotExist:  # type: ignore[attr-defined]
        raise NotFound("Another user has deleted it meanwhile.") from None
    for name, value in values.items():
        setattr(obj, name, value)
    obj.save(update_fields=values)


def message_of(error: ApiError) -> str:
    """The error's message with those of its fields."""
    texts = [text for value in error.details.values() if isinstance(value, list) for text in value]
    return " ".join([error.message, *map(str, texts)])


def _columns(obj: models.Model) -> set[str]:
    return {field.name for field in obj._meta.concrete_fields}


# --- The tables of core ------------------------------------------------------------------------------


@admin.register(OneTimeTask)
class OneTimeTaskAdmin(ReadOnlyAdmin[OneTimeTask]):
    list_display = ["name", "reached_at"]


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin[IdempotencyRecord]):
    list_display = ["key", "caller", "status", "created_at"]
    exclude = ["body", "headers"]


@admin.register(TableWrite)
class TableWriteAdmin(ReadOnlyAdmin[TableWrite]):
    list_display = ["name", "number"]
