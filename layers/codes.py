"""Shipped code tables. Equal codes of two systems mean different things, so each names its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import Field, model_validator

from gis.errors import LantuError, Text
from layers.strict import Named, Strict, Title
from layers.yaml_file import load

_FOLDER = Path(__file__).parent / "codes"


class CodeTable(Strict):
    """Codes of one system, with named groups of them.

    `disputed` marks codes whose group the sources do not agree on: whoever judges by a group must
    say so. `ungrouped` are codes for which no source names a group.
    """

    name: str
    system: str
    title: Title
    codes: Mapping[str, Named]
    groups: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    disputed: Mapping[str, str] = Field(default_factory=dict)
    ungrouped: tuple[str, ...] = ()
    parents: Mapping[str, str] = Field(default_factory=dict)
    note: str | None = None

    def judged(self) -> dict[str, Title]:
        """Codes that a layer may hold as its class.

        Where the table has groups, a code that no source puts into one is no class: it would
        count as "all but" every group. Ingest reports it as unknown.
        """
        return {code: title for code, title in self.codes.items() if code not in self.ungrouped}

    @model_validator(mode="after")
    def _known(self) -> CodeTable:
        named = {code for group in self.groups.values() for code in group}
        named |= set(self.disputed) | set(self.ungrouped)
        named |= set(self.parents) | set(self.parents.values())
        strange = sorted(named - set(self.codes))
        if strange:
            raise ValueError(
                Text(f"代码 {strange} 不在表中", f"codes {strange} are not in the table")
            )
        return self


class CodeMapping(Strict):
    """Codes of one system brought to another; several targets: a person chooses."""

    name: str
    source: str
    target: str
    title: Title
    codes: Mapping[str, str | None]
    note: str | None = None


def code_tables() -> tuple[str, ...]:
    """Names of the shipped code tables, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml") if "_to_" not in path.stem))


@lru_cache(maxsize=16)
def code_table(name: str) -> CodeTable:
    """Return a shipped code table.

    Raises
    ------
    LantuError
        `unknown_code_table`, with the names there are.
    """
    if name not in code_tables():
        known = ", ".join(code_tables())
        raise LantuError(
            "unknown_code_table",
            Text(f"没有代码表“{name}”", f"There is no code table {name!r}"),
            Text(f"可用的代码表：{known}", f"Code tables there are: {known}"),
        )
    return load(CodeTable, _FOLDER / f"{name}.yaml")


@lru_cache(maxsize=4)
def code_mapping(name: str) -> CodeMapping:
    """Return a shipped mapping between two code systems; its file is part of the program."""
    return load(CodeMapping, _FOLDER / f"{name}.yaml")
