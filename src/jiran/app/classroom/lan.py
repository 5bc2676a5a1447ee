"""Under which addresses other machines find this one, without sending a packet."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress

#: A socket that is only told where it would send shows which of our addresses it would use.
_TARGETS = ("192.168.0.1", "10.0.0.1", "172.16.0.1", "8.8.8.8")
_ORDER = ("192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12")  # Docker, WSL and Hyper-V like the last
_NETWORKS = [ipaddress.ip_network(network) for network in _ORDER]


def addresses() -> tuple[str, ...]:
    """Return the IPv4 addresses of this machine that phones may reach, the likeliest first."""
    found = dict.fromkeys(filter(None, map(_towards, _TARGETS)))
    with suppress(OSError):
        found |= dict.fromkeys(socket.gethostbyname_ex(socket.gethostname())[2])
    return in_order(found)


def in_order(found: dict[str, None] | tuple[str, ...]) -> tuple[str, ...]:
    """Return addresses with those of homes and schools first and public ones last; without those nobody else reaches.

    Example:
        >>> in_order(("127.0.1.1", "172.17.0.1", "203.0.113.7", "192.168.1.23", "169.254.3.4"))
        ('192.168.1.23', '172.17.0.1', '203.0.113.7')
    """
    known = [ipaddress.ip_address(one) for one in found]
    usable = [one for one in known if not (one.is_loopback or one.is_link_local or one.is_unspecified)]
    return tuple(str(one) for one in sorted(usable, key=_rank))


def _rank(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> int:
    return next((place for place, network in enumerate(_NETWORKS) if address in network), len(_NETWORKS))


def _towards(target: str) -> str | None:
    """Return our address on the way to another; None if there is no way."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((target, 9))  # UDP: nothing is sent
        return str(probe.getsockname()[0])
    return None
