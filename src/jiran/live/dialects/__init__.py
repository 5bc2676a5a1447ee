"""How meters speak: one file a dialect, with what is heard and what is said side by side."""

from __future__ import annotations

from jiran.live.dialects import dsmr_reader, glow, home_assistant, senml, shelly, shelly_gen1, tasmota
from jiran.live.dialects.dialect import Dialect

#: Every dialect by name.
DIALECTS: dict[str, Dialect] = {
    one.DIALECT.name: one.DIALECT for one in (tasmota, shelly, shelly_gen1, dsmr_reader, home_assistant, senml, glow)
}

__all__ = ["DIALECTS", "Dialect"]
