"""Who is in the room: the code that lets phones in, and the players, whom the lecturer may remove."""

from __future__ import annotations

import html

import segno
import streamlit as st

from jiran.app import state
from jiran.app.classroom.rooms import ROOMS, Reach
from jiran.app.showing import plain
from jiran.app.views.classroom_setup import attempt
from jiran.classroom.phase import Phase
from jiran.classroom.room import Room
from jiran.classroom.views import Wall
from jiran.market import find

_HELP = """\
1. Is the phone in the same Wi-Fi as this machine, with mobile data off?
2. Open the address on one phone first, and see what it says.
3. A firewall: Windows asks once, and *Cancel* makes a rule that blocks for good: Windows Defender Firewall, inbound rules,
   python: allow, also for public networks. macOS: allow incoming connections for Python. Linux: `sudo ufw allow PORT/tcp`.
4. Campus Wi-Fi often keeps its clients apart: use the hotspot of this machine or of a phone, or a small router.
5. Or play with robots here on the wall."""


def show(room: Room) -> None:
    """Draw the way in and who has come."""
    reach = ROOMS.reach
    if reach is None or not reach.hosts:
        _alone(room, reach)
    else:
        _way_in(room, reach)
    _people(room)


def _alone(room: Room, reach: Reach | None) -> None:
    st.html(f'<div style="font-size:3.5rem;font-weight:700;letter-spacing:.1em">{room.code}</div>')
    st.info(
        "Phones cannot join: this room is open to this machine alone. Start it with `jiran class --share` to let them in.",
        icon=":material/wifi_off:",
    )
    if reach is not None:
        st.markdown(f"[Join on this machine](http://localhost:{reach.port}/join/{room.code})")


def _way_in(room: Room, reach: Reach) -> None:
    host = reach.hosts[0]
    if len(reach.hosts) > 1:
        host = st.session_state.get("class_host", host)
    address = f"{host}:{reach.port}/join"
    picture = segno.make(f"http://{address}/{room.code}", error="m", micro=False).svg_data_uri(border=2, light="#fff")
    st.html(
        f'<img src="{html.escape(picture)}" alt="QR code of {address}/{room.code}" style="width:100%;max-width:17rem">'
        f'<div style="font-size:1.3rem;overflow-wrap:anywhere">{address}</div>'
        f'<div style="font-size:3.5rem;line-height:1.1;font-weight:700;letter-spacing:.1em">{room.code}</div>'
    )
    if state.presents():
        return
    if len(reach.hosts) > 1:
        st.selectbox("Address of this machine", reach.hosts, key="class_host")
    with st.expander("Nobody can join?"):
        st.markdown(_HELP.replace("PORT", str(reach.port)))


@st.fragment(run_every=1.0)
def _people(room: Room) -> None:
    """Draw the players, each second."""
    wall = room.wall()
    if wall.phase in (Phase.OPEN, Phase.RESULTS):
        st.markdown(f"**Market rule:** {plain(find(wall.rule.name).plain_name)}")
    st.markdown(f"**Players: {len(wall.people)}**{' :material/lock: locked' if wall.locked else ''}")
    st.markdown(roll(wall))
    if not wall.people or state.presents():
        return
    with st.popover("Remove a player", icon=":material/person_remove:"):
        names = {person.id: person.name for person in wall.people}
        chosen = st.selectbox(
            "Player", list(names), format_func=lambda one: names.get(one, one), key="class_remove"
        )  # an option is text, not Markdown
        st.button(
            "Remove", key="class_remove_now", on_click=attempt, args=(room.remove, chosen), icon=":material/delete:"
        )


def roll(wall: Wall) -> str:
    """Return the players as Markdown: who has sent has a mark, who is away is grey."""
    shown = []
    for person in wall.people:
        mark = ":material/check: " if person.has_sent else ""
        name = plain(person.name)
        shown.append(f"{mark}{name}" if person.is_there else f":gray[{name} (away)]")
    return " · ".join(shown)
