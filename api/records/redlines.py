"""The red lines of a project, version by version, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.records.tables import Project, SiteVersion
from gis.errors import LantuError, Note, Text
from gis.overlay import size, subtract
from gis.site import Site

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "preselection": Text("预选址", "preselection"),
        "survey": Text("勘测定界", "survey"),
        "parcel": Text("宗地", "parcel"),
        "setting_out": Text("放线", "setting out"),
        "completion": Text("竣工", "completion"),
    }
)
"""Kinds of red lines, in the order of a project's life."""


@dataclass(frozen=True, slots=True)
class RedLine:
    """What is said of a red line beside its shape. `document` is a digest in the documents."""

    kind: str
    surveyor: str = ""
    surveyed_on: date | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class RedLineDiff:
    """What one version has more and less than another, in the working CRS.

    `size` is an area in m², or a length in m for linear works.
    """

    added: BaseGeometry
    removed: BaseGeometry
    added_size: float
    removed_size: float


def add_version(
    session: Session,
    project: Project,
    site: Site,
    said: RedLine,
    *,
    at: datetime,
    by: int | None,
) -> SiteVersion:
    """Add a version; the very same shape and words as the newest one add nothing.

    Raises
    ------
    LantuError
        `unknown_kind`.
    """
    if said.kind not in KINDS:
        known = "、".join(f"{key}（{text.zh}）" for key, text in KINDS.items())
        raise LantuError(
            "unknown_kind",
            Text(f"没有红线类型“{said.kind}”", f"There is no kind of red line {said.kind!r}"),
            Text(f"可选：{known}", f"One of: {', '.join(KINDS)}"),
        )
    wkb = shapely.to_wkb(site.geometry)
    last = newest(session, project.id)
    day = said.surveyed_on.isoformat() if said.surveyed_on else None
    if last is not None and (last.wkb, last.kind, last.surveyor, last.surveyed_on) == (
        wkb, said.kind, said.surveyor, day,
    ):  # fmt: skip
        return last
    version = SiteVersion(
        project_id=project.id,
        no=(last.no if last else 0) + 1,
        kind=said.kind,
        name=site.name,
        crs=site.crs,
        wkb=wkb,
        area_m2=None if site.is_line else float(site.geometry.area),
        surveyor=said.surveyor,
        surveyed_on=day,
        document=said.document,
        notes=[note.as_dict() for note in site.notes],
        created_by=by,
        created_at=at.isoformat(),
    )
    session.add(version)
    project.version += 1
    project.changed_at = at.isoformat()
    session.flush()
    return version


def versions(session: Session, project_id: int) -> Sequence[SiteVersion]:
    """Return all versions, oldest first."""
    query = select(SiteVersion).where(SiteVersion.project_id == project_id).order_by(SiteVersion.no)
    return session.scalars(query).all()


def newest(session: Session, project_id: int) -> SiteVersion | None:
    """Return the newest version, None for a project without red line."""
    return session.scalar(
        select(SiteVersion)
        .where(SiteVersion.project_id == project_id)
        .order_by(SiteVersion.no.desc())
        .limit(1)
    )


def newest_of_all(session: Session) -> Mapping[int, SiteVersion]:
    """Return the newest version of every project that has one, by project."""
    last = (
        select(SiteVersion.project_id, func.max(SiteVersion.no).label("no"))
        .group_by(SiteVersion.project_id)
        .subquery()
    )
    query = select(SiteVersion).join(
        last, (SiteVersion.project_id == last.c.project_id) & (SiteVersion.no == last.c.no)
    )
    return {item.project_id: item for item in session.scalars(query)}


def site_of(version: SiteVersion) -> Site:
    """Return a version as the site that a check takes."""
    notes = tuple(Note(item["code"], Text(item["zh"], item["en"])) for item in version.notes)
    return Site(
        version.name,
        shapely.from_wkb(version.wkb),
        crs=version.crs,
        source_crs=version.crs,
        notes=notes,
    )


def diff(older: SiteVersion, newer: SiteVersion) -> RedLineDiff:
    """Return what `newer` has more and less than `older`.

    Raises
    ------
    LantuError
        `not_comparable` for an area against a line, or another working CRS.
    """
    before, after = shapely.from_wkb(older.wkb), shapely.from_wkb(newer.wkb)
    if older.crs != newer.crs or (older.area_m2 is None) != (newer.area_m2 is None):
        raise LantuError(
            "not_comparable",
            Text(
                f"第 {older.no} 版与第 {newer.no} 版不能比较：一为面、一为线，或坐标系不同",
                f"Versions {older.no} and {newer.no} cannot be compared: an area and a line, or "
                "two coordinate systems",
            ),
            Text("请选择同类的两个版本", "Choose two of the same kind"),
        )
    added, removed = subtract(after, before), subtract(before, after)
    return RedLineDiff(added, removed, size(added), size(removed))
