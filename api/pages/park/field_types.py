"""What a field of the five steps is: key path, words, the way it is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gis.errors import Text

FieldKind = Literal["text", "long", "date", "number", "yesno", "choice", "words", "rows", "when"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: key path within the form, what it is called, how it is filled in.

    Attributes
    ----------
    options
        Name of the list that offers values: `facts`, `layers`, `items`, `kinds`, `authorities`,
        `classes`, or a key of `CHOICES`.
    columns
        Fields of one row, for `rows`.
    """

    path: str
    label: Text
    kind: FieldKind = "text"
    hint: Text | None = None
    needed: bool = False
    options: str = ""
    columns: tuple[Field, ...] = ()
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading."""

    title: Text
    fields: tuple[Field, ...]
    hint: Text | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One of the five steps."""

    number: int
    title: Text
    groups: tuple[Group, ...]


CHOICES: Mapping[str, Mapping[str, Text]] = {
    "partial": {
        "supplement": Text("补充评估未覆盖部分", "supplement for the part not covered"),
        "own_assessment": Text("单独编报", "an assessment of its own"),
    },
    "effect": {
        "waived": Text("免于办理", "waived"),
        "simplified": Text("简化办理", "simplified"),
        "registered": Text("改为登记", "registered"),
        "commitment": Text("告知承诺", "on commitment"),
    },
    "depth": {
        "equal_to_project_study": Text("与项目评估深度相当", "as deep as a project's own study"),
        "equal_to_park_planning_eia": Text("与园区规划环评相当", "as deep as the park's EIA"),
    },
    "block": {
        "open": Text("可用", "open"),
        "restricted": Text("受限", "restricted"),
        "closed": Text("不可用", "closed"),
    },
}
