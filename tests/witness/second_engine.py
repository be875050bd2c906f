"""The same questions to PostGIS and to us: areas, lengths, counts and hits of sites on layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import psycopg
import shapely
from shapely.geometry.base import BaseGeometry

from checks.facts import Project, fact_specs
from checks.rule import Basis, Leaf, Number, Pack, Rule, Rulebook, Say, Scenario
from checks.screening import screen
from gis.errors import Text
from gis.site import Site
from layers.editions import pick
from layers.store import LayerStore

_EVERYTHING = (-1e9, -1e9, 1e9, 1e9)
_PART = 1 << 40
_NAME = Text("旁证", "witness")


@dataclass(frozen=True, slots=True)
class Measure:
    """What one engine says about one layer under one site; None: does not apply."""

    hit: bool
    area_m2: float | None
    length_m: float | None
    count: int
    distance_m: float | None = None


Measures = dict[str, Measure]
"""Measures by layer key."""


def vector_layers(store: LayerStore, as_of: date) -> dict[str, str]:
    """Keys of the layers with an edition on the day, and their geometry kind."""
    specs = store.specs()
    return {
        key: specs[key].geometry
        for key in specs
        if specs[key].geometry != "raster" and pick(store.editions(key), as_of=as_of, known_at=None)
    }


# --- ours ----------------------------------------------------------------------------------------


FAR_M = 100.0
"""Distance asked of every layer: what is farther away is no hit."""

_TESTS: dict[str, Callable[[str], Leaf]] = {
    "overlap": lambda layer: Leaf("overlaps", layer),
    "outside": lambda layer: Leaf("outside", layer),
    "distance": lambda layer: Leaf("within_distance", layer, {"distance_m": Number(FAR_M)}),
}


def rulebook_of(question: str, layers: Sequence[str]) -> Rulebook:
    """One rule a layer: is it overlapped, is something outside, is it near? No tolerance."""
    rules = {
        layer: Rule(
            code=layer,
            title=_NAME,
            layer=layer,
            test=_TESTS[question](layer),
            severity="notice",
            verdict_family="involve",
            basis=(Basis("旁证", None, None, None, "internal", "prohibition"),),
            say=Say(_NAME, _NAME, _NAME),
            authority="旁证",
            pack="witness",
        )
        for layer in layers
    }
    scenario = Scenario(key="witness", title=_NAME, pack="witness", rules=tuple(layers))
    return Rulebook(
        packs=(Pack("witness", "", (), "internal", "0"),),
        rules=rules,
        scenarios={"witness": scenario},
        facts=fact_specs(),
        digest="0",
    )


def ask_us(
    store: LayerStore,
    sites: Mapping[int, BaseGeometry],
    as_of: date,
    question: str = "overlap",
) -> dict[int, Measures]:
    """Measures of every site through `screen`, the function behind `lantu check`."""
    layers = vector_layers(store, as_of)
    rulebook = rulebook_of(question, list(layers))
    answers = {}
    for number, geometry in sites.items():
        report = screen(
            Site(str(number), geometry, crs=store.crs, source_crs=store.crs),
            project=Project(code=None, name=None, facts={}),
            scenario=rulebook.scenarios["witness"],
            rulebook=rulebook,
            store=store,
            as_of=as_of,
            confidential=True,
        )
        answers[number] = {finding["code"]: _ours(finding) for finding in report.data["findings"]}
    return answers


def _ours(finding: Mapping[str, Any]) -> Measure:
    measures = finding["measures"]
    return Measure(
        hit=finding["state"] == "affected",
        area_m2=measures["area_m2"],
        length_m=measures["length_m"],
        count=measures["count"] or 0,
        distance_m=measures["distance_m"],
    )


# --- PostGIS -------------------------------------------------------------------------------------


def load(dsn: str, store: LayerStore, sites: Mapping[int, BaseGeometry], as_of: date) -> None:
    """Hand layers and sites over, geometry as it is in the working CRS.

    Both are moved by the same whole number of metres, which changes no digit of a coordinate:
    seven digits before the point leave seams of 1e-12 m between neighbours, and at such a seam
    the intersection of GEOS 3.11, on which PostGIS rests, comes back empty.
    """
    shift = np.floor(np.asarray(store.area.centroid.coords[0]))

    def wkb(geometries: Any) -> Any:
        return shapely.to_wkb(shapely.transform(geometries, lambda xy: xy - shift), hex=True)

    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE pieces (layer text, kind text, feature bigint, geom geometry)"
        )
        connection.execute("CREATE TABLE sites (n int PRIMARY KEY, geom geometry)")
        with connection.cursor() as cursor:
            with cursor.copy("COPY pieces FROM STDIN") as copy:
                for row in _pieces(store, as_of, wkb):
                    copy.write_row(row)
            with cursor.copy("COPY sites FROM STDIN") as copy:
                for number, geometry in sites.items():
                    copy.write_row((number, wkb(geometry)))
        connection.execute("CREATE INDEX ON pieces USING gist (geom)")
        connection.execute("ANALYZE")


def _pieces(
    store: LayerStore, as_of: date, wkb: Callable[[Any], Any]
) -> Iterator[tuple[str, str, int, str]]:
    for layer, kind in vector_layers(store, as_of).items():
        for part, edition in enumerate(pick(store.editions(layer), as_of=as_of, known_at=None)):
            found = store.read(edition, _EVERYTHING)
            for feature, text in zip(found.ids, wkb(found.geometries), strict=True):
                yield layer, kind, part * _PART + int(feature), text


_ASK = """
WITH met AS (
    SELECT s.n, p.layer, p.kind, p.feature, s.geom AS site, p.geom,
           CASE WHEN ST_Dimension(s.geom) = 1 OR p.kind = 'line' THEN 2 ELSE 3 END AS wanted,
           ST_Dimension(s.geom) = 1 AND p.kind = 'line' AS crossed -- a point of contact is enough
    FROM sites s JOIN pieces p ON ST_Intersects(s.geom, p.geom)
),
features AS (
    SELECT n, layer, feature,
           sum(ST_Area(ST_CollectionExtract(ST_Intersection(site, geom), 3))) AS area,
           sum(ST_Length(ST_CollectionExtract(ST_Intersection(site, geom), 2))) AS length
    FROM met WHERE kind <> 'point' GROUP BY n, layer, feature
),
counts AS (
    SELECT m.n, m.layer, count(DISTINCT f.feature) AS found
    FROM (SELECT DISTINCT n, layer, wanted, crossed FROM met WHERE kind <> 'point') m
    LEFT JOIN features f ON f.n = m.n AND f.layer = m.layer
         AND CASE WHEN m.crossed THEN true WHEN m.wanted = 3 THEN f.area > 1e-4
                  ELSE f.length > 1e-3 END
    GROUP BY m.n, m.layer
),
shapes AS (
    SELECT n, layer, wanted, crossed,
           ST_CollectionExtract(ST_Intersection(site, ST_Union(geom)), wanted) AS shape
    FROM met WHERE kind <> 'point' GROUP BY n, layer, wanted, crossed, site
),
kept AS (
    SELECT s.n, s.layer, coalesce(sum(ST_Area(d.geom)), 0) AS rest
    FROM shapes s, ST_Dump(s.shape) d
    WHERE s.wanted = 3 AND NOT ST_IsEmpty(ST_Buffer(d.geom, -0.001, 'join=mitre'))
    GROUP BY s.n, s.layer
)
SELECT s.n, s.layer, s.wanted, ST_Area(s.shape), ST_Length(s.shape), c.found,
       CASE WHEN s.crossed THEN true WHEN s.wanted = 3 THEN coalesce(k.rest, 0) > 1e-4
            ELSE ST_Length(s.shape) > 1e-3 END
