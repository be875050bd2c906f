"""Figures of section 8: what of the site lies outside the assessed ground, one for each shape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shapely.geometry import shape

from checks.inheritance.words import OUTCOME_WORDS
from checks.report.numbers import fixed
from checks.report.plates import Plate, has_shape, surroundings
from checks.report.texts import Words
from maps.figures import Figure, Overlay, draw, figure_title
from maps.surroundings import Surroundings
from maps.symbols import SEVERITY

Json = Mapping[str, Any]


def sharing_plates(report: Json, first: int, words: Words) -> list[Plate]:
    """Return a figure for each part outside, numbered from `first`; kinds of one part share it."""
    if not has_shape(report["site"]["geometry"]):
        return []
    groups: dict[str, list[Json]] = {}
    for item in report["inheritance"]:
        if has_shape(item["uncovered"]):
            key = json.dumps(item["uncovered"], sort_keys=True)
            groups.setdefault(key, []).append(item)
    around = surroundings(report)
    return [
        _plate(report, items, first + n, words, around) for n, items in enumerate(groups.values())
    ]


def _plate(
    report: Json, items: Sequence[Json], number: int, words: Words, around: Surroundings | None
) -> Plate:
    outside, area = shape(items[0]["uncovered"]), items[0]["uncovered_area_m2"]
    size = f"{fixed(area)} m²" if area is not None else f"{fixed(outside.length)} m"
    subject = words("outside_assessed")
    figure = Figure(
        f"fig{number}",
        number,
        subject,
        shape(report["site"]["geometry"]),
        (Overlay(outside, SEVERITY["needs_assessment"], f"{subject} {size}", size),),
        words.pick(report["site"]["crs"]),
        words.language,
        around=around,
    )
    told = words("semicolon").join(
        f"{words.pick(item['name'])}{words('colon')}{words.of(OUTCOME_WORDS, item['outcome'])}"
        for item in items
    )
    title = figure_title(number, subject, words.language)
    return Plate(number, title, f"{subject} {size}{words('colon')}{told}", draw(figure), "s8")
