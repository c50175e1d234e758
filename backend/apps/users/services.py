"""Every write about people."""

from apps.realtime.decorators import log_action, rate_limit
from apps.users.models import Guest
from core.addresses import network_of
from core.errors import NotFound
from core.limits import NEWCOMERS


# A party sits behind one address, so an hour's newcomers of an address may be many.
@rate_limit(
    NEWCOMERS.max_calls,
    NEWCOMERS.period_seconds,
    key=lambda *, address: f"newcomers:{network_of(address)}",
)
def count_newcomer(*, address: str) -> None:
    """Counts a new guest, or a new user agent of an address. Raises TooManyCalls above the limit."""


@log_action("create_guest")
def create_guest(*, name: str, address: str) -> Guest:
    """A new guest. Raises TooManyCalls when the address had too many newcomers."""
    count_newcomer(address=address)
    return Guest.objects.create(name=name)


@log_action("rename_guest")
def rename_guest(*, guest_id: str, name: str) -> Guest:
    """Changes what the guest is called from now on. Raises NotFound."""
    guest = Guest.objects.filter(pk=guest_id).first()
    if guest is None:
        raise NotFound
    guest.name = name
    guest.save(update_fields=["name"])
    return guest
