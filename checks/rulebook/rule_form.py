"""A rule's test and condition in the form of rule files: how a report keeps what was tested."""

from __future__ import annotations

from typing import Any

from checks.rule import (
    Argument,
    ClassChoice,
    Group,
    Leaf,
    Named,
    Number,
    OfAttribute,
    OfFact,
    Smaller,
    Test,
    When,
    WhenGroup,
)


def form_of_test(test: Test, layer: str) -> dict[str, Any]:
    """Return a test as `rules/*.yaml` writes it; groups of classes stand resolved.

    `layer` is the rule's own: a leaf on it names no layer.
    """
    if isinstance(test, Group):
        parts = [form_of_test(item, layer) for item in test.items]
        return {test.kind: parts[0] if test.kind == "not" else parts}
    return {test.kind: _leaf_form(test, layer)}


def _leaf_form(leaf: Leaf, layer: str) -> dict[str, Any]:
    form: dict[str, Any] = {key: form_of_argument(arg) for key, arg in leaf.args.items()}
    if leaf.layer != layer:
        form["layer"] = leaf.layer
    if leaf.classes is not None:
        form["classes"] = _classes_form(leaf.classes)
    if leaf.inclusive:
        form["inclusive"] = "true"
    for key in ("fact", "attribute", "base", "table", "code"):
        if getattr(leaf, key) is not None:
            form[key] = getattr(leaf, key)
    if leaf.states:
        form["states"] = list(leaf.states)
    if leaf.where is not None:
        given = {key: getattr(leaf.where, key) for key in ("attribute", "table", "not_fact")}
        form["where"] = {key: value for key, value in given.items() if value is not None}
        if leaf.where.marked:
            form["where"]["marked"] = list(leaf.where.marked)
    return form


def _classes_form(choice: ClassChoice) -> list[str]:
    mark = "!" if choice.negate else ""
    return [f"{mark}{code}" for code in sorted(choice.codes)]


def form_of_argument(argument: Argument) -> str:
    """Return an argument as it is written: a name, a number, `@attribute`, `10*fact`, `min(…)`."""
    match argument:
        case Named(name):
            return name
        case Number(value):
            return f"{value:.15g}"
        case OfAttribute(attribute):
            return f"@{attribute}"
        case OfFact(fact, factor):
            return f"{factor:.15g}*{fact}"
        case Smaller(of):
            return f"min({', '.join(form_of_argument(item) for item in of)})"
        case word:
            return word.word


def form_of_when(when: When | None) -> dict[str, Any] | None:
    """Return a condition as `rules/*.yaml` writes it."""
    if when is None:
        return None
    if isinstance(when, WhenGroup):
        parts = [form_of_when(item) for item in when.items]
        return {when.kind: parts[0] if when.kind == "not" else parts}
    values = list(when.values) if when.op == "in" else when.values[0]
    return {"fact": when.fact, when.op: values}
