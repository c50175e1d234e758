"""deploy/make-secrets.sh makes whole secrets or none, and leaves what is there."""

import shutil
import ssl
from pathlib import Path

import pytest

from tests.containers.conftest import make_secrets, run_make_secrets

RANDOM = ("secret_key", "database_password", "metrics_token")
TLS = ("tls_certificate", "tls_key")


@pytest.fixture
def path_without_openssl(tmp_path: Path) -> str:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "mkdir", "chmod", "cat", "mktemp", "rm", "mv"):
        (folder / name).symlink_to(shutil.which(name) or name)
    return str(folder)


def test_generated_secrets_are_random_stored_and_consistent(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    make_secrets(first, "party.example")
    make_secrets(second, "party.example")
    kept = texts_of(first)
    assert "Made a certificate" not in make_secrets(first, "party.example")
    assert kept == texts_of(first)
    for name in (*RANDOM, "tls_key"):
        assert kept[name] != (second / name).read_text()
    assert len(kept["secret_key"].strip()) >= 50
    assert kept["database_url"] == f"postgresql://tutti:{kept['database_password'].strip()}@db:5432/tutti\n"
    assert first.stat().st_mode & 0o777 == 0o700
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(first / "tls_certificate", first / "tls_key")
    described = ssl._ssl._test_decode_cert(str(first / "tls_certificate"))  # type: ignore[attr-defined]
    assert described["subjectAltName"] == (("DNS", "party.example"),)


def texts_of(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_without_openssl_no_partial_secrets_are_written(tmp_path: Path, path_without_openssl: str) -> None:
    made = run_make_secrets(tmp_path / "made", "party.example", path=path_without_openssl)
    assert (made.returncode, "openssl" in made.stderr) == (1, True)
    assert not (tmp_path / "made").exists()

    failing = Path(path_without_openssl) / "openssl"
    failing.write_text("#!/bin/sh\necho 0123\nexit 1\n")
    failing.chmod(0o755)
    made = run_make_secrets(tmp_path / "made", "party.example", path=path_without_openssl)
    assert made.returncode == 1
    assert list((tmp_path / "made").iterdir()) == []


def test_empty_secret_files_count_as_missing(tmp_path: Path) -> None:
    """As earlier versions left them where openssl was missing, with a database_url without a password."""
    for name in (*RANDOM, *TLS):
        (tmp_path / name).touch(0o444)
    (tmp_path / "database_url").write_text("postgresql://tutti:@db:5432/tutti\n")
    make_secrets(tmp_path, "party.example")
    kept = texts_of(tmp_path)
    assert sorted(kept) == sorted([*RANDOM, *TLS, "database_url", "email_url"])
    assert all(len(kept[name].strip()) == 64 for name in RANDOM)
    assert kept["database_url"] == f"postgresql://tutti:{kept['database_password'].strip()}@db:5432/tutti\n"


OWN_ADDRESS = "postgresql://ada:hers@elsewhere.example/tutti\n"


@pytest.mark.parametrize(
    ("name", "text", "address"),
    [
        ("database_password", "of-ada\n", "postgresql://tutti:of-ada@db:5432/tutti\n"),
        ("database_url", OWN_ADDRESS, OWN_ADDRESS),
    ],
)
def test_the_database_url_uses_an_existing_password(
    tmp_path: Path, name: str, text: str, address: str
) -> None:
    (tmp_path / name).write_text(text)
    make_secrets(tmp_path, "party.example")
    assert (tmp_path / "database_url").read_text() == address


@pytest.mark.parametrize(("there", "missing"), [TLS, TLS[::-1]])
def test_an_incomplete_certificate_is_not_replaced(tmp_path: Path, there: str, missing: str) -> None:
    (tmp_path / there).write_text("real")
    made = run_make_secrets(tmp_path, "party.example")
    assert made.returncode == 1
    assert f"there is {there}, but no {missing}" in made.stderr
    assert texts_of(tmp_path) == {there: "real"}
