"""The words of meter files: what the name of a column says, in nine languages (`words.toml`) and in OBIS codes."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

#: What a home's column may hold, and the factor of each unit to kWh or kW.
QUANTITIES = ("load", "generation", "ev", "import", "export")
ENERGY_UNITS = {"wh": ("Wh", 1e-3), "kwh": ("kWh", 1.0), "mwh": ("MWh", 1e3)}
POWER_UNITS = {"w": ("W", 1e-3), "kw": ("kW", 1.0), "mw": ("MW", 1e3)}
UNITS = {name: scale for units in (ENERGY_UNITS, POWER_UNITS) for name, scale in units.values()}
_SPELT = {
    "watt": "W", "watts": "W", "kilowatt": "kW", "kilowatts": "kW", "watthour": "Wh", "watthours": "Wh",
    "kilowatthour": "kWh", "kilowatthours": "kWh", "megawatthours": "MWh",
}  # fmt: skip
_UNIT_NAMES = {key: name for units in (ENERGY_UNITS, POWER_UNITS) for key, (name, _) in units.items()} | _SPELT
#: Two quantities in one name of which one is the other's part: the part counts.
_PART_OF = {frozenset({"import", "load"}): "import", frozenset({"export", "generation"}): "export"}
_GRID = frozenset({"grid", "netz", "reseau", "red", "rete", "rede"})
_OBIS = re.compile(r"(?:\d{1,3}-\d{1,3}:)?(?P<what>\d{1,2})\.(?P<kind>\d{1,2})(?:\.(?P<rate>\d{1,3}))?(?:\*\d+)?")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_HUMPS = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
#: A unit written to the word before it, as in LoadkWh.
_UNIT_END = re.compile(r"(?P<head>.+?)(?P<unit>[kKM]?Wh|[kKM]W|[kKM]?WH|kwh|wh|W)")
#: What may be a unit, and is none that is read.
_OTHER_UNIT = re.compile(r"[a-z]{1,3}wh|[gt]w|[kmg]j|joules?|kva|k?varh?")
_EDGE = " \t_.:-/,;()[]{}<>|"

Kind = Literal["value", "net", "total", "left out", "plain", "unknown"]


@dataclass(frozen=True)
class Name:
    """What the name of a column says.

    Attributes:
        kind: "value" is energy or power of a home; "plain" names a home and no quantity; "total" is a sum over homes.
        home: The id that stands in it; "" if none does.
        quantity: One of `QUANTITIES`, or "".
        unit: W, kW, MW, Wh, kWh, MWh, or "" if none is named.
        part: What tells several columns of one quantity apart: a string of panels, a tariff of the day; "" for a whole.
        number: The id is nothing but a number after the quantity, as in PV1: a home, or a part of one.
        reason: Of what is left out: battery, price and so on.
        counter: Whether it is called a counter.
        power: Whether it is called power.
    """

    kind: Kind
    home: str = ""
    quantity: str = ""
    unit: str = ""
    part: str = ""
    number: bool = False
    reason: str = ""
    counter: bool = False
    power: bool = False


@dataclass(frozen=True)
class _Token:
    """A word or number within a name, or a phrase of several.

    Attributes:
        word: Its text, without accents and capitals.
        begin: Where it begins in the name, counted in letters.
        end: Where it ends.
        kinds: What it can be, as pairs of a table of `words.toml` and a key in it.
    """

    word: str
    begin: int
    end: int
    kinds: tuple[tuple[str, str], ...] = ()


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    """Return the tables of `words.toml`: what words and phrases mean."""
    words: dict[str, dict[str, list[str]]] = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
    return words


@cache
def _phrases() -> dict[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return each phrase and what it can be, as pairs of a table of `words.toml` and a key in it."""
    found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for table in ("quantity", "net", "left_out", "describing"):
        for key, phrases in _words()[table].items():
            for phrase in phrases:
                found.setdefault(tuple(_WORD.findall(phrase)), []).append((table, key))
    return {phrase: tuple(kinds) for phrase, kinds in found.items()}


@cache
def _longest() -> int:
    """Return how many words the longest phrase has."""
    return max(map(len, _phrases()))


@cache
def _roles() -> dict[str, frozenset[str]]:
    """Return by the words of a name, with spaces between, which roles it may have."""
    found: dict[str, set[str]] = {}
    for role, names in _words()["role"].items():
        for name in names:
            found.setdefault(" ".join(_WORD.findall(name)), set()).add(role)
    return {name: frozenset(roles) for name, roles in found.items()}


def plain(text: str) -> str:
    """Return a text without accents and capitals.

    Example:
        >>> plain("Énergie Zähler")
        'energie zahler'
    """
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


@cache
def unit_named(text: str) -> str:
    """Return the unit that a whole text names, or "".

    Example:
        >>> unit_named("(KWH)"), unit_named("°C")
        ('kWh', '')
    """
    return _UNIT_NAMES.get(plain(text).strip(_EDGE).replace(" ", "").replace("-", ""), "")


