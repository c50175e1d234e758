"""Lists: a bare array with its total in a header, or pages if the client requests them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from django.conf import settings
from django.db.models import QuerySet

from core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.views import APIView

# The maximum number of rows in a response.
MAX_ROWS = 1000
# A larger number is a mistake: no list is that long.
MAX_OFFSET = 2**31


Row = TypeVar("Row", covariant=True)


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """Some rows of a list, and its total number of rows, which is a lower bound unless `is_exact`."""

    rows: "Sequence[Row]"
    total: int
    is_exact: bool = True
    headers: dict[str, str] = field(default_factory=dict)


class Parted(Protocol[Row]):
    """A list that is counted only once the requested part is known."""

    def part(self, offset: int, limit: int) -> Part[Row]: ...

    def count(self) -> int:
        """The exact number of rows, even if counting is slow."""
        ...


class ListOrPages:
    """`limit` and `offset` give a bare array, `page` and `page_size` an envelope.

    Not a subclass of Django REST framework's, which commands would load with it for nothing.
    """

    def paginate_queryset(
        self,
        queryset: "QuerySet[Any] | Sequence[Any] | Parted[Any]",
        request: "Request",
        view: "APIView | None" = None,
    ) -> list[Any]:
        del view
        self.request = request
        self.is_paged = _wants_pages(request)
        # Parameters of the form that is not used have no effect, but must be valid, too.
        self.limit = whole_number(request, "limit", MAX_ROWS, least=1, most=MAX_ROWS)
        self.offset = whole_number(request, "offset", 0, least=0, most=MAX_OFFSET)
        size = whole_number(request, "page_size", MAX_ROWS, least=1, most=MAX_ROWS)
        self.page = whole_number(request, "page", 1, least=1, most=MAX_OFFSET)
        if self.is_paged:
            self.limit, self.offset = size, (self.page - 1) * size
        part = _part_of(queryset, self.offset, self.limit)
        self.total, self.is_exact, self.headers = part.total, part.is_exact, part.headers
        if self.is_paged and not self.is_exact and not isinstance(queryset, QuerySet | Sequence):
            # An envelope cannot express a lower bound.
            self.total, self.is_exact = queryset.count(), True
        if self.is_paged and self.page > 1 and self.offset >= self.total:
            raise NotFound("There is no such page.")
        return list(part.rows)

    def get_paginated_response(self, data: Any) -> "Response":
        from rest_framework.response import Response

        has_more = self.offset + self.limit < self.total
        headers = {"X-Total-Count": str(self.total), **self.headers}
        if not self.is_exact:
            headers["X-Total-Is-Least"] = "true"
        if self.is_paged:
            envelope = {
                "count": self.total,
                "next": self._address(page=self.page + 1) if has_more else None,
                "previous": self._address(page=self.page - 1) if self.page > 1 else None,
                "results": data,
            }
            return Response(envelope, headers=headers)
        if has_more:
            headers["Link"] = f'<{self._address(offset=self.offset + self.limit)}>; rel="next"'
        return Response(data, headers=headers)

    def _address(self, **changed: int) -> str:
        from rest_framework.utils.urls import replace_query_param

        address = self.request.build_absolute_uri()
        for name, value in changed.items():
            address = replace_query_param(address, name, value)
        return address


def _part_of(rows: "QuerySet[Any] | Sequence[Any] | Parted[Any]", offset: int, limit: int) -> Part[Any]:
    if not isinstance(rows, QuerySet | Sequence):
        return rows.part(offset, limit)
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return Part(list(rows[offset : offset + limit]) if offset < total else [], total)


def _wants_pages(request: "Request") -> bool:
    asked = request.query_params
    if "page" in asked or "page_size" in asked:
        return True
    return settings.API_ALWAYS_PAGINATE and not ("limit" in asked or "offset" in asked)


def list_response(request: "Request", rows: "QuerySet[Any] | Sequence[Any]") -> "Response":
    """A response with rows that need no serializer, with the limits and headers of all lists."""
    paginator = ListOrPages()
    return paginator.get_paginated_response(paginator.paginate_queryset(rows, request))


def whole_number(request: "Request", name: str, default: int, *, least: int, most: int) -> int:
    """A number from the query string. Raises InvalidInput if it is not a number, or is out of range."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and least <= int(text) <= most):
        raise InvalidInput.of(name, f"Must be a whole number from {least} to {most}.")
    return int(text)
