"""Debian's nginx with the project's own configuration, in front of a server of this machine."""

import contextlib
import re
import shutil
import ssl
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import httpx

from tests.processes import PROJECT
from tests.services import attempts, free_port, nginx_binary, parent_death_options

CONFIGURATION = PROJECT / "deploy" / "nginx"
START_SECONDS = 10
# From this version on `http2 on;` is the way, and the older one is warned of.
KNOWS_HTTP2_LINE = (1, 25, 1)


def nginx_version() -> tuple[int, ...]:
    output = subprocess.run([nginx_binary(), "-v"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", output)
    assert found, output
    return tuple(int(number) for number in found.groups())


class Proxy:
    """`site` is http.conf or https.conf; only addresses, ports and the place of secrets are others."""

    def __init__(
        self, site: str, *, server_port: int, secrets: Path | None = None, music: Path | None = None
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tutti-proxy-"))
        self.port, self.tls_port = free_port(), free_port()
        self.secrets = secrets
        self.music = music or self.folder
        self._process: subprocess.Popen[bytes] | None = None
        for source, target in {
            "nginx.conf": "nginx.conf",
            site: "site.conf",
            "proxied.conf": "proxied.conf",
            "refused.conf": "refused.conf",
            **({"http2.conf": "http2.conf"} if nginx_version() >= KNOWS_HTTP2_LINE else {}),
        }.items():
            text = self._here((CONFIGURATION / source).read_text(), server_port)
            (self.folder / target).write_text(text)

    def _here(self, text: str, server_port: int) -> str:
        replaced = {
            r"\bweb:4000\b": f"127.0.0.1:{server_port}",
            r"\blisten 80\b": f"listen 127.0.0.1:{self.port}",
            r"\blisten 443\b": f"listen 127.0.0.1:{self.tls_port}",
            r"/tmp/nginx.pid": str(self.folder / "pid"),  # noqa: S108 - the container's
            r"/run/secrets": str(self.secrets),
            r"/music/": f"{self.music}/",
            r"worker_processes auto": "worker_processes 1",
            r"https://\$host\$": f"https://$host:{self.tls_port}$",
        }
        for pattern, replacement in replaced.items():
            text = re.sub(pattern, replacement.replace("\\", r"\\"), text)
        return text

    @property
    def command(self) -> list[str]:
        return [nginx_binary(), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr"]

    def check(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self.command, "-t"], capture_output=True, text=True)

    @property
    def base_url(self) -> str:
        return f"https://localhost:{self.tls_port}" if self.secrets else f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return self.base_url.replace("http", "ws", 1)

    @property
    def trust(self) -> ssl.SSLContext:
        own = self.secrets / "tls_certificate" if self.secrets else None
        return ssl.create_default_context(cafile=own)

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.base_url, verify=self.trust, timeout=30)

    def __enter__(self) -> Self:
        foreground = ["-g", "daemon off;"]
        self._process = subprocess.Popen([*self.command, *foreground], **parent_death_options())
        for _ in attempts(START_SECONDS):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{self.port}/", timeout=5)
                return self
            assert self._process.poll() is None, "nginx ended"
        raise AssertionError("nginx did not start")

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
