"""Copy a whole workspace to another place, of either kind: backup, restore, move.

The copy has the same revisions, and gives the same reports byte for byte.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from layers.editions import Edition
from layers.places import Place, is_url
from layers.store.drafts import Payload
from layers.store.opening import open_workspace

if TYPE_CHECKING:
    from layers.store.receiving import Receiver
    from layers.store.workspace import Workspace


def copy_workspace(source: Workspace, place: Place) -> Workspace:
    """Copy everything up to the newest revision into a new workspace.

    The source may be in use: what is written meanwhile is not part of the copy. All of the copy is
    made or nothing. Each edition is held in memory while it is copied.

    Parameters
    ----------
    source
        An open workspace.
    place
        A new or empty folder, or the address of a database without a workspace.

    Returns
    -------
    The copy, open.

    Raises
    ------
    LantuError
        As `create_workspace`; `layer_unreadable` where an edition of the source is broken.
    """
    revision = source.revision
    with _receiving(place, source.crs) as target:
        for digest in source.document_digests():
            target.document(source.document(digest))
        for pack in source.shelf.places():
            target.pack(pack, source.shelf.folder(pack))
        for name, value in source.local_grids().items():
            target.secret(name, value)
        _copy_rows(source, target, revision)
    return open_workspace(place)


def _receiving(place: Place, crs: str) -> AbstractContextManager[Receiver]:
    if is_url(place):
        from layers.store.postgis_receiving import receiving as into_database

        return into_database(str(place), crs)
    from layers.store.receiving import receiving as into_folder

    return into_folder(place, crs)


def _copy_rows(source: Workspace, target: Receiver, revision: int) -> None:
    """Copy all tables; an edition's row tells where its features or its raster lie in the copy."""
    from layers.store.tables import metadata

    held = {edition.revision: edition for edition in source.all_editions()}
    for table in metadata.sorted_tables:
        names = [column.name for column in table.columns]
        limit = " WHERE revision <= ?" if "revision" in names else ""
        rows = source.database.rows(
            f"SELECT {', '.join(names)} FROM {table.name}{limit}", (revision,) if limit else ()
        )
        insert = (
            f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        )
        for row in rows:
            values = dict(zip(names, row, strict=True))
            if table.name == "editions":
                edition = held[values["revision"]]
                file, mark = target.edition(values, _payload(source, edition))
                values |= {"file": file, "fingerprint": mark}
            target.write.execute(insert, list(values.values()))


def _payload(source: Workspace, edition: Edition) -> Payload:
    is_raster = source.specs()[edition.layer].geometry == "raster"
    return source.raster(edition) if is_raster else source.whole(edition)
