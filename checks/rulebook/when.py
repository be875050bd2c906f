"""Read `when`: `all`, `any`, `not` over comparisons of project facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from checks.rule import FactSpec, FactTest, When, WhenGroup
from checks.rulebook.place import Place, near_en, near_zh
from checks.rulebook.values import fact_word
from gis.errors import Text

Op = Literal["in", "eq", "lt", "le", "gt", "ge", "known"]
_OPS: Final[tuple[Op, ...]] = ("in", "eq", "lt", "le", "gt", "ge", "known")
_ORDER: Final = ("lt", "le", "gt", "ge")
_MAX_DEPTH = 12


def parse_when(
    raw: object, facts: Mapping[str, FactSpec], place: Place, *, depth: int = 0
) -> When | None:
    """Read a condition; None where there is none.

    Raises
    ------
    LantuError
        `unknown_fact`, or `bad_rule` for anything else that the form does not know.
    """
    if raw is None:
        return None
    given = place.mapping(raw)
    if depth > _MAX_DEPTH:
        raise place.refuse("条件嵌套过深", "The condition nests too deep")
    if "fact" in given:
        return _comparison(given, facts, place)
    if len(given) != 1:
        raise place.refuse(
            f"条件应为 all、any、not 之一或 fact，却有 {len(given)} 个键",
            f"A condition is one of all, any, not, or a fact; {len(given)} keys found",
        )
    (word,) = given
    place.only(given, ("all", "any", "not", "fact"), Text("条件", "A condition"))
    here = place.at(word)
    if word == "not":
        return WhenGroup("not", (_needed(given[word], facts, here, depth + 1),))
    kind: Literal["all", "any"] = "all" if word == "all" else "any"
    parts = enumerate(here.items(given[word]), start=1)
    return WhenGroup(kind, tuple(_needed(part, facts, here.at(n), depth + 1) for n, part in parts))


def _needed(raw: object, facts: Mapping[str, FactSpec], place: Place, depth: int) -> When:
    when = parse_when(raw, facts, place, depth=depth)
    if when is None:
        raise place.refuse("条件为空", "The condition is empty")
    return when


def _comparison(given: Mapping[str, object], facts: Mapping[str, FactSpec], place: Place) -> When:
    place.only(given, ("fact", *_OPS), Text("条件", "A condition"))
    key = place.at("fact").text(given["fact"])
    spec = facts.get(key)
    if spec is None:
        raise place.at("fact").refuse(
            f"没有项目事实“{key}”{near_zh(key, facts)}",
            f"No project fact {key!r}{near_en(key, facts)}",
            code="unknown_fact",
        )
    ops = [op for op in _OPS if op in given]
    if len(ops) != 1:
        raise place.refuse(
            f"事实“{key}”需要且只能有一个比较（{', '.join(_OPS)}）",
            f"The fact {key} needs exactly one of {', '.join(_OPS)}",
        )
    op = ops[0]
    return FactTest(key, op, _values(op, given[op], spec, place.at(op)))


def _values(op: Op, raw: object, spec: FactSpec, place: Place) -> tuple[str, ...]:
    if op == "known":
        return (place.one_of(raw, ("true", "false")),)
    if op == "in":
        return tuple(fact_word(spec, place.text(word), place) for word in place.items(raw))
    if op in _ORDER and spec.type != "number":
        raise place.refuse(
            f"事实“{spec.key}”不是数值（{spec.type}），不能用 {op}",
            f"The fact {spec.key} is {spec.type}, {op} needs a number",
        )
    if op == "eq" and spec.type == "set":
        raise place.refuse(
            f"事实“{spec.key}”可多选，请用 in（任一即可）",
            f"The fact {spec.key} may hold several values: use in (any of them)",
        )
    return (fact_word(spec, place.text(raw), place),)
