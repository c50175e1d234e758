"""Whether this container's own worker or beat lives: `python -m config.jobs_check worker`. For containers."""

import os
import sys


def main(role: str) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from apps.jobs.pulse import is_seen_here

    return 0 if is_seen_here(role) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
