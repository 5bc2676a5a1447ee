"""From nested data to a document, or to one sentence that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args, get_origin

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
        raise _first(error, model, data, fault, kind) from None


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


def _first(error: ValidationError, model: type[BaseModel], data: Any, fault: Fault, kind: str) -> JiranError:
    """Turn pydantic's list of errors into one sentence about the first field that has one.

    Args:
        error: All that pydantic found.
        model: The model of the document.
        data: What was checked.
        fault: Makes the error of a field, a value and what is allowed.
        kind: What the document is called where no field is to blame.
    """
    errors = error.errors(include_url=False)
    place = _place(errors[0], data)
    # A field of several types has an error for each type; the one that reached deepest into the value fits it best.
    same = [(there, other) for other in errors if (there := _place(other, data))[: len(place)] == place]
    deepest, worst = max(same, key=lambda one: len(one[0]))
    where = ".".join(deepest) or kind
    if worst["type"] == "missing":
        return fault(where, ..., "is required")
    if worst["type"] == "extra_forbidden":
        known = _keys_at(model, deepest[:-1])
        return fault(where, worst["input"], f"unknown key; known here: {', '.join(known)}{meant(known, deepest[-1])}")
    allowed = dict.fromkeys(in_words(other["msg"]) for there, other in same if there == deepest)
    return fault(where, worst["input"], f"must be {' or '.join(allowed)}")


def _place(error: Any, data: Any) -> tuple[str, ...]:
    """Return the keys that lead to an error, without pydantic's names of a union's branches.

    What stands in the data is a key, whatever it is called: users name homes and components as they like.
    """
    found, there = [], data
    for part in error["loc"]:
        inner = _inside(there, part)
        if inner or not _is_branch(part):
            found.append(str(part))
        there = inner[0] if inner else there
    return tuple(found)


def _inside(data: Any, part: str | int) -> tuple[Any, ...]:
    """Return what lies under a key of a table or at a place of a list, or nothing."""
    if isinstance(data, dict):
        return (data[part],) if part in data else ()
    return (data[part],) if isinstance(data, list | tuple) and isinstance(part, int) and part < len(data) else ()


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
    "a valid date": "a date such as 2026-03-21",
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


def _keys_at(model: Any, place: tuple[str, ...]) -> list[str]:
    """Return the keys that a table of the document knows.

    Args:
        model: The model of the whole document.
        place: Keys that lead to the table; names that users gave and numbers of list entries among them.
    """
    annotation = model
    for part in place:
        inner = model_of(annotation)
        annotation = inner if _holds_many(annotation) else inner.model_fields[part].annotation
    return list(model_of(annotation).model_fields)


def _holds_many(annotation: Any) -> bool:
    """Tell whether a type is a table by names or a list, or may be one."""
    return get_origin(annotation) in (dict, list, tuple) or any(_holds_many(one) for one in get_args(annotation))
