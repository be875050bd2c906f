"""An independent checker of `report.json`: it knows the document and shapely, and none of our code.

Each function returns what is wrong, as sentences; nothing wrong is an empty list.
"""

import json
import math
from collections import Counter

import shapely
from pyproj import Geod, Transformer

STATES = {"affected", "clear", "not_assessed", "needs_person", "not_applicable"}
AREA = 1e-4  # m²; the document holds areas to 1e-6, coordinates to a double's digits
SHARE = 2e-9


def geometry(document):
    return shapely.from_geojson(json.dumps(document)) if document else None


def check_report(report, rules):
    """All that can be told from the document alone; `rules` are the codes of the scenario."""
    faults = check_states(report, rules)
    site = geometry(report["site"]["geometry"])
    whole = site.area if report["site"]["kind"] == "polygon" else site.length
    told = (
        report["site"]["area_m2"]
        if report["site"]["kind"] == "polygon"
        else report["site"]["length_m"]
    )
    faults += differ("site", told, whole, AREA)
    for finding in report["findings"]:
        name = f"{finding['code']} {finding['state']}"
        if finding["layer"] is None:
            faults += [f"{name}: {fault}" for fault in check_masked(finding)]
            continue
        found = check_measures(finding, site, whole, report["site"]["crs"]["code"])
        found += check_parts(finding, whole)
        found += check_words(finding)
        faults += [f"{name}: {fault}" for fault in found]
    return faults


def differ(what, told, measured, tolerance):
    if told is None or abs(told - measured) > tolerance:
        return [f"{what} says {told}, measured {measured}"]
    return []


def check_states(report, rules):
    """Every rule stands once, in exactly one state, and the counts are those of the findings."""
    faults = []
    listed = Counter(finding["code"] for finding in report["findings"])
    if listed != Counter(rules):
        faults.append(f"rules: {sorted((listed - Counter(rules)) + (Counter(rules) - listed))}")
    counted = Counter(finding["state"] for finding in report["findings"])
    if set(counted) - STATES:
        faults.append(f"states: {sorted(counted)}")
    if {state: counted.get(state, 0) for state in STATES} != report["conclusion"]["counts"]:
        faults.append(f"counts: {report['conclusion']['counts']} for {dict(counted)}")
    return faults


def check_measures(finding, site, whole, crs):
    """Area, ellipsoid area, length and share again from the delivered pieces."""
    measures, pieces = finding["measures"] or {}, geometry(finding["pieces"])
    rest = geometry(finding["remainder"])
    if pieces is None or pieces.geom_type == "MultiPoint":
        return []
    faults = [] if pieces.is_valid else ["pieces are not valid"]
    polygons = pieces.geom_type == "MultiPolygon"
    size = pieces.area if polygons else pieces.length
    key = "area_m2" if polygons else "length_m"
    if measures.get(key) is not None:
        faults += differ(key, measures[key], size, AREA)
    on_site = site.geom_type.endswith("Polygon") == polygons
    if on_site:
        faults += check_shares(finding, pieces, rest, site, whole, size)
    if polygons and measures.get("area_ellipsoid_m2") is not None:
        on_ellipsoid = geodesic_area(pieces, crs)
        allowed = 1e-3 + 1e-6 * on_ellipsoid
        faults += differ("area_ellipsoid_m2", measures["area_ellipsoid_m2"], on_ellipsoid, allowed)
    return faults


def check_shares(finding, pieces, rest, site, whole, size):
    """Pieces and rest make up the site and do not meet; shares are of unrounded sizes.

    Tests of distance and of raster cells deliver no rest; cells are counted in single precision.
    """
    faults, measures, cells = [], finding["measures"], finding["statistics"] is not None
    if pieces.geom_type == "MultiPolygon":
        outside = shapely.difference(pieces, site).area
        if outside > AREA:
            faults.append(f"pieces reach {outside} m² beyond the site")
        left = rest.area if rest is not None else 0.0
        no_rest = rest is None and (cells or measures.get("distance_m") is not None)
        if not no_rest and abs(size + left - whole) > AREA:
            faults.append(f"pieces {size} and rest {left} are not the site {whole}")
        if rest is not None and shapely.intersection(pieces, rest).area > AREA:
            faults.append("pieces and rest meet")
    share = measures.get("share")
    if share is not None and (measures.get("area_m2") or measures.get("length_m")) is not None:
        if not 0 <= share <= 1:
            faults.append(f"share {share}")
        faults += differ("share", share, size / whole, 1e-6 if cells else SHARE)
    return faults


