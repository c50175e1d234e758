"""PostgreSQL, as Django's backend `core.postgresql`."""
