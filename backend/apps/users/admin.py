"""Accounts, profiles and guests in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from apps.users.models import Guest, Profile, User
from apps.users.personal_data import erase_person
from core.admin import (
    TAKEN_MEANWHILE,
    LockingAdmin,
    NameFormField,
    PartialUpdateForm,
    ReadOnlyAdmin,
    SafeChangeList,
)
from core.names import MAX_PERSON_NAME

# Tokens are only for their owners, not for administrators.
for model in (OutstandingToken, BlacklistedToken):
    admin.site.unregister(model)


@admin.register(User)
class AccountAdmin(SafeChangeList[User], UserAdmin):  # type: ignore[type-arg] # of the same model
    """Django's admin of accounts. Deleting an account erases it, as if its owner had deleted it."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A profile is read-only, but is deleted with its account."""
        gone, counts, missing, protected = super().get_deleted_objects(objs, request)
        return gone, counts, missing - {Profile._meta.verbose_name}, protected

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Erases after the commit of the admin's transaction: a person is erased in several transactions."""
        user_id = obj.pk
        transaction.on_commit(lambda: erase_person(user_id=user_id))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user_id in list(queryset.values_list("pk", flat=True)):
            erase_person(user_id=user_id)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Of two users who take a name concurrently, one gets an error message."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            self.message_user(request, TAKEN_MEANWHILE, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


@admin.register(Profile)
class ProfileAdmin(ReadOnlyAdmin[Profile]):
    """Taste profiles, read-only: users edit their own."""

    list_display = ["user", "favorite_genres", "moods", "changed_at"]
    list_filter = ["changed_at"]
    list_select_related = ["user"]
    search_fields = ["=user__username"]
    ordering = ["user"]


class GuestForm(PartialUpdateForm[Guest]):
    name = NameFormField(max_length=MAX_PERSON_NAME, required=False)


@admin.register(Guest)
class GuestAdmin(LockingAdmin[Guest]):
    """A deleted guest is no longer recognised; the votes stay."""

    form = GuestForm
    list_display = ["id", "name", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["=id", "name"]
    fields = ["id", "name", "created_at"]
    readonly_fields = ["id", "created_at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Guests join by themselves: one without its token would belong to no client."""
        return False
