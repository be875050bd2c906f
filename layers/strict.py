"""Frozen values read from files: unknown keys refused, null taken as absent."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from gis.errors import Text


class Strict(BaseModel):
    """A frozen value read from a file; unknown keys are refused.

    An optional key that is null counts as absent (CONTRACTS section 3).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:  # any file content; pydantic judges it
        if not isinstance(value, dict) or all(item is not None for item in value.values()):
            return value
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {key: item for key, item in value.items() if item is not None or key not in optional}


class Title(Strict):
    """A title in both languages."""

    zh: str
    en: str

    def text(self) -> Text:
        """Return the same as a `Text`."""
        return Text(self.zh, self.en)


def _both(value: object) -> object:
    return {"zh": value, "en": value} if isinstance(value, str) else value


Named = Annotated[Title, BeforeValidator(_both)]
"""A title, or one text that stands for both languages."""
