"""What a key of a sweep takes: listed values, a range that is counted in decimal, or draws from a distribution."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jiran.errors import JiranError, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: No key takes more values, and no sweep more points: what is more is a slip of the keyboard.
MOST_VALUES = 1_000_000

#: Whole numbers lie below this, as in TOML and in the tables that are kept.
_LARGE = 2**63
#: Below this a number with decimals tells each whole number from the next.
_EXACT = 2**53
#: A value that is left out, as links have it too; TOML has no word for it.
_NOT_SET = "null"
#: That word between commas, or a text in quotes, which may hold it; and what stands for it while TOML is read.
_LEFT_OUT = re.compile(r"""("(?:\\.|[^"\\])*"|'[^']*')|(?<![^\s,])null(?![^\s,])""")
_STAND_IN = "{null = true}"
_RANGE = re.compile(r"\s*([^:\s]+)\s*:\s*([^:\s]+)\s*:\s*([^:\s]+)\s*")
_DRAWN = re.compile(r"\s*([a-z]+)\s*\(([^()]*)\)\s*")


@dataclass(frozen=True)
class Listed:
    """A key and the values that it takes one after the other.

    Attributes:
        key: Dotted name of a field.
        values: In order, each once.
        text: As the command line asks for it.
    """

    key: str
    values: tuple[Any, ...]
    text: str

    @property
    def takes(self) -> list[str]:
        """What it takes, in whatever order and form it was written, and wherever files of these names lie."""
        return sorted(_written(_name_alone(value)) for value in self.values)


