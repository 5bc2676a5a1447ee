"""`jiran ledger`: keep a run where nobody can quietly change it, and check what others keep."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jiran.cli.printing import console
from jiran.errors import JiranError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiran.ledger.checking import Checked
    from jiran.ledger.make import Made

_FOUND = 1
_DEFAULT = Path("jiran-ledger.sqlite")

_RUN = typer.Argument(metavar="RUN", help="The folder of a run: jiran run SCENARIO -o RUN")
_HOME = typer.Argument(metavar="HOME", help="Name of a home.")
_CHECKED = typer.Argument(metavar="FILE", help="A receipt, a ledger, or a ledger that was exported.")
_LEDGER = typer.Option("--ledger", metavar="FILE", help="The ledger; default: jiran-ledger.sqlite in this folder.")
_MARKET = typer.Option("--market", metavar="NAME", help="Whose days, if the ledger holds several runs; default: any.")
_DAY = typer.Option("--day", metavar="2026-03-21", help="Which day; default: the last one.")
_KEY = typer.Option("--key", metavar="PUB", help="The public key to trust, or its file; default: this machine's.")
_ANCHOR = typer.Option(
    "--anchor", metavar="HASH|FILE", help="A head that was kept elsewhere, or an old receipt: the ledger must hold it."
)
_OUTPUT = typer.Option("-o", "--output", metavar="FILE", help="Write to this file instead of printing.")
_PAGE = typer.Option(
    "-o", "--output", metavar="FILE", help="Write to a .json, or to a .html to print, which checks itself."
)
_JSON = typer.Option("--json", help="Print JSON and nothing else.")
_JSON_ANYWAY = typer.Option("--json", help="It is JSON anyway.", hidden=True)

ledger = typer.Typer(
    help="Keep runs in a signed ledger, give homes receipts, and check both.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


def _folder() -> Path:
    """Return where this user keeps the key and the last heads."""
    return Path(typer.get_app_dir("jiran"))


@contextmanager
def _ending() -> Iterator[None]:
    """Say what was found, and end with 1."""
    from jiran.ledger.faults import Tampered  # noqa: PLC0415

    try:
        yield
    except Tampered as found:
        typer.echo(f"Not sound: {found} (found by: {found.by}).")
        raise typer.Exit(_FOUND) from None


@ledger.command("make")
def _make(
    run: Annotated[Path, _RUN],
    file: Annotated[Path, _LEDGER] = _DEFAULT,
    *,
    json: Annotated[bool, _JSON] = False,
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
    private = keys.operator_key(_folder())
    is_new = private is None
    private = private or keys.new_operator_key(_folder())
    with _ending():
        made = make(days, file, private, _folder())
    public = keys.public_of(private)
    screen = console(stderr=True)
    if is_new:
        screen.print(f"A new key was made in {_folder()}; keep a copy of this folder in a safe place.", soft_wrap=True)
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
        lines.append(f"Last head: {made[-1].sha256}")
    return lines


@ledger.command("head")
def _head(file: Annotated[Path, _LEDGER] = _DEFAULT, *, json: Annotated[bool, _JSON] = False) -> None:
    """Print the last head of a ledger: who keeps its hash elsewhere can prove later that nothing is missing.

    Example: `jiran ledger head --json > head.json`
    """
    from jiran.ledger import keys  # noqa: PLC0415  loads cryptography
    from jiran.ledger.content import head_of  # noqa: PLC0415
    from jiran.ledger.faults import Tampered  # noqa: PLC0415
    from jiran.ledger.heads import digest  # noqa: PLC0415
    from jiran.ledger.store import reading  # noqa: PLC0415
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    private = keys.operator_key(_folder())
    with _ending():
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
    file: Annotated[Path, _LEDGER] = _DEFAULT,
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
    private = keys.operator_key(_folder())
    if private is None:
        raise JiranError("this machine has no key: a receipt is made where the ledger is signed")
    public = keys.public_of(private)
    with _ending():
        with reading(file) as opened:
            found = receipt_of(opened, home, day, market)
        check_receipt(found, public)
    if output is None:
        typer.echo(receipt_text(found))
        return
    text = html(found, public) if output.suffix == ".html" else f"{receipt_text(found)}\n"
    save_file(output, text.encode())
    typer.echo(f"{output} is written; check a .json with: jiran ledger verify {output} --key {public}")


@ledger.command("verify")
def _verify(
    file: Annotated[Path, _CHECKED],
    key: Annotated[str | None, _KEY] = None,
    anchor: Annotated[list[str] | None, _ANCHOR] = None,
    *,
    json: Annotated[bool, _JSON] = False,
) -> None:
    """Check a receipt or a ledger with a public key from outside; exit 1 if it is not as it was signed.

    Example: `jiran ledger verify E1.json --key 3b6a...`
    """
    from jiran.ledger import anchors  # noqa: PLC0415
    from jiran.ledger.faults import Tampered  # noqa: PLC0415
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    public, whose = _trusted(key)
    given = [anchors.given(one) for one in anchor or ()]
    about: dict[str, Any] = {"file": str(file), "trusted": whose, "public_key": public}
    fault = None
    try:
        said = _verified(file, public, given)
    except Tampered as found:
        said, fault = f"Not sound: {found} (found by: {found.by}).", found.by
    if json:
        typer.echo(json_text({"ok": fault is None, "found_by": fault, "said": said} | about))
    else:
        typer.echo(said if fault else f"{said} Trusted: {whose}, {public}")
    raise typer.Exit(_FOUND if fault else 0)


def _trusted(key: str | None) -> tuple[str, str]:
    """Return the public key that is trusted, and whose it is."""
    from jiran.ledger import keys  # noqa: PLC0415  loads cryptography

    if key is not None:
        return keys.public_key(key), "the key given by --key"
    private = keys.operator_key(_folder())
    if private is None:
        raise JiranError(
            "this machine has no key of its own: say whom you trust with --key PUB, as the operator published it"
        )
    return keys.public_of(private), "this machine's own key"


def _verified(file: Path, public: str, given: list[Any]) -> str:
    """Check a file, and say what is sound."""
    from jiran.ledger import anchors  # noqa: PLC0415
    from jiran.ledger.checking import check_anchors, check_ledger  # noqa: PLC0415  loads cryptography
    from jiran.ledger.files import opened  # noqa: PLC0415
    from jiran.ledger.receipt import check_receipt  # noqa: PLC0415

    with opened(file) as found:
        if isinstance(found, dict):
            if given:
                raise JiranError(f"{file}: a receipt is one day: --anchor is for a whole ledger")
            check_receipt(found, public)
            trades = len(found["records"]) - 1
            return f"Sound: the receipt of {found['home']} for {found['day']}, {trades} trades and their total."
        checked = check_ledger(found if isinstance(found, list) else found.days(), public)
        known = [*given, *anchors.known(_folder(), checked.birth, file)]
        check_anchors(checked, known)
        return _ledger_words(checked, is_anchored=bool(known))


def _ledger_words(checked: Checked, *, is_anchored: bool) -> str:
    """Say of a sound ledger what was checked, and what could not be."""
    from jiran.words import counted  # noqa: PLC0415

    said = f"Sound: a ledger of {counted(len(checked.heads), 'day')}, {checked.records} records, last head {checked.hashes[-1]}."
    if is_anchored:
        return f"{said} It holds the head that was kept elsewhere."
    return f"{said} No head of it was kept on this machine: whether its end is missing only an --anchor can tell."


@ledger.command("export")
def _export(
    file: Annotated[Path, _LEDGER] = _DEFAULT,
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
    with _ending(), reading(file) as opened:
        parts = list(exported_text(opened.days()))
    if output is None:
        typer.echo("".join(parts))
    else:
        save_file(output, "".join([*parts, "\n"]).encode())
        typer.echo(f"{output} is written; check it with: jiran ledger verify {output}")
