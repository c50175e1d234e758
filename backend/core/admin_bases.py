"""What the admin's pages share: they write only what was changed, under the lock, and tell why one can't."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core.admin_forms import ChangesOnlyForm, RowField, RowSelect, may_be_key
from core.changes import AnnouncedModel
from core.errors import ApiError, Conflict, NotFound

M = TypeVar("M", bound=models.Model)
READING_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
NO_SUCH_ROW = "One of the chosen rows does not exist. No items have been changed."
TAKEN_MEANWHILE = "Somebody else has just written something that this does not go together with."


class ForgivingList(admin.ModelAdmin[M]):
    """A list whose filters and chosen rows come from outside: what no column can hold is passed over."""

    list_per_page = 50
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changelist_view(request, *args, **kwargs)
        except (OverflowError, DataError):
            # As Django does with a filter that it doesn't know.
            return HttpResponseRedirect(f"{request.path}?e=1")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Counts the rows already, so that a year which no calendar has is found here."""
        try:
            return super().get_changelist_instance(request)
        except ValueError as odd:
            raise IncorrectLookupParameters(odd) from odd

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes along with a row needs no permission of its own: it is to look at only, for the most."""
        gone, counts, missing, protected = super().get_deleted_objects(objs, request)
        own = self.opts.verbose_name
        return gone, counts, {name for name in missing if name == own}, protected

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[M], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Nothing is done to rows of which one can't even be named."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if all(may_be_key(self.model, name) for name in chosen):
            return super().response_action(request, queryset, *args, **kwargs)
        self.message_user(request, NO_SUCH_ROW, messages.WARNING)
        return None


class CarefulAdmin(ForgivingList[M]):
    """Saves like a service: the row is locked and read anew, only the fields that were changed are written.

    What a rule refuses is shown as a message, and nothing of it has happened.
    """

    form = ChangesOnlyForm  # type: ignore[assignment] # of the same model

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
        """Of several, each is noted when it goes."""
        return [] if isinstance(queryset, QuerySet) else super().log_deletions(request, queryset)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        """Row by row, each in a transaction of its own: no two locks are held at once."""
        rows, refusals = list(queryset), []
        for row in rows:
            try:
                with transaction.atomic():
                    self.log_deletions(request, [row])
                    self.delete_model(request, row)
            except ApiError as refusal:
                refusals.append(f"{row}: {words_of(refusal)}")
        if refusals:
            raise Conflict(f"{len(rows) - len(refusals)} of {len(rows)} deleted. {' '.join(refusals)}")

    # --- Telling why not -----------------------------------------------------------------------------

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = super().changeform_view
        return self._told(request, lambda: view(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = super().delete_view
        return self._told(request, lambda: view(request, *args, **kwargs))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = super().changelist_view
        return self._told(request, lambda: view(request, *args, **kwargs))

    def _told(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method in READING_METHODS:
            return view()
        try:
            return view()
        except ApiError as refusal:
            reason = words_of(refusal)
        except IntegrityError:
            reason = TAKEN_MEANWHILE
        self.message_user(request, reason, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


class LookOnlyAdmin(ForgivingList[M]):
    """Records that are written by changes alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def write_changes(obj: models.Model, names: Iterable[str]) -> None:
    """Writes these values of `obj` over the row as it is now. Within a transaction.

    Raises NotFound when the row is gone.
    """
    values = {name: getattr(obj, name) for name in names}
    if not values:
        return
    if isinstance(obj, AnnouncedModel):
        obj.lock_for_change()
    try:
        obj.refresh_from_db()
    except type(obj).DoesNotExist:  # type: ignore[attr-defined]
        raise NotFound("Somebody else has deleted it meanwhile.") from None
    for name, value in values.items():
        setattr(obj, name, value)
    obj.save(update_fields=values)


def words_of(refusal: ApiError) -> str:
    """The refusal for people: with what it says of single fields."""
    texts = [text for value in refusal.details.values() if isinstance(value, list) for text in value]
    return " ".join([refusal.message, *map(str, texts)])


def _columns(obj: models.Model) -> set[str]:
    return {field.name for field in obj._meta.concrete_fields}
