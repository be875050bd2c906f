"""Map tiles drawn by PostGIS itself: features leave the database encoded."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from layers.store.columns import Column
from layers.store.feature_pages import StoredTile, TileOrder

_QUERY = """
WITH there AS MATERIALIZED (
    SELECT id, greatest(ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom)) AS size
    FROM features
    WHERE feature_set = %(set)s
        AND geom && ST_MakeEnvelope(%(x0)s, %(y0)s, %(x1)s, %(y1)s, %(srid)s)
), shown AS MATERIALIZED (
    SELECT id FROM there WHERE size >= %(least)s OR size <= %(point)s
    ORDER BY size DESC, hashint4(id) LIMIT %(most)s
), drawn AS (
    SELECT f.id AS fid, f.id, f.class, f.fields ->> %(name)s AS name,
        ST_AsMVTGeom(
            ST_Transform(ST_ClipByBox2D(
                f.geom, ST_MakeEnvelope(%(x0)s, %(y0)s, %(x1)s, %(y1)s, %(srid)s)), 3857),
            ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857),
            %(extent)s, %(margin)s, true) AS geom
    FROM features f JOIN shown USING (id) WHERE f.feature_set = %(set)s ORDER BY f.id
)
SELECT (SELECT ST_AsMVT(drawn, %(layer)s, %(extent)s, 'geom', 'fid') FROM drawn
        WHERE geom IS NOT NULL),
    (SELECT count(*) FROM shown), (SELECT count(*) FROM there)
"""


def read_tile(
    connection: Connection,
    source: tuple[str, int],
    columns: Sequence[Column],
    order: TileOrder,
    srid: int,
) -> StoredTile:
    """Return a tile of a set of features; `source` is the layer and the number of the set."""
    layer, number = source
    x0, y0, x1, y1 = map(float, order.box)
    west, south, east, north = map(float, order.bounds)
    name = next((column.name for column in columns if column.field == "name"), "")
    values = {
        "layer": layer, "set": number, "name": name, "srid": srid, "most": order.most,
        "x0": x0, "y0": y0, "x1": x1, "y1": y1,
        "west": west, "south": south, "east": east, "north": north,
        "extent": order.extent, "margin": order.margin,
        "least": order.min_size, "point": order.point_size,
    }  # fmt: skip
    data, shown, there = connection.exec_driver_sql(_QUERY, values).one()
    return StoredTile(bytes(data or b""), int(shown), int(there))
