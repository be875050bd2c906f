"""The data that a finding rests on: which editions, of what day, how accurate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import fsum
from typing import Any

from checks.report.numbers import NONE

Json = Mapping[str, Any]
_WHOLE = 1 - 1e-8
"""Shares of the document are rounded to 1e-9; parts of a layer add up to this."""


def rows_of_data(finding: Json, report: Json) -> list[Json]:
    """Rows of `data_basis` that the finding rests on: its editions, of the layers its rule asks.

    Editions of several layers may bear one key. Where it names none, the rows of its own layer.
    """
    used = {_named(edition) for edition in finding["editions"] or []}
    asked = {finding["layer"], *_layers_in((finding.get("rule") or {}).get("test"))}
    rows = [row for row in report["data_basis"] if row["layer"] in asked]
    found = [row for row in rows if {row["edition"], _edition_id(row)} & used]
    return found or [row for row in rows if row["layer"] == finding["layer"]]


def _layers_in(test: object) -> Iterator[str]:
    """Yield the layers that a test names beside the rule's own."""
    if isinstance(test, Mapping):
        for key, value in test.items():
            if key == "layer":
                yield str(value)
            else:
                yield from _layers_in(value)
    elif isinstance(test, list):
        for part in test:
            yield from _layers_in(part)


def opened_by(finding: Json, report: Json) -> set[str]:
    """Return the layers that left a finding open: those without full data, else all it asks.

    A rule over many layers is not open through a required one when another one is missing.
    """
    asked = {finding["layer"], *_layers_in((finding.get("rule") or {}).get("test"))}
    parts: dict[str, list[float]] = {}
    for row in report["data_basis"]:
        parts.setdefault(row["layer"], []).append(row["share_covered"] or 0.0)
    full = {layer for layer, shares in parts.items() if fsum(shares) >= _WHOLE}
    lacking = asked - full if finding["state"] == "not_assessed" else set()
    return lacking or asked


def _edition_id(row: Json) -> str:
    return f"{row['edition']}/{row['part']}" if row["part"] else str(row["edition"])


def _named(edition: object) -> object:
    """An edition is named by its key, in reports of another hand by an object."""
    return edition.get("edition") if isinstance(edition, Mapping) else edition


def accuracy_of(finding: Json, report: Json) -> float | None:
    """Accuracy of the worst edition used and of the site together, as the judging takes it."""
    layer = [row["accuracy_m"] for row in rows_of_data(finding, report)]
    known = [value for value in layer if value is not None]
    site = report["site"]["accuracy_m"] or 0.0
    total = (max(known) if known else 0.0) + site
    return round(total, 6) or None


def days_of(finding: Json, report: Json) -> list[str]:
    """Return the days of the data a finding rests on, each once, or “—”."""
    dates = {row["currency"] for row in rows_of_data(finding, report)} - {None}
    return sorted(dates) or [NONE]


# --- rasters ----------------------------------------------------------------------------------


def statistics_of(finding: Json) -> list[tuple[str, Any]]:
    """Return what was counted on a raster, by name; of codes of classes there is no mean."""
    found = sorted((finding.get("statistics") or {}).items())
    coded = bool(finding["classes"])
    return [(name, value) for name, value in found if name.endswith("_share") or not coded]


def unit_of(finding: Json) -> str:
    """Return the unit of a raster's values as the rule names it, a space before it, or nothing."""
    test = (finding.get("rule") or {}).get("test") or {}
    named = test.get("raster_over", {}).get("value")
    value = (finding["values"] or {}).get(named) if isinstance(named, str) else None
    unit = value["unit"] if value else None
    return f" {unit}" if unit and unit != "1" else ""
