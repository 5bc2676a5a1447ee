"""`jiran tariffs` and `jiran bill`: what the grid charges, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from jiran.cli.changes import changes_of
from jiran.cli.printing import console, print_list
from jiran.errors import JiranError, TariffError

if TYPE_CHECKING:
    from jiran.tariffs import Bill, Sharing, Tariff
    from jiran.tariffs.identity import Identity

_NAME = typer.Argument(metavar="[NAME|FILE.toml]", help="A tariff or a scheme of sharing; default: list them.")
_LIST_JSON = typer.Option("--json", help="Print JSON and nothing else.")
_SCHEMES = typer.Option("--sharing", help="List the schemes of sharing.")
_TARIFF = typer.Argument(metavar="TARIFF", help="A tariff (see `jiran tariffs`) or a file that ends in .toml.")
_IMPORT = typer.Option("--import-kwh", metavar="X", help="Energy from the grid.")
_EXPORT = typer.Option("--export-kwh", metavar="Y", help="Energy to the grid.")
_PEAK = typer.Option("--peak-kwh", metavar="Z", help="How much of the import is in the period named peak.")
_PERIODS = typer.Option(
    "--period", metavar="NAME=KWH", help="How much of the import is in a time-of-use period; can be repeated."
)
_DEMAND = typer.Option("--demand-kw", metavar="D", help="Highest half hour of the month.")
_MONTH = typer.Option("--month", metavar="2025-07", help="Month of the bill; default: the last one of known rates.")
_MONTHS = typer.Option("--months", metavar="N", help="How many months were read at once.")
_SET = typer.Option("--set", metavar="components.ID.KEY=V", help="Replace a value of a component; can be repeated.")
_WITHOUT = typer.Option("--without", metavar="ID", help="Leave a component out; can be repeated.")
_BILL_JSON = typer.Option("--json", help="Print the bill as JSON and nothing else.")

#: What the bill calls what an option gives.
_GIVEN = {
    "import_kwh": "--import-kwh", "export_kwh": "--export-kwh", "import_kwh of period peak": "--peak-kwh",
    "demand_kw": "--demand-kw", "months": "--months",
}  # fmt: skip


def tariffs_command(
    name: Annotated[str | None, _NAME] = None,
    *,
    sharing: Annotated[bool, _SCHEMES] = False,
    json: Annotated[bool, _LIST_JSON] = False,
) -> None:
    """List what the grid charges in several places, or explain one tariff.

    Example: `jiran tariffs my-tnb-rp4-domestic-general`
    """
    from jiran import tariffs  # noqa: PLC0415  loads pydantic
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    if name is None:
        listed: dict[str, Any] = tariffs.sharing() if sharing else tariffs.tariffs()
        if json:
            typer.echo(json_text([listing(one) for one in listed.values()]))
            return
        _print_documents("Scheme of sharing" if sharing else "Tariff", listed)
        if not sharing:
            console().print("`jiran tariffs NAME` explains one, `jiran tariffs --sharing` lists schemes of sharing.")
        return
    found = tariffs.find_sharing(name) if sharing or tariffs.is_sharing(name) else tariffs.load_tariff(name)
    if json:
        typer.echo(
            json_text([listing(found) | found.model_dump(mode="json", exclude_none=True, exclude_defaults=True)])
        )
    else:
        _print_document(found)


def bill_command(
    tariff: Annotated[str, _TARIFF],
    import_kwh: Annotated[float, _IMPORT],
    export_kwh: Annotated[float, _EXPORT] = 0.0,
    peak_kwh: Annotated[float | None, _PEAK] = None,
    periods: Annotated[list[str] | None, _PERIODS] = None,
    demand_kw: Annotated[float, _DEMAND] = 0.0,
    month: Annotated[str | None, _MONTH] = None,
    months: Annotated[float, _MONTHS] = 1.0,
    changes: Annotated[list[str] | None, _SET] = None,
    without: Annotated[list[str] | None, _WITHOUT] = None,
    *,
    json: Annotated[bool, _BILL_JSON] = False,
) -> None:
    """Work out a monthly bill, line by line.

    Example: `jiran bill my-tnb-rp4-domestic-general --import-kwh 600 --month 2025-07`
    """
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars
    from jiran.tariffs import Usage, bill, load_tariff  # noqa: PLC0415  loads pydantic
    from jiran.tariffs.identity import checked_month  # noqa: PLC0415
    from jiran.tariffs.remarks import remarks  # noqa: PLC0415

    chosen = load_tariff(tariff, changes_of(changes, example="components.sst.rate=0.06"), without or ())
    of = chosen.known_to if month is None else checked_month(month)
    by_period = _by_period(peak_kwh, periods)
    usage = Usage(import_kwh, export_kwh, by_period, demand_kw)
    given = (
        _GIVEN
        if periods is None
        else _GIVEN | {f"import_kwh of period {name}": f"--period {name}" for name in by_period}
    )
    try:
        found = bill(chosen, usage, of, months)
    except TariffError as error:  # of what was given here: called as it was given
        raise TariffError(given.get(error.field, error.field), error.value, error.allowed) from None
    if json:
        typer.echo(json_text(bill_data(chosen, usage, of, found)))
    else:
        _print_bill(chosen, of, months, found)
    screen = console(stderr=json)
    for remark in remarks(chosen, usage, of, found):
        screen.print(f"Warning: {remark}.", style="yellow", soft_wrap=True)


def _by_period(peak_kwh: float | None, periods: list[str] | None) -> dict[str, float]:
    """Return the import in each time-of-use period that was given, kWh.

    Raises:
        JiranError: One is not written so, or is given twice.
    """
    found: dict[str, float] = {} if peak_kwh is None else {"peak": peak_kwh}
    for name, kwh in changes_of(periods, "--period", "shoulder=120").items():
        if name in found:
            raise JiranError(f"--period {name}: --peak-kwh says it as well; give one of them")
        if isinstance(kwh, bool) or not isinstance(kwh, int | float):
            raise TariffError(f"--period {name}", kwh, "must be a number of kWh, as in shoulder=120")
        found[name] = float(kwh)
    return found


def listing(document: Identity) -> dict[str, Any]:
    """Return what a list says of a tariff or scheme, as data."""
    return {
        "name": document.name, "currency": document.currency, "valid_from": document.valid_from.isoformat(),
        "valid_to": document.valid_to.isoformat() if document.valid_to else None, "status": document.status,
        "sources": list(document.sources),
    }  # fmt: skip


def bill_data(tariff: Tariff, usage: Any, month: str, found: Bill) -> dict[str, Any]:
    """Return a bill as data: amounts of lines are not rounded, the total is."""
    return {
        "tariff": tariff.name, "month": month, "currency": tariff.currency,
        "import_kwh": usage.import_kwh, "export_kwh": usage.export_kwh,
        "lines": [line._asdict() for line in found.lines], "total": found.total,
    }  # fmt: skip


def _print_documents(heading: str, documents: dict[str, Any]) -> None:
    print_list(heading, "What it is, where, since when, and how far it can be trusted", {
        name: f"{one.title}, {one.place}, {_validity(one)}, {one.status}" for name, one in documents.items()
    })  # fmt: skip


def _validity(document: Identity) -> str:
    return f"{document.valid_from} to {document.valid_to}" if document.valid_to else f"from {document.valid_from}"


def _print_document(found: Tariff | Sharing) -> None:
    """Print a tariff or a scheme: what it is, its lines, what is not known, and where it was read."""
    from jiran.tariffs.describe import described, export_words, period_words, succession_words  # noqa: PLC0415  loads pydantic
    from jiran.tariffs.identity import STATUSES  # noqa: PLC0415
    from jiran.tariffs.model import Tariff as Grid  # noqa: PLC0415

    screen = console()
    screen.print(found.name, style="bold")
    screen.print(f"{found.title}, {found.place}, {found.currency}, {_validity(found)}", soft_wrap=True)
    screen.print(f"{found.status.capitalize()}: {STATUSES[found.status]}.", soft_wrap=True)
    table = Table("Line" if isinstance(found, Grid) else "Rule", "", box=SIMPLE_HEAD, pad_edge=False)
    for row in described(found):
        table.add_row(*row)
    screen.print(table)
    for text in (
        *((*period_words(found), *export_words(found), *succession_words(found)) if isinstance(found, Grid) else ()),
        *found.notes,
    ):
        screen.print(f"- {text}", soft_wrap=True)
    screen.print("\nSources", style="bold")
    for source in found.sources:
        screen.print(f"- {source}", soft_wrap=True)


def _print_bill(tariff: Tariff, month: str, months: float, found: Bill) -> None:
    """Print a bill as a person reads it; lines that charge nothing are left out."""
    from jiran.nothing import NOTHING_KWH, NOTHING_MONEY  # noqa: PLC0415
    from jiran.tariffs.arithmetic import decimals  # noqa: PLC0415  loads numpy
    from jiran.tariffs.describe import line_label  # noqa: PLC0415  loads pydantic
    from jiran.tariffs.model import MINIMUM  # noqa: PLC0415
    from jiran.words import kwh, money, number  # noqa: PLC0415

    screen = console()
    screen.print(tariff.title, style="bold")
    period = month if months == 1.0 else f"{month}, {number(months)} months at once"
    screen.print(f"{tariff.name}, {period}, {tariff.status}", style="dim", soft_wrap=True)
    table = Table("", "", "Quantity", "Rate", tariff.currency, box=SIMPLE_HEAD, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for line in found.lines:
        if abs(line.amount) > NOTHING_MONEY:
            quantity = f"{line.quantity:,.2f} {line.unit}"
            table.add_row(line.id, line_label(tariff, line.id), quantity, number(line.rate), f"{line.amount:,.4f}")
    screen.print(table)
    digits = decimals(tariff.round)
    screen.print(f"Total: {money(found.total, tariff.currency, digits)}", style="bold")
    if found.amount(MINIMUM) > NOTHING_MONEY:
        screen.print(
            f"The lines come to {money(found.lines_alone, tariff.currency, digits)}: the minimum lifts the bill."
        )
    if found.carried.kwh > NOTHING_KWH:
        screen.print(f"{kwh(found.carried.kwh)} are carried to the next month.")
    if found.carried.money > NOTHING_MONEY:
        screen.print(f"{money(found.carried.money, tariff.currency, digits)} are carried to the next month.")
