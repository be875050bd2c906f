"""Named faults and notes. A message is a fact with its value, and what to do, in two languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Chinese and in English."""

    zh: str
    en: str

    def pick(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return self.zh if language == "zh" else self.en

    def as_dict(self) -> dict[str, str]:
        """Return `{"zh", "en"}` for JSON."""
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader must know though nothing was refused; printed in `limits`."""

    code: str
    text: Text

    def as_dict(self) -> dict[str, str]:
        """Return `{"code", "zh", "en"}` as in `report.json`."""
        return {"code": self.code, "zh": self.text.zh, "en": self.text.en}


_PASSING = frozenset(
    {"workspace_busy", "workspace_unreachable", "records_unreachable", "shutting_down"}
)


class LantuError(Exception):
    """An input refused, with the fact, its value and what to do.

    Parameters
    ----------
    code
        A stable lower-case name, for life: `outside_area`, `no_crs` ...
    fact
        What was found, with the value.
    hint
        What the user can do about it.
    where
        File, layer, feature or line, where that helps; never a path of the server.
    """

    def __init__(self, code: str, fact: Text, hint: Text, *, where: str | None = None) -> None:
        super().__init__(f"{code}: {fact.en}")
        self.code = code
        self.fact = fact
        self.hint = hint
        self.where = where

    @property
    def passes(self) -> bool:
        """Whether it says nothing of what was asked: a database is away, and will be back.

        No answer may be made of such a refusal: it would be kept, and be wrong a minute later.
        """
        return self.code in _PASSING

    def at(self, where: str) -> LantuError:
        """Return the same fault with a place, keeping a finer place already known."""
        place = f"{where}: {self.where}" if self.where else where
        return LantuError(self.code, self.fact, self.hint, where=place)

    def as_dict(self, language: Language = "zh") -> dict[str, object]:
        """Return the refusal as CONTRACTS section 1 writes it."""
        return {
            "error": {
                "code": self.code,
                "fact": self.fact.pick(language),
                "hint": self.hint.as_dict(),
                "where": self.where,
            }
        }
