"""The closed list of project facts, and a project's own facts file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import FiniteFloat

from checks.rule import FactSpec, FactValue
from checks.rulebook.place import near_en, near_zh, shown
from gis.errors import LantuError, Text
from layers.catalog import Strict, Title
from layers.yaml_file import load, read_yaml

FACTS_FILE = Path(__file__).parent / "rules" / "facts.yaml"

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_STARTS_WITH_NUMBER = re.compile(r"\s*[+-]?[\d.,，]+\s*\S", re.ASCII)


class _FactForm(Strict):
    """One entry of `facts.yaml`."""

    key: str
    type: Literal["string", "enum", "boolean", "number", "set"]
    group: str
    label: Title
    unit: str | None = None
    minimum: FiniteFloat | None = None
    maximum: FiniteFloat | None = None
    allowed: dict[str, Title] | None = None
    help: str = ""


class _FactsForm(Strict):
    """`checks/rules/facts.yaml`."""

    facts: tuple[_FactForm, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A project and what is known of it. A fact that is not among `facts` is unknown."""

    code: str | None
    name: str | None
    facts: Mapping[str, FactValue]


@lru_cache(maxsize=1)
def fact_specs() -> Mapping[str, FactSpec]:
    """Return the closed list of project facts, in the order of its file."""
    form = load(_FactsForm, FACTS_FILE)
    return MappingProxyType({fact.key: _spec(fact) for fact in form.facts})


def _spec(form: _FactForm) -> FactSpec:
    return FactSpec(
        key=form.key,
        type=form.type,
        label=form.label.text(),
        unit=form.unit,
        allowed={key: title.text() for key, title in (form.allowed or {}).items()},
        group=form.group,
        help=form.help,
        minimum=form.minimum,
        maximum=form.maximum,
    )


def read_project(path: Path, specs: Mapping[str, FactSpec]) -> Project:
    """Read a project's facts file.

    Raises
    ------
    LantuError
        `bad_file` (no readable YAML), `unknown_fact`, `bad_fact`.
    """
    return project_of(read_yaml(path), specs, where=path.name)


def project_of(data: object, specs: Mapping[str, FactSpec], *, where: str) -> Project:
    """Check facts already read, scalars as text; an empty document is a project of no facts."""
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise LantuError(
            "bad_fact",
            Text(f"项目事实应为键值表，却是 {shown(data)}", f"Facts are no mapping: {shown(data)}"),
            Text("每行写“事实: 值”，例如 height_m: 24", "Write `fact: value`, as height_m: 24"),
            where=where,
        )
    facts = {}
    for key, raw in data.items():
        if key not in specs:
            raise LantuError(
                "unknown_fact",
                Text(
                    f"没有项目事实“{key}”{near_zh(key, specs)}",
                    f"No project fact {key!r}{near_en(key, specs)}",
                ),
                Text("可用的事实见 docs/project-facts.md", "docs/project-facts.md lists the facts"),
                where=where,
            )
        value = fact_value(specs[key], raw, where=where)
        if value is not None:
            facts[key] = value
    return Project(_text(facts.get("code")), _text(facts.get("name")), MappingProxyType(facts))


def _text(value: FactValue | None) -> str | None:
    return value if isinstance(value, str) else None


def fact_value(spec: FactSpec, raw: object, *, where: str | None = None) -> FactValue | None:
    """Convert the text of a file into the value of one fact; null is unknown, None.

    Raises
    ------
    LantuError
        `bad_fact` for text that the type of the fact does not take.
    """
    if raw is None:
        return None
    place = f"{where}: {spec.key}" if where else spec.key
    if spec.type == "set":
        if not isinstance(raw, list):
            raise _wrong(
                spec,
                raw,
                place,
                Text(
                    "请写成列表，如 [a, b]；没有则写 []", "Write a list such as [a, b]; [] for none"
                ),
            )
        return frozenset(_word(spec, entry, place) for entry in raw)
    if not isinstance(raw, str):
        raise _wrong(spec, raw, place, Text("请只写一个值", "Write one single value"))
    if spec.type == "boolean":
        if raw.strip().lower() not in ("true", "false"):
            raise _wrong(
                spec,
                raw,
                place,
                Text(
                    "请写 true 或 false；不清楚则留空",
                    "Write true or false; leave it empty if unknown",
                ),
            )
        return raw.strip().lower() == "true"
    if spec.type == "number":
        return _number(spec, raw.strip(), place)
    return _word(spec, raw, place)


