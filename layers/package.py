"""Many layers of one disk or geodatabase, published by one mapping file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from pydantic import Field, model_validator

from gis.errors import LantuError, Text
from layers.ingest import Publisher, PublishOptions, PublishResult, publish
from layers.strict import Strict
from layers.yaml_file import load

Progress = Callable[[int, int, str], None]


class Defaults(Strict):
    """What holds for every layer of the package that does not say otherwise."""

    edition: str | None = None
    currency: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    coverage: str | None = None
    accuracy: float | None = Field(default=None, ge=0)
    accuracy_source: str | None = None
    part: str | None = None
    crs: str | None = None
    accept_repair: bool = False
    accept_loss: bool = False


class Entry(Strict):
    """One layer of the package: its key here, its file or table, and what differs."""

    layer: str
    file: str | None = None
    table: str | None = None
    class_field: str | None = None
    edition: str | None = None
    currency: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    coverage: str | None = None
    accuracy: float | None = Field(default=None, ge=0)
    accuracy_source: str | None = None
    part: str | None = None
    crs: str | None = None
    accept_repair: bool | None = None
    accept_loss: bool | None = None


class Mapping(Strict):
    """A mapping file: `source` (folder, geodatabase or archive), `defaults`, `layers`."""

    source: str | None = None
    defaults: Defaults = Defaults()
    layers: tuple[Entry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sources(self) -> Mapping:
        for number, entry in enumerate(self.layers, 1):
            if entry.file is None and self.source is None:
                raise ValueError(
                    Text(
                        f"第 {number} 个图层 {entry.layer} 没有 file，也没有总的 source",
                        f"layer {number}, {entry.layer}, names no file and there is no source",
                    )
                )
        return self


def publish_package(
    workspace: Publisher, mapping: Path, *, at: datetime, progress: Progress | None = None
) -> list[PublishResult | LantuError]:
    """Publish the layers of a mapping file, in its order; a refused one stops no other.

    Parameters
    ----------
    workspace
        Where to publish.
    mapping
        The mapping file; its paths count from its own folder.
    at
        The moment, read by the door.
    progress
        Called with (layers done, layers in all, key of the next).

    Returns
    -------
    For each layer of the mapping the result, or why it was refused (`where`: its key).

    Raises
    ------
    LantuError
        `bad_file` when the mapping itself cannot be read.
    """
    wanted = load(Mapping, mapping)
    results: list[PublishResult | LantuError] = []
    for number, entry in enumerate(wanted.layers):
        if progress is not None:
            progress(number, len(wanted.layers), entry.layer)
        try:
            file, options = _options(wanted, entry, mapping.parent, at)
            spec = workspace.specs().get(entry.layer)
            if options.table is None and spec is not None and spec.tables:
                options = replace(options, table=standard_table(file, spec.tables))
            results.append(publish(workspace, entry.layer, file, options))
        except LantuError as error:
            results.append(error.at(entry.layer) if error.where != entry.layer else error)
    if progress is not None:
        progress(len(wanted.layers), len(wanted.layers), "完成 done")
    return results


def standard_table(file: Path, tables: Sequence[str]) -> str | None:
    """Return the first of a layer's standard tables that a source of several tables holds."""
    from layers.readers import table_names

    names = table_names(file) if file.exists() else []
    if len(names) < 2:
        return None
    folded = {name.casefold(): name for name in names}
    return next((folded[t.casefold()] for t in tables if t.casefold() in folded), None)


def _options(
    wanted: Mapping, entry: Entry, folder: Path, at: datetime
) -> tuple[Path, PublishOptions]:
    """The file and the options of one layer; its own words go before the defaults."""
    own = entry.model_dump()
    for key, value in wanted.defaults.model_dump().items():
        if own[key] is None:
            own[key] = value
    missing = [k for k in ("edition", "currency", "coverage", "accuracy") if own[k] is None]
    if missing:
        raise LantuError(
            "bad_file",
            Text(
                f"映射文件没有写明图层 {entry.layer} 的 {'、'.join(missing)}",
                f"The mapping does not state {', '.join(missing)} of {entry.layer}",
            ),
            Text("请写在该图层下或 defaults 中", "State it under the layer or under defaults"),
        )
    coverage: str | Path = own["coverage"]
    if coverage not in {"workspace", "features"}:
        coverage = folder / str(coverage)
    options = PublishOptions(
        edition=own["edition"],
        currency=own["currency"],
        coverage=coverage,
        accuracy_m=own["accuracy"],
        at=at,
    )
    rest = ("valid_from", "valid_to", "accuracy_source", "part", "table", "crs", "class_field",
            "accept_repair", "accept_loss")  # fmt: skip
    options = replace(options, **{key: own[key] for key in rest})
    return _file_of(wanted, entry, folder), options


def _file_of(wanted: Mapping, entry: Entry, folder: Path) -> Path:
    source = folder / wanted.source if wanted.source is not None else folder
    if entry.file is None:
        return source
    return source / entry.file if source.is_dir() or wanted.source is None else folder / entry.file
