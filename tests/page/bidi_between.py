"""Starts Firefox for Playwright and stands between the two: `bidi_between.py FIREFOX ARGUMENTS…`.

Playwright sets the colour scheme of every window by a command of WebDriver BiDi that Debian's Firefox doesn't
know yet, and would give up. Here that one is answered in Firefox's place; all else passes through, untouched.
"""

import contextlib
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection, serve

ANSWERED_HERE = "emulation.setMediaFeaturesOverride"
LISTENING = re.compile(r"^(WebDriver BiDi listening on )(ws://\S+)$")


def main() -> int:
    firefox = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGTERM, lambda *_: firefox.terminate())
    assert firefox.stderr
    for line in firefox.stderr:
        found = LISTENING.match(line.rstrip())
        tell(f"{found[1]}{stand_before(found[2], firefox.terminate)}\n" if found else line)
    return firefox.wait()


def tell(line: str) -> None:
    sys.stderr.write(line)
    sys.stderr.flush()


def stand_before(address: str, end: Callable[[], None]) -> str:
    """Where Playwright reaches what listens at `address`; calls `end` when it has left."""

    def talk(playwright: ServerConnection) -> None:
        assert playwright.request
        # No bound: a page's whole text may be one message. Firefox takes no connection that names an origin.
        options: dict[str, Any] = {
            "max_size": None,
            "compression": None,
            "ping_interval": None,
            "proxy": None,
        }
        with connect(address + playwright.request.path, **options) as firefox:
            threading.Thread(target=pass_answers, args=(firefox, playwright), daemon=True).start()
            pass_commands(playwright, firefox)
        end()  # also when Playwright was killed

    options: dict[str, Any] = {"max_size": None, "compression": None, "ping_interval": None}
    server = serve(talk, "127.0.0.1", 0, **options)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"ws://127.0.0.1:{server.socket.getsockname()[1]}"


def pass_commands(playwright: ServerConnection, firefox: ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        for text in playwright:
            command = json.loads(text)
            if command["method"] == ANSWERED_HERE:
                playwright.send(json.dumps({"type": "success", "id": command["id"], "result": {}}))
            else:
                firefox.send(text)


def pass_answers(firefox: ClientConnection, playwright: ServerConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        for text in firefox:
            playwright.send(text)
    playwright.close()


if __name__ == "__main__":
    sys.exit(main())
