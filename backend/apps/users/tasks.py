"""Jobs of people and their logins."""

from apps.jobs.registry import job


@job("users.forget_logins")
def forget_logins() -> None:
    """Tokens and sessions that have expired go; nobody else deletes them."""
    from apps.users.token_services import forget_expired_logins  # brings tokens: only where it runs

    forget_expired_logins()
