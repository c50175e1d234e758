"""Asks the server of this machine whether it can serve: `python -m config.health_check`. For containers.

It asks by a name that ALLOWED_HOSTS has, whatever that is.
"""

import http.client
import os
import sys

from django.conf import settings

from config.listening import reachable_host

PATH = "/api/health/ready"
PATIENCE_SECONDS = 5


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    connection = http.client.HTTPConnection(
        reachable_host(settings.HOST).strip("[]"), settings.PORT, timeout=PATIENCE_SECONDS
    )
    try:
        connection.request("GET", PATH, headers={"Host": allowed_name(settings.ALLOWED_HOSTS)})
        return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"The server does not answer: {error}\n")
        return 1
    finally:
        connection.close()


def allowed_name(names: list[str]) -> str:
    """`*` stands for every name, `.example.org` for that one and those below it."""
    name = names[0] if names else "localhost"
    return "localhost" if name == "*" else name.removeprefix(".")


if __name__ == "__main__":
    sys.exit(main())
