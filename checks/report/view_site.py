"""Section 2 of the HTML: project and site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from checks.facts import fact_specs
from checks.report.numbers import NONE, adding_up, fixed, hectares, mu, percent, plain
from checks.report.texts import Words
from checks.report.view_pieces import MOST_ROWS, part_heads, stations_of, words_name
from checks.report.view_table import Table
from checks.report.view_values import brief, land_use, show_value
from checks.rule import FactSpec

Json = Mapping[str, Any]
Names = Mapping[tuple[str, str], str]


def facts_tables(project: Json, words: Words) -> list[Table]:
    """Return what the project says, what was assumed, and what nobody knows."""
    head = [words("item"), words("value")]
    tables = [
        Table(words(key), head, fact_rows(entries, words))
        for key, entries in (("facts", project["facts"]), ("defaults", project["defaults"]))
        if entries
    ]
    if project.get("unknown"):
        names = [_fact(name, None, words)[:1] for name in project["unknown"]]
        tables.append(Table(words("unknown"), [words("item")], names))
    return tables


def fact_rows(entries: Json, words: Words) -> list[list[str]]:
    """Return facts in the order of the closed list: what each is called, and its value."""
    return [_fact(name, entries[name], words) for name in _in_order(entries)]


def _in_order(names: Iterable[str]) -> list[str]:
    """Facts in the order of the closed list, others behind them."""
    place = {name: index for index, name in enumerate(fact_specs())}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))


def _fact(name: str, value: object, words: Words) -> list[str]:
    """Print a fact in the words of the closed list; one that is not on it as it stands."""
    spec = fact_specs().get(name)
    if spec is None:
        return [brief(name), show_value(value, words)]
    shown = _fact_value(value, spec, words)
    unit = spec.unit if spec.unit and spec.unit != "1" and value is not None else ""
    unit = unit.replace("m2", "m²").replace("m3", "m³")
    return [spec.label.pick(words.language), f"{shown} {unit}".rstrip()]


def _fact_value(value: object, spec: FactSpec, words: Words) -> str:
    if isinstance(value, bool):
        return words.sentence(show_value(value, words))
    if spec.key == "land_use_code" and isinstance(value, str):
        return land_use(value, words)
    if isinstance(value, list):
        return words("and").join(_fact_value(item, spec, words) for item in value) or NONE
    named = spec.allowed.get(value) if isinstance(value, str) else None
    return named.pick(words.language) if named else show_value(value, words)


def class_names(report: Json, words: Words) -> Names:
    """Return what findings call the classes of their layers, by layer and code."""
    return {
        (finding["layer"], row["code"]): name
        for finding in report["findings"]
        for row in finding["classes"] or []
        if (name := words_name(row, words))
    }


def site_tables(report: Json, words: Words) -> list[Table]:
    """Return measures, parts, repairs and attributes of the site."""
    site = report["site"]
    tables = [Table(words("site"), [words("item"), words("value")], site_rows(site, words))]
    parts = site["parts"] or []
    if len(parts) > 1:
        tables.append(_part_table(site, parts, words))
    if site.get("crossings"):
        tables.append(_crossing_table(site["crossings"], class_names(report, words), words))
    if site["repairs"]:
        head = [words(key) for key in ("repair", "reason", "before", "after", "change")]
        rows = [
            [
                brief(repair["method"]),
                brief(repair["reason"]),
                f"{fixed(repair['area_before_m2'])} m²",
                f"{fixed(repair['area_after_m2'])} m²",
                percent(repair["change"]),
            ]
            for repair in site["repairs"]
        ]
        tables.append(Table(words("repairs"), head, rows))
    if site["attributes"]:
        entries = [[brief(k), brief(v)] for k, v in sorted(site["attributes"].items())]
        head = [words("item"), words("value")]
        tables.append(Table(words("attributes"), head, entries, MOST_ROWS))
    return tables


def _crossing_table(crossings: list[Json], names: Names, words: Words) -> Table:
    """What a linear site crosses or runs through, by station."""
    head = [words(key) for key in ("station", "layer", "name", "class", "length")]
    rows = [
        [
            stations_of(one, words),
            words.pick(one["title"]),
            brief(one["name"] or one["id"]),
            brief(names.get((one["layer"], one["class"]), "") or one["class"] or NONE),
            _metres(one["length_m"], "m") if one["length_m"] else NONE,
        ]
        for one in crossings
    ]
    return Table(words("crossings"), head, rows, MOST_ROWS)


def site_rows(site: Json, words: Words) -> list[list[str]]:
    """Return measures and systems of the site, name and printed value."""
    rows = [[words("kind"), kind_of(site, words)]]
    area = site["area_m2"]
    if area is not None:
        unit_ha, unit_mu = ("公顷", "亩") if words.language == "zh" else ("ha", "mu")
        ha = fixed(site["area_ha"], 4) if site["area_ha"] is not None else hectares(area)
        in_mu = fixed(site["area_mu"]) if site["area_mu"] is not None else mu(area)
        text = words("semicolon").join(
            (f"{fixed(area)} m²", f"{ha} {unit_ha}", f"{in_mu} {unit_mu}")
        )
        rows.append([words("area_plane"), text])
        rows.append([words("area_ellipsoid"), _metres(site["area_ellipsoid_m2"], "m²")])
        rows.append([words("area_source"), _metres(site["source_area_m2"], "m²")])
        rows.append([words("area_declared"), _metres(site["declared_area_m2"], "m²")])
        rows.append([words("declared_difference"), percent(site["declared_difference"])])
    if site["length_m"] is not None:
        rows.append([words("length"), _metres(site["length_m"], "m")])
    for key, value in corridor_of(site):
        rows.append([words(key), _metres(value, "m")])
    crs = site["crs"]
    named = words.pick(crs)
    rows.append([words("crs"), named + ("" if crs["code"] in named else words.paren(crs["code"]))])
    rows.append([words("source_crs"), brief(site["source_crs"] or NONE)])
    rows.append([words("accuracy"), _metres(site["accuracy_m"], "m", exact=True)])
    if site["bounds"]:
        rows.append([words("bounds"), bounds_of(site["bounds"], words)])
    return rows


def kind_of(site: Json, words: Words) -> str:
    """Return what was checked: an area, a line, or the ground along a line."""
    return words("kind_corridor" if site.get("corridor") else f"kind_{site['kind']}")


def corridor_of(site: Json) -> list[tuple[str, float]]:
    """Return length and width of linear works that were checked on their ground, by their words."""
    corridor = site.get("corridor")
    if not corridor:
        return []
    return [("axis_length", corridor["length_m"]), ("corridor_width", corridor["width_m"])]


def bounds_of(bounds: Sequence[float], words: Words) -> str:
    """Print an extent: eastings from west to east, northings from south to north, in metres."""
    west, south, east, north = map(fixed, bounds)
    return words("extent", west=west, east=east, south=south, north=north)


def _metres(value: float | None, unit: str, *, exact: bool = False) -> str:
    if value is None:
        return NONE
    return f"{plain(value) if exact else fixed(value)} {unit}"


def _part_table(site: Json, parts: list[Json], words: Words) -> Table:
    areas = [part["area_m2"] for part in parts]
    if all(area is not None for area in areas):
        sizes, unit, total = *_sizes(areas, site["area_m2"]), site["area_m2"]
        head, rows = words("area_plane"), sizes
    else:
        rows, _ = adding_up([part["length_m"] or 0.0 for part in parts], site["length_m"])
        head, unit, total = words("length"), "m", site["length_m"]
    body = [[str(part["no"]), f"{size} {unit}"] for part, size in zip(parts, rows, strict=True)]
    foot = f"{words('total')}{words('colon')}{fixed(total)} {unit}"
    title = words("stretches" if site["kind"] == "line" else "parts")
    return Table(title, [part_heads(site, words)[1], head], body, MOST_ROWS, foot)


def _sizes(areas: list[float], total: float | None) -> tuple[list[str], str]:
    return adding_up(areas, total)[0], "m²"
