"""The compose files, against the format and against each other: no engine is needed for that."""

import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.containers.compose_schema import COMPOSE_FILE
from tests.containers.dockerfile import stages_of
from tests.processes import PROJECT

DEVELOPMENT, PRODUCTION = PROJECT / "docker-compose.yml", PROJECT / "docker-compose.prod.yml"
FILES = pytest.mark.parametrize("file", [DEVELOPMENT, PRODUCTION], ids=lambda file: file.name)
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
SETTINGS = set(re.findall(r"^#([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
Compose = dict[str, Any]
JOB_ROLES = {"celery": "worker", "celery-beat": "beat"}


@cache
def read(file: Path) -> Compose:
    content: Compose = yaml.safe_load(file.read_text())
    return content


def binds(file: Path) -> list[tuple[str, str]]:
    """What is mounted of this folder, and where."""
    pairs = [
        volume.split(":")[:2]
        for service in read(file)["services"].values()
        for volume in service.get("volumes", [])
    ]
    return [(source, target) for source, target in pairs if source.startswith(".")]


@FILES
def test_it_is_in_the_format(file: Path) -> None:
    problems = Draft202012Validator(COMPOSE_FILE).iter_errors(read(file))
    assert [f"{'.'.join(map(str, one.absolute_path))}: {one.message}" for one in problems] == []


@pytest.mark.parametrize(
    "change",
    [
        {"image": "nginx"},
        {"environment": {"PORT": 4000}},
        {"ports": ["eighty:80"]},
        {"depends_on": ["web"]},
        {"healthcheck": {"test": ["CMD", "x"], "interval": "5"}},
        {"restarts": "always"},
        {"build": "."},
    ],
)
def test_the_check_of_the_format_finds_mistakes(change: Compose) -> None:
    content = deepcopy(read(DEVELOPMENT))
    content["services"]["proxy"] |= change
    assert not Draft202012Validator(COMPOSE_FILE).is_valid(content)


@FILES
def test_jobs_are_run_by_celery_and_not_by_the_server_too(file: Path) -> None:
    services = read(file)["services"]
    assert set(services) == {"web", "celery", "celery-beat", "db", "redis", "proxy"}
    assert services["web"]["environment"]["JOBS_IN_SERVER"] == "false"
    for name, role in JOB_ROLES.items():
        assert services[name]["command"][:4] == ["celery", "--app", "config", role]
        assert services[name]["healthcheck"]["test"][-2:] == ["config.jobs_check", role]


@FILES
def test_jobs_have_the_servers_database_broker_secrets_and_data(file: Path) -> None:
    services = read(file)["services"]
    web = services["web"]
    for name in JOB_ROLES:
        assert services[name]["environment"].items() <= web["environment"].items()
        assert {one for one in web["environment"] if re.search("DATABASE|REDIS|SECRET", one)} <= set(
            services[name]["environment"]
        )
        assert services[name]["volumes"] == web["volumes"]
        assert set(services[name].get("secrets", [])) <= set(web.get("secrets", []))
        assert services[name]["read_only"] is True


@FILES
def test_what_answers_the_network_has_no_more_rights_than_it_needs(file: Path) -> None:
    services = read(file)["services"]
    for name in ("web", *JOB_ROLES, "proxy"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
    assert {name for name in services if "cap_add" in services[name]} == {"proxy"}


def test_mail_comes_from_a_secret_in_production() -> None:
    web = read(PRODUCTION)["services"]["web"]
    assert (web["environment"]["EMAIL_URL_FILE"], "email_url" in web["secrets"]) == (
        "/run/secrets/email_url",
        True,
    )


@FILES
def test_what_is_named_is_declared(file: Path) -> None:
    content = read(file)
    for service in content["services"].values():
        assert set(service.get("networks", [])) <= set(content["networks"])
        assert set(service.get("secrets", [])) <= set(content.get("secrets", {}))
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in content["volumes"]
        for name, wanted in service.get("depends_on", {}).items():
            is_checked = "healthcheck" in content["services"][name] or "build" in content["services"][name]
            assert is_checked or wanted["condition"] != "service_healthy"


def test_the_image_that_is_waited_for_checks_its_health() -> None:
    assert stages_of(PROJECT / "Dockerfile")[-1].all("HEALTHCHECK")


@FILES
def test_what_is_mounted_and_set_is_there(file: Path) -> None:
    assert binds(file)
    for source, _ in binds(file):
        assert (PROJECT / source).is_file()
    assert set(read(file)["services"]["web"]["environment"]) <= SETTINGS


@FILES
def test_only_the_proxy_can_be_reached_from_outside(file: Path) -> None:
    content = read(file)
    assert [name for name, service in content["services"].items() if "ports" in service] == ["proxy"]
    assert content["networks"]["back"] == {"internal": True}
    for name in ("db", "redis"):
        assert content["services"][name]["networks"] == ["back"]
    assert content["services"]["web"]["environment"]["TRUSTED_PROXIES"] == "1"


@FILES
def test_what_has_to_last_is_in_a_volume(file: Path) -> None:
    services = read(file)["services"]
    assert services["web"]["volumes"] == [
        "data:" + stages_of(PROJECT / "Dockerfile")[-1].last("VOLUME").words
    ]
    assert services["db"]["volumes"] == ["database:/var/lib/postgresql/data"]


def test_development_needs_no_variable_and_serves_port_4000_of_this_machine() -> None:
    text = DEVELOPMENT.read_text()
    assert [name for name, sign, _ in VARIABLE.findall(text) if sign != "-"] == []
    assert read(DEVELOPMENT)["services"]["proxy"]["ports"] == ["127.0.0.1:${PORT:-4000}:80"]


def test_production_has_tls_and_no_secret_in_it() -> None:
    content = read(PRODUCTION)
    environment = content["services"]["web"]["environment"]
    assert content["services"]["proxy"]["ports"] == ["80:80", "443:443"]
    assert environment["HTTPS_ONLY"] == "true"
    assert {"SECRET_KEY_FILE", "DATABASE_URL_FILE", "METRICS_TOKEN_FILE"} <= set(environment)
    assert not {"SECRET_KEY", "DATABASE_URL", "METRICS_TOKEN"} & set(environment)
    for service in content["services"].values():
        for name, value in service.get("environment", {}).items():
            assert not re.search("PASSWORD|SECRET|TOKEN", name) or value.startswith("/run/secrets/")
    named = [
        value for service in content["services"].values() for value in service.get("environment", {}).values()
    ]
    files = {value.removeprefix("/run/secrets/") for value in named if value.startswith("/run/secrets/")}
    assert files | {"tls_certificate", "tls_key"} == set(content["secrets"])


def test_the_two_do_not_share_their_data() -> None:
    assert read(DEVELOPMENT)["name"] != read(PRODUCTION)["name"]
