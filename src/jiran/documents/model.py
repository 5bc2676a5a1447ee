"""How fields of a document are declared, and what all of its tables have in common."""

from __future__ import annotations

import re
from numbers import Integral, Real
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, ValidationInfo, field_validator

from jiran.documents.text import whole_text

Price = Annotated[float, Field(ge=-1_000_000, le=1_000_000)]

#: Numbers and text are taken as they are, never one for the other; only a list may stand for a tuple.
LISTED = Strict(strict=False)


def quantity(description: str, unit: str = "", default: Any = ..., **bounds: Any) -> Any:
    """Declare a field: what it is, its unit, its default and its bounds.

    Args:
        description: What it is, a phrase without a stop; shown as help and in the reference.
        unit: "" for a share, a count or text.
        default: Without one the field must be given.
        **bounds: As pydantic's `Field` takes them.
    """
    return Field(default, description=description, json_schema_extra={"unit": unit}, **bounds)


def written(form: str, words: str) -> AfterValidator:
    """Allow only text of one form.

    Args:
        form: A regular expression of the whole text.
        words: What a refusal says is allowed.
    """
    fits = re.compile(form, re.ASCII).fullmatch

    def check(text: str) -> str:
        if fits(text) is None:
            raise ValueError(words)
        return text

    return AfterValidator(check)


#: Types that are taken as they are: those of TOML, and of nested data.
_PLAIN = (bool, int, float, str, type(None), dict, list, tuple)


class Model(BaseModel):
    """Frozen, and strict about keys, types, numbers and text."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True)

    @field_validator("*", mode="before")
    @classmethod
    def _own_numbers(cls, value: Any) -> Any:
        """Let another library's whole number be one of Python's, and likewise any other number."""
        if type(value) in _PLAIN:
            return value
        if isinstance(value, Integral):
            return int(value)
        return float(value) if isinstance(value, Real) else value

    @field_validator("*", mode="after")
    @classmethod
    def _text(cls, value: Any, info: ValidationInfo) -> Any:
        return whole_text(value, lines=info.field_name == "description") if isinstance(value, str) else value


def model_of(annotation: Any) -> Any:
    """Return the model inside an annotation such as ``tuple[HomeGroup, ...]`` or ``HomeData | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        model = model_of(inner)
        if model is not None:
            return model
    return None