FROM shapes s JOIN counts c USING (n, layer) LEFT JOIN kept k USING (n, layer)
UNION ALL
SELECT n, layer, 1, 0, 0, count(DISTINCT feature), true
FROM met WHERE kind = 'point' GROUP BY n, layer
"""


def ask_postgis(dsn: str) -> dict[int, Measures]:
    """Measures of every site on every layer it meets."""
    answers: dict[int, Measures] = {}
    with psycopg.connect(dsn) as connection:
        for n, layer, wanted, area, length, count, hit in connection.execute(_ASK):
            answers.setdefault(n, {})[layer] = Measure(
                hit=hit,
                area_m2=area if wanted == 3 else None,
                length_m=length if wanted == 2 else None,
                count=count,
            )
    return answers


_OUTSIDE = """
SELECT s.n, l.layer,
       ST_Area(d.shape), ST_Length(ST_CollectionExtract(d.shape, 2)), ST_Dimension(s.geom)
FROM sites s CROSS JOIN (SELECT DISTINCT layer FROM pieces WHERE kind = 'polygon') l
CROSS JOIN LATERAL (
    SELECT ST_Difference(s.geom, coalesce(ST_Union(p.geom), 'POLYGON EMPTY'::geometry)) AS shape
    FROM pieces p WHERE p.layer = l.layer AND ST_Intersects(p.geom, s.geom)
) d
"""

_NEAREST = """
SELECT s.n, l.layer, min(ST_Distance(s.geom, p.geom))
FROM sites s CROSS JOIN (SELECT DISTINCT layer FROM pieces) l
JOIN pieces p ON p.layer = l.layer GROUP BY s.n, l.layer
"""


def ask_outside(dsn: str) -> dict[tuple[int, str], float]:
    """Area, for lines length, of each site outside each polygon layer, by PostGIS."""
    with psycopg.connect(dsn) as connection:
        return {
            (n, layer): area if dimension == 2 else length
            for n, layer, area, length, dimension in connection.execute(_OUTSIDE)
        }


def ask_distances(dsn: str) -> dict[tuple[int, str], float]:
    """Distance of each site from each layer, by PostGIS."""
    with psycopg.connect(dsn) as connection:
        return {(n, layer): away for n, layer, away in connection.execute(_NEAREST)}


def version(dsn: str) -> str:
    """Name and version of the second engine."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT 'PostGIS ' || postgis_lib_version() || ', GEOS ' || postgis_geos_version()"
        ).fetchone()
    return str(row[0]) if row else ""


# --- comparison ----------------------------------------------------------------------------------


def differences(ours: Measures, theirs: Measures) -> list[str]:
    """Where two engines disagree: other hits, counts, or a measure off by 0.01 and by 1e-9."""
    found = []
    for layer, mine in ours.items():
        other = theirs.get(layer, Measure(hit=False, area_m2=None, length_m=None, count=0))
        if mine.hit != other.hit:
            found.append(f"{layer}: hit {mine.hit}, PostGIS {other.hit}")
        if mine.hit and mine.count != other.count:
            found.append(f"{layer}: count {mine.count}, PostGIS {other.count}")
        for name in ("area_m2", "length_m"):
            a, b = getattr(mine, name) or 0.0, getattr(other, name) or 0.0
            if mine.hit and abs(a - b) > max(0.01, 1e-9 * abs(b)):
                found.append(f"{layer}: {name} {a!r}, PostGIS {b!r}")
    return found + [f"{layer}: PostGIS only" for layer in theirs.keys() - ours.keys()]
