"""What may leave the office: a report that tells nothing of what confidential layers hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checks.replay import Archive, Json, is_masked, recompute, rules_of
from checks.report.model import Report
from checks.report.version import outside_version
from gis.errors import LantuError, Text


def for_outside(report: Report, store: Archive) -> Report:
    """Return the outside version of a report (对外版).

    Raises
    ------
    LantuError
        As `without_secrets`.
    """
    return Report(outside_version(without_secrets(report, store).data))


def without_secrets(report: Report, store: Archive) -> Report:
    """Return the report as a reader without the right to confidential layers has it.

    One that rests on none, or was made for such a reader, comes back as it is. Any other is
    computed again from the data that it names: what a confidential layer holds stands in
    measures, patches, stations, tables and reasons, and only the check itself knows where.

    Raises
    ------
    LantuError
        `outside_not_made` where the data of the report do not answer as they did.
    """
    data = report.data
    if is_masked(data) or not _secrets(data, store):
        return report
    again = recompute(data, store, rules_of(data, store), masked=True)
    if _states(again.data) != _states(data):
        raise LantuError(
            "outside_not_made",
            Text(
                "报告涉及涉密图层，所依据的数据或规则已变，无法另出不含涉密内容的对外版",
                "The report rests on confidential layers, and its data or rules have changed: no "
                "version without them can be made",
            ),
            Text("请重新检测后再出对外版", "Check again, then give out the outside version"),
        )
    return again


def _secrets(report: Json, store: Archive) -> set[str]:
    """Confidential layers that a report asked."""
    specs = store.specs(known_at=min(report["known_at"], store.revision))
    asked = {row["layer"] for row in report["data_basis"]}
    for finding in report["findings"]:
        asked |= {finding["layer"], *_layers(finding["rule"])}
    return {key for key in asked if key in specs and specs[key].confidential}


def _layers(value: Any) -> Iterator[str]:
    """Layers that a rule's test names."""
    if isinstance(value, Mapping):
        named = value.get("layer")
        if isinstance(named, str):
            yield named
        for item in value.values():
            yield from _layers(item)
    elif isinstance(value, list):
        for item in value:
            yield from _layers(item)


def _states(report: Json) -> list[tuple[object, object]]:
    return [(finding["code"], finding["state"]) for finding in report["findings"]]
