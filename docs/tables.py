"""Fill in the tables of the documentation from the code: `make docs` does it, and a test says where one is out of date.

A page marks where a table stands, `<!-- begin: NAME -->` before it and `<!-- end: NAME -->` behind it, on lines of their own
or within one. A new table is a function here, decorated with `table`.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import sys
import tomllib
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import jiran
from jiran import tariffs
from jiran.app.areas import AREAS
from jiran.app.glossary import GLOSSARY
from jiran.bids import strategies
from jiran.control import controllers, forecasts
from jiran.engine.flows import FLOWS, SOURCES, USES
from jiran.homes.meter.layouts import PublicLayout, public_layouts
from jiran.live.dialects import DIALECTS
from jiran.live.registers import MEANING
from jiran.market.base import PROPERTIES
from jiran.result.figures import KPIS
from jiran.scenario import HomeData, Scenario
from jiran.scenario.places import places
from jiran.scenario.regions import REGIONS
from jiran.tariffs import Component, Export, Sharing, Tariff
from jiran.tariffs.describe import described, export_words, period_words, succession_words
from jiran.tariffs.identity import STATUSES
from jiran.tariffs.periods import Period, Schedule

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

#: What makes the text between two marks, by the name in them.
TABLES: dict[str, Callable[[], str]] = {}


def table(make: Callable[[], str]) -> Callable[[], str]:
    """Make a function the one that fills in the marks of its name."""
    TABLES[make.__name__] = make
    return make


def rows(head: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    head = tuple(head)
    return "\n".join([_row(head), "|---" * len(head) + "|", *map(_row, lines)])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


@table
def words() -> str:
    """Return what the words of the field mean."""
    return rows(("word", "meaning"), GLOSSARY.items())


@table
def limits() -> str:
    """Return what is not modelled."""
    return (ROOT / "src/jiran/app/limits.md").read_text(encoding="utf-8").rstrip()


@table
def rules() -> str:
    """Return every market rule with what people call it, what it does and promises."""
    found = jiran.mechanisms().items()
    return rows(
        ("rule", "plain name", "what it does", "promises"),
        (
            (
                f"`{name}`",
                rule.plain_name,
                rule.description,
                ", ".join(one for one in PROPERTIES if one in rule.properties) or "-",
            )
            for name, rule in found
        ),
    )


@table
def formulas() -> str:
    """Return the price of a trade under every market rule that says it in a formula."""
    found = {name: rule.formula for name, rule in jiran.mechanisms().items() if rule.formula is not None}
    return rows(
        ("rule", "a buyer pays, per kWh", "a seller gets, per kWh"),
        (
            (
                f"`{name}`",
                _maths(formula.symbols),
                _maths(formula.seller_symbols) if formula.seller_symbols else "the same",
            )
            for name, formula in found.items()
        ),
    )


def _maths(latex: str) -> str:
    """Return a formula in a line of Markdown, as GitHub shows it: between backticks no sign means something else."""
    return f"$`{latex}`$"


@table
def promises() -> str:
    """Return what a rule may promise."""
    return rows(("promise", "meaning"), PROPERTIES.items())


@table
def areas() -> str:
    """Return the areas of the dashboard and what each shows."""
    return rows(
        ("Area", "Path", "What it shows"), ((f"**{area.title}**", f"`/{area.path}`", area.about) for area in AREAS)
    )


@table
def number_of_rules() -> str:
    """Return how many market rules let neighbours trade."""
    return str(len(jiran.mechanisms()) - 1)  # without the one that trades nothing


@table
def bidding() -> str:
    """Return every bidding strategy with what it does."""
    return rows(
        ("strategy", "what it does"), ((f"`{name}`", found.description) for name, found in strategies().items())
    )


@table
def controlling() -> str:
    """Return every controller with what people call it and what it does."""
    return rows(
        ("controller", "plain name", "what it does"),
        ((f"`{name}`", found.plain_name, found.description) for name, found in controllers().items()),
    )


@table
def forecasting() -> str:
    """Return every forecast with what people call it and what it expects."""
    return rows(
        ("forecast", "plain name", "what it expects"),
        ((f"`{name}`", found.plain_name, found.description) for name, found in forecasts().items()),
    )


@table
def flows() -> str:
    """Return every flow with its side, and whose account and which price it is settled with."""
    return rows(
        ("name", "meaning", "side", "account", "price"),
        (
            (f"`{name}`", flow.meaning, flow.side, flow.account or "-", f"`{flow.price}`" if flow.price else "-")
            for name, flow in FLOWS.items()
        ),
    )


@table
def balance_of_flows() -> str:
    """Return how the flows of a home balance."""
    sources, uses = (" + ".join(flow.name.removesuffix("_kwh") for flow in side) for side in (SOURCES, USES))
    return f"    {sources}\n    = {uses}"


@table
def figures() -> str:
    """Return every figure of a run."""
    return rows(
        ("name", "label", "unit", "definition"),
        ((f"`{name}`", kpi.label, kpi.unit, kpi.meaning) for name, kpi in KPIS.items()),
    )


@table
def rooms() -> str:
    """Return every room, from the top floor down, with what lives there and what may come in: its own docstring."""
    return rows(("room", "what lives there, and what may come in"), ((f"`{name}`", what) for name, what in _rooms()))


def _rooms() -> Iterator[tuple[str, str]]:
    for name in re.findall(r"\w+", layers()):
        place = ROOT / "src" / "jiran" / name
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        lines = text.splitlines() if place.is_dir() else text.split("\n\n")[0].splitlines()
        example = next((i for i, line in enumerate(lines) if line.startswith(">>>")), len(lines))
        yield name + "/" * place.is_dir(), " ".join(line.strip() for line in lines[:example] if line.strip())


@table
def floors() -> str:
    """Return which room may import which."""
    return f"```text\n{layers()}\n```"


def layers() -> str:
    """Return the floors as the checker of imports knows them, a line each."""
    text = (ROOT / ".importlinter").read_text(encoding="utf-8")
    found = re.search(r"^layers =\n((?: +.*\n)+)", text, re.MULTILINE)
    return "" if found is None else "\n".join(line.strip() for line in found[1].splitlines())


@table
def tested_layouts() -> str:
    """Return every public layout of meter data that is tested, and the keys that it needs."""
    tests = ROOT / "tests" / "homes" / "meter" / "public.toml"
    return rows(
        ("layout", "what it holds", "how it is read"),
        (
            (one["name"], ", ".join(one["holds"]), f"`{_inline(one['keys'])[2:-2]}`" if "keys" in one else "recognised")
            for one in sorted(
                tomllib.loads(tests.read_text("utf-8"))["layout"], key=lambda one: str(one["name"]).casefold()
            )
        ),
    )


def _inline(value: Any) -> str:
    """Return a value as TOML writes it on one line."""
    if isinstance(value, dict):
        parts = (
            f"{name if name.isidentifier() else json.dumps(name)} = {_inline(part)}" for name, part in value.items()
        )
        return f"{{ {', '.join(parts)} }}"
    return json.dumps(value, ensure_ascii=False)


@table
def regions() -> str:
    """Return what a kWh from the grid emits, by region."""
    return rows(
        ("region", "kg/kWh", "year", "verified", "default of", "source"),
        (
            (f"`{name}`", f"{one.co2_kg_per_kwh:g}", str(one.year), "yes" if one.verified else "no",
             ", ".join(one.zones), one.source)
            for name, one in REGIONS.items()
        ),
    )  # fmt: skip


@table
def suns() -> str:
    """Return the places whose sun comes with jiran."""
    return rows(
        ("place", "where", "clearness from January to December", "status", "kWh per kWp and year", "default of", "sources"),
        (
            (f"`{name}`", f"{abs(one.latitude):g} {'N' if one.latitude >= 0 else 'S'}, {one.longitude:g} E",
             " ".join(f"{share:.3f}"[1:] for share in one.clearness), one.status, f"{one.yield_kwh:,.0f}",
             ", ".join(one.zones) or "-", "; ".join(one.sources))
            for name, one in places().items()
        ),
    )  # fmt: skip


@table
def fields() -> str:
    """Return every field of a scenario, a table for each of its tables."""
    parts = []
    for path, (title, model) in models().items():
        lines = [
            (f"`{name}`", _allowed(field), _default(field), _unit(field), str(field.description))
            for name, field in model.model_fields.items()
            if inner_model(field.annotation)[0] is None
        ]
        head = "Top of the file" if not path else f"`{title}`"
        if lines:
            parts.append(f"### {head}\n\n{rows(('key', 'allowed', 'default', 'unit', 'meaning'), lines)}")
    return "\n\n".join(parts)


@table
def meter_keys() -> str:
    """Return every key that says how files of meter data are read."""
    found = HomeData.model_fields.items()
    lines = ((f"`{name}`", _allowed(field), _default(field), str(field.description)) for name, field in found)
    return rows(("key", "allowed", "default", "meaning"), lines)


@table
def meter_layouts() -> str:
    """Return the public layouts that are known by the names of their columns."""
    names: dict[str, PublicLayout] = {}
    for layout in public_layouts():
        names.setdefault(layout.name, layout)
    lines = (
        (name, ", ".join(f"`{has}`" for has in sorted(layout.has) if has) or "-") for name, layout in names.items()
    )
    return rows(("layout", "known by its columns"), lines)


@table
def dialects() -> str:
    """Return every dialect of meters with its topics and what its user must know."""
    return rows(
        ("dialect", "who speaks so", "topics", "registers", "least step", "time", "what to know"),
        (
            (f"`{name}`", one.source, ", ".join(f"`{topic}`" for topic in one.topics), ", ".join(one.registers),
             f"{one.resolution / 1_000:g} Wh", "its own" if one.dated else "arrival", one.remark)
            for name, one in DIALECTS.items()
        ),
    )  # fmt: skip


@table
def qualities() -> str:
    """Return what the energy of a metered step rests on."""
    return rows(("quality", "meaning"), ((f"`{one}`", meaning) for one, meaning in MEANING.items()))


def models(
    model: type[BaseModel] = Scenario, path: str = "", title: str = "(top)"
) -> dict[str, tuple[str, type[BaseModel]]]:
    """Return every table of a scenario: its dotted name -> how TOML writes it, and its model."""
    found = {path: (title, model)}
    for name, field in model.model_fields.items():
        inner, many = inner_model(field.annotation)
        if inner is not None:
            dotted = f"{path}.{name}".lstrip(".")
            found |= models(inner, dotted, f"[[{dotted}]]" if many else f"[{dotted}]")
    return found


def inner_model(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the model that a field holds, and whether it holds many."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    for part in typing.get_args(annotation):
        model, many = inner_model(part)
        if model is not None:
            return model, many or typing.get_origin(annotation) is tuple
    return None, False


def _unit(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    name = str(extra["unit"]) if isinstance(extra, dict) else ""
    return f"per {name[1:]}" if name.startswith("/") else name


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default is None or field.default in ("", {}):
        return ""
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


_WORDS = {
    dt.datetime: "date and time",
    dt.date: "date",
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
}


def _allowed(field: FieldInfo) -> str:
    words = list(dict.fromkeys(_alternatives(field.annotation, field.metadata)))
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _alternatives(annotation: Any, rules: Iterable[Any]) -> Iterator[str]:
    """Yield what a value may be, in words, with the bounds that are declared, wherever they stand in its type."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        inner = [one for mark in parts[1:] for one in getattr(mark, "metadata", [mark])]
        yield from _alternatives(parts[0], [*rules, *inner])
    elif origin in (typing.Union, types.UnionType):
        for part in parts:
            yield from _alternatives(part, rules)
    elif origin is typing.Literal:
        yield from (f"`{choice}`" for choice in parts)
    elif origin is tuple:
        of = " or ".join(_alternatives(parts[0], ()))
        yield "a list of texts" if of == _WORDS[str] else f"a list of numbers {of}"
    elif annotation is not type(None):
        is_table = origin is dict or (isinstance(annotation, type) and issubclass(annotation, BaseModel))
        yield _bounded("table" if is_table else _WORDS[annotation], rules)


