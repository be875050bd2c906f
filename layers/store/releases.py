"""The log of what left the office: who gave out which version of which report, and when.

Rows are only added. A release is no change of the data: it makes no revision, so the same check
gives the same report before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from layers.store.catalogue import Catalogue

_TABLE = """CREATE TABLE IF NOT EXISTS releases (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL,
    version TEXT NOT NULL, number TEXT, digest TEXT NOT NULL, site TEXT NOT NULL,
    formats TEXT NOT NULL)"""


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
    """The log, in the workspace's catalogue; the table is made with its first row."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def add(self, release: Release) -> int:
        """Write a row; return its number in the log.

        Raises
        ------
        ValueError
            When the moment has no time zone.
        """
        if release.at.tzinfo is None:
            raise ValueError(f"moment {release.at.isoformat()} has no time zone")
        with self._catalogue.writing() as write:
            write.execute(_TABLE)
            cursor = write.execute(
                "INSERT INTO releases (at, who, version, number, digest, site, formats)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
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
            return int(cursor.lastrowid or 0)

    def all(self) -> Sequence[Release]:
        """Return the log, oldest first."""
        if not self._catalogue.rows("SELECT 1 FROM sqlite_master WHERE name = 'releases'"):
            return ()
        rows = self._catalogue.rows(
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
