"""Put a chart on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec


def draw(option: Spec, *, key: str, alt: str, height: int, **more: Any) -> Any:
    """Draw a chart whose saved picture has the background of the viewer's theme, so that its labels can be read.

    Args:
        option: The chart's specification.
        key: Name of the chart on its page.
        alt: What the picture shows, in words.
        height: Height, pixels.
        **more: Further arguments of `st.echarts_chart`.
    """
    theme = st.context.theme.type or "light"
    option["darkMode"] = theme == "dark"  # labels beside bars and points, which the theme leaves to the chart
    save = option["toolbox"]["feature"]["saveAsImage"]
    save |= {"backgroundColor": st.get_option(f"theme.{theme}.backgroundColor"), "pixelRatio": 2}
    return st.echarts_chart(option, key=key, alt=alt, height=height, **more)