def roles(name: str) -> frozenset[str]:
    """Return which columns beside a home's values a name may mean: time, end, date, clock, home, quantity, value, unit.

    Example:
        >>> sorted(roles("Date de fin")), sorted(roles("Valeur (en kW)")), sorted(roles("H1 load"))
        (['end'], ['value'], [])
    """
    tokens = [token.word for token in _tokens(name)]
    without_unit = [word for word in tokens if word not in _UNIT_NAMES]
    describing = set(_words()["describing"]["words"])
    bare = [word for word in without_unit if word not in describing]
    spellings = (tokens, without_unit, [word for word in without_unit if word not in ("utc", "local", "gmt")], bare)
    known = _roles()
    for words in spellings:
        if found := known.get(" ".join(words)):
            return found
    values = {word for name in _words()["role"]["value"] for word in name.split()}
    if tokens and all(word in values or word in describing or word in _UNIT_NAMES for word in tokens):
        return frozenset({"value"})
    return frozenset()


@cache
def understood(name: str) -> Name:
    """Return what the name of a column says.

    Example:
        >>> found = understood("H1 Einspeisung (Wh)")
        >>> found.home, found.quantity, found.unit
        ('H1', 'export', 'Wh')
        >>> understood("1-0:1.8.0*255").quantity, understood("battery_power").reason, understood("House 12").kind
        ('import', 'battery', 'plain')
    """
    name = name.strip()
    if (code := _obis(name)) is not None:
        return code
    tokens = _marked(_tokens(name))
    unit_token = _unit_token(tokens, name)
    unit = _UNIT_NAMES[unit_token.word] if unit_token else ""
    tables = {table for token in tokens for table, _ in token.kinds}
    of_table = {table: [key for token in tokens for found, key in token.kinds if found == table] for table in tables}
    describing = of_table.get("describing", ())
    found = Name(
        "unknown", unit=unit, counter="counters" in describing, power="power" in describing or unit in ("W", "kW", "MW")
    )
    reasons = [reason for reason in of_table.get("left_out", ()) if reason != "total"]
    if reasons:
        return replace(found, kind="left out", reason=reasons[0])
    quantities = frozenset(of_table.get("quantity", ()))
    quantity = next(iter(quantities)) if len(quantities) == 1 else _PART_OF.get(quantities, "")
    strange = any(_OTHER_UNIT.fullmatch(token.word) for token in tokens if token.word not in _UNIT_NAMES)
    if strange or (len(quantities) > 1 and not quantity):
        return found
    on_the_grid = quantity in ("import", "export") and all(
        token.word in _GRID for token in tokens if ("net", "net") in token.kinds
    )
    if "net" in tables and not on_the_grid:
        return replace(found, kind="net", home=_home_and_part(name, tokens, unit_token)[0])
    home, part, number = _home_and_part(name, tokens, unit_token)
    found = replace(found, home=home, quantity=quantity, part=part, number=number)
    if not quantity and _is_home(name):
        return replace(found, kind="plain", home=name)
    total = "total" in of_table.get("left_out", ()) and not home
    return replace(found, kind="total" if total else "value" if quantity else "unknown")


def _obis(name: str) -> Name | None:
    """Return what an OBIS code means (IEC 62056-61): 1 is taken from the grid, 2 given to it, 8 a counter.

    Args:
        name: The whole name; a code may stand within it. A bare "1.8" is a number and no code.
    """
    match = next(
        (found for found in _OBIS.finditer(name) if "." in found[0] and (found["rate"] or ":" in found[0])), None
    )
    if match is None or re.fullmatch(r"\d+\.\d+", name):
        return None
    home = (name[: match.start()] + name[match.end() :]).strip(_EDGE)
    home, unit = _without_unit(home)
    quantity = {"1": "import", "2": "export"}.get(match["what"])
    kind, rate = match["kind"], match["rate"] or "0"
    if quantity is None:
        net = match["what"] in ("15", "16")
        return Name("net" if net else "left out", home=home, unit=unit, reason="" if net else "electrical")
    if kind in ("6", "2"):
        return Name("left out", home=home, reason="extreme")
    counter, power = kind == "8", kind in ("4", "5", "7", "25", "27")
    part = rate if rate not in ("0", "255") else ""
    return Name("value", home, quantity, unit, part, counter=counter, power=power)


def _without_unit(text: str) -> tuple[str, str]:
    """Return a text without the unit at its end, and that unit, "" if there is none."""
    tokens = _tokens(text)
    if tokens and tokens[-1].word in _UNIT_NAMES:
        return text[: tokens[-1].begin].strip(_EDGE), _UNIT_NAMES[tokens[-1].word]
    return text, ""


