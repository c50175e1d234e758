"""Private names of other packages that Tutti relies on, and the versions it was tested with.

The fast path (direct writes, compact sockets, batched checks) is used only if each of its packages has a
tested version. With any other version, such as a new security release, the server uses Daphne's own path,
at a higher cost per message and per socket, and logs that once. All other names are used
with any version; the tests of their rows detect changes in an upgrade.

After an upgrade, run the tests of the package's row, which use the fast path with any version, and
add the version to `tested`.
"""

from importlib.metadata import version
from typing import NamedTuple


class Dependency(NamedTuple):
    """Names are `module:name`, or `module:Class.attribute`; paths begin at the folder `backend`."""

    package: str
    tested: tuple[str, ...]
    names: tuple[str, ...]
    used_by: tuple[str, ...]
    tests: tuple[str, ...]
    is_fast_path: bool = False


DEPENDENCIES = (
    Dependency(
        "twisted",
        tested=("26.10.0",),
        names=(
            *("twisted.internet.tcp:Server.TLS", "twisted.internet.tcp:Connection.socket"),
            *(f"twisted.internet.abstract:FileDescriptor.{name}" for name in ("dataBuffer", "_tempDataLen")),
            *(
                f"twisted.web.http:HTTPChannel.{name}"
                for name in (
                    *("_abortingCall", "_handlingRequest", "_receivedHeaderCount", "_receivedHeaderSize"),
                    *("_respondToBadRequestAndDisconnect", "_waitingForTransport", "forceAbortClient"),
                    *("requests", "totalHeadersSize"),
                )
            ),
            "twisted.web.http:Request.handleContentChunk",
        ),
        used_by=("server/direct_write.py", "server/http_limits.py"),
        tests=(
            "server/tests/test_dependencies.py",
            "server/tests/test_direct_write.py",
            "../tests/malformed",
        ),
        is_fast_path=True,
    ),
    # The names that only a handshake reads are listed in `websockets`.
    Dependency(
        "autobahn",
        tested=("26.10.2",),
        names=tuple(
            f"autobahn.websocket.protocol:WebSocketServerProtocol.{name}"
            for name in (
                *("CONFIG_ATTRS", "_perMessageCompress", "current_frame"),
                *("message_data_total_length", "onFrameBegin"),
                *("onMessageFrameBegin", "onMessageFrameData", "send_queue", "sendData", "state"),
                *("succeedHandshake", "utf8validator"),
            )
        ),
        used_by=("server/direct_write.py", "server/websockets.py"),
        tests=(
            *("server/tests/test_dependencies.py", "server/tests/test_direct_sends.py"),
            *("../tests/malformed", "../tests/live/test_pings.py"),
        ),
        is_fast_path=True,
    ),
    Dependency(
        "daphne",
        tested=("4.2.3",),
        names=(
            *(
                f"daphne.server:Server.{name}"
                for name in (
                    *("application_checker", "connections", "create_application", "handle_reply"),
                    *("http_factory", "kill_all_applications", "listen_success", "protocol_connected"),
                    *("protocol_disconnected", "timeout_checker", "ws_factory"),
                )
            ),
            "daphne.http_protocol:WebRequest.basic_error",
            "daphne.ws_protocol:WebSocketProtocol.serverClose",
        ),
        used_by=("server/daphne.py", "server/http_limits.py", "server/websockets.py"),
        tests=("server/tests/test_dependencies.py", "server/tests/test_periodic_checks.py"),
        is_fast_path=True,
    ),
    Dependency(
        "channels",
        tested=("4.3.2",),
        names=(
            *("channels.consumer:AsyncConsumer.dispatch", "channels.consumer:AsyncConsumer.base_send"),
            "channels.consumer:get_handler_name",
        ),
        used_by=("apps/realtime/consumers.py",),
        tests=("../tests/contract/realtime",),
    ),
    Dependency(
        "channels-redis",
        tested=("4.3.0",),
        names=tuple(
            f"channels_redis.core:RedisChannelLayer.{name}"
            for name in ("_group_key", "_map_channel_keys_to_connection", "connection", "consistent_hash")
        ),
        used_by=("apps/realtime/redis_layer.py",),
        tests=("apps/realtime/tests/test_hub.py", "../tests/live/test_group_membership.py"),
    ),
    Dependency(
        "django",
        tested=("5.2.19",),
        names=(
            *(
                f"django.core.cache.backends.locmem:LocMemCache.{name}"
                for name in ("_delete", "_expire_info", "_lock")
            ),
            *(
                f"django.core.cache.backends.redis:RedisCache.{name}"
                for name in ("_cache", "_class", "_options", "_servers")
            ),
            *(
                f"django.core.cache.backends.redis:RedisCacheClient.{name}"
                for name in ("_client", "_get_connection_pool")
            ),
            *(
                f"django.contrib.sessions.backends.db:SessionStore.{name}"
                for name in ("_aget_session_from_db", "_get_session_from_db", "_session_key")
            ),
            *(f"django.db.models.base:Model.{name}" for name in ("_do_insert", "_do_update")),
            *(
                f"django.db.backends.base.base:BaseDatabaseWrapper.{name}"
                for name in (
                    *("_close", "_commit", "_rollback", "_set_autocommit"),
                    *("_savepoint", "_savepoint_commit", "_savepoint_rollback"),
                )
            ),
            "django.db.backends.sqlite3.base:DatabaseWrapper._start_transaction_under_autocommit",
            "django.db.models.query:QuerySet._raw_delete",
            "django.db.transaction:Atomic._from_testcase",
            "django.forms.models:BaseModelForm._get_validation_exclusions",
            "django.http.request:HttpRequest._body",
        ),
        used_by=(
            "apps/analytics/services.py",
            "apps/playlist/admin.py",
            "apps/users/session_store.py",
            "core/database.py",
            "core/http_security.py",
            "core/statements.py",
            "core/cache.py",
            "core/redis_cache.py",
            "core/sqlite/base.py",
            "core/postgresql/base.py",
        ),
        tests=(
            "apps/analytics/tests/test_room_plays.py",
            "apps/playlist/tests/test_odd_admin_input.py",
            "apps/users/tests/test_logins.py",
            "core/tests/test_batches.py",
            "core/tests/test_cache.py",
            "core/tests/test_databases.py",
            "core/tests/test_postgresql.py",
            "../tests/contract/api",
        ),
    ),
    Dependency(
        "djangorestframework",
        tested=("3.18.3",),
        names=(
            "rest_framework.request:Request._request",
            "rest_framework.serializers:BaseSerializer._context",
            "rest_framework.serializers:Serializer._declared_fields",
        ),
        used_by=("apps/analytics/serializers.py", "core/fields.py", "core/request_context.py"),
        tests=("../tests/contract",),
    ),
    Dependency(
        "psycopg",
        tested=("3.3.9",),
        names=("psycopg.errors:_WaitTimeout", "psycopg._connection_base:BaseConnection._pool"),
        used_by=("core/postgresql/base.py",),
        tests=("core/tests/test_postgresql.py", "../tests/faults/test_silent_postgres.py"),
    ),
    Dependency(
        "strawberry-graphql",
        tested=("0.341.2",),
        names=("strawberry.schema.schema:Schema._schema", "strawberry.schema.schema:Schema.process_errors"),
        used_by=("apps/tunemeld/execution.py",),
        tests=("../tests/contract/charts",),
    ),
)


def untested_packages() -> list[str]:
    """The packages of the fast path whose installed versions were not tested, with the versions."""
    return [
        f"{one.package} {version(one.package)}"
        for one in DEPENDENCIES
        if one.is_fast_path and version(one.package) not in one.tested
    ]


HAS_FAST_PATH = not untested_packages()
