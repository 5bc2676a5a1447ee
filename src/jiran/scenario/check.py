"""From nested data to a scenario, or to one sentence that says what is wrong."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from jiran.errors import JiranError, ScenarioError
from jiran.scenario.model import Scenario
from jiran.scenario.naming import model_of

#: No field of a scenario lies deeper.
DEEPEST = 8


def validate(data: dict[str, Any]) -> Scenario:
    """Return the scenario that a nested dictionary describes.

    Raises:
        ScenarioError: A field is unknown, missing or has a value that is not allowed.
    """
    check_depth(data)
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        raise _first(error) from None


def check_depth(data: Any) -> None:
    """Refuse data that is nested deeper than any scenario.

    Raises:
        ScenarioError: It is.
    """
    level, depth = [data], 0
    while level:
        if depth > DEEPEST:
            raise ScenarioError("scenario", f"{depth} levels", f"must not be nested more than {DEEPEST} levels deep")
        inner = [
            one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list | tuple)
        ]
        level, depth = [value for values in inner for value in values], depth + 1


def _first(error: ValidationError) -> JiranError:
    """Turn pydantic's list of errors into one sentence about the first field that has one."""
    errors = error.errors(include_url=False)
    first = errors[0]
    if first["type"] == "extra_forbidden":
        known = ", ".join(_keys_at(first["loc"][:-1]))
        return ScenarioError(
            ".".join((*_place(first), str(first["loc"][-1]))), first["input"], f"unknown key; known here: {known}"
        )
    # A field of several types has an error for each type; the one that reached deepest into the value fits it best.
    depth = len(_place(first))
    same = [other for other in errors if _place(other)[:depth] == _place(first)]
    deepest = max(same, key=lambda other: len(_place(other)))
    where = ".".join(_place(deepest)) or "scenario"
    if deepest["type"] == "missing":
        return ScenarioError(where, ..., "is required")
    allowed = dict.fromkeys(_in_words(other["msg"]) for other in same if _place(other) == _place(deepest))
    return ScenarioError(where, deepest["input"], f"must be {' or '.join(allowed)}")


def _place(error: Any) -> tuple[str, ...]:
    """Return the keys that lead to an error, without pydantic's names of a union's branches."""
    keys = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    return tuple(str(part) for part in keys if not _is_branch(part))


#: Pydantic's words and ours.
_WORDS = {
    "Input should be ": "",
    "Value error, ": "",
    "Tuple should have ": "a list of ",
    "String should have ": "",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "greater than": "above",
    "less than": "below",
    "Dictionary should have ": "",
    "Keys should be strings": "a table whose keys are text",
    "a valid boolean": "true or false",
    "a valid datetime": "a date and time such as 2026-03-21T14:00:00",
    "a valid dictionary": "a table",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid string": "text",
    "a valid tuple": "a list",
}


def _in_words(message: str) -> str:
    """Return what is allowed as a person says it."""
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    return (
        message.split(" or instance of ")[0].split(", unable to ")[0].split(", got a ")[0].split(" after validation")[0]
    )


def _is_branch(part: str | int) -> bool:
    """Tell whether a part of a location is pydantic's name for a branch of a union, not a key."""
    return isinstance(part, str) and ("[" in part or "-" in part or part in ("float", "int", "str"))


def _keys_at(place: tuple[str | int, ...]) -> list[str]:
    """Return the keys that a table of the scenario knows."""
    model: Any = Scenario
    for part in place:
        if isinstance(part, str) and not _is_branch(part) and part in model.model_fields:
            model = model_of(model.model_fields[part].annotation)
    return list(model.model_fields)
