"""At which addresses others reach this server: what a link to share begins with."""

from ipaddress import ip_address

from django.conf import settings

from config.local_network import own_addresses, own_names

HTTP_PORT = 80


def remember_reach(*, address: str, port: int) -> None:
    """Called once, when the server listens on this IP address (0.0.0.0 and :: are every one) and port."""
    is_everywhere = ip_address(address).is_unspecified
    settings.OWN_NAMES = own_names()
    settings.SHARED_ADDRESSES = [
        f"http://{own}/" if port == HTTP_PORT else f"http://{own}:{port}/"
        for own in own_addresses()
        if own in settings.ALLOWED_HOSTS and (is_everywhere or own == address)
    ]


def shared_addresses(*, scheme: str, host: str) -> list[str]:
    """By which others may come, the likeliest first; empty when only this machine gets in.

    `host` is what the request says, and allowed. A name that isn't this machine's own is one that the world,
    or a proxy, knows it by: it works for others as it does for whoever asks.
    """
    name = _without_port(host)
    if not (_is_loopback(name) or name in settings.OWN_NAMES):
        return [f"{scheme}://{host}/"]
    asked = f"{scheme}://{host}/"
    return sorted(settings.SHARED_ADDRESSES, key=lambda address: address != asked)


def _without_port(host: str) -> str:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return name.strip("[]").rstrip(".").lower()


def _is_loopback(name: str) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
