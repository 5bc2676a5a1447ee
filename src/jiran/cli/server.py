"""Start the dashboard as a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import suppress
from importlib import resources
from pathlib import Path

import typer

import jiran
from jiran.cli.signals import interruptible
from jiran.errors import JiranError

FIRST_PORT, PORTS = 8501, 100

#: How Streamlit runs the dashboard. Its "magic", which shows a value that stands alone on a line, reads the script anew.
OPTIONS: dict[str, str | int | bool] = {
    "server.address": "localhost",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 100,
    "server.showEmailPrompt": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "runner.magicEnabled": False,
}


def serve(scenario: str | None, port: int | None, *, no_browser: bool) -> None:
    """Run Streamlit on the dashboard until it ends or is interrupted.

    Args:
        scenario: Preset or file to open; default: the first preset.
        port: Port; default: the first free one.
        no_browser: Whether to leave the browser closed.
    """
    arguments = []
    if scenario is not None:
        jiran.load_scenario(scenario)
        arguments = ["--", str(Path(scenario).resolve()) if scenario.endswith(".toml") else scenario]
    options = OPTIONS | {"server.port": _free_port(port)} | ({"server.headless": True} if no_browser else {})
    written = {name: value if isinstance(value, str) else json.dumps(value) for name, value in options.items()}
    flags = [part for name, value in written.items() for part in (f"--{name}", value)]
    script = str(resources.files("jiran") / "app" / "main.py")
    command = [sys.executable, "-m", "jiran.cli.dashboard", "run", script, *flags, *arguments]
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


def _free_port(wanted: int | None) -> int:
    """Return the wanted port, or the first free one."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS) if wanted is None else (wanted,):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    if wanted is None:
        raise JiranError(f"no port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} is free; name another with --port")
    raise JiranError(f"--port {wanted}: is in use or not allowed; choose another, or leave --port out")
