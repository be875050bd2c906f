"""YAML events to values: all scalars as text, duplicate keys and tags refused, size bounded.

Works on the parser's events without recursion, so that depth cannot hurt; pure Python and C
parsers give the same events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from gis.errors import LantuError, Text

MAX_NODES = 400_000
"""Largest number of values after aliases are followed: stops files that unfold to gigabytes."""

MAX_DEPTH = 60
"""Deepest nesting; rules nest about ten levels."""

_Parser = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # same events, eight times faster
_NULLS = {"", "~", "null", "Null", "NULL"}


@dataclass(slots=True)
class Node:
    """A value, its line, what lies under it, how many values it unfolds to and how deep."""

    value: Any
    line: int
    children: dict[str | int, Node] = field(default_factory=dict)
    size: int = 1
    depth: int = 0


def bad_file(fact: Text, where: str, *, hint: Text | None = None) -> LantuError:
    """Return the refusal of a file's content, with its place."""
    return LantuError(
        "bad_file",
        fact,
        hint
        or Text(
            "请按文档中的文件格式修改后重试",
            "Correct the file as its documentation describes, then try again",
        ),
        where=where,
    )


def build(text: str, where: str) -> Node:
    """Parse one document; `where` names the place in refusals.

    Raises
    ------
    LantuError
        `bad_file` with file and line.
    """
    builder = _Builder(where)
    try:
        for event in yaml.parse(text, Loader=_Parser):
            builder.take(event)
    except yaml.YAMLError as error:
        mark: Any = getattr(error, "problem_mark", None)
        place = f"{where}:{mark.line + 1}" if mark is not None else where
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise bad_file(
            Text(f"YAML 语法错误：{problem}", f"YAML syntax: {problem}"),
            place,
            hint=Text(
                "请检查缩进与引号；以 @ 或 ! 开头的文字须加引号",
                "Check indentation and quotes; text that begins with @ or ! must be quoted",
            ),
        ) from error
    return builder.root or Node(None, 1)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Builder:
    """Collects events into one document."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.root: Node | None = None
        self.open: list[tuple[Node, str | None]] = []  # container, anchor
        self.keys: list[Node | None] = []  # pending key of each open mapping
        self.anchors: dict[str, Node] = {}
        self.documents = 0

    def fault(self, line: int, zh: str, en: str) -> LantuError:
        return bad_file(Text(zh, en), f"{self.where}:{line}")

    def take(self, event: yaml.Event) -> None:
        line = _line(event)
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise self.fault(line, "文件含多个 YAML 文档", "More than one YAML document")
            case yaml.ScalarEvent():
                self.put(Node(self.scalar(event, line), line), event.anchor)
            case yaml.AliasEvent():
                if event.anchor not in self.anchors:
                    name = event.anchor
                    raise self.fault(line, f"别名 *{name} 无定义", f"Alias *{name} is not defined")
                self.put(self.anchors[event.anchor], None)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self.begin(event, line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                node, anchor = self.open.pop()
                self.keys.pop()
                self.put(node, anchor)

    def begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, line: int) -> None:
        self.no_tag(event.tag, line)
        if len(self.open) >= MAX_DEPTH:
            raise self.too_deep(line)
        empty: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.open.append((Node(empty, line), event.anchor))
        self.keys.append(None)

    def too_deep(self, line: int) -> LantuError:
        return self.fault(
            line, f"嵌套超过 {MAX_DEPTH} 层", f"Nested more than {MAX_DEPTH} levels deep"
        )

    def no_tag(self, tag: str | None, line: int) -> None:
        if tag is not None:
            raise self.fault(
                line,
                f"不支持 YAML 标签 {tag}（以 ! 开头的文字须加引号）",
                f"YAML tag {tag} is not supported (quote text that begins with !)",
            )

    def scalar(self, event: yaml.ScalarEvent, line: int) -> str | None:
        if event.tag is not None and event.tag.startswith("!") and not event.value:
            return str(event.tag)  # an unquoted `!core` of a rule: all but core
        self.no_tag(event.tag, line)
        plain = bool(event.implicit[0])
        return None if plain and event.value in _NULLS else str(event.value)

    def put(self, node: Node, anchor: str | None) -> None:
        """Hand a finished value to the container that waits for it."""
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        parent = self.open[-1][0]
        if isinstance(parent.value, list):
            parent.children[len(parent.value)] = node
            parent.value.append(node.value)
        elif self.keys[-1] is None:
            self.keys[-1] = self.key(parent, node)
            return
        else:
            key = self.keys[-1].value
            parent.children[key] = node
            parent.value[key] = node.value
            self.keys[-1] = None
        parent.size += node.size
        parent.depth = max(parent.depth, node.depth + 1)
        if parent.depth > MAX_DEPTH:  # aliases in aliases grow deeper than the text shows
            raise self.too_deep(node.line)
        if parent.size > MAX_NODES:
            raise self.fault(
                node.line,
                f"展开后超过 {MAX_NODES} 个值",
                f"The file unfolds to more than {MAX_NODES} values",
            )

    def key(self, parent: Node, node: Node) -> Node:
        name = "null" if node.value is None else node.value
        if not isinstance(name, str):
            raise self.fault(node.line, "键必须是文字", "A key must be text")
        if name in parent.value:
            first = parent.children[name].line
            raise self.fault(
                node.line,
                f"键“{name}”重复（第 {first} 行已有）",
                f"Duplicate key {name!r} (first at line {first})",
            )
        return Node(name, node.line)


KeyPath = tuple[str | int, ...]


def walk(node: Node, path: KeyPath = ()) -> Iterator[tuple[KeyPath, int]]:
    """Line of each value by key path; a value shared by aliases appears under each path."""
    yield path, node.line
    for key, child in node.children.items():
        yield from walk(child, (*path, key))


class LineMap(Mapping[KeyPath, int]):
    """Line of each value by key path, looked up only where a fault must name it."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def __getitem__(self, path: KeyPath) -> int:
        """Return the line of a value; KeyError where the file has none at this path."""
        node = self._node
        for step in path:
            node = node.children[step]
        return node.line

    def __iter__(self) -> Iterator[KeyPath]:
        """Iterate over all key paths."""
        return (path for path, _ in walk(self._node))

    def __len__(self) -> int:
        """Return the number of values."""
        return sum(1 for _ in walk(self._node))

    def under(self, path: KeyPath) -> LineMap:
        """Return the lines below a value, by their paths from there."""
        node = self._node
        for step in path:
            node = node.children[step]
        return LineMap(node)
