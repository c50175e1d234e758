"""Forms of the admin: of what was sent, only what somebody changed counts."""

from typing import Any, TypeVar

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models

from core.names import has_unwelcome_characters

M = TypeVar("M", bound=models.Model)


class NameFormField(forms.CharField):
    """A name as the API takes it."""

    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        if has_unwelcome_characters(name):
            raise ValidationError("Control characters are not allowed.", code="unwelcome")
        return name


def may_be_key(model: type[models.Model], value: Any) -> bool:
    """Whether the column of the model's key can hold this at all."""
    try:
        model._meta.pk.clean(value, None)
    except ValidationError:
        return False
    return True


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg] # of any model
    """A choice of a row. What is no key is no choice; Django asks the database also for numbers too large."""

    def to_python(self, value: Any) -> Any:
        is_named = value not in self.empty_values and not isinstance(value, models.Model)
        if is_named and not may_be_key(self.queryset.model, value):  # type: ignore[union-attr] # it is set
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
            )
        return super().to_python(value)


class RowSelect(AutocompleteSelect):
    """A field that completes itself. What is no key is shown as nothing chosen."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        model = self.field.remote_field.model
        return super().optgroups(name, [one for one in value if may_be_key(model, one)], attrs)


class ChangesOnlyForm(forms.ModelForm[M]):
    """Leaves alone what the person left alone, though somebody else may have changed it since.

    Each field travels with the value that was shown. One that comes back with just that value is not read
    at all: it stays as the database has it. Where the shown value is missing, the database's own is taken.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            is_shown_value_sent = self.add_initial_prefix(name) in self.data
            field.show_hidden_initial = is_shown_value_sent or not self.is_bound

    def full_clean(self) -> None:
        untouched = [self.fields[name] for name in self.fields if self._is_untouched(name)]
        # Django takes the value of a disabled field from the instance, and never calls it changed.
        for field in untouched:
            field.disabled = True
        super().full_clean()
        _ = self.changed_data  # remembered, before the fields are let go again
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
