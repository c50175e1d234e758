"""Jobs of people and their logins."""

from apps.jobs.registry import job
from apps.users.token_services import forget_expired_logins


@job("users.forget_logins")
def forget_logins() -> None:
    """Tokens and sessions that have expired go; nobody else deletes them."""
    forget_expired_logins()
