"""`LayerSpec`: one declaration of a layer drives ingest checks, forms, docs and reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from gis.errors import LantuError, Text
from layers.codes import code_table
from layers.strict import Named, Strict, Title
from layers.yaml_file import load, load_text

__all__ = [
    "Attribute",
    "ClassField",
    "GeometryKind",
    "LayerSpec",
    "Strict",
    "Theme",
    "Title",
    "load_spec",
    "load_spec_text",
    "shipped_specs",
]

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

_FOLDER = Path(__file__).parent / "specs"


class ClassField(Strict):
    """Which field of the source holds the class, under which other names, with which codes.

    `codes` maps each code to its name; None: the codes are free. In a file it may also be the
    name of a shipped code table, or a list of codes. `system` names the code system (DLBM,
    YDYHFLDM ...): equal codes of two systems mean different things. `raw` maps a word of the
    source ("核心保护区内") to a code. `groups` maps a group name to its codes; `disputed` says of
    a code why its group is doubtful.
    """

    name: str
    aliases: tuple[str, ...] = ()
    codes: dict[str, Named] | None = None
    system: str | None = None
    raw: dict[str, str] = Field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    disputed: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _open_codes(cls, value: Any) -> Any:  # any file content; pydantic judges it
        """Bring the four forms of `codes` to one."""
        if not isinstance(value, dict):
            return value
        codes = value.get("codes")
        if isinstance(codes, str):
            try:
                table = code_table(codes)
            except LantuError as error:
                raise ValueError(
                    Text(
                        f"{error.fact.zh}（{error.hint.zh}）", f"{error.fact.en} ({error.hint.en})"
                    )
                ) from error
            return {
                **value,
                "codes": table.judged(),
                "system": table.system,
                "groups": {**table.groups, **(value.get("groups") or {})},
                "disputed": dict(table.disputed),
            }
        if isinstance(codes, list):
            return {**value, "codes": {str(code): code for code in codes}}
        return value

    @model_validator(mode="after")
    def _known(self) -> ClassField:
        """Groups and words of the source must name codes that there are."""
        if self.codes is None:
            return self
        named = {code for group in self.groups.values() for code in group} | set(self.raw.values())
        strange = sorted(named - set(self.codes))
        if strange:
            raise ValueError(Text(f"代码 {strange} 未在 codes 中", f"{strange} are not in codes"))
        return self

    def code_of(self, value: str) -> str | None:
        """Return the code for a value of the source; None: it is none that is known.

        A code stands for itself; else a word of `raw`, else a name in Chinese or English. With
        free codes every text is its own code.
        """
        word = value.strip()
        if self.codes is None or word in self.codes:
            return self.raw.get(word, word)
        if word in self.raw:
            return self.raw[word]
        named = [code for code, title in self.codes.items() if word in (title.zh, title.en)]
        return named[0] if len(named) == 1 else None


class Attribute(Strict):
    """One attribute of the features: its key here, its names in sources, type and unit.

    `codes` lists the values of an `enum`, where they are known.
    """

    key: str
    name: Named
    aliases: tuple[str, ...] = ()
    type: Literal["string", "enum", "number", "boolean", "date", "list"] = "string"
    unit: str | None = None
    codes: dict[str, Named] | None = None


class LayerSpec(Strict):
    """A kind of spatial fact, as declared by a `layer.yaml` (CONTRACTS section 3).

    `tables` are the names of its table in standard databases (DLTB ...); `offset_field` is the
    attribute that tells how far a line's edge lies from its centreline.
    """

    key: str
    title: Title
    theme: Theme
    geometry: GeometryKind
    authority: str
    tables: tuple[str, ...] = ()
    class_field: ClassField | None = None
    attributes: tuple[Attribute, ...] = ()
    report_fields: tuple[str, ...] = ()
    offset_field: str | None = None
    legal_status: Literal["statutory", "administrative", "reference"] = "reference"
    confidential: bool = False
    exhaustive: bool = True
    tiles: bool = False
    freshness_days: int | None = Field(default=None, ge=0)
    note: str | None = None

    @field_validator("key")
    @classmethod
    def _printable(cls, value: str) -> str:
        if not value.strip() or value != value.strip() or not value.isprintable():
            raise ValueError(
                Text("图层键不得为空，也不得含控制字符", "a key must be printable text")
            )
        return value

    @model_validator(mode="after")
    def _keys_once(self) -> LayerSpec:
        keys = [attribute.key for attribute in self.attributes]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(
                Text(f"属性键重复：{twice}", f"attribute keys appear more than once: {twice}")
            )
        return self


def load_spec(path: Path) -> LayerSpec:
    """Read a `layer.yaml`.

    A workspace's own spec for a shipped key is allowed and goes before it: an office may declare
    its own field names and codes. An edited spec of a workspace is a new revision.

    Raises
    ------
    LantuError
        `file_not_found`, `bad_file` with line, key path and value.
    """
    return load(LayerSpec, path)


def load_spec_text(text: str, where: str) -> LayerSpec:
    """Read the text of a `layer.yaml`; faults as `load_spec`."""
    return load_text(LayerSpec, text, where)


class _ShippedSpecs(Mapping[str, LayerSpec]):
    """Shipped specs by key; keys are file names, a file is read when its key is asked for."""

    def __init__(self) -> None:
        self._paths = {path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))}
        self._read: dict[str, LayerSpec] = {}

    def __getitem__(self, key: str) -> LayerSpec:
        if key not in self._read:
            self._read[key] = load_spec(self._paths[key])
        return self._read[key]

    def __contains__(self, key: object) -> bool:
        return key in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


@lru_cache(maxsize=1)
def shipped_specs() -> Mapping[str, LayerSpec]:
    """Specs of all standard layers, read one by one as they are needed."""
    return _ShippedSpecs()


def over_shipped(spec: LayerSpec) -> LayerSpec:
    """Complete an office's declaration of a standard layer with what it leaves out.

    The office's own words win. Attributes and report fields that it does not name are those of
    the shipped declaration: otherwise the rules of the packs would find nothing to read.
    """
    shipped = shipped_specs().get(spec.key)
    if shipped is None:
        return spec
    update: dict[str, object] = {}
    if not spec.attributes:
        update["attributes"] = shipped.attributes
    if not spec.report_fields:
        update["report_fields"] = shipped.report_fields
    return spec.model_copy(update=update) if update else spec