def _tokens(name: str) -> list[_Token]:
    """Return the words and numbers of a name; capitals within a word begin another, but for units and known words."""
    found = []
    for match in _WORD.finditer(name):
        begin = match.start()
        for piece in _pieces(match[0]):
            found.append(_Token(plain(piece), begin, begin + len(piece)))
            begin += len(piece)
    return found


def _pieces(word: str) -> list[str]:
    """Return the words within a word: by its capitals, and with its unit apart if what stands before it is known.

    Example:
        >>> _pieces("LoadkWh"), _pieces("gridImport"), _pieces("kWh")
        (['Load', 'kWh'], ['grid', 'Import'], ['kWh'])
    """
    if plain(word) in _UNIT_NAMES or _known(plain(word)):
        return [word]
    ending = _UNIT_END.fullmatch(word)
    head = _HUMPS.split(ending["head"]) if ending else []
    if ending and _known(plain(head[-1])):
        return [*head, ending["unit"]]
    pieces = _HUMPS.split(word)
    return [word] if plain(pieces[-1]) in _UNIT_NAMES else pieces


@cache
def _known(word: str) -> bool:
    """Tell whether one word stands in `words.toml` by itself."""
    return (word,) in _phrases() or word in _roles()


def _marked(tokens: list[_Token]) -> list[_Token]:
    """Return the tokens with what they can be; the longest phrase that begins at a token counts."""
    marked, place = [], 0
    while place < len(tokens):
        for length in range(min(_longest(), len(tokens) - place), 0, -1):
            kinds = _phrases().get(tuple(token.word for token in tokens[place : place + length]))
            if kinds:
                break
        else:
            kinds, length = (), 1
        first, last = tokens[place], tokens[place + length - 1]
        word = " ".join(token.word for token in tokens[place : place + length])
        marked.append(_Token(word, first.begin, last.end, kinds))
        place += length
    return marked


def _unit_token(tokens: list[_Token], name: str) -> _Token | None:
    """Return the token that names the unit: the last one that can; a bare W only at the end or in brackets."""
    for token in reversed(tokens):
        if token.word not in _UNIT_NAMES:
            continue
        bracketed = name[max(token.begin - 1, 0)] in "([" and name[token.end : token.end + 1] in ")]"
        quantity = any(table == "quantity" for other in tokens for table, _ in other.kinds)
        power = any(key == "power" for other in tokens for _, key in other.kinds)
        if token.word != "w" or bracketed or ((quantity or power) and token is tokens[-1]):
            return token
    return None


def _home_and_part(name: str, tokens: list[_Token], unit: _Token | None) -> tuple[str, str, bool]:
    """Return the home's id, the part of the quantity, and whether the id is only a number behind the quantity.

    Args:
        name: The name.
        tokens: Its tokens, marked with what they can be.
        unit: The one that names the unit.
    """
    explained = [token for token in tokens if token is unit or token.kinds]
    free = [token for token in tokens if token not in explained and token.word not in _UNIT_NAMES]
    part = " ".join(token.word for token in explained if ("describing", "parts") in token.kinds)
    numbered = free and free[-1].word.isdigit() and _follows_quantity(free[-1], tokens)
    cut = list(explained)
    if numbered and len(free) > 1:
        part, cut = part or free[-1].word, [*explained, free[-1]]
    home = _without_tokens(name, cut)
    if not free or (part and not any(sign.isalnum() for sign in home)):
        home = ""
    return home, part, bool(numbered) and len(free) == 1


def _follows_quantity(token: _Token, tokens: list[_Token]) -> bool:
    """Tell whether a number stands right behind a quantity, as in "PV 1"."""
    before = tokens[tokens.index(token) - 1] if tokens.index(token) else None
    return before is not None and any(table == "quantity" for table, _ in before.kinds)


def _without_tokens(name: str, cut: list[_Token]) -> str:
    """Return a name without some of its tokens and what stood between them.

    Args:
        name: The name.
        cut: What to leave out, in any order.

    Returns:
        The pieces with one space between; signs at their edges go too.
    """
    kept, place = [], 0
    for token in sorted(cut, key=lambda token: token.begin):
        kept.append(name[place : token.begin])
        place = token.end
    pieces = [piece.strip(_EDGE) for piece in (*kept, name[place:])]
    return " ".join(piece for piece in pieces if piece)


@cache
def _home_pattern() -> re.Pattern[str]:
    """Return the pattern of names of homes: "H1", "House 12", "Apartment B", or a number of six digits and more."""
    words = "|".join(_words()["home"]["words"])
    gap = r"[\s_.:#\-]*"
    return re.compile(
        rf"(?:h|mt|(?:{words}){gap}[a-z]?){gap}\d+[a-z]?|(?:{words})[\s_.:#\-]+[a-z]|\d{{6,}}", re.IGNORECASE
    )


def _is_home(name: str) -> bool:
    """Tell whether a name without a quantity can only be a home's: a word for a home with a number, a meter's number."""
    return _home_pattern().fullmatch(plain(name)) is not None
