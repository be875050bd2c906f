"""Section 12 of the HTML: data, law and rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from checks.report.numbers import NONE, citation, percent, plain
from checks.report.texts import Words
from checks.report.texts_values import FORCE_WORDS, STATUS_WORDS
from checks.report.view_findings import role_of
from checks.report.view_table import Table
from checks.report.view_values import span_of
from layers.catalog import shipped_specs

Json = Mapping[str, Any]


def source_tables(report: Json, words: Words) -> list[Table]:
    """Return the editions used, what was missing, the law cited and the rulebook."""
    return [
        table
        for table in (
            _data(report, words),
            _missing(report, words),
            _laws(report, words),
            _rulebook(report, words),
        )
        if table is not None
    ]


def _data(report: Json, words: Words) -> Table:
    keys = (
        "layer", "secret", "edition", "currency", "freshness", "valid", "accuracy_short",
        "coverage", "checksum",
    )  # fmt: skip
    rows = [
        [
            words.pick(row["title"]) + words.paren(row["layer"]),
            secrecy_of(row, words),
            _edition(row, words),
            row["currency"] or NONE,
            freshness_of(row, report["as_of"], words),
            span_of(row["valid_from"], row["valid_to"], words),
            f"±{plain(row['accuracy_m'])} m" if row["accuracy_m"] is not None else NONE,
            percent(row["share_covered"]),
            row["checksum"] or NONE,
        ]
        for row in report["data_basis"]
    ]
    foot = "" if rows else words("no_data")
    return Table(words("data"), [words(key) for key in keys], rows, 0, foot)


def secrecy_of(row: Json, words: Words) -> str:
    """Whether a layer is confidential; of an older report nobody can tell."""
    secret = row.get("confidential")
    return NONE if secret is None else words("secret_yes" if secret else "secret_no")


def freshness_of(row: Json, as_of: str, words: Words) -> str:
    """How old the data were on the day of the check, and how old they may be."""
    if row["currency"] is None:
        return NONE
    age = age_of(row, as_of)
    limit = row.get("freshness_days")
    told = words("days", n=age)
    return told if limit is None else told + words.paren(words("days_limit", n=limit))


def age_of(row: Json, as_of: str) -> int:
    """Days from the date of the data to the day of the check."""
    return (date.fromisoformat(as_of) - date.fromisoformat(row["currency"])).days


def _edition(row: Json, words: Words) -> str:
    text = str(row["edition"] or NONE)
    text += f" · {row['part']}" if row["part"] else ""
    return text + words.paren(words("incomplete_data")) if row["incomplete"] else text


def _missing(report: Json, words: Words) -> Table | None:
    there = {row["layer"] for row in report["data_basis"]}
    missing = [key for key in report["scenario"]["required_layers"] if key not in there]
    rows = [[_layer_name(key, words)] for key in missing]
    return Table(words("missing"), [words("layer")], rows) if rows else None


def _layer_name(key: str, words: Words) -> str:
    """Return the title of a layer that this program ships and its key, or the key alone."""
    spec = shipped_specs().get(key)
    return key if spec is None else spec.title.text().pick(words.language) + words.paren(key)


def _laws(report: Json, words: Words) -> Table | None:
    cited: dict[tuple[str, str, str], list[str]] = {}
    for finding in report["findings"]:
        for basis in finding["basis"] or []:
            force = basis["force"]
            mark = words.of(FORCE_WORDS, force) if force in FORCE_WORDS else ""
            span = span_of(basis["valid_from"], basis["valid_to"], words)
            key = (citation(basis["title"], basis["article"], mark), role_of(basis, words), span)
            codes = cited.setdefault(key, [])
            if finding["code"] and finding["code"] not in codes:
                codes.append(finding["code"])
    rows = [
        [text, role or NONE, span, words("and").join(by)]
        for (text, role, span), by in cited.items()
    ]
    head = [words("basis"), words("state_of_law"), words("valid"), words("cited_by")]
    return Table(words("laws"), head, rows) if rows else None


def _rulebook(report: Json, words: Words) -> Table:
    book, engine, scenario = report["rulebook"], report["engine"], report["scenario"]
    rows = [
        [
            words("pack"),
            " · ".join(
                (
                    str(pack["name"]),
                    str(pack["jurisdiction"] or NONE),
                    words.of(STATUS_WORDS, pack["status"]) if pack["status"] else NONE,
                    str(pack["digest"] or NONE),
                )
            ),
        ]
        for pack in book["packs"]
    ]
    rows += [
        [words("rulebook"), book["digest"] or NONE],
        [words("scenario"), words.pick(scenario["title"]) + words.paren(scenario["key"])],
        [words("scenario_reason"), words.pick(scenario["reason"]) or NONE],
        [words("engine"), f"{engine['name']} {engine['version']}"],
        [words("revision"), str(report["known_at"])],
    ]
    return Table(words("packs"), [words("item"), words("value")], rows)