def _word(spec: FactSpec, raw: object, place: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise _wrong(spec, raw, place, Text("请写文字", "Write a word"))
    word = raw.strip()
    if spec.allowed and word not in spec.allowed:
        raise _wrong(spec, raw, place, _choices(spec.allowed, word))
    return word


def _choices(allowed: Mapping[str, Text], word: str) -> Text:
    """Name the choices, the near ones first; a Chinese label leads to its key."""
    meant: Iterable[str] = [key for key, label in allowed.items() if word in (label.zh, label.en)]
    zh = "、".join(f"{key}（{label.zh}）" for key, label in allowed.items())
    en = ", ".join(allowed)
    close_zh = f"（是否为“{next(iter(meant))}”？）" if meant else near_zh(word, allowed)
    close_en = f" (did you mean {next(iter(meant))}?)" if meant else near_en(word, allowed)
    return Text(f"可选：{zh}{close_zh}", f"One of: {en}{close_en}")


def _number(spec: FactSpec, text: str, place: str) -> float:
    unit = spec.unit if spec.unit and spec.unit != "1" else None
    if not _NUMBER.fullmatch(text):
        hint = Text("请写半角数字", "Write a plain number")
        if _STARTS_WITH_NUMBER.match(text):
            hint = Text(
                f"请只写数字，不写单位和千位分隔符{f'；单位为 {unit}' if unit else ''}",
                "Write the number alone, without unit or thousands separators"
                f"{f'; the unit is {unit}' if unit else ''}",
            )
        raise _wrong(spec, text, place, hint)
    value = float(text)
    low, high = spec.minimum, spec.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        span = f"{'-∞' if low is None else f'{low:g}'} … {'∞' if high is None else f'{high:g}'}"
        share = Text("；比率写小数，如 0.35", "; ratios are fractions, such as 0.35")
        raise _wrong(
            spec,
            text,
            place,
            Text(
                f"取值范围 {span}{share.zh if high == 1 else ''}",
                f"The value lies in {span}{share.en if high == 1 else ''}",
            ),
        )
    return value


_KINDS = {
    "string": Text("文字", "text"),
    "enum": Text("选项", "a choice"),
    "boolean": Text("是非", "true or false"),
    "number": Text("数值", "a number"),
    "set": Text("多选", "a list of choices"),
}


def _wrong(spec: FactSpec, raw: object, place: str, hint: Text) -> LantuError:
    kind = _KINDS[spec.type]
    return LantuError(
        "bad_fact",
        Text(
            f"{spec.label.zh}（{spec.key}）应为{kind.zh}，却是“{shown(raw)}”",
            f"{spec.label.en} ({spec.key}) is {kind.en}, not {shown(raw)!r}",
        ),
        hint,
        where=place,
    )


def fact_in_words(spec: FactSpec, value: FactValue) -> Text:
    """Return the value of a fact as people read it: the label of a choice, 是/否, a number."""
    if isinstance(value, frozenset):
        named = [spec.allowed.get(word, Text(word, word)) for word in sorted(value)]
        if not named:
            return Text("无", "none")
        return Text("、".join(word.zh for word in named), ", ".join(word.en for word in named))
    if isinstance(value, bool):
        return Text("是", "true") if value else Text("否", "false")
    if isinstance(value, float):
        unit = f" {spec.unit}" if spec.unit and spec.unit != "1" else ""
        return Text(f"{value:.15g}{unit}", f"{value:.15g}{unit}")
    return spec.allowed.get(value, Text(value, value))
