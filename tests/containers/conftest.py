"""A server behind the project's proxy, with and without TLS."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.audio_files import write_audio
from tests.conftest import PreparedData
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
def music() -> Iterator[Path]:
    """A folder with a track of which nginx sends the audio, as another user if root starts it."""
    with TemporaryDirectory(prefix="tutti-music-") as folder:
        Path(folder).chmod(0o755)
        yield write_audio(Path(folder, "ä b.wav"), title="Proxied", artist="Ada").parent


@pytest.fixture(scope="package")
def behind_proxy(prepared_data: PreparedData, music: Path) -> Iterator[TuttiServer]:
    """As docker-compose.yml sets it up, with a music folder."""
    settings = {"TRUSTED_PROXIES": "1", "METRICS_TOKEN": "sesame"}
    settings |= {"MUSIC_DIRS": str(music), "AUDIO_ACCEL_PREFIX": "/audio-files"}
    with TuttiServer(**prepared_data.options("embedded"), environment=settings) as server:
        yield server


@pytest.fixture(scope="package")
def in_production(prepared_data: PreparedData, secrets: Path) -> Iterator[TuttiServer]:
    """As docker-compose.prod.yml sets it up, but for the database."""
    settings = {
        **{"TRUSTED_PROXIES": "1", "HTTPS_ONLY": "true", "ALLOWED_HOSTS": "localhost"},
        "SECRET_KEY_FILE": str(secrets / "secret_key"),
        "METRICS_TOKEN_FILE": str(secrets / "metrics_token"),
    }
    with TuttiServer(**prepared_data.options("embedded"), environment=settings) as server:
        yield server


@pytest.fixture(scope="package")
def proxy(nginx: str, behind_proxy: TuttiServer, music: Path) -> Iterator[Proxy]:
    with Proxy("http.conf", server_port=behind_proxy.port, music=music) as started:
        yield started


@pytest.fixture(scope="package")
def tls_proxy(nginx: str, in_production: TuttiServer, secrets: Path) -> Iterator[Proxy]:
    with Proxy("https.conf", server_port=in_production.port, secrets=secrets) as started:
        yield started
