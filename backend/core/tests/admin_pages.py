"""The admin as a person uses it, over Django's test client: a page is opened, changed, and sent."""

from html.parser import HTMLParser
from typing import Any

from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.test import Client

Fields = dict[str, Any]


class Page:
    """An open form, which may become outdated meanwhile."""

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self.path = path
        response = client.get(path)
        assert response.status_code == 200, (response.status_code, response.headers, response.content)
        reader = _FieldReader()
        reader.feed(response.content.decode())
        self.fields = reader.fields

    def send(self, **values: Any) -> Any:
        """Sends the form as it was opened, with these values typed in; None leaves a box unticked."""
        sent = {**self.fields, **values, "_save": "Save"}
        return self._client.post(
            self.path, {name: value for name, value in sent.items() if value is not None}
        )

    def send_and_follow(self, **values: Any) -> str:
        """The text of the page that is shown next."""
        response = self.send(**values)
        assert response.status_code == 302, response.content.decode()
        return self._client.get(response.headers["Location"]).content.decode()


class Admin:
    """A superuser's browser."""

    def __init__(self, name: str = "ada") -> None:
        self.client = Client()
        # Without a password, which would take long to hash.
        person = get_user_model().objects.create(username=name, is_staff=True, is_superuser=True)
        self.client.force_login(person)

    def open(self, row: Any) -> Page:
        return Page(self.client, row_path(row))

    def open_new(self, model: Any) -> Page:
        return Page(self.client, f"{list_path(model)}add/")

    def delete(self, row: Any) -> str:
        response = self.client.post(row_path(row, "delete"), {"post": "yes"}, follow=True)
        return response.content.decode()

    def delete_selected(self, *rows: Any) -> str:
        chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in rows]}
        asked = self.client.post(list_path(rows[0]), chosen)
        assert asked.status_code == 200
        response = self.client.post(list_path(rows[0]), {**chosen, "post": "yes"}, follow=True)
        return response.content.decode()


def list_path(model: Any) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def row_path(row: Any, page: str = "change") -> str:
    """The admin reads `_5C` in a random ID, such as a guest's, as an escaped character."""
    return f"{list_path(row)}{quote(row.pk)}/{page}/"


class _FieldReader(HTMLParser):
    """What a browser would send back of the model's form."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = {}
        self._is_inside = False
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        name = attributes.get("name") or ""
        if tag == "form":
            self._is_inside = (attributes.get("id") or "").endswith("_form")
        elif self._is_inside and tag == "input" and name:
            self._note(name, attributes)
        elif self._is_inside and tag == "select":
            self._select = name
            self.fields[name] = ""
        elif tag == "option" and self._select and "selected" in attributes:
            self.fields[self._select] = attributes.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def _note(self, name: str, attributes: dict[str, str | None]) -> None:
        is_off = attributes.get("type") == "checkbox" and "checked" not in attributes
        if attributes.get("type") != "submit" and not is_off:
            self.fields[name] = attributes.get("value") or ""
