"""`jiran ledger`: keep a run where nobody can quietly change it, and check what others keep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jiran.cli.ending import Once
from jiran.cli.ledger_check import anchor, verify
from jiran.cli.ledger_common import DEFAULT, JSON, LEDGER, ending, folder
from jiran.cli.printing import console
from jiran.errors import JiranError

if TYPE_CHECKING:
    from jiran.ledger.make import Made


_RUN = typer.Argument(metavar="RUN", help="The folder of a run: jiran run SCENARIO -o RUN")
_HOME = typer.Argument(metavar="HOME", help="Name of a home.")
_MARKET = typer.Option("--market", metavar="NAME", help="Whose days, if the ledger holds several runs; default: any.")
_DAY = typer.Option("--day", metavar="2026-03-21", help="Which day; default: the last one.")
_OUTPUT = typer.Option("-o", "--output", metavar="FILE", help="Write to this file instead of printing.")
_PAGE = typer.Option(
    "-o", "--output", metavar="FILE", help="Write to a .json, or to a .html to print, which checks itself."
)
_JSON_ANYWAY = typer.Option("--json", help="It is JSON anyway.", hidden=True)

ledger = typer.Typer(
    cls=Once,
    help="Keep runs in a signed ledger, give homes receipts, and check both.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
ledger.command("verify")(verify)
ledger.command("anchor")(anchor)


@ledger.command("make")
def _make(
    run: Annotated[Path, _RUN],
    file: Annotated[Path, LEDGER] = DEFAULT,
    *,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Add the days of a saved run to a ledger, and sign them; a day that differs from the one there corrects it.

    Example: `jiran run paper -o out` and then `jiran ledger make out`
    """
    from jiran.ledger import keys  # noqa: PLC0415  loads cryptography
    from jiran.ledger.make import make  # noqa: PLC0415
    from jiran.ledger.run import days_of  # noqa: PLC0415  loads polars
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    if run.resolve() == file.resolve().parent or run.resolve() in file.resolve().parents:
        raise JiranError(f"{file}: the ledger must not stand inside the run {run}, which the next run replaces")
    days = days_of(run)
    private = keys.operator_key(folder())
    is_new = private is None
    private = private or keys.new_operator_key(folder())
    with ending():
        made = make(days, file, private, folder())
    public = keys.public_of(private)
    screen = console(stderr=True)
    if is_new:
        screen.print(f"A new key was made in {folder()}; keep a copy of this folder in a safe place.", soft_wrap=True)
    if json:
        about = {"ledger": str(file), "key_id": keys.key_id(public), "public_key": public}
        typer.echo(json_text(about | {"days": [one._asdict() for one in made]}))
    else:
        for line in _made_lines(file, made):
            typer.echo(line)
        typer.echo(f"Signed with the key {keys.key_id(public)}; homes check with: --key {public}")


def _made_lines(file: Path, made: list[Made]) -> list[str]:
    """Say what became of the days of a run."""
    from jiran.words import counted  # noqa: PLC0415

    new = [one for one in made if one.is_new]
    corrected = [one for one in new if one.run]
    lines = [f"{file}: {counted(len(new), 'day')} added, {len(made) - len(new)} of {len(made)} were there already."]
    if corrected:
        lines.append(
            f"Of these, {counted(len(corrected), 'day')} {'corrects' if len(corrected) == 1 else 'correct'} an earlier run, which stays in the ledger."
        )
    if new:
        lines.append(f"Last head: {new[-1].sha256}")
    return lines


