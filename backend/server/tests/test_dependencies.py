"""Undocumented behaviour of other packages that Tutti relies on. An upgrade that changes it fails here.

In that case: read docs/decisions/0008-direct-socket-writes.md, check the changes, run the tests of sockets
with all servers, and add the new version to `server/dependencies.py`.
"""

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import Any

import autobahn.twisted.websocket
import autobahn.websocket.protocol
import daphne.server
import daphne.ws_protocol
import pytest
from autobahn.websocket.protocol import WebSocketServerProtocol
from twisted.internet import abstract, tcp

from server import dependencies
from server.connections import ConnectionLimiter
from server.daphne import PING_EVERY_SECONDS, PONG_WITHIN_SECONDS
from server.dependencies import DEPENDENCIES
from server.tests.socket_pairs import Daphne, SocketPair
from server.websockets import HANDSHAKE_ONLY, SHARED, BoundedSocketFactory, CompactWebSocket

BACKEND = Path(__file__).resolve().parents[2]
OWN = ("server", "config", "core", "apps", "speaker")
# The functions of the handshake, and attributes passed only to a disabled log.
HANDSHAKE = {
    *("__init__", "_connectionMade", "_onOpen", "connectionMade", "onConnect", "processHandshake"),
    *("succeedHandshake", "transport_details"),
}
ONLY_LOGGED = {"peer"}
REPRESENTATION = {"path"}


@pytest.fixture
def line() -> Iterator[SocketPair]:
    made = SocketPair()
    yield made
    made.close()


@pytest.mark.parametrize("row", DEPENDENCIES, ids=lambda row: row.package)
class TestRows:
    def test_the_installed_version_was_tested(self, row):
        """Run the tests of the row, and add the version to it."""
        assert version(row.package) in row.tested

    def test_the_package_has_the_names(self, row):
        assert [name for name in row.names if not is_there(name)] == []

    def test_the_listed_modules_use_and_test_the_names(self, row):
        sources = "".join((BACKEND / path).read_text() for path in row.used_by)
        last_parts = {re.split("[.:]", name)[-1] for name in row.names}
        assert {part for part in last_parts if not re.search(rf"\b{part}\b", sources)} == set()
        assert row.tests
        assert [path for path in row.tests if not (BACKEND / path).exists()] == []


@pytest.mark.parametrize("package", ["autobahn", "daphne", "twisted", "django"])
def test_an_untested_version_disables_the_fast_path(monkeypatch, package):
    """`tests/live/test_untested_versions.py` has a server without the fast path."""
    claims = {package: "99.0"}
    monkeypatch.setattr(dependencies, "version", lambda name: claims.get(name) or version(name))
    assert f"{package} 99.0" in dependencies.untested_packages() or package == "django"
    assert "django 99.0" not in dependencies.untested_packages()


def is_there(name: str) -> bool:
    """Whether it is an attribute of the class, or one that its module sets on instances."""
    place, _, path = name.partition(":")
    module = importlib.import_module(place)
    try:
        attrgetter(path)(module)
    except AttributeError:
        *_, owner, attribute = f"{place}:{path}".replace(":", ".").split(".")
        is_set = re.search(rf"self\.{attribute}(: .+| = )", inspect.getsource(module))
        return hasattr(module, owner) and is_set is not None
    return True


# Documented in spite of the underscore: of named tuples, `os`, and Django's models.
PUBLIC = {
    *("_asdict", "_exit", "_fields", "_make", "_replace"),
    *("_base_manager", "_default_manager", "_meta", "_state"),
}
# They need Redis, or packages of another environment, and have no class that extends one of a package.
NOT_IMPORTABLE = ("config/celery.py", "speaker/decoding.py", "speaker/sendspin_output.py")


def test_all_used_private_names_are_listed():
    """For each module in the row that has the module. Names that only the project defines are excluded."""
    modules = [path for path in BACKEND.rglob("*.py") if not {"tests", "migrations"} & {*path.parts}]
    assert len(modules) > 100
    used = {str(path.relative_to(BACKEND)): private_names_in(path) for path in modules}
    assert {"_request", "_WaitTimeout", "_pool", "_do_insert"} <= set().union(*used.values())
    missing = {path: names - names_listed_for(path) for path, names in used.items()}
    assert {path: names for path, names in missing.items() if names} == {}


