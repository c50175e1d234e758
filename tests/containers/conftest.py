"""A server behind the project's proxy, with and without TLS."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ReadyMadeData
from tests.containers.proxy import Proxy
from tests.processes import PROJECT, TuttiServer
from tests.services import nginx_binary


@pytest.fixture(scope="package")
def nginx() -> str:
    return nginx_binary()


@pytest.fixture(scope="package")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the project's own script makes them."""
    folder = tmp_path_factory.mktemp("secrets") / "made"
    make_secrets(folder, "localhost")
    return folder


def make_secrets(folder: Path, domain: str) -> str:
    made = run_make_secrets(folder, domain)
    made.check_returncode()
    return made.stdout


def run_make_secrets(
    folder: Path, domain: str, *, path: str = "/usr/bin:/bin:/usr/sbin"
) -> subprocess.CompletedProcess[str]:
    command = [str(PROJECT / "deploy" / "make-secrets.sh"), domain]
    environment = {"PATH": path, "SECRETS_DIR": str(folder)}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="package")
def behind_proxy(ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    """As docker-compose.yml sets it up."""
    settings = {"TRUSTED_PROXIES": "1", "METRICS_TOKEN": "sesame"}
    with TuttiServer(**ready_made_data.options("embedded"), environment=settings) as server:
        yield server


@pytest.fixture(scope="package")
def in_production(ready_made_data: ReadyMadeData, secrets: Path) -> Iterator[TuttiServer]:
    """As docker-compose.prod.yml sets it up, but for the database."""
    settings = {
        **{"TRUSTED_PROXIES": "1", "HTTPS_ONLY": "true", "ALLOWED_HOSTS": "localhost"},
        "SECRET_KEY_FILE": str(secrets / "secret_key"),
        "METRICS_TOKEN_FILE": str(secrets / "metrics_token"),
    }
    with TuttiServer(**ready_made_data.options("embedded"), environment=settings) as server:
        yield server


@pytest.fixture(scope="package")
def proxy(nginx: str, behind_proxy: TuttiServer) -> Iterator[Proxy]:
    with Proxy("http.conf", server_port=behind_proxy.port) as started:
        yield started


@pytest.fixture(scope="package")
def tls_proxy(nginx: str, in_production: TuttiServer, secrets: Path) -> Iterator[Proxy]:
    with Proxy("https.conf", server_port=in_production.port, secrets=secrets) as started:
        yield started
