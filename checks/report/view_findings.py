"""What the HTML shows of one finding: words and printed numbers, nothing computed anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checks.report.numbers import NONE, citation, fixed, percent, plain
from checks.report.texts import SEVERITY_WORDS, STATE_WORDS, Words
from checks.report.texts_values import FORCE_WORDS, ROLE_WORDS, STATISTIC_WORDS, VALUE_WORDS
from checks.report.view_data import accuracy_of, days_of, statistics_of, unit_of
from checks.report.view_pieces import (
    MOST_NAMED,
    ClassRow,
    Piece,
    classes_of,
    part_heads,
    parts_of,
    pieces_of,
    size_lines,
)
from checks.report.view_values import show_value

Json = Mapping[str, Any]
STATE_ORDER = ("affected", "not_assessed", "needs_person", "clear", "not_applicable")
SEVERITY_ORDER = ("prohibited", "needs_approval", "needs_assessment", "condition", "notice")
_SMALLEST = 1e-6
"""Areas of the document are rounded to this."""


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
    size_head: str
    linear: bool
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
    classes, classes_overlap = classes_of(finding, words)
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
        size=size_lines(measures, words),
        size_head=words(_size_key(measures)),
        linear=report["site"]["kind"] == "line",
        share=percent(measures.get("share")),
        count=_count(finding, measures),
        severity=severity or "",
        severity_word=words.of(SEVERITY_WORDS, severity) if severity else NONE,
        basis=[citation_of(basis, words) for basis in finding["basis"] or []],
        authority=finding["authority"] or NONE,
        currency=days_of(finding, report),
        action=_action(action["item"], report, words),
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
        parts=parts_of(finding, words),
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
        return words.sentence(verdict)
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
        key = "edge_one" if edge["count"] == 1 else "edge"
        notes.append(words(key, n=edge["count"], x=_set_aside(edge)))
    borderline = finding["borderline"] or []
    if borderline:
        shown = [item["name"] or item["id"] for item in borderline[:MOST_NAMED]]
        which = words("enumeration").join(shown) + ("…" if len(borderline) > MOST_NAMED else "")
        key = "borderline_one" if len(borderline) == 1 else "borderline"
        notes.append(words(key, n=len(borderline), which=which))
    return notes + _uncovered(finding, verdict, words)


def _set_aside(edge: Json) -> str:
    """Print what slivers have together: what is too small to be written down is not nothing."""
    return fixed(edge["below_tolerance_m2"] or _SMALLEST)


def _uncovered(finding: Json, verdict: str, words: Words) -> list[str]:
    """Say how much of the site the data cover, where neither reason nor verdict says it."""
    covered = finding["share_covered"]
    if covered is None or covered >= 1 or finding["state"] not in {"affected", "not_assessed"}:
        return []
    if covered == 0:
        # that a layer has no edition is the reason already
        return [words("covered_nothing")] if finding["editions"] and not finding["reason"] else []
    shown = percent(covered)
    return [] if shown.rstrip("%") in verdict else [words("covered", x=shown)]


def _action(item: object, report: Json, words: Words) -> str:
    """Return the matter to be dealt with: its code, and its name in the list of services."""
    if not item:
        return ""
    listed = next((row for row in report["services"] if row["item"] == item), None)
    return " ".join(filter(None, (str(item), words.pick(listed["name"]) if listed else "")))


def _says_doubt(verdict: str) -> bool:
    return "临界" in verdict or "accuracy" in verdict.lower()


def _size_key(measures: Json) -> str:
    """Return the word for what was measured."""
    if measures.get("area_m2") is None and measures.get("length_m") is not None:
        return "length"
    return "piece_area"


def _count(finding: Json, measures: Json) -> str:
    count = measures.get("count")
    if count is None:
        count = len(finding["features"] or []) or None
    return NONE if count is None else plain(count)


def _total(measures: Json, words: Words) -> str:
    if measures.get("area_m2") is not None:
        area = f"{fixed(measures['area_m2'])} m²"
        if measures.get("length_m") is None:
            return area
        return words("semicolon").join((area, words("along", x=fixed(measures["length_m"]))))
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