def private_names_in(path: Path) -> set[str]:
    """Private names of packages: used and not defined here, imported, or those of an extended class."""
    tree = ast.parse(path.read_text())
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    asked = {
        str(node.args[1].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr"
        if isinstance(node.args[1], ast.Constant)
    }
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    used = (named | asked) - defined_in(tree) | imported | extended_names_in(path, named | defined_in(tree))
    return {name for name in used if is_private(name)} - PUBLIC


def extended_names_in(path: Path, names: set[str]) -> set[str]:
    """Those of `names` that a package's class has, which a class of this module extends."""
    relative = path.relative_to(BACKEND)
    if "class " not in path.read_text() or str(relative) in NOT_IMPORTABLE:
        return set()
    module = importlib.import_module(".".join(relative.with_suffix("").parts).removesuffix(".__init__"))
    bases = {
        base
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == module.__name__
        for base in kind.__mro__
        if base.__module__.split(".")[0] not in {*OWN, *sys.stdlib_module_names}
    }
    return {name for name in names for base in bases if name in vars(base) or name in set_by(base)}


@cache
def set_by(kind: type) -> set[str]:
    """The attributes that the class sets on instances."""
    try:
        return set(re.findall(r"self\.(\w+)(?:: .+| = )", inspect.getsource(kind)))
    except (OSError, TypeError):  # not in Python
        return set()


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and len(name) > 1


def names_listed_for(path: str) -> set[str]:
    rows = [row for row in DEPENDENCIES if path in row.used_by]
    listed = {re.split("[.:]", name)[-1] for row in rows for name in row.names}
    return listed | (HANDSHAKE_ONLY | SHARED if path == "server/websockets.py" else set())


def defined_in(tree: ast.Module) -> set[str]:
    """Names of functions and of assignment targets."""
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.attr if isinstance(node, ast.Attribute) else node.id)
    return names


SocketProtocol, Server = daphne.ws_protocol.WebSocketProtocol, daphne.server.Server
RELIED_ON: dict[Any, list[str]] = {
    autobahn.websocket.protocol.WebSocketProtocol._sendAutoPing: ["self.autoPingTimeoutCall = "],
    WebSocketServerProtocol.sendFrame: ["self.sendData(raw, sync, chopsize)"],
    SocketProtocol.serverSend: ["sendMessage(content, binary)"],
    Server.__init__: ["http_timeout=None"],
    Server.create_application: [
        *("input_queue = asyncio.Queue()", "receive=input_queue.get", "return input_queue"),
        "send=partial(self.handle_reply, protocol)",
        'self.connections[protocol]["application_instance"] = asyncio.ensure_future(',
    ],
    Server.application_checker: ["for protocol, details in list(self.connections.items()):"],
    Server.timeout_checker: ["for protocol in list(self.connections.keys()):", "protocol.check_timeouts()"],
}


@pytest.mark.parametrize("function", RELIED_ON, ids=lambda function: function.__qualname__)
def test_functions_contain_the_required_code(function: Any):
    source = inspect.getsource(function)
    assert [part for part in RELIED_ON[function] if part not in source] == []


# --- Writing -----------------------------------------------------------------------------------------


def test_twisted_connections_expose_buffered_data_and_encryption(line):
    assert tcp.Port.transport is tcp.Server
    assert tcp.Server.TLS is False
    assert "write" not in vars(tcp.Server)
    assert line.transport.dataBuffer == b""
    assert line.transport.offset == 0
    assert line.transport._tempDataLen == 0
    line.transport.write(b"abc")
    assert (line.transport.dataBuffer, line.transport._tempDataLen) == (b"", 3)
    assert line.transport.socket.fileno() > 0
    kind = abstract.FileDescriptor
    sources = inspect.getsource(kind.doWrite) + inspect.getsource(kind.write)
    named = set(re.findall(r"self\.(\w*[bB]uf\w*|\w*[dD]ata\w*|offset)", sources))
    assert named == {"dataBuffer", "offset", "_tempDataBuffer", "_tempDataLen", "bufferSize", "writeSomeData"}


