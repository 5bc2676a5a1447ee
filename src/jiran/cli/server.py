"""Start the dashboard as a process of its own."""

from __future__ import annotations

import ipaddress
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import typer

import jiran
from jiran.cli.signals import interruptible
from jiran.errors import JiranError

FIRST_PORT, PORTS = 8501, 100
#: Stands for all addresses of this machine.
EVERYWHERE = "0.0.0.0"  # noqa: S104  only if the user shares the room


def serve(
    scenario: str | None, port: int | None, *, no_browser: bool, page: str = "", share: str | None = None
) -> None:
    """Run the dashboard's server until it ends or is interrupted.

    Args:
        scenario: Preset or file to open; default: the first preset.
        port: Port; default: the first free one.
        no_browser: Whether to leave the browser closed.
        page: Path of the page to open first; default: the first one.
        share: Address on which phones of other machines may join a class; default: none.
    """
    if scenario is not None:
        jiran.load_scenario(scenario)
    free = _free_port(port, share)
    command = [sys.executable, "-m", "jiran.app.serve", "--port", str(free), "--page", page]
    if share is not None:
        command += ["--share", share]
    if no_browser:
        command.append("--no-browser")
    if scenario is not None:
        command.append(str(Path(scenario).resolve()) if scenario.endswith(".toml") else scenario)
    with interruptible():
        process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603  our own
        try:
            code = process.wait()
        except KeyboardInterrupt:
            code = 0
        finally:
            _end(process)
    raise typer.Exit(code)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no server behind; its standard input closes with this process, which tells it to go."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()


def _free_port(wanted: int | None, share: str | None) -> int:
    """Return the wanted port, or the first that is free on this machine's own address and on the shared one.

    Raises:
        JiranError: There is none, or the shared address is not of this machine.
    """
    hosts = dict.fromkeys(("127.0.0.1", *([share] if share else [])))
    if share is not None:
        _check_address(share)
    for port in range(FIRST_PORT, FIRST_PORT + PORTS) if wanted is None else (wanted,):
        if all(_is_free(host, port) for host in hosts):
            return port
    if wanted is None:
        raise JiranError(f"no port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} is free; name another with --port")
    raise JiranError(f"--port {wanted}: is in use or not allowed; choose another, or leave --port out")


def _is_free(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_server((host, port)):
        return True
    return False


def _check_address(share: str) -> None:
    """Refuse what is no address of this machine."""
    try:
        ipaddress.IPv4Address(share)
        with socket.create_server((share, 0)):
            return
    except (ValueError, OSError):
        allowed = "must be an IPv4 address of this machine, such as 192.168.1.23, or nothing for all of them"
        raise JiranError(f"--share {share}: {allowed}") from None
