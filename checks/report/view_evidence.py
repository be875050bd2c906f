"""The evidence of a criterion as a sentence of its figures, for section 8 of the HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from checks.facts import fact_in_words, fact_specs
from checks.inheritance.words import RESULT_WORDS
from checks.report.numbers import NONE, fixed, percent, plain
from checks.report.texts import Words
from checks.report.view_values import show_value, span_of
from layers.assessments import STATE_WORDS

Json = Mapping[str, Any]


def told_evidence(key: str, evidence: Json, words: Words) -> str:
    """Return the evidence in words; evidence of a newer report that is not known, as it is."""
    tell = _TELL.get(key)
    told = tell(evidence, words) if tell else []
    told += _conditions(evidence, words)
    if told:
        return words("semicolon").join(told)
    shown = {
        name: words.pick(value) if _is_text(value) else value
        for name, value in evidence.items()
        if name != "question"
    }
    return show_value(shown, words) or NONE


def _is_text(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"zh", "en"}


def fact_label(key: str, words: Words) -> str:
    """Return the label of a project fact, its key where the list does not know it."""
    spec = fact_specs().get(key)
    return spec.label.pick(words.language) if spec else key


def _fact(key: str, value: Any, words: Words) -> str:
    spec = fact_specs().get(key)
    if value is None:
        shown = words("not_given")
    elif spec is None:
        shown = show_value(value, words)
    else:
        given = frozenset(value) if isinstance(value, list) else value
        shown = fact_in_words(spec, given).pick(words.language)
    return f"{fact_label(key, words)} {shown}"


def _conditions(evidence: Json, words: Words) -> list[str]:
    """Conditions of the pack, and the facts behind the scope of the reform."""
    told = [_fact(key, value, words) for key, value in evidence.get("facts", {}).items()]
    for condition in evidence.get("conditions_of_pack", ()):
        facts = words("comma").join(
            _fact(key, value, words) for key, value in condition["facts"].items()
        )
        result = words.of(RESULT_WORDS, condition["result"])
        source = words("and").join(condition["source"])
        told.append(f"{facts}{words('colon')}{result}" + (words.paren(source) if source else ""))
    return told


def _item(evidence: Json, words: Words) -> list[str]:
    reason = evidence.get("reason")
    if reason:
        return [words.pick(reason)]
    told = [str(evidence["title"])] if evidence.get("title") else []
    if evidence.get("serves") is not None:
        told.append(words("compared_items", x=words("and").join(evidence["serves"]) or NONE))
    if evidence.get("missing"):
        told.append(words("compared_missing", x=words("and").join(evidence["missing"])))
    return told


def _published(evidence: Json, words: Words) -> list[str]:
    told = [words.of(STATE_WORDS, evidence["state"])]
    told.append(words("compared_review", x=evidence["review_date"] or words("not_given")))
    public = evidence["public"]
    told.append(
        words("compared_public", x=words("not_given") if public is None else _yes(public, words))
    )
    if evidence["acknowledged"] is not None:
        names = words("and").join(evidence["acknowledged"]) or words("nobody")
        told.append(words("compared_acknowledged", x=names))
    return told


def _yes(value: bool, words: Words) -> str:
    return words("yes") if value else words("no")


def _coverage(evidence: Json, words: Words) -> list[str]:
    unit = "m2" if "site_m2" in evidence else "m"
    return [
        words(
            "compared_coverage",
            x=percent(evidence["share"]),
            y=fixed(evidence[f"outside_{unit}"]),
            z=fixed(evidence[f"site_{unit}"]),
            unit="m²" if unit == "m2" else "m",
        )
    ]


def _validity(evidence: Json, words: Words) -> list[str]:
    span = span_of(evidence["valid_from"], evidence["valid_to"], words)
    source = evidence.get("source")
    return [f"{evidence['as_of']}{words('colon')}{span}" + (words.paren(source) if source else "")]


def _project_type(evidence: Json, words: Words) -> list[str]:
    told = [_fact(key, evidence[key], words) for key in ("industry", "use") if evidence.get(key)]
    for name, label in (("admission", "admission_list"), ("negative", "negative_list")):
        for fact in ("industry", "use"):
            entry = evidence.get(f"{name}.{fact}")
            if entry is not None:
                listed = words("and").join(entry["list"]) or words("nobody")
                told.append(f"{words(label)}{words('colon')}{listed}")
    classes = evidence.get("excluded_classes")
    if classes is not None:
        told.append(f"{words('excluded')}{words('colon')}{words('and').join(classes['list'])}")
    return told


def _envelope(evidence: Json, words: Words) -> list[str]:
    return [
        words(
            "compared_limit",
            name=fact_label(row["fact"], words),
            value=plain(row["value"]),
            low=plain(row["min"]),
            high=plain(row["max"]),
            unit=_unit(row["unit"]),
        )
        for row in evidence.get("limits", ())
    ]


def _unit(unit: str | None) -> str:
    return {"1": "", "m2": "m²", "m3": "m³"}.get(unit or "", unit or "")


def _quota(evidence: Json, words: Words) -> list[str]:
    return [
        words(
            "compared_total",
            name=row["name"],
            limit=plain(row["limit"]),
            held=plain(row["held_by_others"]),
            wanted=plain(row["wanted"]),
            unit=_unit(row["unit"]),
        )
        for row in evidence.get("totals", ())
    ]


def _peculiarity(evidence: Json, words: Words) -> list[str]:
    told = []
    for row in evidence.get("layers", ()):
        hit = row["hit"]
        what = words.pick(row["reason"]) if hit is None else words("hit" if hit else "no_hit")
        told.append(f"{row['layer']}{words('colon')}{what}")
    return told or [words("nothing_untreated")]


def _changed(evidence: Json, words: Words) -> list[str]:
    told = [words("compared_studied", x=evidence["studied"])]
    told += [
        f"{row['layer']} {row['edition']}{words.paren(row['currency'])}"
        for row in evidence["newer_editions"]
    ]
    told += [
        f"{row['type']} {row['date']}" + (words.paren(row["place"]) if row["place"] else "")
        for row in evidence["events"]
    ]
    return told


def _depth(evidence: Json, words: Words) -> list[str]:
    held = evidence["depth"] or words("not_given")
    return [words("compared_depth", x=held, y=words("and").join(evidence["accepts"]))]


def _obligations(evidence: Json, words: Words) -> list[str]:
    told = []
    for duty in evidence.get("duties") or ():
        done = duty["done"]
        state = words("not_given") if done is None else words("done" if done else "not_done")
        told.append(f"{duty['text']}{words('colon')}{state}")
    told += [f"{words('restricted')} {row['date']}" for row in evidence.get("restrictions", ())]
    return told


def _commitment(evidence: Json, words: Words) -> list[str]:
    told = [words.pick(text) for text in evidence["conditions"]]
    return [*told, words("accepted" if evidence["accepted"] else "not_accepted")]


_TELL: Mapping[str, Callable[[Json, Words], list[str]]] = {
    "item_assessed": _item,
    "published": _published,
    "coverage": _coverage,
    "validity": _validity,
    "project_type": _project_type,
    "envelope": _envelope,
    "quota": _quota,
    "site_peculiarity": _peculiarity,
    "changed_circumstances": _changed,
    "depth": _depth,
    "area_obligations": _obligations,
    "commitment": _commitment,
}
