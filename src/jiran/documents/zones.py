"""Which names of time zones this computer knows."""

from __future__ import annotations

from zoneinfo import ZoneInfo

#: What is allowed, in the words of a refusal.
ZONE_WORDS = "must be an IANA time zone such as Asia/Kuching"


def is_zone(name: str) -> bool:
    """Tell whether a name is a time zone of which this computer has the data.

    Example:
        >>> is_zone("Asia/Kuching"), is_zone("Mars/Base"), is_zone("../etc/passwd")
        (True, False, False)
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