@ledger.command("head")
def _head(file: Annotated[Path, LEDGER] = DEFAULT, *, json: Annotated[bool, JSON] = False) -> None:
    """Print the last head of a ledger: who keeps its hash elsewhere can prove later that nothing is missing.

    Example: `jiran ledger head --json > head.json`
    """
    from jiran.ledger import keys  # noqa: PLC0415  loads cryptography
    from jiran.ledger.content import head_of  # noqa: PLC0415
    from jiran.ledger.faults import Tampered  # noqa: PLC0415
    from jiran.ledger.heads import digest  # noqa: PLC0415
    from jiran.ledger.store import reading  # noqa: PLC0415
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    private = keys.operator_key(folder())
    with ending():
        with reading(file) as opened:
            heads = opened.heads()
        if not heads:
            raise Tampered("anchor", "the ledger holds no day: all was removed")
        last = heads[-1]
        content = head_of(last.head)
    public = None if private is None else keys.public_of(private)
    ours = public if public is not None and keys.key_id(public) == last.key_id else None
    if json:
        about = {"days": len(heads), "sha256": digest(last.head), "public_key": ours}
        typer.echo(json_text({"head": content, "signature": last.signature, "key_id": last.key_id} | about))
        return
    typer.echo(f"{content['day']} of {content['market']}, run {content['run']}, {content['size']} records")
    typer.echo(f"Day {len(heads)} of the ledger, signed with the key {last.key_id}")
    if ours is not None:
        typer.echo(f"Public key: {ours}")
    typer.echo(f"Root: {content['root']}")
    typer.echo(f"Hash of this head: {digest(last.head)}")


@ledger.command("receipt")
def _receipt(
    home: Annotated[str, _HOME],
    day: Annotated[str | None, _DAY] = None,
    market: Annotated[str | None, _MARKET] = None,
    file: Annotated[Path, LEDGER] = DEFAULT,
    output: Annotated[Path | None, _PAGE] = None,
    *,
    json: Annotated[bool, _JSON_ANYWAY] = False,  # noqa: ARG001
) -> None:
    """Print what a home needs to prove its day: one line of JSON, or a page to print with -o FILE.html.

    Example: `jiran ledger receipt E1 --day 2026-03-21 -o E1.html`
    """
    from jiran.ledger import keys  # noqa: PLC0415  loads cryptography
    from jiran.ledger.page import html  # noqa: PLC0415  loads segno
    from jiran.ledger.receipt import check_receipt, receipt_of, receipt_text  # noqa: PLC0415
    from jiran.ledger.store import reading  # noqa: PLC0415
    from jiran.saving import save_file  # noqa: PLC0415

    if output is not None and output.suffix not in (".json", ".html"):
        raise JiranError(f"{output}: the name of a receipt must end in .json or .html")
    private = keys.operator_key(folder())
    if private is None:
        raise JiranError("this machine has no key: a receipt is made where the ledger is signed")
    public = keys.public_of(private)
    with ending():
        with reading(file) as opened:
            found = receipt_of(opened, home, day, market)
        check_receipt(found, public)
    if output is None:
        typer.echo(receipt_text(found))
        return
    text = html(found, public) if output.suffix == ".html" else f"{receipt_text(found)}\n"
    save_file(output, text.encode())
    if output.suffix == ".html":
        typer.echo(f"{output} is written; opened in a browser, it checks itself. The key to compare with: {public}")
    else:
        typer.echo(f"{output} is written; check it with: jiran ledger verify {output} --key {public}")


@ledger.command("export")
def _export(
    file: Annotated[Path, LEDGER] = DEFAULT,
    output: Annotated[Path | None, _OUTPUT] = None,
    *,
    json: Annotated[bool, _JSON_ANYWAY] = False,  # noqa: ARG001
) -> None:
    """Print a whole ledger as one JSON document, which `jiran ledger verify` checks as well.

    Example: `jiran ledger export -o ledger.json`
    """
    from jiran.ledger.files import exported_text  # noqa: PLC0415
    from jiran.ledger.store import reading  # noqa: PLC0415
    from jiran.saving import refuse_file, save_file  # noqa: PLC0415

    if output is not None:
        refuse_file(output, [file])
    with ending(), reading(file) as opened:
        parts = list(exported_text(opened.days()))
    if output is None:
        typer.echo("".join(parts))
    else:
        save_file(output, "".join([*parts, "\n"]).encode())
        typer.echo(f"{output} is written; check it with: jiran ledger verify {output}")
