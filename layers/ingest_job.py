"""One publish: what is asked, of whom, and the draft that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.crs import parse_crs
from gis.local_grid import LocalGrid
from gis.once import once
from layers.catalog import LayerSpec
from layers.editions import Edition
from layers.issue_log import IssueLog
from layers.readers_files import checksum
from layers.store import EditionDraft
from layers.store.drafts import Payload

Progress = Callable[[int, int, str], None]
_STEPS = (
    "读取 read",
    "图形 geometry",
    "检查 checks",
    "属性 attributes",
    "覆盖范围 coverage",
    "写入 write",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOptions:
    """What the publisher says of an edition; the options of `lantu publish`.

    Attributes
    ----------
    coverage
        `workspace`, `features`, or the path of a file of polygons.
    valid_from
        None: the currency date.
    crs
        Goes before what the file states; `local:NAME` names a local grid of the workspace.
    at
        The moment, with a time zone, read by the door.
    progress
        Called with (steps done, steps in all, name of the next step).
    """

    edition: str
    currency: date
    coverage: str | Path
    accuracy_m: float
    at: datetime
    valid_from: date | None = None
    valid_to: date | None = None
    accuracy_source: str | None = None
    part: str | None = None
    table: str | None = None
    crs: str | None = None
    class_field: str | None = None
    accept_repair: bool = False
    accept_loss: bool = False
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class PublishResult:
    """A published edition and its issue log, ready for JSON."""

    edition: Edition
    log: Mapping[str, object]


class Publisher(Protocol):
    """What ingest asks of a workspace."""

    @property
    def crs(self) -> str:
        """Working CRS."""
        ...

    @property
    def area(self) -> BaseGeometry:
        """Area in the working CRS."""
        ...

    def specs(self) -> Mapping[str, LayerSpec]:
        """All layers known."""
        ...

    def editions(self, layer: str) -> Sequence[Edition]:
        """All editions of a layer."""
        ...

    def publish(self, draft: EditionDraft, payload: Payload) -> Edition:
        """Publish atomically."""
        ...

    def issue_log(self, edition: Edition) -> dict[str, object]:
        """The stored log of an edition."""
        ...

    def local_grids(self) -> dict[str, dict[str, object]]:
        """Parameters of local grids by name."""
        ...


@dataclass(frozen=True)
class Job:
    """One call of `publish`: where, which layer, which file, and the publisher's word."""

    workspace: Publisher
    spec: LayerSpec
    file: Path
    options: PublishOptions
    coverage: str | Path

    @once
    def checksum(self) -> str:
        """SHA-256 of the source."""
        return checksum(self.file)

    @once
    def asked(self) -> dict[str, object]:
        """Return the publisher's word, ready for JSON: the same again is done already."""
        options = self.options
        kept = self.coverage if isinstance(self.coverage, str) else _file_word(self.coverage)
        return {
            "currency": options.currency.isoformat(),
            "valid_from": (options.valid_from or options.currency).isoformat(),
            "valid_to": options.valid_to.isoformat() if options.valid_to else None,
            "coverage": kept,
            "accuracy_m": options.accuracy_m,
            "accuracy_source": options.accuracy_source,
            "table": options.table,
            "crs": options.crs,
            "class_field": options.class_field,
        }

    @once
    def target(self) -> CRS:
        """The working CRS."""
        return parse_crs(self.workspace.crs)

    @once
    def grids(self) -> Mapping[str, LocalGrid]:
        """Local grids of the workspace."""
        return {
            name: LocalGrid.from_dict({"name": name, **values})
            for name, values in self.workspace.local_grids().items()
        }

    def log(self) -> IssueLog:
        """Return an empty log."""
        source: dict[str, object] = {"file": self.file.name, "asked": self.asked}
        return IssueLog(self.spec.key, self.options.edition, self.options.part, source)

    def step(self, number: int) -> None:
        """Tell how far the work is."""
        if self.options.progress is not None:
            label = _STEPS[number] if number < len(_STEPS) else "完成 done"
            self.options.progress(number, len(_STEPS), label)

    def draft(
        self,
        log: IssueLog,
        coverage: BaseGeometry,
        added_accuracy_m: float,
        *,
        lost: BaseGeometry | None = None,
        incomplete: bool = False,
    ) -> EditionDraft:
        """Return the description of the edition."""
        options = self.options
        return EditionDraft(
            layer=self.spec.key,
            key=options.edition,
            part=options.part,
            currency=options.currency,
            valid_from=options.valid_from or options.currency,
            valid_to=options.valid_to,
            accuracy_m=options.accuracy_m + added_accuracy_m,
            accuracy_source=options.accuracy_source,
            coverage=coverage,
            checksum=self.checksum,
            published_at=options.at,
            lost=lost,
            incomplete=incomplete,
            issue_log=log.as_dict(),
        )


def _file_word(path: Path) -> str:
    return f"{path.name} {checksum(path)}" if path.exists() else path.name
