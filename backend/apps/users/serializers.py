"""Request bodies of guests and accounts."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.contrib.auth.validators import UnicodeUsernameValidator
from rest_framework import serializers

from apps.users.models import (
    MAX_ARTIST_NAME,
    MAX_ARTISTS,
    MAX_GENRE_NAME,
    MAX_GENRES,
    MOODS,
    Taste,
    User,
    without_repeats,
)
from core.fields import NameField, ShownNameField, TextField
from core.names import (
    INVISIBLE,
    MAX_PERSON_NAME,
    MIXED,
    has_invisible_characters,
    is_reserved,
    mixes_alphabets,
)


class NewGuestSerializer(serializers.Serializer[None]):
    name = ShownNameField(max_length=MAX_PERSON_NAME, required=False, allow_blank=True, default="")


class GuestNameSerializer(serializers.Serializer[None]):
    name = ShownNameField(max_length=MAX_PERSON_NAME)


MAX_USERNAME = 150
MAX_EMAIL = 254
# Longer ones would only cost time.
MAX_PASSWORD = 256
MAX_TOKEN = 4096


class PasswordField(TextField):
    """Every character counts, also spaces around."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_PASSWORD, trim_whitespace=False, **kwargs)


class NewPasswordField(PasswordField):
    """How long it must be the validators say, in words of their own; the schema says so, too."""

    class Meta:
        swagger_schema_fields: ClassVar = {"minLength": MinimumLengthValidator().min_length}


class TokenField(TextField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_TOKEN, **kwargs)


class EmailField(serializers.EmailField):
    """Only text, and an e-mail address that all programs can read: before the @ only ASCII."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_EMAIL, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return User.objects.normalize_email(str(super().to_internal_value(data)))

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if not value.rpartition("@")[0].isascii():
            self.fail("invalid")


class MoodField(TextField):
    """One of the moods; the error lists all of them."""

    class Meta:
        swagger_schema_fields: ClassVar = {"enum": list(MOODS)}

    def to_internal_value(self, data: Any) -> str:
        mood = super().to_internal_value(data)
        if mood not in MOODS:
            raise serializers.ValidationError(f"There is no such mood. Known are: {', '.join(MOODS)}.")
        return mood


class ProfileSerializer(serializers.Serializer[None]):
    """Names are trimmed; one that is said twice, also in another case, counts once."""

    favorite_genres = serializers.ListField(
        child=NameField(max_length=MAX_GENRE_NAME), max_length=MAX_GENRES, required=False
    )
    favorite_artists = serializers.ListField(
        child=NameField(max_length=MAX_ARTIST_NAME), max_length=MAX_ARTISTS, required=False
    )
    moods = serializers.ListField(child=MoodField(), max_length=2 * len(MOODS), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {name: without_repeats(names) for name, names in attrs.items()}


class NewAccountSerializer(serializers.Serializer[None]):
    username = TextField(max_length=MAX_USERNAME)
    email = EmailField()
    password = NewPasswordField()
    profile = ProfileSerializer(required=False)

    def validate_username(self, given: str) -> str:
        """As Django's forms; no @, since a login takes a name with one for an e-mail address."""
        username = User.normalize_username(given)
        if len(username) > MAX_USERNAME:
            raise serializers.ValidationError(
                f"Ensure this field has no more than {MAX_USERNAME} characters."
            )
        if "@" in username:
            raise serializers.ValidationError("A name has no @.")
        UnicodeUsernameValidator()(username)
        if has_invisible_characters(username):
            raise serializers.ValidationError(INVISIBLE)
        if mixes_alphabets(username):
            raise serializers.ValidationError(MIXED)
        if is_reserved(username):
            raise serializers.ValidationError("This name is reserved.")
        return username

    @property
    def taste(self) -> Taste:
        return Taste().merged_with(self.validated_data.get("profile", {}))


class AccountChangeSerializer(serializers.Serializer[None]):
    """The profile. An account keeps its name and its address: the body may contain the present ones."""

    username = serializers.CharField(required=False)
    email = serializers.CharField(required=False, allow_blank=True)
    profile = ProfileSerializer(required=False)

    def reject_unknown_fields(self, user: User) -> None:
        """Raises ValidationError where a name or an address was given that is not the account's."""
        for field, what in (("username", "name"), ("email", "e-mail address")):
            if self.validated_data.get(field, getattr(user, field)) != getattr(user, field):
                raise serializers.ValidationError({field: [f"An account keeps its {what}."]})

    @property
    def given(self) -> Mapping[str, Any]:
        profile: Mapping[str, Any] = self.validated_data.get("profile", {})
        return profile


class WholeAccountSerializer(AccountChangeSerializer):
    """The same, with the whole profile."""

    profile = ProfileSerializer()


class LoginSerializer(serializers.Serializer[None]):
    """`username` is a name or an e-mail address, `email` the latter."""

    username = TextField(max_length=MAX_EMAIL, required=False)
    email = TextField(max_length=MAX_EMAIL, required=False)
    password = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("username" in attrs) == ("email" in attrs):
            raise serializers.ValidationError({"username": ["Give either username or email."]})
        return attrs

    @property
    def login(self) -> str:
        given = self.validated_data
        login: str = given["username"] if "username" in given else given["email"]
        return login


class RefreshSerializer(serializers.Serializer[None]):
    refresh = TokenField()


class TokenSerializer(serializers.Serializer[None]):
    token = TokenField()


class LogoutSerializer(serializers.Serializer[None]):
    refresh = TokenField(required=False)


class PasswordChangeSerializer(serializers.Serializer[None]):
    old_password = PasswordField()
    new_password = NewPasswordField()


class ResetRequestSerializer(serializers.Serializer[None]):
    email = EmailField()


class ResetSerializer(serializers.Serializer[None]):
    token = TokenField()
    new_password = NewPasswordField()
