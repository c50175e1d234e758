"""Which middleware stands before which, and who recognises a caller first."""

from django.conf import settings

# The id and headers for other origins are on refusals too. A body has a known length, and an origin may
# write, before the write is named or a session read.
IN_ORDER = [
    *("RequestContextMiddleware", "CorsMiddleware", "BodyMiddleware", "OriginMiddleware"),
    *("OperationMiddleware", "SessionMiddleware"),
]


def test_middleware_stands_in_order():
    names = [path.rpartition(".")[2] for path in settings.MIDDLEWARE]
    assert settings.MIDDLEWARE[0] == "core.connections.ConnectionMiddleware"
    assert [name for name in names if name in IN_ORDER] == IN_ORDER
    assert names.index("RequestContextMiddleware") < names.index("SecurityMiddleware")
