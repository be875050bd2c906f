"""Open or make a workspace by its place: a folder, or the URL of a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shapely.geometry.base import BaseGeometry

from layers.places import Place, is_url
from layers.store.database import HEAD

if TYPE_CHECKING:
    from layers.store.workspace import Workspace


def open_workspace(place: Place) -> Workspace:
    """Open a workspace.

    Parameters
    ----------
    place
        A folder, or `postgresql://[user[:password]@]host[:port]/database`.

    Raises
    ------
    LantuError
        `no_workspace`, `workspace_version`, `workspace_unreadable`; for a database also
        `bad_workspace_url`, `workspace_unreachable`.
    """
    if is_url(place):
        from layers.store.postgis import Workspace as DatabaseWorkspace

        return DatabaseWorkspace.open(str(place))
    from layers.store.embedded import Workspace as FolderWorkspace

    return FolderWorkspace.open(Path(place))


def create_workspace(
    place: Place, *, crs: str, area: BaseGeometry, at: datetime, packs: Iterable[str] = ()
) -> Workspace:
    """Make a workspace in a new or empty folder, or in a database without one.

    Parameters
    ----------
    place
        As for `open_workspace`.
    crs
        Working CRS: projected, in metres.
    area
        Area of the workspace in the working CRS; not empty.
    at
        The moment, read by the caller.
    packs
        Names of the rule packs in force.

    Raises
    ------
    LantuError
        `workspace_exists`, `unknown_crs`, `working_crs_not_metric`, `empty_area`; for a database
        also `postgis_missing`, `bad_workspace_url`, `workspace_unreachable`.
    """
    if is_url(place):
        from layers.store.postgis import Workspace as DatabaseWorkspace

        return DatabaseWorkspace.create(str(place), crs=crs, area=area, at=at, packs=packs)
    from layers.store.embedded import Workspace as FolderWorkspace

    return FolderWorkspace.create(Path(place), crs=crs, area=area, at=at, packs=packs)


def upgrade_workspace(place: Place) -> tuple[str, str]:
    """Bring the tables of an older workspace to what this program needs.

    A folder's catalogue is also brought up when it is opened; a database only by this act, since
    other servers may still run the older program on it.

    Returns
    -------
    The versions before and after; the same where there was nothing to do.

    Raises
    ------
    LantuError
        As `open_workspace` does.
    """
    if is_url(place):
        from layers.store.postgis import upgrade_database

        return upgrade_database(str(place))
    from layers.store.embedded import Workspace as FolderWorkspace

    before = FolderWorkspace.version(Path(place))
    FolderWorkspace.open(Path(place)).close()
    return before, HEAD
