"""Why a music service did not give what it was asked for, and what that means for whoever asked."""

from enum import StrEnum


class Failure(StrEnum):
    """In words for logs, metrics and records."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    # The line ended before the answer did, or what came was no HTTP.
    CUT = "cut"
    # It says itself that something is wrong there (5xx), or answers well and with an error inside.
    BROKEN = "broken"
    # It wants to be asked less often (429).
    BUSY = "busy"
    # It was not asked: it wants to be left alone for a while, or has failed too often.
    RESTING = "resting"
    # No JSON, or not of the shape that was expected.
    GARBAGE = "garbage"
    TOO_LARGE = "too_large"
    # It is somewhere else now. Nobody follows: who knows where that leads, with our credentials.
    REDIRECTED = "redirected"
    # 401: the token has expired, or the credentials are wrong.
    NOT_ALLOWED = "not_allowed"
    # It takes no offence but to this one question (other 4xx).
    REFUSED = "refused"


# Nothing changes these but another setting, or another version of this program.
PERMANENT = {Failure.TOO_LARGE, Failure.REDIRECTED, Failure.NOT_ALLOWED, Failure.REFUSED}
# Often over a moment later.
PASSING = {Failure.UNREACHABLE, Failure.SLOW, Failure.CUT, Failure.BROKEN, Failure.BUSY}
# By these the service itself is known to be in trouble, whatever it was asked.
IN_TROUBLE = {
    *(Failure.UNREACHABLE, Failure.SLOW, Failure.CUT, Failure.BROKEN),
    *(Failure.GARBAGE, Failure.TOO_LARGE, Failure.REDIRECTED),
}


class ProviderError(Exception):
    """A service did not give what was asked. The text holds neither what was asked nor by whom."""

    def __init__(
        self,
        provider: str,
        failure: Failure,
        *,
        status: int | None = None,
        retry_after_seconds: float | None = None,
        reasons: frozenset[str] = frozenset(),
    ) -> None:
        details = [] if status is None else [f"status {status}", *sorted(reasons)]
        said = f" ({', '.join(details)})" if details else ""
        super().__init__(f"{provider}: {failure}{said}")
        self.provider = provider
        self.failure = failure
        self.status = status
        # The service's own codes for what is wrong.
        self.reasons = reasons
        # How long the service itself wants to be left alone.
        self.retry_after_seconds = retry_after_seconds

    @property
    def is_temporary(self) -> bool:
        """Whether the same question may be answered later."""
        return self.failure not in PERMANENT
