"""Files of sites for tests, and what every refusal must say."""

import json

import shapely

from gis.errors import LantuError
from gis.site_formats import SiteContext, read_sites

CONTEXT = SiteContext("EPSG:4548", shapely.box(590_000, 2_690_000, 620_000, 2_720_000))
X, Y = 600_000.0, 2_700_000.0
RING = [[X, Y], [X + 100, Y], [X + 100, Y + 100], [X, Y + 100], [X, Y]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def collection(*geometries, crs="EPSG:4548", **properties):
    features = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for geometry in geometries
    ]
    document = {"type": "FeatureCollection", "features": features}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(document)


def moved(ring, dx=0.0, dy=0.0, factor=1.0):
    return [[x * factor + dx, y * factor + dy] for x, y in ring]


def first_fault(source, context=CONTEXT, **options):
    """Return the fault of a file, or of its first feature that has one."""
    try:
        results = read_sites(source, context=context, **options)
    except LantuError as error:
        return error
    faults = [result for result in results if isinstance(result, LantuError)]
    assert faults, f"nothing was refused: {results}"
    return faults[0]


def write(tmp_path, content, name="site.geojson"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def said(fault, *words):
    """A message gives fact and remedy in both languages, with the value."""
    texts = (fault.fact.zh, fault.fact.en, fault.hint.zh, fault.hint.en)
    assert all(texts)
    assert all(word in fault.fact.zh and word in fault.fact.en for word in words), texts
    assert any("一" <= letter <= "鿿" for letter in fault.fact.zh + fault.hint.zh)


def degrees(lon, lat, size=0.001):
    return [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat]]
