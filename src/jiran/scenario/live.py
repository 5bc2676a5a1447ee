"""What a street of real meters may do to what stands in its homes."""

from __future__ import annotations

from typing import Annotated

from jiran.documents.model import LISTED, Model, quantity


class Live(Model):
    """What `jiran live` may do to batteries and cars: advise, unless a home stands here by its name.

    As TOML::

        [live]
        control = ["S1", "School"]
    """

    control: Annotated[tuple[str, ...], LISTED] = quantity(
        "homes whose battery and car get commands from `jiran live`; all others get advice", "", (), max_length=10_000
    )
