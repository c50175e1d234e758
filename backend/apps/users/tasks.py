"""Jobs of accounts and logins."""

from apps.jobs.registry import job


@job("users.purge_logins")
def purge_logins() -> None:
    """Purges expired tokens and sessions; nothing else deletes them."""
    from apps.users.jwt_tokens import purge_expired_logins  # imports tokens only where it runs

    purge_expired_logins()
