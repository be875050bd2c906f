"""`LayerSpec`: one declaration of a layer drives ingest checks, forms, docs and reports."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from gis.errors import Text

Theme = Literal[
    "control_line",
    "plan",
    "present_state",
    "approval",
    "safety",
    "survey_object",
    "utility",
    "context",
]
GeometryKind = Literal["polygon", "line", "point", "raster"]


class Strict(BaseModel):
    """A frozen value read from a file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(Strict):
    """A title in both languages."""

    zh: str
    en: str

    def text(self) -> Text:
        """Return the same as a `Text`."""
        return Text(self.zh, self.en)


class ClassField(Strict):
    """Which field of the source holds the class, under which other names, with which codes.

    `codes` maps each code to its name; None: the codes are free. `system` names the code
    system (DLBM, YDYHFLDM ...): equal codes of two systems mean different things. `raw` maps a
    word of the source ("核心保护区内") to a code. `groups` maps a group name to its codes.
    """

    name: str
    aliases: tuple[str, ...] = ()
    codes: dict[str, Title] | None = None
    system: str | None = None
    raw: dict[str, str] = {}
    groups: dict[str, tuple[str, ...]] = {}


class Attribute(Strict):
    """One attribute of the features: its key here, its names in sources, type and unit."""

    key: str
    name: Title
    aliases: tuple[str, ...] = ()
    type: Literal["string", "enum", "number", "boolean", "date", "list"] = "string"
    unit: str | None = None


class LayerSpec(Strict):
    """A kind of spatial fact, as declared by a `layer.yaml` (CONTRACTS section 3)."""

    key: str
    title: Title
    theme: Theme
    geometry: GeometryKind
    authority: str
    class_field: ClassField | None = None
    attributes: tuple[Attribute, ...] = ()
    report_fields: tuple[str, ...] = ()
    offset_field: str | None = None
    legal_status: Literal["statutory", "administrative", "reference"] = "reference"
    confidential: bool = False
    exhaustive: bool = True
    tiles: bool = False
    freshness_days: int | None = None
    note: str | None = None
