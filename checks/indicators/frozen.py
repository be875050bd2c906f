"""Frozen building conditions (建设条件固化): what is kept, and how a later state departs from it.

A frozen document holds red line, facts, control indicators and commitments of one project. A
later state is compared row by row; nothing decides here whether a change was allowed: that is the
number of the document by which it was amended.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from checks.indicators.model import OP_WORDS
from checks.report.numbers import plain
from checks.rule import FactSpec
from gis.errors import Text
from gis.measures import rounded
from gis.overlay import Tolerance, judge, size, subtract
from gis.site import Site

FORMAT: Final = "lantu-conditions/1"
SUBJECT: Final = "conditions"
"""Subject of frozen conditions among the workspace's records."""

_IDENTITY: Final = ("code", "name")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a comparison; `frozen` and `now` are printed values, None where there is none.

    `breaks`: a fact of the project lies beyond what the frozen indicator allows.
    """

    row: str
    name: Text
    frozen: str | None
    now: str | None
    changed: bool
    detail: Mapping[str, Any]
    breaks: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the row for JSON."""
        return {
            "row": self.row,
            "name": self.name.as_dict(),
            "frozen": self.frozen,
            "now": self.now,
            "changed": self.changed,
            "breaks": self.breaks,
            "detail": dict(self.detail),
        }


def frozen_of(site: Site, report: Json) -> dict[str, Any]:
    """Return what is kept of a project: from its site and its report of the day.

    The digest is over everything that is compared later; day, revision and report stand beside it.
    """
    content = {
        "site": {
            "name": site.name,
            "crs": site.crs,
            "kind": "line" if site.is_line else "polygon",
            "size": rounded(size(site.geometry)),
            "outline": shapely.to_wkb(shapely.normalize(site.geometry), hex=True, byte_order=1),
        },
        "facts": {
            key: value for key, value in report["project"]["facts"].items() if key not in _IDENTITY
        },
        "indicators": [_kept(row) for row in report["indicators"] if row["value"] is not None],
        "commitments": [
            {
                "kind": item["kind"],
                "name": item["name"],
                "assessment": item["assessment"],
                "outcome": item["outcome"],
                "mode": item["approval_mode"],
                "texts": item["commitments"],
            }
            for item in report["inheritance"]
            if item["assessment"] is not None
        ],
    }
    return {
        "format": FORMAT,
        "project": {"code": report["project"]["code"], "name": report["project"]["name"]},
        "as_of": report["as_of"],
        "known_at": report["known_at"],
        "report": report["digest"],
        "rulebook": report["rulebook"]["digest"],
        "content": content,
        "digest": hashlib.sha256(_canonical(content)).hexdigest(),
    }


def document_of(frozen: Json) -> bytes:
    """Write the kept document in its one form."""
    return _canonical(frozen)


def _canonical(value: object) -> bytes:
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode()


def _kept(row: Json) -> dict[str, Any]:
    keys = ("class", "key", "name", "op", "value", "unit", "binding", "share", "article")
    source = {"kind": row["source"]["kind"], "id": row["source"]["id"]}
    return {key: row[key] for key in keys} | {"source": source, "governs": row["governs"]}


# --- comparing ----------------------------------------------------------------------------------


def compare(
    frozen: Json,
    now: Json,
    *,
    specs: Mapping[str, FactSpec],
    limits: Mapping[str, str] | None = None,
    width_m: float = 0.0,
) -> list[Change]:
    """Compare a later state with the frozen one.

    Parameters
    ----------
    frozen, now
        Documents of `frozen_of`; both in the same working CRS.
    specs
        Project facts, for their names and units.
    limits
        Fact that each indicator limits, by the indicator's key.
    width_m
        Strips of the outline narrower than this, in metres, are set aside and told; 0 sets
        aside what is under the floor of every rule only.

    Returns
    -------
    Rows for area, outline, each fact, each indicator by its source, each commitment. Unchanged
    ones are there as well.
    """
    old, new = frozen["content"], now["content"]
    rows = _site_rows(old["site"], new["site"], width_m)
    rows += _fact_rows(old["facts"], new["facts"], specs)
    rows += _indicator_rows(old["indicators"], new["indicators"], new["facts"], limits or {})
    rows += _commitment_rows(old["commitments"], new["commitments"])
    return rows


