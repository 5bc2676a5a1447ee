"""`jiran live` and `jiran meters simulate`: a street of real meters, and meters that are played for it."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jiran.cli.changes import changes_of
from jiran.cli.ending import Once
from jiran.cli.printing import console
from jiran.cli.progress import progress
from jiran.errors import JiranError, shortened

if TYPE_CHECKING:
    from jiran.ledger.records import Day
    from jiran.live.address import Broker
    from jiran.live.runs import Book
    from jiran.live.street import Street
    from jiran.scenario import Scenario

#: The only name under which a password is looked for.
PASSWORD = "JIRAN_MQTT_PASSWORD"  # noqa: S105  the name of a variable
_DEFAULT, _DEMO = Path("jiran-live"), Path("jiran-live-demo")
_LONGEST_PASSWORD = 1_000

_SCENARIO = typer.Argument(metavar="SCENARIO", help="Homes, prices and market: a preset or a file that ends in .toml.")
_CHANGES = typer.Option("--set", metavar="KEY=VALUE", help="Replace a value of the scenario; can be repeated.")
_BROKER = typer.Option("--broker", metavar="HOST[:PORT]", help="Where meters publish by MQTT.")
_DEMO_OPTION = typer.Option("--demo", help="Play the meters in this process: nothing else is needed.")
_SPEED = typer.Option(min=0.0, max=1e6, help="Played seconds in a second; 0: as fast as it goes.")
_FOLDER = typer.Option("--folder", metavar="DIR", help="Where readings are kept; default: jiran-live here.")
_LEDGER = typer.Option("--ledger", metavar="FILE", help="Where settled days are signed; default: a file in the folder.")
_METERS = typer.Option(
    "--meters", metavar="FILE.toml", help="Which meter is whose; default: each is called as its home."
)
_DIALECT = typer.Option(
    "--dialect", metavar="NAME", help="How meters speak; default: the way that each is first heard."
)
_SPOKEN = typer.Option("--dialect", metavar="NAME", help="How the meters speak; docs/live.md lists all.")
_TLS = typer.Option("--tls", help="Encrypt the connection, and check who the broker is.")
_CA = typer.Option("--ca", metavar="FILE", help="Certificate to trust instead of the system's, with --tls.")
_USER = typer.Option(
    "--user", metavar="NAME", help=f"Name at the broker; the password comes from {PASSWORD} or --password-file."
)
_PASSWORD_FILE = typer.Option(
    "--password-file", metavar="FILE", help="File that holds the password, for you alone (chmod 600)."
)
_PLAYED = typer.Option(
    "--played", help="The meters are played by `jiran meters simulate`, which also says what time it is."
)
_DAYS = typer.Option(min=1, max=3_660, help="Play so many days instead of the scenario's.")
_UNTIL = typer.Option("--until", metavar="TIME", help="Stop at this time by the street's clock, as 2026-03-21T12:00.")
_GRACE = typer.Option(min=0, max=1_440, help="Minutes that a step waits for readings after its end.")
_DROP = typer.Option(min=0.0, max=1.0, help="Share of readings that are lost.")
_DUPLICATE = typer.Option(min=0.0, max=1.0, help="Share of readings that come twice.")
_SKEW = typer.Option(min=0.0, max=3_600.0, help="Clocks of meters are wrong by up to so many seconds.")
_RESET = typer.Option(min=0.0, max=1.0, help="Share of readings at which the counter begins anew at 0.")
_EVERY = typer.Option(min=1, max=60, help="Minutes between two readings of a meter.")

meters = typer.Typer(
    cls=Once, help="Play meters, to try `jiran live`.", no_args_is_help=True, rich_markup_mode="markdown"
)


def live_command(
    scenario: Annotated[str, _SCENARIO],
    changes: Annotated[list[str] | None, _CHANGES] = None,
    broker: Annotated[str | None, _BROKER] = None,
    folder: Annotated[Path | None, _FOLDER] = None,
    ledger: Annotated[Path | None, _LEDGER] = None,
    table: Annotated[Path | None, _METERS] = None,
    dialect: Annotated[str | None, _DIALECT] = None,
    days: Annotated[int | None, _DAYS] = None,
    until: Annotated[str | None, _UNTIL] = None,
    speed: Annotated[float, _SPEED] = 1_200.0,
    grace: Annotated[int, _GRACE] = 15,
    ca: Annotated[Path | None, _CA] = None,
    user: Annotated[str | None, _USER] = None,
    password_file: Annotated[Path | None, _PASSWORD_FILE] = None,
    *,
    demo: Annotated[bool, _DEMO_OPTION] = False,
    played: Annotated[bool, _PLAYED] = False,
    tls: Annotated[bool, _TLS] = False,
) -> None:
    """Trade by real meters: hear them, close each step, settle each day. Ctrl-C ends it, and it goes on where it ended.

    Example: `jiran live paper --demo`, or `jiran live my-street.toml --broker localhost`
    """
    from jiran.live.address import broker_at  # noqa: PLC0415  loads aiomqtt
    from jiran.live.broker import reach  # noqa: PLC0415
    from jiran.live.meters import meters_of  # noqa: PLC0415
    from jiran.live.opening import homes_of, lasting, played_span, real_span, street_in  # noqa: PLC0415  loads numba
    from jiran.live.rules import MINUTE_MS, Rules  # noqa: PLC0415
    from jiran.live.setpoints import refuse_control  # noqa: PLC0415
    from jiran.live.times import wall_ms  # noqa: PLC0415

    if demo == (broker is not None):
        raise JiranError("jiran live: give either --broker HOST or --demo")
    if days is not None and not (demo or played):
        raise JiranError("--days: is for --demo and --played; real meters go on until you stop, or --until")
    chosen = lasting(_chosen(scenario, changes), days)
    there = (
        None
        if broker is None
        else broker_at(broker, tls=tls, ca=ca, user=user, password=_password(user, password_file))
    )
    span = played_span(chosen) if demo or played else real_span(chosen, wall_ms())
    where = folder or (_DEMO if demo else _DEFAULT)
    end_ms = _instant(until, chosen.time_zone, span.first_ms)
    rules = Rules(grace_ms=grace * MINUTE_MS)
    speaks = _named(dialect)
    homes = homes_of(chosen)  # what is wrong is told before anything is written
    meters_of(homes, table, speaks)
    refuse_control(chosen, homes)
    if there is not None:
        asyncio.run(reach(there))
    if demo:
        _forget_demo(where)
    book = _book(ledger or where / "jiran-ledger.sqlite")
    with street_in(where, chosen, span, meters=table, dialect=speaks, rules=rules, book=book) as street:
        if demo:
            street.mark(demo="1")
        _say(f"{chosen.name}: readings are kept in {where}; the dashboard shows them under Data & method, Live.")
        if chosen.live.control:
            _say(
                f"Commands go to {', '.join(chosen.live.control)}, each on {street.prefix}/HOME/command; all others get advice."
            )
        with progress():  # the first one ever compiles, which takes longer than a broker waits
            street.get_ready()
        street.on_step = _print
        if there is None:
            _demo(street, chosen, dialect or "senml", speed, end_ms)
        else:
            _listen(there, street, end_ms, played=played)
        for line in street.told():
            typer.echo(line)


@meters.command("simulate")
def _simulate(
    scenario: Annotated[str, _SCENARIO],
    broker: Annotated[str, _BROKER],
    changes: Annotated[list[str] | None, _CHANGES] = None,
    table: Annotated[Path | None, _METERS] = None,
    dialect: Annotated[str, _SPOKEN] = "senml",
    days: Annotated[int | None, _DAYS] = None,
    speed: Annotated[float, _SPEED] = 60.0,
    every: Annotated[int, _EVERY] = 5,
    drop: Annotated[float, _DROP] = 0.0,
    duplicate: Annotated[float, _DUPLICATE] = 0.0,
    skew: Annotated[float, _SKEW] = 0.0,
    reset: Annotated[float, _RESET] = 0.0,
    ca: Annotated[Path | None, _CA] = None,
    user: Annotated[str | None, _USER] = None,
    password_file: Annotated[Path | None, _PASSWORD_FILE] = None,
    *,
    tls: Annotated[bool, _TLS] = False,
) -> None:
    """Play a scenario as meters, for a `jiran live SCENARIO --broker ... --played` that was started before.

    Example: `jiran meters simulate paper --broker localhost --dialect tasmota --drop 0.01`
    """
    from jiran.live.address import broker_at  # noqa: PLC0415  loads aiomqtt
    from jiran.live.beginning import prefix_of  # noqa: PLC0415
    from jiran.live.broker import play  # noqa: PLC0415
    from jiran.live.meters import meters_of  # noqa: PLC0415
    from jiran.live.opening import homes_of, lasting  # noqa: PLC0415  loads numba
    from jiran.live.play import Faults, Player, ends_ms  # noqa: PLC0415
    from jiran.live.times import Pace  # noqa: PLC0415

    chosen = lasting(_chosen(scenario, changes), days)
    there = broker_at(broker, tls=tls, ca=ca, user=user, password=_password(user, password_file))
    found = list(meters_of(homes_of(chosen), table).values())
    with progress():
        player = Player(chosen, found, str(_named(dialect)), Faults(drop, duplicate, skew, reset), every)
    sent = asyncio.run(play(there, player, prefix_of(chosen), Pace(speed), ends_ms(player, chosen.time_zone), _say))
    typer.echo(f"{sent} messages of {len(found)} meters are sent.")


def _demo(street: Street, scenario: Scenario, dialect: str, speed: float, end_ms: int | None) -> None:
    """Play to a street in this process, until the end."""
    from jiran.live.demo import run  # noqa: PLC0415  loads numba
    from jiran.live.play import Player  # noqa: PLC0415
    from jiran.live.times import Pace  # noqa: PLC0415

    with progress():
        player = Player(scenario, street.meters, dialect)
    for _ in run(street, player, Pace(speed), until_ms=end_ms):
        pass


def _listen(there: Broker, street: Street, end_ms: int | None, *, played: bool) -> None:
    """Listen until the end."""
    from jiran.live.broker import listen  # noqa: PLC0415  loads aiomqtt
    from jiran.live.times import wall_ms  # noqa: PLC0415

    def stop() -> bool:
        now_ms = street.played_ms if played else wall_ms()
        return street.is_settled or (end_ms is not None and now_ms >= end_ms)

    asyncio.run(listen(there, street, None if played else wall_ms, _say, stop=stop))


def _chosen(scenario: str, changes: list[str] | None) -> Scenario:
    from jiran.scenario.files import load_scenario  # noqa: PLC0415  loads pydantic

    return load_scenario(scenario, changes_of(changes))


def _print(line: str) -> None:
    typer.echo(line)
    sys.stdout.flush()


def _say(line: str) -> None:
    console(stderr=True).print(line, soft_wrap=True, markup=False, highlight=False)


def _named(dialect: str | None) -> str | None:
    from jiran.live.meters import dialect_named  # noqa: PLC0415

    return None if dialect is None else dialect_named(dialect)


def _password(user: str | None, file: Path | None) -> str | None:
    """Return the password at the broker: never an argument, which other users of a machine can read."""
    if file is None:
        return os.environ.get(PASSWORD) if user is not None else None
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise JiranError(f"--password-file {file}: cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise JiranError(f"--password-file {file}: is not text in UTF-8") from None
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise JiranError(f"--password-file {file}: others can read it; allow it to yourself only: chmod 600 '{file}'")
    found = text.rstrip("\r\n")
    if not 0 < len(found) <= _LONGEST_PASSWORD or "\n" in found:
        raise JiranError(f"--password-file {file}: must hold one line of at most {_LONGEST_PASSWORD} letters")
    return found


def _instant(text: str | None, zone: str, first_ms: int) -> int | None:
    """Return a time by the street's clock as an instant after the street's first one, ms."""
    if text is None:
        return None
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    try:
        found = dt.datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
        end_ms = int(found.timestamp() * 1_000)
    except (ValueError, OverflowError, OSError):
        raise JiranError(f"--until {shortened(text)!r}: must be a time such as 2026-03-21T12:00") from None
    if end_ms <= first_ms:
        from jiran.live.values import local  # noqa: PLC0415

        begin = f"{local(first_ms, zone):%Y-%m-%dT%H:%M}"
        raise JiranError(f"--until {text}: must be after {begin}, when the street begins")
    return end_ms


def _book(file: Path) -> Book:
    """Return what brings settled days into a ledger, with the key of this user on this machine; a new one is made when a day is settled."""
    from jiran.ledger import keys  # noqa: PLC0415  loads cryptography
    from jiran.live.booking import booked  # noqa: PLC0415

    home = Path(typer.get_app_dir("jiran"))
    keys.operator_key(home)  # one that cannot be used is told now, not next morning

    def book(day: Day) -> None:
        private = keys.operator_key(home)
        if private is None:
            private = keys.new_operator_key(home)
            _say(f"A new key was made in {home}; keep a copy of this folder in a safe place.")
        booked(file, private, home)(day)

    return book


def _forget_demo(folder: Path) -> None:
    """Remove what an earlier demo left; a folder that holds anything else is refused."""
    from jiran.live.store import FILE, looked_at  # noqa: PLC0415

    if not (folder / FILE).is_file():
        return
    with looked_at(folder) as store:
        if store.about().get("demo") != "1":
            raise JiranError(f"{folder}: holds a live street that is no demo; give another --folder")
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm", "jiran-ledger.sqlite"):
        (folder / name).unlink(missing_ok=True)
