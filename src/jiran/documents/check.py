"""From nested data to a document, or to one sentence that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from jiran.documents.model import model_of
from jiran.errors import JiranError, meant

Document = TypeVar("Document", bound=BaseModel)

#: Builds an error from the dotted name of a field, its value (`...`: there is none) and what is allowed.
Fault = Callable[[str, Any, str], JiranError]

#: No field of a document lies deeper.
DEEPEST = 8


def checked(model: type[Document], data: dict[str, Any], fault: Fault, kind: str) -> Document:
    """Return the document that a nested dictionary describes.

    Args:
        model: What it must fit.
        data: The dictionary.
        fault: Makes the error.
        kind: What the document is called as a whole, as "scenario".

    Raises:
        JiranError: A field is unknown, missing or has a value that is not allowed.
    """
    check_depth(data, fault, kind)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _first(error, model, fault, kind) from None


def check_depth(data: Any, fault: Fault, kind: str) -> None:
    """Refuse data that is nested deeper than any document; arguments as `checked`.

    Raises:
        JiranError: It is.
    """
    level, depth = [data], 0
    while level:
        if depth > DEEPEST:
            raise fault(kind, f"{depth} levels", f"must not be nested more than {DEEPEST} levels deep")
        inner = [
            one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list | tuple)
        ]
        level, depth = [value for values in inner for value in values], depth + 1


def _first(error: ValidationError, model: type[BaseModel], fault: Fault, kind: str) -> JiranError:
    """Turn pydantic's list of errors into one sentence about the first field that has one.

    Args:
        error: All that pydantic found.
        model: The model of the document.
        fault: Makes the error of a field, a value and what is allowed.
        kind: What the document is called where no field is to blame.
    """
    errors = error.errors(include_url=False)
    first = errors[0]
    if first["type"] == "extra_forbidden":
        known, key = _keys_at(model, first["loc"][:-1]), str(first["loc"][-1])
        known_here = f"unknown key; known here: {', '.join(known)}{meant(known, key)}"
        return fault(".".join((*_place(first), key)), first["input"], known_here)
    # A field of several types has an error for each type; the one that reached deepest into the value fits it best.
    depth = len(_place(first))
    same = [other for other in errors if _place(other)[:depth] == _place(first)]
    deepest = max(same, key=lambda other: len(_place(other)))
    where = ".".join(_place(deepest)) or kind
    if deepest["type"] == "missing":
        return fault(where, ..., "is required")
    allowed = dict.fromkeys(in_words(other["msg"]) for other in same if _place(other) == _place(deepest))
    return fault(where, deepest["input"], f"must be {' or '.join(allowed)}")


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


def in_words(message: str) -> str:
    """Return what is allowed as a person says it."""
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    for cut in (" or instance of ", ", unable to ", ", got a ", " after validation"):
        message = message.split(cut)[0]
    return message


def _is_branch(part: str | int) -> bool:
    """Tell whether a part of a location is pydantic's name for a branch of a union, not a key."""
    return isinstance(part, str) and ("[" in part or "-" in part or part in ("float", "int", "str"))


def _keys_at(model: Any, place: tuple[str | int, ...]) -> list[str]:
    """Return the keys that a table of the document knows.

    Args:
        model: The model of the whole document.
        place: Keys that lead to the table; numbers of list entries among them.
    """
    for part in place:
        if isinstance(part, str) and not _is_branch(part) and part in model.model_fields:
            model = model_of(model.model_fields[part].annotation)
    return list(model.model_fields)
