"""Health check of a container: `python -m server.health_check [worker | beat]`.

Without an argument it requests the readiness of the local server, with a host of ALLOWED_HOSTS.
"""

import http.client
import os
import sys

from django.conf import settings

PATH = "/api/health/ready"
PATIENCE_SECONDS = 5


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    is_well = _is_role_filled(arguments[0]) if arguments else _can_serve()
    return 0 if is_well else 1


def _can_serve() -> bool:
    from server.connections import reachable_host  # needs the settings

    connection = http.client.HTTPConnection(
        reachable_host(settings.HOST).strip("[]"), settings.PORT, timeout=PATIENCE_SECONDS
    )
    try:
        connection.request("GET", PATH, headers={"Host": allowed_name(settings.ALLOWED_HOSTS)})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"The server is unavailable: {error}\n")
        return False
    finally:
        connection.close()


def _is_role_filled(role: str) -> bool:
    import django

    django.setup()
    from apps.jobs.worker import is_alive_on_this_host

    return is_alive_on_this_host(role)


def allowed_name(names: list[str]) -> str:
    """`*` allows every name, `.example.org` that name and its subdomains."""
    name = names[0] if names else "localhost"
    return "localhost" if name == "*" else name.removeprefix(".")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
