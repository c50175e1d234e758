"""The compose files, against the format and against each other: no engine is needed for that."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.containers.dockerfile import stages_of
from tests.processes import PROJECT

DEVELOPMENT, PRODUCTION = PROJECT / "docker-compose.yml", PROJECT / "docker-compose.prod.yml"
FILES = pytest.mark.parametrize("file", [DEVELOPMENT, PRODUCTION], ids=lambda file: file.name)
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
SETTINGS = set(re.findall(r"^#([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
Compose = dict[str, Any]
DURATION = re.compile(r"(\d+(us|ms|s|m|h))+")
KEYS = {
    *("build", "image", "command", "environment", "volumes", "networks", "ports", "secrets", "depends_on"),
    *("healthcheck", "read_only", "tmpfs", "cap_drop", "cap_add", "security_opt", "init", "restart"),
    "stop_grace_period",
}
JOB_ROLES = {"celery": "worker", "celery-beat": "beat"}


@cache
def read(file: Path) -> Compose:
    content: Compose = yaml.safe_load(file.read_text())
    return content


@FILES
def test_the_compose_files_use_only_valid_keys(file: Path) -> None:
    content = read(file)
    assert content.keys() <= {"name", "services", "networks", "volumes", "secrets"}
    for service in content["services"].values():
        assert service.keys() <= KEYS
        assert ("build" in service) != ("image" in service)
        values = service.get("environment", {}).values()
        assert all(isinstance(value, str) for value in values), "YAML makes 4000, yes and 1e3 something else"
        for wanted in service.get("depends_on", {}).values():
            assert wanted["condition"] in {"service_started", "service_healthy"}
        check = service.get("healthcheck", {})
        assert check.keys() <= {"test", "interval", "timeout", "start_period", "retries"}
        assert all(DURATION.fullmatch(check[name]) for name in check.keys() - {"test", "retries"})


@FILES
def test_celery_runs_jobs_with_the_servers_settings_and_the_server_does_not(file: Path) -> None:
    services = read(file)["services"]
    web = services["web"]
    assert set(services) == {"web", "celery", "celery-beat", "db", "redis", "proxy"}
    assert web["environment"]["EMBEDDED_JOB_WORKER"] == "false"
    shared = {name for name in web["environment"] if re.search("DATABASE|REDIS|SECRET", name)}
    for name, role in JOB_ROLES.items():
        jobs = services[name]
        assert jobs["command"][:4] == ["celery", "--app", "config", role]
        assert jobs["healthcheck"]["test"][-2:] == ["server.health_check", role]
        assert jobs["environment"].items() <= web["environment"].items()
        assert shared <= jobs["environment"].keys()
        assert jobs["volumes"] == web["volumes"]
        assert set(jobs.get("secrets", [])) <= set(web.get("secrets", []))


@FILES
def test_services_reachable_from_the_network_have_minimal_rights(file: Path) -> None:
    """And only the proxy can be reached from outside."""
    content = read(file)
    services = content["services"]
    for name in ("web", *JOB_ROLES, "proxy"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
    assert [name for name in services if "cap_add" in services[name]] == ["proxy"]
    assert [name for name in services if "ports" in services[name]] == ["proxy"]
    assert content["networks"]["back"] == {"internal": True}
    assert services["db"]["networks"] == services["redis"]["networks"] == ["back"]
    assert services["web"]["environment"]["TRUSTED_PROXIES"] == "1"


@FILES
def test_named_files_exist_and_persistent_data_is_in_volumes(file: Path) -> None:
    content, image = read(file), stages_of(PROJECT / "Dockerfile")[-1]
    services = content["services"]
    for service in services.values():
        assert set(service.get("networks", [])) <= set(content["networks"])
        assert set(service.get("secrets", [])) <= set(content.get("secrets", {}))
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (PROJECT / source).is_file() if source.startswith(".") else source in content["volumes"]
        for name, wanted in service.get("depends_on", {}).items():
            is_checked = "healthcheck" in services[name] or "build" in services[name]
            assert is_checked or wanted["condition"] != "service_healthy"
    assert image.all("HEALTHCHECK"), "it is waited for"
    assert set(services["web"]["environment"]) <= SETTINGS
    assert services["web"]["volumes"] == ["data:" + image.last("VOLUME").words]
    assert services["db"]["volumes"] == ["database:/var/lib/postgresql/data"]


def test_development_needs_no_variable_and_serves_port_4000_of_this_machine() -> None:
    text = DEVELOPMENT.read_text()
    assert [name for name, sign, _ in VARIABLE.findall(text) if sign != "-"] == []
    assert read(DEVELOPMENT)["services"]["proxy"]["ports"] == ["127.0.0.1:${PORT:-4000}:80"]
    assert read(DEVELOPMENT)["name"] != read(PRODUCTION)["name"], "the two share no data"


def test_production_has_tls_and_no_secret_in_it() -> None:
    content = read(PRODUCTION)
    environment = content["services"]["web"]["environment"]
    assert content["services"]["proxy"]["ports"] == ["80:80", "443:443"]
    assert environment["HTTPS_ONLY"] == "true"
    assert {"SECRET_KEY_FILE", "DATABASE_URL_FILE", "METRICS_TOKEN_FILE", "EMAIL_URL_FILE"} <= set(
        environment
    )
    assert not {"SECRET_KEY", "DATABASE_URL", "METRICS_TOKEN"} & set(environment)
    pairs = [pair for one in content["services"].values() for pair in one.get("environment", {}).items()]
    for name, value in pairs:
        assert not re.search("PASSWORD|SECRET|TOKEN", name) or value.startswith("/run/secrets/")
    files = {value.removeprefix("/run/secrets/") for _, value in pairs if value.startswith("/run/secrets/")}
    assert files | {"tls_certificate", "tls_key"} == set(content["secrets"])
