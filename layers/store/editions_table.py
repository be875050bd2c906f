"""Editions as rows of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import shapely

from gis.errors import LantuError, Text
from layers.editions import Edition
from layers.store.database import Database, Write
from layers.store.drafts import EditionDraft

_COLUMNS = (
    "revision, layer, key, part, currency, valid_from, valid_to, accuracy_m, accuracy_source,"
    " coverage, lost, incomplete, checksum, feature_count, file"
)


@dataclass(frozen=True, slots=True)
class KnownEditions:
    """All editions up to a revision by layer, oldest first."""

    revision: int = 0
    by_layer: Mapping[str, tuple[Edition, ...]] = field(default_factory=dict)

    def upto(self, database: Database, revision: int) -> KnownEditions:
        """Return those of a later revision; what is held already is not read again."""
        rows = database.rows(
            f"SELECT {_COLUMNS} FROM editions WHERE revision > ? AND revision <= ?"
            " ORDER BY revision",
            (self.revision, revision),
        )
        found = dict(self.by_layer)
        for edition in map(_edition, rows):
            found[edition.layer] = (*found.get(edition.layer, ()), edition)
        return KnownEditions(revision, found)


def _edition(row: Sequence[Any]) -> Edition:
    return Edition(
        revision=row[0],
        layer=row[1],
        key=row[2],
        part=row[3] or None,
        currency=date.fromisoformat(row[4]),
        valid_from=date.fromisoformat(row[5]),
        valid_to=date.fromisoformat(row[6]) if row[6] else None,
        accuracy_m=row[7],
        accuracy_source=row[8],
        coverage=shapely.from_wkb(row[9]),
        lost=shapely.from_wkb(row[10]) if row[10] else None,
        incomplete=bool(row[11]),
        checksum=row[12],
        feature_count=row[13],
        file=row[14],
    )


def insert(write: Write, draft: EditionDraft, *, file: str, mark: str, count: int) -> int:
    """Add an edition's row with its revision; return the revision."""
    revision = write.revise("publish", f"{draft.layer} {draft.id}", draft.published_at)
    write.execute(
        f"INSERT INTO editions ({_COLUMNS}, fingerprint, issue_log, published_at)"
        f" VALUES ({', '.join('?' * 18)})",
        (
            revision,
            draft.layer,
            draft.key,
            draft.part or "",
            draft.currency.isoformat(),
            draft.valid_from.isoformat(),
            draft.valid_to.isoformat() if draft.valid_to else None,
            draft.accuracy_m,
            draft.accuracy_source,
            shapely.to_wkb(draft.coverage),
            shapely.to_wkb(draft.lost) if draft.lost is not None else None,
            int(draft.incomplete),
            draft.checksum,
            count,
            file,
            mark,
            json.dumps(dict(draft.issue_log), ensure_ascii=False, default=str),
            draft.published_at.isoformat(),
        ),
    )
    return revision


def published_before(editions: Sequence[Edition], draft: EditionDraft) -> Edition | None:
    """The edition of this key and part when it is the same one; None when the key is free.

    Raises
    ------
    LantuError
        `edition_exists` when the key is taken by another file, or by the same file with other
        dates, accuracy or coverage: an edition is never rewritten.
    """
    for held in editions:
        if (held.key, held.part) != (draft.key, draft.part):
            continue
        differs = _difference(held, draft)
        if differs is None:
            return held
        raise LantuError(
            "edition_exists",
            Text(
                f"数据版本 {draft.layer} {draft.id} 已发布，{differs.zh}",
                f"Edition {draft.id} of {draft.layer} was published before; {differs.en}",
            ),
            Text(
                "数据版本不可改写，请换一个版本号（--edition）发布",
                "An edition is never rewritten: publish under another key (--edition)",
            ),
            where=f"{draft.layer} {draft.id}",
        )
    return None


def _difference(held: Edition, draft: EditionDraft) -> Text | None:
    if held.checksum != draft.checksum:
        return Text(
            f"文件不同（已有 {held.checksum[:12]}，现为 {draft.checksum[:12]}）",
            f"the file differs (there {held.checksum[:12]}, now {draft.checksum[:12]})",
        )
    for zh, name in (
        ("数据基准日", "currency"),
        ("生效日", "valid_from"),
        ("失效日", "valid_to"),
        ("精度", "accuracy_m"),
        ("精度来源", "accuracy_source"),
    ):
        there, now = getattr(held, name), getattr(draft, name)
        if there != now:
            return Text(
                f"{zh}不同（已有 {there}，现为 {now}）", f"{name} differs ({there}, now {now})"
            )
    if not shapely.equals(held.coverage, draft.coverage):
        return Text("数据覆盖范围不同", "its coverage differs")
    return None