def _bounded(word: str, rules: Iterable[Any]) -> str:
    """Return a kind of value with its bounds in words."""
    found: dict[str, Any] = {type(rule).__name__: rule for rule in rules}
    low = f"from {found['Ge'].ge:,}" if "Ge" in found else f"above {found['Gt'].gt:,}" if "Gt" in found else ""
    high = f"to {found['Le'].le:,}" if "Le" in found else f"below {found['Lt'].lt:,}" if "Lt" in found else ""
    least = f"{found['MinLen'].min_length:,} to " if "MinLen" in found else "at most "
    of = "entries" if word == "table" else "letters"
    long = f"{word} of {least}{found['MaxLen'].max_length:,} {of}" if "MaxLen" in found else ""
    return " ".join(part for part in (low, high) if part) or long or word


@table
def grid_tariffs() -> str:
    """Return every tariff that comes with jiran: what it is, and what is not known of it."""
    return "\n\n".join(
        _document(one, [*period_words(one), *export_words(one), *succession_words(one)])
        for one in tariffs.tariffs().values()
    )


@table
def sharing_schemes() -> str:
    """Return every scheme of sharing that comes with jiran."""
    return "\n\n".join(_document(one, []) for one in tariffs.sharing().values())


def _document(one: tariffs.Tariff | tariffs.Sharing, said: list[str]) -> str:
    end = f" to {one.valid_to}" if one.valid_to else " on"
    head = (
        f"### `{one.name}`\n\n{one.title}; {one.place}; {one.currency}; from {one.valid_from}{end}; **{one.status}**."
    )
    lines = [f"`{name}`: {words}" for name, words in described(one)]
    said = [*said, *one.notes, f"Sources: {'; '.join(one.sources)}."]
    return "\n".join([head, "", *(f"- {line}" for line in (*lines, *said))])