def test_encrypted_connections_use_no_direct_write(line):
    """What went to the system's socket itself would go over the line in the clear."""
    assert line.protocol.sink() is not None
    line.transport.TLS = True
    assert line.protocol.sink() is None
    line.protocol.transport = object()  # such as a wrapper around it
    assert line.protocol.sink() is None
    line.protocol.transport = line.transport


def test_a_missing_pong_closes_before_the_next_ping():
    """Autobahn keeps one timer: a pong after the next ping would not stop that of the ping before."""
    assert PONG_WITHIN_SECONDS < PING_EVERY_SECONDS


def test_daphne_neither_splits_nor_compresses_messages_and_autobahn_writes_by_one_method(line):
    callers = [name for name, text in methods() if "transport.write(" in text]
    assert sorted(callers) == ["_send", "sendData"]
    assert line.protocol._perMessageCompress is None
    assert not line.protocol.maskServerFrames
    assert line.protocol.send_queue == ()


# --- Dropped results ---------------------------------------------------------------------------------


def methods() -> Iterator[tuple[str, str]]:
    """The names and sources of all methods that an open socket may call."""
    for module in (autobahn.websocket.protocol, autobahn.twisted.websocket, daphne.ws_protocol):
        for kind in ast.parse(inspect.getsource(module)).body:
            if (
                isinstance(kind, ast.ClassDef)
                and "Client" not in kind.name
                and kind.name.endswith("Protocol")
            ):
                for method in kind.body:
                    if isinstance(method, ast.FunctionDef):
                        yield method.name, ast.unparse(method)


def test_no_code_reads_handshake_data_after_the_handshake():
    assert {"onMessageFrameData", "onCloseFrame", "succeedHandshake"} <= {name for name, _ in methods()}
    readers = {
        (name, read)
        for name, text in methods()
        for read in re.findall(r"self\.(\w+)\b(?! = )", text)
        if name not in HANDSHAKE and read in HANDSHAKE_ONLY - ONLY_LOGGED - REPRESENTATION
    }
    assert readers == set()


def test_an_open_socket_stores_little_handshake_data(line):
    """Else a name has changed, and something under another name is kept."""
    assert len(vars(line.protocol)) <= 10, vars(line.protocol)
    fat = SocketPair(type("FatSocket", (), {"_drop_handshake_state": lambda self: None}))
    left = vars(fat.protocol)
    assert set(left) >= HANDSHAKE_ONLY | SHARED, HANDSHAKE_ONLY - set(left)
    # What stands on the class is what Autobahn begins with.
    own = vars(CompactWebSocket).items()
    given = {name: value for name, value in own if not callable(value) and name in left}
    kept = {name: value for name, value in given.items() if name not in SHARED | HANDSHAKE_ONLY}
    assert len(kept) > 25
    assert {name: left[name] for name in kept} == kept
    fat.close()


def test_every_socket_of_a_factory_has_its_options_on_the_class():
    factory = BoundedSocketFactory(Daphne(), ConnectionLimiter(), server="Tutti")
    factory.setProtocolOptions(autoPingTimeout=17)
    socket = factory.buildProtocol(None)
    assert (socket.autoPingTimeout, "autoPingTimeout" in vars(socket)) == (17, False)
    assert set(socket.CONFIG_ATTRS) <= set(vars(type(socket)))


def test_daphne_uses_only_methods_that_our_connections_and_receive_queue_have():
    asked = set(re.findall(r"self\.(\w+)", inspect.getsource(Server.application_checker)))
    assert asked == {"application_checker", "application_close_timeout", "connections", "stop"}
    asked = set(re.findall(r"application_queue\.(\w+)", inspect.getsource(SocketProtocol)))
    assert asked == {"put_nowait"}
