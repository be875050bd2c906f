"""What the HTML shows of one finding: words and printed numbers, nothing computed anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checks.report.numbers import NONE, adding_up, citation, fixed, mu, percent, plain, station
from checks.report.texts import (
    FORCE_WORDS,
    ROLE_WORDS,
    SEVERITY_WORDS,
    STATE_WORDS,
    STATISTIC_WORDS,
    Words,
)
from checks.report.texts_values import VALUE_WORDS
from checks.report.view_data import accuracy_of, days_of, statistics_of, unit_of
from checks.report.view_values import brief, show_value

Json = Mapping[str, Any]
STATE_ORDER = ("affected", "not_assessed", "needs_person", "clear", "not_applicable")
SEVERITY_ORDER = ("prohibited", "needs_approval", "needs_assessment", "condition", "notice")
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


@dataclass(frozen=True, slots=True)
class Row:
    """One finding as the tables and the explanation below them show it."""

    anchor: str
    code: str
    title: str
    state: str
    state_word: str
    verdict: str
    notes: list[str]
    size: list[str]
    share: str
    count: str
    severity: str
    severity_word: str
    basis: list[str]
    authority: str
    currency: list[str]
    action: str
    papers: list[str]
    say: str
    values: list[tuple[str, str]]
    statistics: list[tuple[str, str]]
    pieces: list[Piece]
    pieces_left: int
    total: str
    overlap: str
    classes: list[ClassRow]
    classes_overlap: str
    parts: list[ClassRow]
    part_heads: tuple[str, str]
    section: int | None
    finding: Json = field(repr=False)
    figure: int | None = None

    @property
    def detailed(self) -> bool:
        """Whether an explanation stands below the table."""
        tables = self.pieces or self.classes or self.parts or self.statistics
        return self.state == "affected" or (self.state != "not_applicable" and bool(tables))


def rank(finding: Json) -> tuple[int, int, float, str]:
    """Sort key, worst first: state, severity, the largest measure, code."""
    measures = finding["measures"] or {}
    size = measures.get("area_m2") or measures.get("length_m") or 0.0
    return (
        _place(STATE_ORDER, finding["state"]),
        _place(SEVERITY_ORDER, finding["severity"]),
        -float(size),
        finding["code"] or "",
    )


def _place(order: Sequence[str], word: str | None) -> int:
    return order.index(word) if word in order else len(order)


def row_of(finding: Json, index: int, report: Json, words: Words) -> Row:
    """Return the printed form of a finding. `index` is its place in the report, from 0."""
    measures = finding["measures"] or {}
    pieces, left, overlap = pieces_of(finding, words)
    classes, classes_overlap = _classes(finding, measures, words)
    severity, state = finding["severity"], finding["state"]
    acts = finding["action"] and state in {"affected", "needs_person"}
    action = finding["action"] if acts else {"item": None, "papers": []}
    return Row(
        anchor=f"f{index + 1}",
        code=finding["code"] or NONE,
        title=words.pick(finding["title"]) or NONE,
        state=state,
        state_word=words.of(STATE_WORDS, state),
        verdict=_verdict(finding, words),
        notes=_notes(finding, report, words),
        size=_size(measures, words),
        share=percent(measures.get("share")),
        count=_count(finding, measures),
        severity=severity or "",
        severity_word=words.of(SEVERITY_WORDS, severity) if severity else NONE,
        basis=[citation_of(basis, words) for basis in finding["basis"] or []],
        authority=finding["authority"] or NONE,
        currency=days_of(finding, report),
        action=str(action["item"] or ""),
        papers=[str(paper) for paper in action["papers"] or []],
        say=words.pick(finding["say"]),
        values=_named(finding["values"], words),
        statistics=_statistics(finding, words),
        pieces=pieces,
        pieces_left=left,
        total=_total(measures, words),
        overlap=overlap,
        classes=classes,
        classes_overlap=classes_overlap,
        parts=_parts(finding, words),
        part_heads=part_heads(report["site"], words),
        section=finding["section"],
        finding=finding,
    )


def _named(values: Json | None, words: Words) -> list[tuple[str, str]]:
    return [
        (words.of(VALUE_WORDS, name), show_value(value, words))
        for name, value in sorted((values or {}).items())
    ]


def _statistics(finding: Json, words: Words) -> list[tuple[str, str]]:
    """Name what was counted on a raster, values with their unit."""
    unit = unit_of(finding)
    return [
        (
            words.of(STATISTIC_WORDS, name),
            percent(value) if name.endswith("_share") else show_value(value, words) + unit,
        )
        for name, value in statistics_of(finding)
    ]


def _verdict(finding: Json, words: Words) -> str:
    verdict = words.pick(finding["verdict"])
    if verdict:
        return verdict
    if finding["state"] == "affected":
        return words("ask")
    return words.of(STATE_WORDS, finding["state"])


def _notes(finding: Json, report: Json, words: Words) -> list[str]:
    """Small print below the verdict, where the verdict itself does not say it already."""
    verdict = _verdict(finding, words)
    notes: list[str] = []
    if finding["certainty"] == "within_accuracy" and not _says_doubt(verdict):
        reach = accuracy_of(finding, report)
        notes.append(words("doubtful", x=plain(reach)) if reach else words("doubtful_plain"))
    for text in (finding["reason"], finding["question"]):
        said = words.pick(text)
        if said and said not in verdict:
            notes.append(said)
    edge = finding["edge"] or {}
    if edge.get("count"):
        notes.append(words("edge", n=edge["count"], x=fixed(edge["below_tolerance_m2"])))
    borderline = finding["borderline"] or []
    if borderline:
        shown = [item["name"] or item["id"] for item in borderline[:MOST_NAMED]]
        which = words("enumeration").join(shown) + ("…" if len(borderline) > MOST_NAMED else "")
        notes.append(words("borderline", n=len(borderline), which=which))
    covered = finding["share_covered"]
    # that a layer has no edition is the reason already: no share of it need be told
    told = covered != 0 or finding["editions"]
    unproved = covered is not None and covered < 1
    if told and unproved and finding["state"] in {"affected", "not_assessed"}:
        notes.append(words("covered", x=percent(covered)))
    return notes


def _says_doubt(verdict: str) -> bool:
    return "临界" in verdict or "accuracy" in verdict.lower()


def _size(measures: Json, words: Words) -> list[str]:
    lines: list[str] = []
    area, length, distance = (measures.get(k) for k in ("area_m2", "length_m", "distance_m"))
    if area is not None:
        unit = "亩" if words.language == "zh" else "mu"
        lines.append(f"{fixed(area)} m²")
        lines.append(f"{mu(area)} {unit}")
    if length is not None:
        lines.append(words("length_of", x=fixed(length)))
    if distance is not None:
        lines.append(words("nearest", x=fixed(distance)))
    return lines or [NONE]


def _count(finding: Json, measures: Json) -> str:
    count = measures.get("count")
    if count is None:
        count = len(finding["features"] or []) or None
    return NONE if count is None else plain(count)


def _total(measures: Json, words: Words) -> str:
    if measures.get("area_m2") is not None:
        return f"{fixed(measures['area_m2'])} m²"
    if measures.get("length_m") is not None:
        return words("length_of", x=fixed(measures["length_m"]))
    return NONE


def citation_of(basis: Json, words: Words) -> str:
    """Return a legal basis as it is cited, with its force where that is not the usual one."""
    force = basis["force"]
    mark = words.of(FORCE_WORDS, force) if force in FORCE_WORDS else ""
    return citation(basis["title"], basis["article"], mark)


def role_of(basis: Json, words: Words) -> str:
    """Return what part the text plays: prohibition, approval or exception."""
    return words.of(ROLE_WORDS, basis["role"]) if basis["role"] else ""


# --- tables below -----------------------------------------------------------------------------


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
        return [words("semicolon").join(_size(row, words)) for row in rows], ""
    for row, line in zip(rows, lines, strict=True):
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


def _classes(finding: Json, measures: Json, words: Words) -> tuple[list[ClassRow], str]:
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


def _parts(finding: Json, words: Words) -> list[ClassRow]:
    return [
        ClassRow(
            code=str(part["no"]),
            name="",
            size=words("semicolon").join(_size(part, words)),
            share=percent(part.get("share")),
        )
        for part in finding["parts"] or []
    ]
