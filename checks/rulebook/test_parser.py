"""Read the `test` of a rule: one of the closed list, or `all`, `any`, `not` of tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from checks.rule import Argument, ClassChoice, Group, Leaf, LeafKind, Named, State, Test, Where
from checks.rulebook.place import Place, near_en, near_zh
from checks.rulebook.values import Grammar, argument, check_figure
from gis.errors import Text

_MAX_DEPTH = 12
_COMMON: Final = ("layer", "classes", "inclusive", "where")


@dataclass(frozen=True, slots=True)
class _Form:
    """Which keys a leaf needs and takes beside the common ones."""

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


FORMS: Final[Mapping[str, _Form]] = {
    "overlaps": _Form(),
    "area_over": _Form(("area_m2",)),
    "share_over": _Form(("share",)),
    "outside": _Form((), ("share",)),
    "within_distance": _Form(("distance_m",), ("inner",)),
    "class_in": _Form(("classes", "share"), ("attribute",)),
    "count_over": _Form(("count",)),
    "raster_class": _Form(("classes", "share")),
    "raster_over": _Form(("value", "share")),
    "height_above": _Form(("fact",), ("base", "margin")),
    "fact_over_attribute": _Form(("fact", "attribute"), ("direction",)),
    "fact_under_attribute": _Form(("fact", "attribute")),
    "fact_not_in_attribute": _Form(("fact", "attribute")),
    "class_compatible": _Form(("fact", "table"), ("attribute",)),
    "finding": _Form(("code", "states")),
}
THRESHOLDS: Final = ("area_m2", "share", "distance_m", "inner", "count", "value", "margin")
_KINDS: Final = (*FORMS, "all", "any", "not")


@dataclass(slots=True)
class Scope:
    """What one rule's test may speak of, and what was met while reading it.

    `layer_groups` gives the class groups that a layer's own code table declares.
    """

    layer: str
    names: Mapping[str, object]
    grammar: Grammar
    layer_groups: Callable[[str, Place], Mapping[str, frozenset[str]]]
    used: list[tuple[str, str, Place]] = field(default_factory=list)


def parse_test(raw: object, scope: Scope, place: Place, *, depth: int = 0) -> Test:
    """Read a test.

    Raises
    ------
    LantuError
        `bad_rule`, `unknown_fact`: an unknown test, an argument missing or foreign, a threshold
        that names no entry of `values`, an undeclared group.
    """
    given = place.mapping(raw)
    if len(given) != 1:
        raise place.refuse(
            f"test 应恰有一个测试，却有 {len(given)} 个", f"Exactly one test, not {len(given)}"
        )
    if depth > _MAX_DEPTH:
        raise place.refuse("测试嵌套过深", "The test nests too deep")
    place.only(given, _KINDS, Text("test ", "A test"))
    (kind,) = given
    here = place.at(kind)
    if kind == "not":
        return Group("not", (parse_test(given[kind], scope, here, depth=depth + 1),))
    if kind in ("all", "any"):
        word: Literal["all", "any"] = "all" if kind == "all" else "any"
        parts = enumerate(here.items(given[kind]), start=1)
        return Group(
            word, tuple(parse_test(part, scope, here.at(n), depth=depth + 1) for n, part in parts)
        )
    return _leaf(kind, here.mapping(given[kind]), scope, here)


def _leaf(kind: str, raw: Mapping[str, Any], scope: Scope, place: Place) -> Leaf:
    form = FORMS[kind]
    place.only(raw, (*form.needs, *form.takes, *_COMMON), Text(f"测试 {kind} ", f"The test {kind}"))
    given = {key: value for key, value in raw.items() if value is not None}
    for key in form.needs:
        if key not in given:
            raise place.refuse(f"测试 {kind} 缺少 {key}", f"The test {kind} lacks {key}")
    layer = place.at("layer").text(given.get("layer", scope.layer))
    return Leaf(
        kind=_kind(kind, given, place),
        layer=layer,
        args=_arguments(given, scope, place),
        classes=_classes(given.get("classes"), layer, scope, place.at("classes")),
        inclusive=_yes(given.get("inclusive", "false"), place.at("inclusive")),
        fact=_fact(given, "fact", scope, place),
        attribute=_word(given, "attribute", place),
        base=_fact(given, "base", scope, place),
        table=_table(given, scope, place),
        code=_word(given, "code", place),
        states=_states(given.get("states"), place.at("states")),
        where=_where(given.get("where"), kind, scope, place.at("where")),
    )


def _kind(kind: str, given: Mapping[str, Any], place: Place) -> LeafKind:
    """`direction: under` is how a table of rules writes `fact_under_attribute`."""
    if "direction" in given:
        direction = place.at("direction").one_of(given["direction"], ("over", "under"))
        if direction == "under":
            return "fact_under_attribute"
    kinds: tuple[LeafKind, ...] = get_args(LeafKind)
    return kinds[kinds.index(kind)]


def _arguments(given: Mapping[str, Any], scope: Scope, place: Place) -> dict[str, Argument]:
    read: dict[str, Argument] = {}
    for key in THRESHOLDS:
        if key in given:
            here = place.at(key)
            read[key] = argument(given[key], scope.names, scope.grammar, here)
            found = read[key]
            if isinstance(found, Named):
                scope.used.append((key, found.name, here))
            else:
                check_figure(key, found, here)
    return read


def _table(given: Mapping[str, Any], scope: Scope, place: Place) -> str | None:
    name = _word(given, "table", place)
    if name is None:
        return None
    here = place.at("table")
    if name not in scope.names:
        raise here.refuse(
            f"values 中没有“{name}”{near_zh(name, scope.names)}",
            f"values has no entry {name!r}{near_en(name, scope.names)}",
        )
    scope.used.append(("table", name, here))
    return name


def _where(raw: object, kind: str, scope: Scope, place: Place) -> Where | None:
    """Read which features a leaf looks at: `attribute` with `table`, `not_fact` or `marked`."""
    if raw is None:
        return None
    given = place.mapping(raw)
    ways = ("table", "not_fact", "marked")
    place.only(given, ("attribute", *ways), Text("where ", "`where`"))
    if kind == "finding" or kind.startswith("raster"):
        raise place.refuse(
            f"测试 {kind} 没有要素可筛选", f"The test {kind} has no features to choose"
        )
    if len([way for way in ways if way in given]) != 1:
        raise place.refuse(
            "where 须写 table、not_fact、marked 之一",
            "`where` takes either table or not_fact or marked",
        )
    attribute = place.at("attribute").text(given.get("attribute"))
    name = _word(given, "table", place)
    if name is not None and name not in scope.names:
        raise place.at("table").refuse(
            f"values 中没有“{name}”{near_zh(name, scope.names)}",
            f"values has no entry {name!r}{near_en(name, scope.names)}",
        )
    if name is not None:
        scope.used.append(("where", name, place.at("table")))
    marked = place.at("marked").items(given["marked"]) if "marked" in given else []
    words = tuple(place.at("marked").text(word) for word in marked)
    return Where(attribute, name, _fact(given, "not_fact", scope, place), words)


def _fact(given: Mapping[str, Any], key: str, scope: Scope, place: Place) -> str | None:
    name, facts = _word(given, key, place), scope.grammar.facts
    if name is not None and name not in facts:
        raise place.at(key).refuse(
            f"没有项目事实“{name}”{near_zh(name, facts)}",
            f"No project fact {name!r}{near_en(name, facts)}",
            code="unknown_fact",
        )
    return name


def _word(given: Mapping[str, Any], key: str, place: Place) -> str | None:
    return place.at(key).text(given[key]) if key in given else None


def _yes(raw: object, place: Place) -> bool:
    return place.one_of(str(raw).lower(), ("true", "false")) == "true"


def _states(raw: object, place: Place) -> tuple[State, ...]:
    if raw is None:
        return ()
    known: tuple[State, ...] = get_args(State)
    words = [place.one_of(word, known) for word in place.items(raw)]
    return tuple(state for state in known if state in words)


def _classes(raw: object, layer: str, scope: Scope, place: Place) -> ClassChoice | None:
    """Read `x`, `[x, y]`, `!x`, `@group`, `!@group`; a list is wholly with `!` or without."""
    if raw is None:
        return None
    words = [place.text(word) for word in (place.items(raw) if isinstance(raw, list) else [raw])]
    negated = [word.startswith("!") for word in words]
    if any(negated) and not all(negated):
        raise place.refuse(
            f"“{', '.join(words)}”混用了“!”：须全部带或全部不带",
            f"{', '.join(words)} mixes '!': either all carry it or none",
        )
    codes: set[str] = set()
    for word in words:
        plain = word.removeprefix("!").strip()
        if plain.startswith("@"):
            codes |= _group(plain[1:], layer, scope, place)
        elif plain:
            codes.add(plain)
        else:
            raise place.refuse("“!”后缺少类别", "'!' without a class")
    return ClassChoice(frozenset(codes), any(negated))


def _group(name: str, layer: str, scope: Scope, place: Place) -> frozenset[str]:
    groups = scope.grammar.groups
    if name in groups:
        return groups[name]
    own = scope.layer_groups(layer, place)
    if name in own:
        return own[name]
    known = [*groups, *own]
    raise place.refuse(
        f"图层 {layer} 没有类别组“@{name}”{near_zh(name, known)}",
        f"Layer {layer} has no class group @{name}{near_en(name, known)}",
    )