def _site_rows(old: Json, new: Json, width_m: float) -> list[Change]:
    before, after = _shape(old), _shape(new)
    tolerance = Tolerance(width_m=width_m)
    unit = "m" if old["kind"] == "line" else "m²"
    if old["kind"] != new["kind"]:
        outline_changed, added, removed = True, after, before
    else:
        added, removed = subtract(after, before), subtract(before, after)
        outline_changed = judge(added, tolerance).hit or judge(removed, tolerance).hit
    detail = {
        "added": rounded(size(added)),
        "removed": rounded(size(removed)),
        "set_aside": not outline_changed and (size(added) > 0 or size(removed) > 0),
        "width_m": width_m,
    }
    told = f"+{plain(size(added))} / -{plain(size(removed))} {unit}"
    difference = rounded(new["size"] - old["size"])
    return [
        Change(
            "site.area",
            Text("用地面积", "Area of the site"),
            f"{plain(old['size'])} {unit}",
            f"{plain(new['size'])} {unit}",
            outline_changed and difference != 0,
            {"difference": difference},
        ),
        Change(
            "site.outline",
            Text("用地红线", "Red line"),
            "",
            told if outline_changed else "",
            outline_changed,
            detail,
        ),
    ]


def _shape(site: Json) -> BaseGeometry:
    return shapely.from_wkb(bytes.fromhex(site["outline"]))


def _fact_rows(old: Json, new: Json, specs: Mapping[str, FactSpec]) -> list[Change]:
    rows = []
    for key in [*old, *(key for key in new if key not in old)]:
        label = specs[key].label if key in specs else Text(key, key)
        unit = specs[key].unit if key in specs else None
        before, after = _shown(old.get(key), unit), _shown(new.get(key), unit)
        rows.append(Change(f"fact.{key}", label, before, after, old.get(key) != new.get(key), {}))
    return rows


def _indicator_rows(
    old: Sequence[Json], new: Sequence[Json], facts: Json, limits: Mapping[str, str]
) -> list[Change]:
    before, after = _by_source(old), _by_source(new)
    rows = []
    for identity in [*before, *(key for key in after if key not in before)]:
        key, source = identity
        held, now = before.get(identity, []), after.get(identity, [])
        one = (held or now)[0]
        fact = facts.get(limits.get(key, ""))
        rows.append(
            Change(
                f"indicator.{key}",
                Text(one["name"]["zh"], one["name"]["en"]),
                _values(held),
                _values(now),
                _compared(held) != _compared(now),
                {"source": source, "fact": fact},
                breaks=any(_beyond(fact, row) for row in held if row["binding"] == "mandatory"),
            )
        )
    return rows


def _by_source(rows: Sequence[Json]) -> dict[tuple[str, str], list[Json]]:
    """Rows by indicator and source; a newer edition or version is the same source."""
    found: dict[tuple[str, str], list[Json]] = {}
    for row in rows:
        source = row["source"]
        name = source["id"].split(" ")[0] if source["kind"] in {"plan", "layer"} else source["id"]
        name = name.split("@")[0] if source["kind"] in {"assessment", "department"} else name
        found.setdefault((row["key"], f"{source['kind']} {name}".strip()), []).append(row)
    return found


def _compared(rows: Sequence[Json]) -> list[str]:
    return sorted(
        json.dumps([row["op"], row["value"], row["unit"], row["share"]], ensure_ascii=False)
        for row in rows
    )


def _values(rows: Sequence[Json]) -> str | None:
    told = [f"{OP_WORDS[row['op']].zh} {_shown(row['value'], row['unit'])}".strip() for row in rows]
    return "；".join(told) or None


def _beyond(fact: object, row: Json) -> bool:
    """Whether a figure of the project lies beyond a frozen limit; equal is within."""
    value = row["value"]
    numbers = (int, float)
    if isinstance(fact, bool) or not isinstance(fact, numbers) or not isinstance(value, numbers):
        return False
    return bool(fact > value if row["op"] == "le" else row["op"] == "ge" and fact < value)


def _commitment_rows(old: Sequence[Json], new: Sequence[Json]) -> list[Change]:
    before = {item["kind"]: item for item in old}
    after = {item["kind"]: item for item in new}
    rows = []
    for kind in [*before, *(kind for kind in after if kind not in before)]:
        held, now = before.get(kind), after.get(kind)
        name = (held or now or {})["name"]
        rows.append(
            Change(
                f"commitment.{kind}",
                Text(name["zh"], name["en"]),
                _promise(held),
                _promise(now),
                _promised(held) != _promised(now),
                {"frozen": _promised(held), "now": _promised(now)},
            )
        )
    return rows


def _promised(item: Json | None) -> list[Any] | None:
    if item is None:
        return None
    return [item["outcome"], item["mode"], item["assessment"]["code"], item["texts"]]


def _promise(item: Json | None) -> str | None:
    if item is None:
        return None
    one = item["assessment"]
    count = len(item["texts"])
    return f"{item['outcome']} {item['mode']} {one['code']}@{one['version']} ({count})"


def _shown(value: object, unit: str | None) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        text = plain(float(value))
        return f"{text} {unit}" if unit and unit != "1" else text
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