def check_masked(finding):
    """A finding on a confidential layer says its state and whom to ask, and nothing else."""
    shown = {"code", "title", "state", "severity", "authority"}
    return [
        f"{key} of a confidential layer"
        for key, value in finding.items()
        if (value is None) == (key in shown)
    ]


def check_parts(finding, whole):
    """Union, not sum: no class and no patch is larger than all, together they are not less."""
    faults = []
    total = (finding["measures"] or {}).get("area_m2")
    if total is None:
        return faults
    for key in ("classes", "features"):
        sizes = [row["area_m2"] for row in finding[key] or [] if row["area_m2"] is not None]
        if sizes and max(sizes) > total + AREA:
            faults.append(f"one of {key} has {max(sizes)} of {total}")
        if sizes and math.fsum(sizes) < total - AREA and finding["state"] == "affected":
            faults.append(f"{key} have {math.fsum(sizes)} of {total} together")
    for row in finding["classes"] or []:
        if row["share"] is not None:
            faults += differ(
                f"share of class {row['code']}", row["share"], row["area_m2"] / whole, 1e-8
            )
    parts = [part["area_m2"] for part in finding["parts"] or []]
    if parts and None not in parts:
        faults += differ("parts", math.fsum(parts), total, AREA)
    return faults


def check_words(finding):
    """No finding without its law, its authority and its words in both languages."""
    faults = []
    if not finding["basis"] and (finding["reason"] or {}).get("code") not in {
        "no_rule_on_file",
        "repealed",
    }:
        faults.append("no basis")
    for basis in finding["basis"] or []:
        if not basis["title"]:
            faults.append("a basis without title")
    if not finding["authority"]:
        faults.append("no authority")
    if not all((finding["verdict"] or {}).get(language) for language in ("zh", "en")):
        faults.append("no verdict")
    if finding["state"] == "needs_person" and not finding["question"]:
        faults.append("no question")
    if finding["state"] == "not_assessed" and not finding["reason"]:
        faults.append("no reason")
    return faults


def check_clear(report, coverage):
    """No `clear` without coverage: the union of the editions named holds the site.

    `coverage` maps layer and edition, as the report names them, to the published coverage.
    """
    faults = []
    site = geometry(report["site"]["geometry"])
    for finding in report["findings"]:
        if finding["state"] != "clear" or finding["layer"] is None:
            continue
        if not finding["editions"]:
            faults.append(f"{finding['code']}: clear without an edition")
            continue
        keys = [(finding["layer"], edition) for edition in finding["editions"]]
        held = shapely.union_all([coverage[key] for key in keys if key in coverage])
        bare = shapely.difference(site, held)
        if bare.area > 1e-6 and not bare.buffer(-0.05).is_empty:
            faults.append(f"{finding['code']}: clear, but {bare.area} m² are not covered")
    return faults


def geodesic_area(shape, crs):
    """Area on the ellipsoid, edges cut into 20 m: the cutting of the engine is another."""
    geod = Geod(ellps="GRS80" if crs in _CGCS2000 else "WGS84")
    to_degrees = Transformer.from_crs(crs, "EPSG:4490", always_xy=True)
    total = []
    for polygon in shapely.get_parts(shape):
        for sign, ring in [(1, polygon.exterior), *((-1, hole) for hole in polygon.interiors)]:
            cut = shapely.segmentize(ring, 20.0)
            lon, lat = to_degrees.transform(*shapely.get_coordinates(cut).T)
            total.append(sign * abs(geod.polygon_area_perimeter(lon, lat)[0]))
    return math.fsum(total)


_CGCS2000 = {"EPSG:4548", "EPSG:4527"}
"""CGCS2000's ellipsoid and that of GRS 80 differ by 1e-11 of an area."""
