"""Put a chart on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec

#: How much of the theme's ink is in the words beside a chart: Streamlit's own grey is too pale on white to be read by all.
_INK = 0.7
#: What has words of its own, and under which names.
_WRITTEN = {
    "xAxis": ("axisLabel", "nameTextStyle"),
    "yAxis": ("axisLabel", "nameTextStyle"),
    "legend": ("textStyle",),
    "visualMap": ("textStyle",),
}


def draw(option: Spec, *, key: str, alt: str, height: int, **more: Any) -> Any:
    """Draw a chart whose words can be read on the viewer's theme, and whose saved picture has the theme's background.

    Args:
        option: The chart's specification.
        key: Name of the chart on its page.
        alt: What the picture shows, in words.
        height: Height, pixels.
        **more: Further arguments of `st.echarts_chart`.
    """
    theme = st.context.theme.type or "light"
    colour = ink(theme)
    option = option if colour is None else option | inked(option, colour)
    option["darkMode"] = theme == "dark"  # labels beside bars and points, which the theme leaves to the chart
    save = option["toolbox"]["feature"]["saveAsImage"]
    save |= {"backgroundColor": st.get_option(f"theme.{theme}.backgroundColor"), "pixelRatio": 2}
    return st.echarts_chart(option, key=key, alt=alt, height=height, **more)


def ink(theme: str) -> str | None:
    """Return the colour of the words beside a chart, as #rrggbb; None where the theme has no colours of its own.

    Args:
        theme: "light" or "dark".
    """
    text, ground = (st.get_option(f"theme.{theme}.{name}Color") for name in ("text", "background"))
    if not (text and ground):
        return None
    parts = ((int(text[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(_INK * dark + (1.0 - _INK) * light):02x}" for dark, light in parts)


def inked(option: Spec, colour: str) -> Spec:
    """Return the parts of a chart that have words beside it, in a colour, but where they have one of their own."""
    found: Spec = {}
    for name, texts in _WRITTEN.items():
        if name not in option:
            continue
        many = option[name] if isinstance(option[name], list) else [option[name]]
        written = [one | {text: {"color": colour} | one.get(text, {}) for text in texts} for one in many]
        found[name] = written if isinstance(option[name], list) else written[0]
    return found
