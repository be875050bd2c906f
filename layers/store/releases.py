"""The log of what left the office: who gave out which version of which report, and when.

Rows are only added. A release is no change of the data: it makes no revision, so the same check
gives the same report before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from layers.store.database import Database


@dataclass(frozen=True, slots=True)
class Release:
    """One release. `version` is inside or outside, `number` None for a precheck."""

    at: datetime
    who: str
    version: str
    number: str | None
    digest: str
    site: str
    formats: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the release for JSON."""
        return {**asdict(self), "at": self.at.isoformat(), "formats": list(self.formats)}


class Releases:
    """The log, a table of the workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, release: Release) -> int:
        """Write a row; return its number in the log.

        Raises
        ------
        ValueError
            When the moment has no time zone.
        """
        if release.at.tzinfo is None:
            raise ValueError(f"moment {release.at.isoformat()} has no time zone")
        with self._database.writing() as write:
            rows = write.execute(
                "INSERT INTO releases (at, who, version, number, digest, site, formats)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING sequence",
                (
                    release.at.isoformat(),
                    release.who,
                    release.version,
                    release.number,
                    release.digest,
                    release.site,
                    ",".join(release.formats),
                ),
            )
            return int(rows[0][0])

    def holds(self, digest: str) -> bool:
        """Whether a report of this digest was given out before."""
        sql = "SELECT 1 FROM releases WHERE digest = ? LIMIT 1"
        return bool(self._database.rows(sql, (digest,)))

    def all(self) -> Sequence[Release]:
        """Return the log, oldest first."""
        rows = self._database.rows(
            "SELECT at, who, version, number, digest, site, formats FROM releases ORDER BY sequence"
        )
        return tuple(
            Release(
                datetime.fromisoformat(at),
                who,
                version,
                number,
                digest,
                site,
                tuple(formats.split(",")),
            )
            for at, who, version, number, digest, site, formats in rows
        )
