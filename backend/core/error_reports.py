"""Error reports to a Sentry-compatible service: what failed and where, without personal data."""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from core.logs import masked
from core.request_context import request_context

# Fields of a report; all others are dropped.
KEPT = {
    "event_id",
    "exception",
    "fingerprint",
    "level",
    "logger",
    "platform",
    "release",
    "tags",
    "timestamp",
    "type",
}
KEPT_OF_EXCEPTION = {"type", "module", "stacktrace", "mechanism"}
KEPT_OF_FRAME = {"filename", "function", "module", "lineno", "in_app"}


def report_errors(dsn: str) -> None:
    """Starts reporting logged errors. Only fields known to contain no personal data are sent."""
    sentry_sdk.init(
        dsn,
        before_send=scrubbed,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None),
            ExcepthookIntegration(),
            DedupeIntegration(),
            AtexitIntegration(callback=lambda _pending, _seconds: None),
        ],
    )


def scrubbed(event: Any, _hint: Any) -> Any:
    """The report with the fields that are known to be harmless, and the ids that the log has."""
    kept = {name: value for name, value in event.items() if name in KEPT}
    context = request_context()
    kept["tags"] = {"request_id": context.request_id, **({"op_id": context.op_id} if context.op_id else {})}
    if text := (event.get("logentry") or {}).get("message") or event.get("message"):
        kept["logentry"] = {"message": masked(str(text))}
    exceptions = [_scrubbed_exception(one) for one in (event.get("exception") or {}).get("values") or []]
    if exceptions:
        kept["exception"] = {"values": exceptions}
    return kept


def _scrubbed_exception(exception: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in exception.items() if name in KEPT_OF_EXCEPTION}
    kept["value"] = masked(str(exception.get("value") or ""))
    frames = (exception.get("stacktrace") or {}).get("frames") or []
    kept["stacktrace"] = {
        "frames": [{name: frame[name] for name in KEPT_OF_FRAME if name in frame} for frame in frames]
    }
    return kept