@dataclass(frozen=True)
class Drawn:
    """A key whose values are drawn, together with those of the other drawn keys, so that they fill the space evenly.

    Attributes:
        key: Dotted name of a field.
        name: Of the distribution, from `DISTRIBUTIONS`.
        numbers: Its own.
        text: As it was asked for.
    """

    key: str
    name: str
    numbers: tuple[float, ...]
    text: str

    @property
    def takes(self) -> list[str]:
        """What it takes, however it was written."""
        return [f"{self.name}{self.numbers}"]

    @cached_property
    def distribution(self) -> Any:
        """The frozen distribution of `scipy.stats`."""
        return DISTRIBUTIONS[self.name].frozen(*self.numbers)

    def at(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values below which so much of the distribution lies.

        Args:
            share: 0..1, shape (draw,).
        """
        found: NDArray[np.float64] = self.distribution.ppf(share)
        return found


Axis = Listed | Drawn


@dataclass(frozen=True)
class Distribution:
    """A distribution that a key may be drawn from.

    Attributes:
        takes: What its numbers are called.
        frozen: Makes it from them.
        allowed: Tells whether they make sense.
    """

    takes: tuple[str, ...]
    frozen: Callable[..., Any]
    allowed: Callable[..., bool]


def _uniform(low: float, high: float) -> Any:
    from scipy.stats import uniform  # noqa: PLC0415  only sweeps that draw need it

    return uniform(low, high - low)


def _loguniform(low: float, high: float) -> Any:
    from scipy.stats import loguniform  # noqa: PLC0415

    return loguniform(low, high)


def _normal(mean: float, deviation: float) -> Any:
    from scipy.stats import norm  # noqa: PLC0415

    return norm(mean, deviation)


def _lognormal(median: float, sigma: float) -> Any:
    from scipy.stats import lognorm  # noqa: PLC0415

    return lognorm(sigma, scale=median)


def _triangular(low: float, mode: float, high: float) -> Any:
    from scipy.stats import triang  # noqa: PLC0415

    return triang((mode - low) / (high - low), low, high - low)


#: By name, as a key asks for them: `uniform(0.1, 0.5)`.
DISTRIBUTIONS = {
    "uniform": Distribution(("low", "high"), _uniform, lambda low, high: low < high),
    "loguniform": Distribution(("low", "high"), _loguniform, lambda low, high: 0.0 < low < high),
    "normal": Distribution(("mean", "deviation"), _normal, lambda _mean, deviation: deviation > 0.0),
    "lognormal": Distribution(("median", "sigma"), _lognormal, lambda median, sigma: median > 0.0 and sigma > 0.0),
    "triangular": Distribution(
        ("low", "mode", "high"), _triangular, lambda low, mode, high: low <= mode <= high and low < high
    ),
}


def axis_of(key: str, asked: object) -> Axis:
    """Return what a key takes.

    Args:
        key: Dotted name of a field.
        asked: A list of values; or a text: ``A:B:STEP``, which includes B and is counted in decimal, values with commas
            as TOML has them (a bare word is a text, but null for a value that is left out), or a distribution as ``uniform(0.1, 0.5)``.

    Raises:
        JiranError: It is none of these, or names a value twice.

    Example:
        >>> axis_of("market.fraction", "0.5:0.9:0.2").values
        (0.5, 0.7, 0.9)
        >>> axis_of("market.mechanism", "grid-fraction, vcg").values
        ('grid-fraction', 'vcg')
    """
    if not isinstance(key, str):
        raise JiranError(f"{shortened(repr(key), 80)}: must be the dotted name of a field, as market.fraction")
    if not key.strip():
        raise JiranError("a key of a sweep has no name: write it as market.fraction=0.5:0.9:0.1")
    key = key.strip()
    if isinstance(asked, str):
        return _of_text(key, asked)
    if not isinstance(asked, list | tuple | range | np.ndarray):
        asked = [asked]
    return _listed_as(key, map(_plain, asked), None)


def _of_text(key: str, text: str) -> Axis:
    if (drawn := _DRAWN.fullmatch(text)) and drawn[1] in DISTRIBUTIONS:
        return _distribution(key, drawn[1], drawn[2], text)
    if (ends := _RANGE.fullmatch(text)) is not None and (numbers := _decimals(*ends.groups())) is not None:
        return _listed_as(key, _counted(key, text, *numbers), text)
    return _listed_as(key, _listed(text), text)


def _listed_as(key: str, values: Iterable[Any], text: str | None) -> Listed:
    """Return a key with the values that it takes one after the other.

    Args:
        key: Dotted name of a field.
        values: What it takes.
        text: As it was asked for; None: not as a text.

    Raises:
        JiranError: They cannot be.
    """
    found = tuple(map(_whole, values))
    checked = _checked(key, found, repr(found) if text is None else text)
    return Listed(key, checked, ",".join(map(_written, checked)) if text is None else text.strip())


def _distribution(key: str, name: str, inner: str, text: str) -> Drawn:
    """Return a drawn key.

    Raises:
        JiranError: The numbers are not those of this distribution.
    """
    known = DISTRIBUTIONS[name]
    try:
        numbers = tuple(float(part) for part in inner.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != len(known.takes) or not np.isfinite(numbers).all() or not known.allowed(*numbers):
        takes = ", ".join(known.takes)
        raise JiranError(f"{key}={shortened(text, 80)}: must be {name}({takes}) with numbers that go together")
    return Drawn(key, name, numbers, text.strip())


def _decimals(*texts: str) -> list[Decimal] | None:
    """Return finite decimal numbers, or None if one is none."""
    try:
        found = [Decimal(text) for text in texts]
    except InvalidOperation:
        return None
    return found if all(number.is_finite() for number in found) else None


def _counted(key: str, text: str, first: Decimal, last: Decimal, step: Decimal) -> tuple[int | float, ...]:
    """Return the numbers of a range, its end included.

    Raises:
        JiranError: It never ends, is empty, or has too many numbers.
    """
    asked = f"{key}={shortened(text.strip(), 80)}"
    try:
        steps = (last - first) / step if step else Decimal(-1)
    except ArithmeticError:  # beyond what decimal numbers hold
        steps = Decimal(MOST_VALUES)
    if steps < 0:
        raise JiranError(f"{asked}: the step must lead from {first} to {last}")
    if steps >= MOST_VALUES:
        raise JiranError(f"{asked}: must be at most {MOST_VALUES:,} values, and these are more")
    many = int(steps) + 1
    whole = all(number == number.to_integral_value() for number in (first, step))
    return tuple((int if whole else float)(first + place * step) for place in range(many))


def _listed(text: str) -> tuple[Any, ...]:
    """Return values with commas: as TOML has them, or else plain words."""
    try:
        data = tomllib.loads(f"values = [{_LEFT_OUT.sub(lambda found: found[1] or _STAND_IN, text)}]")
    except (ValueError, RecursionError):
        data = {}
    if list(data) == ["values"]:
        return tuple(None if value == {_NOT_SET: True} else value for value in data["values"])
    return tuple(_value(part.strip()) for part in text.split(","))


def _value(text: str) -> Any:
    if text == _NOT_SET:
        return None
    try:
        data = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        data = {}
    return data["value"] if list(data) == ["value"] else text


def _plain(value: Any) -> Any:
    """Return a value of numpy as one of Python."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def _whole(value: Any) -> Any:
    """Return 20 for 20.0, which are one value and so have one form; any other value as it is."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def _checked(key: str, values: tuple[Any, ...], text: str) -> tuple[Any, ...]:
    """Return the values.

    Raises:
        JiranError: There is none, one stands there twice, or is too large a number.
    """
    if not values or any(value == "" for value in values):
        raise JiranError(f"{key}={shortened(text, 80)}: a value is missing")
    if (
        large := next((one for one in values if isinstance(one, int) and not -_LARGE <= one < _LARGE), None)
    ) is not None:
        raise JiranError(
            f"{key}={shortened(text, 80)}: {shortened(str(large), 40)} is too large; a whole number has 64 bits"
        )
    seen: set[str] = set()
    for one in map(_written, values):
        if one in seen:
            raise JiranError(f"{key}={shortened(text, 80)}: {shortened(one, 40)} stands there twice")
        seen.add(one)
    return values


def _name_alone(value: Any) -> Any:
    """Return of a file its name; any other value as it is."""
    return Path(value).name if isinstance(value, str) and Path(value).suffix else value


def _written(value: Any) -> str:
    """Return a value as text that tells it from any other, as TOML has it: 20 and 20.0 are one value, and so are a day and its text."""
    match value:
        case bool() | None:
            return _NOT_SET if value is None else str(value).lower()
        case int() | float():
            return f"{value:g}" if float(f"{value:g}") == value else repr(value)
        case date() | time() | str():
            return _quoted(value if isinstance(value, str) else value.isoformat())
        case list() | tuple():
            return f"[{', '.join(map(_written, value))}]"
        case dict():
            return f"{{{', '.join(f'{_quoted(str(key))} = {_written(one)}' for key, one in value.items())}}}"
    return repr(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
