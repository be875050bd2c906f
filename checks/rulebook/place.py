"""Where in a pack a fault lies: file, rule code, key path. Every refusal names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from gis.errors import LantuError, Text
from layers.yaml_parser import LineMap

DOCS = Text("写法见 docs/rules.md", "docs/rules.md shows how it is written")


@dataclass(frozen=True, slots=True)
class Place:
    """A file of a pack, the code of a rule or scenario in it, and the keys down to a value.

    `lines` are those of the entry that the keys start from; without them no line is named.
    """

    file: str
    code: str | None = None
    keys: tuple[str, ...] = ()
    lines: LineMap | None = field(default=None, compare=False, repr=False)

    def rule(self, code: str) -> Place:
        """Return the place of one rule or scenario."""
        return replace(self, code=code)

    def at(self, *keys: str | int) -> Place:
        """Return the place further down."""
        return Place(self.file, self.code, (*self.keys, *map(str, keys)), self.lines)

    def entry(self, *path: str | int) -> Place:
        """Return the place of one entry of the file, from which keys are counted."""
        return replace(self, lines=None if self.lines is None else self.lines.under(path))

    @property
    def line(self) -> int | None:
        """Line of the deepest value of the file along the keys."""
        if self.lines is None:
            return None
        path: tuple[str | int, ...] = ()
        for key in self.keys:
            deeper = ((*path, step) for step in _steps(key))
            path = next((found for found in deeper if found in self.lines), path)
        return self.lines[path]

    def __str__(self) -> str:
        file = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (file, self.code, ".".join(self.keys)) if part)

    def refuse(self, zh: str, en: str, *, hint: Text = DOCS, code: str = "bad_rule") -> LantuError:
        """Return the fault, to be raised by the caller."""
        return LantuError(code, Text(zh, en), hint, where=str(self))

    def mapping(self, value: object) -> dict[str, Any]:
        """Return a mapping as it is, nothing as an empty one; refuse the rest."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.refuse(
                f"此处应为键值表，却是 {shown(value)}", f"Not a mapping: {shown(value)}"
            )
        return value

    def items(self, value: object) -> list[Any]:
        """Return a list that holds something; refuse the rest."""
        if not isinstance(value, list) or not value:
            raise self.refuse(
                f"此处应为非空列表，却是 {shown(value)}", f"Not a list with entries: {shown(value)}"
            )
        return value

    def text(self, value: object) -> str:
        """Return a scalar as it stands; refuse nothing, lists and mappings."""
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"此处应为文字，却是 {shown(value)}", f"Not text: {shown(value)}")
        return value.strip()

    def one_of(self, value: object, allowed: Iterable[str]) -> str:
        """Return a word of a closed list."""
        text, words = self.text(value), list(allowed)
        if text not in words:
            listed = ", ".join(words)
            raise self.refuse(
                f"“{text}”不在可选范围：{listed}{near_zh(text, words)}",
                f"{text!r} is not one of {listed}{near_en(text, words)}",
            )
        return text

    def only(self, given: Iterable[str], allowed: Iterable[str], what: Text) -> None:
        """Refuse the first key that is not allowed here."""
        words = list(allowed)
        for key in given:
            if key not in words:
                listed = ", ".join(words) or "-"
                raise self.at(key).refuse(
                    f"{what.zh}没有键“{key}”；可用：{listed}{near_zh(key, words)}",
                    f"{what.en} takes no key {key!r}; allowed: {listed}{near_en(key, words)}",
                )


def _steps(key: str) -> tuple[str | int, ...]:
    """What a key may be in the file: itself, or the place in a list that messages count from 1."""
    return (key, int(key) - 1) if key.isdecimal() else (key,)


def shown(value: object) -> str:
    """Return a value as a message shows it."""
    text = "null" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def near_zh(word: str, words: Iterable[str]) -> str:
    """Return `（是否为“x”？）`, or nothing."""
    close = get_close_matches(word, list(words), n=3, cutoff=0.6)
    return f"（是否为“{'”“'.join(close)}”？）" if close else ""


def near_en(word: str, words: Iterable[str]) -> str:
    """Return ` (did you mean x?)`, or nothing."""
    close = get_close_matches(word, list(words), n=3, cutoff=0.6)
    return f" (did you mean {', '.join(close)}?)" if close else ""