@table
def tariff_statuses() -> str:
    """Return how far a tariff can be trusted."""
    return rows(("status", "meaning"), ((f"`{name}`", meaning) for name, meaning in STATUSES.items()))


@table
def tariff_fields() -> str:
    """Return every key of a tariff file and of a scheme of sharing."""
    tables = {
        "Top of the file": Tariff, "`[components.ID]`, a line of the bill each": Component, "`[export]`": Export,
        "`[schedule]`": Schedule, "`[schedule.periods.NAME]`": Period, "A scheme of sharing": Sharing,
    }  # fmt: skip
    return "\n\n".join(f"### {title}\n\n{_keys(model)}" for title, model in tables.items())


def _keys(model: type[BaseModel]) -> str:
    known = Tariff.model_fields if model is Sharing else {}
    return rows(
        ("key", "default", "unit", "meaning"),
        (
            (f"`{name}`", _default(field), _unit(field), f"{field.description}{_choices(field)}")
            for name, field in model.model_fields.items()
            if (name not in known and name not in ("components", "schedule", "export", "periods")) or model is Component
        ),
    )


def _choices(field: FieldInfo) -> str:
    """Return what may be chosen, for a field of few values."""
    found = [choice for part in _parts(field.annotation) if typing.get_origin(part) is typing.Literal
             for choice in typing.get_args(part)]  # fmt: skip
    return f" ({', '.join(f'`{choice}`' for choice in found)})" if found else ""


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    if typing.get_origin(annotation) is not typing.Literal:
        for part in typing.get_args(annotation):
            yield from _parts(part)


_MARKED = re.compile(r"(<!-- begin: (\w+) -->)(\n?).*?\n?(<!-- end: \2 -->)", re.DOTALL)


def renewed(page: str) -> str:
    """Return the text of a page with its tables as the code has them.

    Raises:
        KeyError: It marks a place for a table that nobody makes.
    """
    return _MARKED.sub(lambda found: f"{found[1]}{found[3]}{TABLES[found[2]]()}{found[3]}{found[4]}", page)


def main() -> int:
    """Renew all pages and name those that were out of date."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        if (fresh := renewed(text)) != text:
            page.write_text(fresh, encoding="utf-8")
            sys.stdout.write(f"renewed {page.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
