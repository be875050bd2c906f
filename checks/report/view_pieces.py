"""The tables below a finding: its patches, classes and parts, sizes that add up, stations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checks.report.numbers import NONE, adding_up, fixed, mu, percent, station
from checks.report.texts import Words
from checks.report.view_values import brief, show_value

Json = Mapping[str, Any]
MOST_ROWS = 200
MOST_NAMED = 8
_ADDING_UP = (
    ("area_m2", "area_of", "overlapping"),
    ("length_m", "length_of", "overlapping_length"),
)
_SEEN = 0.005
_OWNER = ("QSDWMC", "owner", "QLR")
_PLACE = ("ZLDWMC", "location", "ZL", "XZQMC")
_NUMBER = ("YJJBNTTBBH", "TBBH", "BSM", "HXBM", "BH")
_CLASS_NAME = ("DLMC", "YDYHFLMC", "GHFQMC", "class_name")


@dataclass(frozen=True, slots=True)
class Piece:
    """One row of the table of patches."""

    number: str
    kind: str
    owner: str
    place: str
    size: str
    more: str


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of a finding, or one part of a multi-part site."""

    code: str
    name: str
    size: str
    share: str


def size_lines(measures: Json, words: Words) -> list[str]:
    """Return what was measured, a line each: area in m² and 亩, length, distance; else “—”."""
    lines: list[str] = []
    area, length, distance = (measures.get(k) for k in ("area_m2", "length_m", "distance_m"))
    if area is not None:
        unit = "亩" if words.language == "zh" else "mu"
        lines.append(f"{fixed(area)} m²")
        lines.append(f"{mu(area)} {unit}")
    if length is not None:
        lines.append(words("length_of" if area is None else "along", x=fixed(length)))
    if distance is not None:
        lines.append(words("nearest", x=fixed(distance)))
    return lines or [NONE]


def pieces_of(finding: Json, words: Words, most: int = MOST_ROWS) -> tuple[list[Piece], int, str]:
    """Return the rows of the table of patches, how many are left out, and what overlaps."""
    features = finding["features"] or []
    measures = finding["measures"] or {}
    shown = features[:most]
    sizes, overlap = _sizes(features, measures, words)
    names = {row["code"]: words_name(row, words) for row in finding["classes"] or []}
    pieces = [
        _piece(feature, size, names, words) for feature, size in zip(shown, sizes, strict=False)
    ]
    return pieces, len(features) - len(shown), overlap


def words_name(row: Json, words: Words) -> str:
    """Return the name of a class, given as a text or in both languages."""
    return words.pick(row["name"])


def _sizes(rows: Sequence[Json], whole: Json, words: Words) -> tuple[list[str], str]:
    """Print the sizes of rows so that they add up to the whole, and say how much they overlap."""
    for key, shown, overlapping in _ADDING_UP:
        sizes = [row[key] for row in rows]
        if rows and all(size is not None for size in sizes):
            printed, excess = adding_up(sizes, whole.get(key))
            told = words(overlapping, x=fixed(excess)) if excess > _SEEN else ""
            lines = [[words(shown, x=text)] for text in printed]
            break
    else:
        return [words("semicolon").join(size_lines(row, words)) for row in rows], ""
    for row, line in zip(rows, lines, strict=True):
        if shown == "area_of" and row["length_m"] is not None:
            line.append(words("along", x=fixed(row["length_m"])))
        if row.get("distance_m") is not None:
            line.append(words("nearest", x=fixed(row["distance_m"])))
    return [words("semicolon").join(line) for line in lines], told


def _piece(feature: Json, size: str, names: Mapping[Any, str], words: Words) -> Piece:
    fields = {key: value for key, value in (feature["fields"] or {}).items() if value is not None}
    taken: set[str] = set()

    def first(keys: Sequence[str]) -> str:
        key = next((key for key in keys if key in fields), None)
        if key is None:
            return ""
        taken.add(key)
        return brief(fields[key])

    number = first(_NUMBER) or brief(feature["id"] or NONE)
    code = feature["class"]
    name = first(_CLASS_NAME) or names.get(code, "")
    kind = " ".join(dict.fromkeys(part for part in (brief(code or ""), name) if part))
    owner, place = first(_OWNER), first(_PLACE)
    rest = [stations] if (stations := _stations(feature, words)) else []
    rest += [brief(feature["name"])] if feature["name"] else []
    rest += [
        f"{key}: {show_value(v, words)}" for key, v in sorted(fields.items()) if key not in taken
    ]
    prefix = f"{feature['no']} · " if feature["no"] is not None else ""
    return Piece(
        number=f"{prefix}{number}",
        kind=kind or NONE,
        owner=owner or NONE,
        place=place or NONE,
        size=size,
        more=words("semicolon").join(rest),
    )


def _stations(feature: Json, words: Words) -> str:
    """Where along a linear site the feature lies: 桩号 K0+215.3～K0+245.3、K0+300.0."""
    told = stations_of(feature, words)
    return words("stations", where=told) if told else ""


def stations_of(feature: Json, words: Words) -> str:
    """Print the stations of a feature: stretches and points in order."""
    found = feature.get("stations") or []
    several = any(one["part"] > 1 for one in found)
    told = []
    for one in found[:MOST_NAMED]:
        ends = dict.fromkeys((station(one["from_m"]), station(one["to_m"])))
        part = words("stretch_of_part", n=one["part"]) if several else ""
        told.append(part + words("to").join(ends))
    more = "…" if len(found) > MOST_NAMED else ""
    return words("enumeration").join(told) + more


def classes_of(finding: Json, words: Words) -> tuple[list[ClassRow], str]:
    """Return the rows of the table by class, and what overlaps."""
    measures = finding["measures"] or {}
    classes = finding["classes"] or []
    # a raster tells of all its classes on the site, not of those alone that the rule asks for
    sizes, overlap = _sizes(classes, {} if finding.get("statistics") else measures, words)
    rows = [
        ClassRow(
            code=brief(row["code"] or NONE),
            name=words_name(row, words) or NONE,
            size=size,
            share=percent(row["share"]),
        )
        for row, size in zip(classes, sizes, strict=True)
    ]
    return rows, overlap


def part_heads(site: Json, words: Words) -> tuple[str, str]:
    """Return the title and the first head of a table by parts: plots, or stretches of a line."""
    line = site["kind"] == "line"
    return words("stretches_of" if line else "parts_of"), words("stretch" if line else "part")


def parts_of(finding: Json, words: Words) -> list[ClassRow]:
    """Return the rows of the table by part, of a site of several."""
    return [
        ClassRow(
            code=str(part["no"]),
            name="",
            size=words("semicolon").join(size_lines(part, words)),
            share=percent(part.get("share")),
        )
        for part in finding["parts"] or []
    ]
