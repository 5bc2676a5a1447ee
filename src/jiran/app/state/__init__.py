"""What the dashboard remembers: the one place of session state, caches and the address bar.

Only a widget's own key may be read elsewhere, beside the widget.
"""

from jiran.app.state.choices import (
    OwnOrders,
    draw,
    open_step,
    own_orders,
    pick_home,
    pick_window,
    picked_home,
    set_draw,
    set_own_orders,
    take_step,
)
from jiran.app.state.finished import cleared, compare, go_on, pinned, pinned_words, prepare, result, run
from jiran.app.state.remarks import decide_steps, decided_steps, remark, set_remark
from jiran.app.state.session import (
    back_to_pinned,
    base,
    changes,
    generation,
    is_new_upload,
    keep,
    open_page,
    pin,
    pinned_scenario,
    remember_pages,
    scenario,
    set_base,
    take_notice,
    unpin,
)

__all__ = [
    "OwnOrders",
    "back_to_pinned",
    "base",
    "changes",
    "cleared",
    "compare",
    "decide_steps",
    "decided_steps",
    "draw",
    "generation",
    "go_on",
    "is_new_upload",
    "keep",
    "open_page",
    "open_step",
    "own_orders",
    "pick_home",
    "pick_window",
    "picked_home",
    "pin",
    "pinned",
    "pinned_scenario",
    "pinned_words",
    "prepare",
    "remark",
    "remember_pages",
    "result",
    "run",
    "scenario",
    "set_base",
    "set_draw",
    "set_own_orders",
    "set_remark",
    "take_notice",
    "take_step",
    "unpin",
]
