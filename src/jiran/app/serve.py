"""The dashboard's process: Streamlit, and beside it the phones of a class, on one server.

It ends when the `jiran app` or `jiran class` that started it does, however that ends: standard input is a pipe that the
parent holds open, and whatever ends the parent, also kill -9, closes it.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import secrets
import socket
import sys
import threading
import webbrowser
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.middleware import Middleware
from streamlit import App, config
from streamlit.web import bootstrap

from jiran.app.classroom import lan
from jiran.app.classroom.gate import Gate
from jiran.app.classroom.rooms import ROOMS, Reach
from jiran.app.classroom.web import routes
from jiran.classroom.cards import DECKS
from jiran.classroom.room import Room

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_HERE = "127.0.0.1"
#: How Streamlit runs the dashboard. Its "magic", which shows a value that stands alone on a line, reads the script anew.
OPTIONS: dict[str, Any] = {
    "server.address": "localhost",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 100,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "runner.magicEnabled": False,
}
_SCRIPT = Path(__file__).with_name("main.py")


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


def main() -> None:
    """Serve until somebody ends it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--share", help="address on which other machines reach the phones' page")
    parser.add_argument("--page", default="", help="page to open first")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("scenario", nargs="?")
    given = parser.parse_args()
    sys.argv = [str(_SCRIPT), *([given.scenario] if given.scenario else [])]  # as the script reads it
    serve(given.port, given.share, given.page, no_browser=given.no_browser)


def serve(port: int, share: str | None, page: str, *, no_browser: bool) -> None:
    """Run the server.

    Args:
        port: To listen on.
        share: Address on which other machines reach the phones' page; None: only this machine reaches anything.
        page: Path of the page that the browser opens.
        no_browser: Whether to leave the browser closed.
    """
    hosts = _hosts(share)
    ROOMS.reach = Reach(port, hosts)
    if page == "class":
        ROOMS.open(Room(DECKS["smith-1962"]))
    key = secrets.token_urlsafe(16)
    address = f"http://localhost:{port}/{page}"

    @asynccontextmanager
    async def started(_app: App) -> AsyncIterator[None]:
        sys.stdout.write("".join(f"{line}\n" for line in _greeting(address, port, hosts, key)))
        sys.stdout.flush()
        if not config.get_option("server.headless"):
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        yield

    gate = [] if share is None else [Middleware(Gate, key=key)]
    app = App(_SCRIPT, routes=routes(), middleware=gate, lifespan=started)
    _set_options(port, hosts, no_browser=no_browser)
    server = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # the gate takes whoever comes through a proxy for a stranger
        timeout_graceful_shutdown=1,
        ws="websockets-sansio",  # this and what follows as Streamlit starts its own servers
        ws_ping_interval=30.0,
        ws_ping_timeout=30.0,
        ws_max_size=200 * 2**20,
    )
    listening = [listen(host, port) for host in _bound(share)]
    with suppress(KeyboardInterrupt):
        uvicorn.Server(server).run(listening)


def _set_options(port: int, hosts: tuple[str, ...], *, no_browser: bool) -> None:
    """Set Streamlit's options, on top of those in the folder of the script, which it knows once there is an app."""
    options = OPTIONS | {"server.port": port}
    options["server.corsAllowedOrigins"] = [f"http://{host}:{port}" for host in hosts]  # who has the key comes by these
    bootstrap.load_config_options(options | ({"server.headless": True} if no_browser else {}))


def _greeting(address: str, port: int, hosts: tuple[str, ...], key: str) -> list[str]:
    lines = [f"jiran is open at {address} (Ctrl-C ends it)"]
    if hosts:
        joins = " or ".join(f"http://{host}:{port}/join" for host in hosts)
        who = "Browsers of this machine" if all(host.startswith("127.") for host in hosts) else "Phones in this network"
        lines += [
            f"{who} join at {joins}. They reach that page and nothing else of this machine.",
            f"To steer from another machine, open http://{hosts[0]}:{port}/class?lecturer={key}; who has this link can do all.",
        ]
    return lines


def _hosts(share: str | None) -> tuple[str, ...]:
    """Return the addresses under which phones find this machine."""
    if share is None:
        return ()
    return lan.addresses() if _is_everywhere(share) else (share,)


def _bound(share: str | None) -> list[str]:
    """Return the addresses to listen on; this machine's own is always one, for the lecturer."""
    if share is None or share == _HERE:
        return [_HERE]
    return [share] if _is_everywhere(share) else [_HERE, share]


def _is_everywhere(share: str) -> bool:
    return ipaddress.ip_address(share).is_unspecified


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that sends small answers at once: asyncio sees to that only if the protocol is named."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name != "nt":  # there it would let two servers share a port
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((host, port))
    return found


if __name__ == "__main__":
    main()
