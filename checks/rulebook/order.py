"""Which of two versions of a test or a condition hits more: told only where it can be proved.

`wider`: whatever the first hits the second hits too, `narrower`: the other way round. Tests built
by `all` and `any` grow with their parts and `not` turns them round, so that each part can be
compared by itself; what fits no such reading is `unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal, TypeVar

from checks.rule import (
    Argument,
    ClassChoice,
    DatedValue,
    FactTest,
    Group,
    Leaf,
    Named,
    Number,
    Quantity,
    Smaller,
    Test,
    ValueSeries,
    When,
    WhenGroup,
    Word,
)
from checks.rulebook.values import COMPATIBILITY

Order = Literal["same", "wider", "narrower", "set", "unknown"]
"""`set`: a question that the rule left open is answered; neither wider nor narrower."""

GROWS: Final = {
    "distance_m": True,
    "margin": True,
    "table": True,
    "where": True,
    "area_m2": False,
    "share": False,
    "count": False,
    "value": False,
    "inner": False,
}
"""Whether a test hits more when the argument grows."""

_LIMIT_COUNTS: Final = {
    "area_over",
    "share_over",
    "within_distance",
    "fact_over_attribute",
    "fact_under_attribute",
}
_ABSENT_IS_ZERO: Final = {"inner", "margin", "share"}
_PARTS_OF_OVERLAP: Final = {"area_over", "share_over", "count_over"}

Node = TypeVar("Node")


def combined(orders: Iterable[Order]) -> Order:
    """Return what several changes come to: one direction, or unknown where they disagree."""
    seen = {order for order in orders if order != "same"}
    if not seen:
        return "same"
    return seen.pop() if len(seen) == 1 else "unknown"


def flipped(order: Order) -> Order:
    """Return the order seen from the other side, as under `not`."""
    if order == "wider":
        return "narrower"
    return "wider" if order == "narrower" else order


def of_sets(before: Iterable[object], after: Iterable[object]) -> Order:
    """Compare two sets of what is taken."""
    first, second = set(before), set(after)
    if first == second:
        return "same"
    if first < second:
        return "wider"
    return "narrower" if second < first else "unknown"


# --- tests and conditions -------------------------------------------------------------------------


def of_tests(before: Test, after: Test) -> Order:
    """Compare two tests; arguments that name the same value count as the same."""
    return _of_nodes(before, after, Group, _of_leaves)


def of_conditions(before: When | None, after: When | None) -> Order:
    """Compare two conditions; no condition holds always."""
    if before is None or after is None:
        if before == after:
            return "same"
        return "wider" if after is None else "narrower"
    return _of_nodes(before, after, WhenGroup, _of_comparisons)


def _of_nodes(
    before: Node,
    after: Node,
    group: type[Group] | type[WhenGroup],
    leaf: Callable[[Node, Node], Order],
) -> Order:
    if before == after:
        return "same"
    kinds = [item.kind for item in (before, after) if isinstance(item, group)]
    if not kinds:
        return leaf(before, after)
    if "not" in kinds:
        if kinds != ["not", "not"]:
            return "unknown"
        inner = [item.items[0] for item in (before, after) if isinstance(item, group)]
        return flipped(_of_nodes(inner[0], inner[1], group, leaf))  # type: ignore[arg-type]
    if len(set(kinds)) > 1:
        return "unknown"
    first, second = _parts(before, group), _parts(after, group)
    lost = [item for item in first if item not in second]
    new = [item for item in second if item not in first]
    if len(lost) == len(new):
        pairs = zip(lost, new, strict=True)
        return combined(_of_nodes(one, other, group, leaf) for one, other in pairs)
    if lost and new:
        return "unknown"
    return "wider" if bool(new) == (kinds[0] == "any") else "narrower"


def _parts(node: Node, group: type[Group] | type[WhenGroup]) -> Sequence[Node]:
    """Items of a group; a single test is a group of one, of either kind."""
    return node.items if isinstance(node, group) else (node,)  # type: ignore[return-value]


def _of_comparisons(before: When, after: When) -> Order:
    if not isinstance(before, FactTest) or not isinstance(after, FactTest):
        return "unknown"
    if before.fact != after.fact:
        return "unknown"
    ops = {before.op, after.op}
    if ops <= {"in", "eq"}:
        return of_sets(before.values, after.values)
    if ops <= {"lt", "le"} or ops <= {"gt", "ge"}:
        sign = 1 if ops <= {"lt", "le"} else -1
        first, second = (
            (sign * float(test.values[0]), test.op in {"le", "ge"}) for test in (before, after)
        )
        return "same" if first == second else "wider" if first < second else "narrower"
    return "unknown"


def _of_leaves(before: Test, after: Test) -> Order:
    if not isinstance(before, Leaf) or not isinstance(after, Leaf):
        return "unknown"
    if before.kind != after.kind:
        return _of_kinds(before, after)
    if any(getattr(before, key) != getattr(after, key) for key in _FIXED):
        return "unknown"
    classes = _of_classes(before.classes, after.classes)
    orders: list[Order] = [
        # what lies outside grows when fewer classes count as inside
        flipped(classes) if before.kind == "outside" else classes,
        of_sets(before.states, after.states),
        "same" if before.where == after.where else "unknown",
    ]
    if before.inclusive != after.inclusive:
        counts = "wider" if after.inclusive else "narrower"
        orders.append(counts if before.kind in _LIMIT_COUNTS else "unknown")  # type: ignore[arg-type]
    for key in dict.fromkeys([*before.args, *after.args]):
        zero = Number(0.0) if key in _ABSENT_IS_ZERO else None
        first, second = before.args.get(key, zero), after.args.get(key, zero)
        orders.append(_of_arguments(key, first, second))
    return combined(orders)


_FIXED = ("layer", "fact", "attribute", "base", "code", "table")


def _of_kinds(before: Leaf, after: Leaf) -> Order:
    """An overlap that must also be large, or numerous, is hit less often than any overlap."""
    kinds = (before.kind, after.kind)
    plain = all(leaf.attribute is None for leaf in (before, after))
    same = (before.layer, before.classes, before.where) == (after.layer, after.classes, after.where)
    if plain and same and kinds[0] == "overlaps" and kinds[1] in _PARTS_OF_OVERLAP:
        return "narrower"
    if plain and same and kinds[1] == "overlaps" and kinds[0] in _PARTS_OF_OVERLAP:
        return "wider"
    return "unknown"


def _of_classes(before: ClassChoice | None, after: ClassChoice | None) -> Order:
    """Compare choices of classes; the classes that there may be are not known."""
    if before == after:
        return "same"
    if before is None or after is None:
        return "wider" if after is None else "narrower"
    if _within(before, after):
        return "wider"
    return "narrower" if _within(after, before) else "unknown"


def _within(inner: ClassChoice, outer: ClassChoice) -> bool:
    if inner.negate:
        return outer.negate and outer.codes <= inner.codes
    if outer.negate:
        return not inner.codes & outer.codes
    return inner.codes <= outer.codes


def _of_arguments(key: str, before: Argument | None, after: Argument | None) -> Order:
    if before == after:
        return "same"
    if before is None or after is None or isinstance(before, Named) or isinstance(after, Named):
        return "unknown"
    return _seen(of_quantities(before, after), grows=GROWS[key])


def _seen(order: Order, *, grows: bool) -> Order:
    return order if grows else flipped(order)


# --- quantities and dated values ------------------------------------------------------------------


def of_quantities(before: Quantity, after: Quantity) -> Order:
    """Compare two quantities: `wider` where the second is never smaller."""
    if before == after:
        return "same"
    if isinstance(before, Number) and isinstance(after, Number):
        return "wider" if before.value < after.value else "narrower"
    if isinstance(before, Word) and isinstance(after, Word):
        first, second = (COMPATIBILITY.index(item.word) for item in (before, after))
        return "wider" if first < second else "narrower"
    if isinstance(before, Smaller) and isinstance(after, Smaller):
        alike = len(before.of) == len(after.of)
        pairs = zip(before.of, after.of, strict=False)
        return combined(of_quantities(a, b) for a, b in pairs) if alike else "unknown"
    return "unknown"


def of_series(before: ValueSeries, after: ValueSeries, *, grows: bool | None) -> Order:
    """Compare a value over all days; `grows`: whether the test hits more when it grows."""
    if before.unit != after.unit:
        return "unknown"
    days = sorted({entry.start for series in (before, after) for entry in series.dated})
    return combined(_of_entries(before.on(day), after.on(day), grows=grows) for day in days)


def _of_entries(
    before: DatedValue | None, after: DatedValue | None, *, grows: bool | None
) -> Order:
    if before is None or after is None:
        return "same" if before is after else "unknown"
    if before.repealed or after.repealed:
        if before.repealed and after.repealed:
            return "same"
        return "wider" if before.repealed else "narrower"
    if before.unset or after.unset:
        if before.unset and after.unset:
            return "same"
        return "set" if before.unset else "unknown"
    if (before.value, before.table) == (after.value, after.table):
        return "same"
    if grows is None:
        return "unknown"
    if before.value is not None and after.value is not None:
        return _seen(of_quantities(before.value, after.value), grows=grows)
    if [row.match for row in before.table] != [row.match for row in after.table]:
        return "unknown"
    pairs = zip(before.table, after.table, strict=True)
    return _seen(combined(of_quantities(a.value, b.value) for a, b in pairs), grows=grows)


def uses(test: Test, *, turned: bool = False) -> dict[str, set[bool]]:
    """For each named value: whether the whole test hits more when it grows, at each use."""
    found: dict[str, set[bool]] = {}
    if isinstance(test, Group):
        inside = turned != (test.kind == "not")
        for item in test.items:
            for name, ways in uses(item, turned=inside).items():
                found.setdefault(name, set()).update(ways)
        return found
    named = [(key, arg.name) for key, arg in test.args.items() if isinstance(arg, Named)]
    if test.table:
        named.append(("table", test.table))
    if test.where is not None and test.where.table:
        named.append(("where", test.where.table))
    for key, name in named:
        inside_out = key == "where" and test.kind == "outside"
        found.setdefault(name, set()).add(GROWS[key] != (turned != inside_out))
    return found
