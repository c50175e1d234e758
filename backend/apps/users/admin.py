"""People in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from apps.users.erasure import erase_person
from apps.users.models import Guest, Profile, User
from core.admin_bases import TAKEN_MEANWHILE, CarefulAdmin, ForgivingList, LookOnlyAdmin
from core.admin_forms import ChangesOnlyForm, NameFormField
from core.names import MAX_PERSON_NAME

# Tokens are their owners' alone.
for model in (OutstandingToken, BlacklistedToken):
    admin.site.unregister(model)


@admin.register(User)
class AccountAdmin(ForgivingList[User], UserAdmin):  # type: ignore[type-arg] # of the same model
    """Accounts, as Django shows them. One that is deleted is erased, as by its owner."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A profile goes along with its account, and is to look at only."""
        gone, counts, missing, protected = super().get_deleted_objects(objs, request)
        return gone, counts, missing - {Profile._meta.verbose_name}, protected

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Once the page's own transaction has ended: a person is erased in portions."""
        user_id = obj.pk
        transaction.on_commit(lambda: erase_person(user_id=user_id))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user_id in list(queryset.values_list("pk", flat=True)):
            erase_person(user_id=user_id)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Of two who take a name at the same moment, one is told."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            self.message_user(request, TAKEN_MEANWHILE, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


@admin.register(Profile)
class ProfileAdmin(LookOnlyAdmin[Profile]):
    """What accounts like; each says it itself."""

    list_display = ["user", "favorite_genres", "moods", "changed_at"]
    list_filter = ["changed_at"]
    list_select_related = ["user"]
    search_fields = ["=user__username"]
    ordering = ["user"]


class GuestForm(ChangesOnlyForm[Guest]):
    name = NameFormField(max_length=MAX_PERSON_NAME, required=False)


@admin.register(Guest)
class GuestAdmin(CarefulAdmin[Guest]):
    """A guest that is deleted is nobody any more; the votes stay."""

    form = GuestForm
    list_display = ["id", "name", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["=id", "name"]
    fields = ["id", "name", "created_at"]
    readonly_fields = ["id", "created_at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Guests make themselves: one without its token would be nobody's."""
        return False
