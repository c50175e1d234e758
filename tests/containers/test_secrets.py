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


def test_secrets_are_random_kept_and_fit_together(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    make_secrets(first, "party.example")
    make_secrets(second, "party.example")
    kept = {file.name: file.read_text() for file in first.iterdir()}
    assert "Made a certificate" not in make_secrets(first, "party.example")
    assert kept == {file.name: file.read_text() for file in first.iterdir()}
    for name in (*RANDOM, "tls_key"):
        assert (first / name).read_text() != (second / name).read_text()
    assert len(kept["secret_key"].strip()) >= 50
    assert kept["database_url"] == f"postgresql://tutti:{kept['database_password'].strip()}@db:5432/tutti\n"
    assert first.stat().st_mode & 0o777 == 0o700


def test_the_certificate_names_the_domain(tmp_path: Path) -> None:
    make_secrets(tmp_path / "made", "party.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "made" / "tls_certificate", tmp_path / "made" / "tls_key")
    described = ssl._ssl._test_decode_cert(str(tmp_path / "made" / "tls_certificate"))  # type: ignore[attr-defined]
    assert described["subjectAltName"] == (("DNS", "party.example"),)


def test_without_openssl_it_says_so_and_makes_nothing(tmp_path: Path, path_without_openssl: str) -> None:
    made = run_make_secrets(tmp_path / "made", "party.example", path=path_without_openssl)
    assert made.returncode == 1
    assert "openssl" in made.stderr
    assert not (tmp_path / "made").exists()


def test_an_openssl_that_fails_leaves_nothing_half_made(tmp_path: Path, path_without_openssl: str) -> None:
    failing = Path(path_without_openssl) / "openssl"
    failing.write_text("#!/bin/sh\necho 0123\nexit 1\n")
    failing.chmod(0o755)
    made = run_make_secrets(tmp_path / "made", "party.example", path=path_without_openssl)
    assert made.returncode == 1
    assert list((tmp_path / "made").iterdir()) == []


def test_empty_files_count_as_none(tmp_path: Path) -> None:
    """As earlier versions left them where openssl was missing, with a database_url without a password."""
    for name in (*RANDOM, *TLS):
        (tmp_path / name).touch(0o444)
    (tmp_path / "database_url").write_text("postgresql://tutti:@db:5432/tutti\n")
    make_secrets(tmp_path, "party.example")
    kept = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert sorted(kept) == sorted([*RANDOM, *TLS, "database_url", "email_url"])
    assert all(len(kept[name].strip()) == 64 for name in RANDOM)
    assert kept["database_url"] == f"postgresql://tutti:{kept['database_password'].strip()}@db:5432/tutti\n"


def test_the_databases_address_has_the_password_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "database_password").write_text("of-ada\n")
    make_secrets(tmp_path, "party.example")
    assert (tmp_path / "database_url").read_text() == "postgresql://tutti:of-ada@db:5432/tutti\n"


def test_an_address_of_ones_own_database_is_kept(tmp_path: Path) -> None:
    (tmp_path / "database_url").write_text("postgresql://ada:hers@elsewhere.example/tutti\n")
    make_secrets(tmp_path, "party.example")
    assert (tmp_path / "database_url").read_text() == "postgresql://ada:hers@elsewhere.example/tutti\n"


@pytest.mark.parametrize(("there", "missing"), [TLS, TLS[::-1]])
def test_half_of_a_certificate_is_no_reason_to_replace_it(tmp_path: Path, there: str, missing: str) -> None:
    (tmp_path / there).write_text("real")
    made = run_make_secrets(tmp_path, "party.example")
    assert made.returncode == 1
    assert f"there is {there}, but no {missing}" in made.stderr
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {there: "real"}
