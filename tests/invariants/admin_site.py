"""The Django admin as a person uses it: pages fetched, forms filled in and sent."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import httpx

Fields = dict[str, Any]


class FormReader(HTMLParser):
    """The fields of every form of a page, with the values that they have."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Fields] = []
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        name = attributes.get("name") or ""
        if tag == "form":
            self.forms.append({})
        elif not self.forms:
            return
        elif tag == "input" and name:
            self._note_input(name, attributes)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in attributes:
            self.forms[-1][self._select] = attributes.get("value") or ""
        elif tag == "textarea":
            self._textarea = name
            self.forms[-1][name] = ""

    def _note_input(self, name: str, attributes: Mapping[str, str | None]) -> None:
        kind = attributes.get("type")
        is_off = kind in {"checkbox", "radio"} and "checked" not in attributes
        if kind != "submit" and not is_off:
            self.forms[-1][name] = attributes.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self.forms:
            self.forms[-1][self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""


class AdminSite:
    """By a client that is logged in as a superuser."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def add(self, model: str, **values: Any) -> httpx.Response:
        return self._fill_in(f"/admin/{model}/add/", values)

    def change(self, model: str, row_id: int, **values: Any) -> httpx.Response:
        return self._fill_in(f"/admin/{model}/{row_id}/change/", values)

    def delete(self, model: str, row_id: int) -> httpx.Response:
        path = f"/admin/{model}/{row_id}/delete/"
        return self._send(path, self._form(path, holding="post"))

    def delete_selected(self, model: str, row_ids: list[int]) -> httpx.Response:
        """The action of the list, with its page that asks again."""
        path = f"/admin/{model}/"
        form = self._form(path, holding="action")
        chosen = {**form, "action": "delete_selected", "_selected_action": row_ids}
        asked = self._send(path, chosen)
        assert asked.status_code == 200, asked.text
        return self._send(path, {**chosen, **_form_of(asked, holding="post"), "_selected_action": row_ids})

    def _fill_in(self, path: str, values: Fields) -> httpx.Response:
        form = self._form(path, holding=next(iter(values)))
        return self._send(path, {**form, **values, "_save": "Save"})

    def _form(self, path: str, *, holding: str) -> Fields:
        page = self.http.get(path)
        assert page.status_code == 200, f"{page.status_code} {page.headers.get('location')} {page.text}"
        return _form_of(page, holding=holding)

    def _send(self, path: str, fields: Fields) -> httpx.Response:
        return self.http.post(path, data=fields, headers={"Referer": str(self.http.base_url)})


def _form_of(page: httpx.Response, *, holding: str) -> Fields:
    reader = FormReader()
    reader.feed(page.text)
    token = next(form["csrfmiddlewaretoken"] for form in reader.forms if "csrfmiddlewaretoken" in form)
    fitting = [form for form in reader.forms if holding in form]
    # A field without a chosen value is in no form yet; then it is the page's main form, its longest.
    return {**(fitting or sorted(reader.forms, key=len))[-1], "csrfmiddlewaretoken": token}
