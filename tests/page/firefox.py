"""Debian's Firefox, driven over WebDriver BiDi, and a witness of what it asks other machines."""

import contextlib
import shlex
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, Playwright

from core.network import local_addresses
from tests.services import firefox_binary

BETWEEN = Path(__file__).with_name("bidi_between.py")
ENOUGH_BYTES = 4096
# Each of these makes Firefox send requests to its vendor.
QUIET: dict[str, Any] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.contentblocking.report.lockwise.enabled": False,
    "browser.newtabpage.activity-stream.feeds.section.topstories": False,
    "browser.newtabpage.activity-stream.feeds.topsites": False,
    "browser.newtabpage.activity-stream.showSponsoredTopSites": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.region.update.enabled": False,
    "browser.safebrowsing.blockedURIs.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.safebrowsing.provider.mozilla.updateURL": "",
    "browser.search.update": False,
    "browser.startup.page": 0,
    "captivedetect.canonicalURL": "",
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.blocklist.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.http.speculative-parallel-limit": 0,
    "network.prefetch-next": False,
    "network.trr.mode": 5,
    "privacy.trackingprotection.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
    "toolkit.telemetry.unified": False,
}
# Without this variable Firefox keeps to its makers' server, whatever the preference says.
OTHER_SETTINGS_SERVER = {"MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"}


class BlockingProxy:
    """The proxy for all that is not on this machine: it lets nothing through, and keeps what was wanted."""

    def __init__(self) -> None:
        self.wanted: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._reject, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def preferences(self) -> dict[str, Any]:
        """Whatever is not an address of this machine goes here, and no name is asked for anywhere."""
        kinds = ("http", "ssl")
        own = ", ".join(["localhost", "127.0.0.1", *local_addresses()])
        return {
            "network.proxy.type": 1,
            "network.proxy.no_proxies_on": own,
            **{f"network.proxy.{kind}": "127.0.0.1" for kind in kinds},
            **{f"network.proxy.{kind}_port": self.port for kind in kinds},
        }

    def _reject(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                asking, _ = self._listener.accept()
                with asking, contextlib.suppress(OSError):
                    head = asking.recv(ENOUGH_BYTES).decode(errors="replace")
                    self.wanted.append(head.partition("\r\n")[0])


@contextlib.contextmanager
def firefox_of(playwright: Playwright, folder: Path, way_out: BlockingProxy) -> Iterator[Browser]:
    """A browser with a fresh profile and, in this folder, a fresh home."""
    home = folder / "home"
    home.mkdir()
    program = folder / "firefox"
    command = shlex.join([sys.executable, str(BETWEEN), firefox_binary()])
    program.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    program.chmod(0o755)
    browser = playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=program,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", **OTHER_SETTINGS_SERVER},
        firefox_user_prefs={**QUIET, **way_out.preferences()},
    )
    yield browser
    browser.close()
