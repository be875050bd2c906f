"""The one way a YAML file is read: every scalar is text, converted later by a declaration.

YAML's own guesses read 0601 as 385, NO as false and 2016-07-02 as a date. Here a plain `null`,
`~` or nothing is None; everything else, quoted or not, is the text that stands in the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gis.errors import LantuError, Text
from layers.yaml_parser import KeyPath, LineMap, Node, bad_file, build, walk

MAX_BYTES = 8_000_000
"""Largest file read; the largest of ours has 60 kB."""

__all__ = [
    "bad_file",
    "load",
    "load_text",
    "read_text_with_lines",
    "read_with_lines",
    "read_yaml",
    "read_yaml_text",
    "validate",
]

Lines = Mapping[KeyPath, int]
Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path) -> Any:
    """Read a file into dicts, lists, text and None.

    Raises
    ------
    LantuError
        `file_not_found`, `bad_file` (syntax, duplicate key, tag, size, encoding: with the line).
    """
    return _read(path).value


def read_yaml_text(text: str, where: str) -> Any:
    """Read YAML text as `read_yaml` does; `where` names the place in refusals."""
    return build(text, where).value


def load(model: type[Model], path: Path) -> Model:
    """Read a file and validate it as `model`.

    Raises
    ------
    LantuError
        As `read_yaml`; and `bad_file` naming line, key path and value of each fault.
    """
    node = _read(path)
    return validate(model, node.value, path.name, lines=LineMap(node))


def load_text(model: type[Model], text: str, where: str) -> Model:
    """Read YAML text and validate it as `model`; faults as `load`."""
    node = build(text, where)
    return validate(model, node.value, where, lines=LineMap(node))


def validate(
    model: type[Model],
    value: object,
    where: str,
    *,
    lines: Lines | None = None,
    inside: str | None = None,
) -> Model:
    """Validate a value already read; a `ValidationError` becomes `bad_file`.

    The place of a refusal is `where`, the line if `lines` know it, and `inside`: a name within
    the file, such as the code of a rule.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _bad_values(error.errors(), where, lines or {}, inside) from error


def read_text_with_lines(text: str, where: str) -> tuple[Any, LineMap]:
    """Read YAML text, and tell the line of each value by its key path."""
    node = build(text, where)
    return node.value, LineMap(node)


def read_with_lines(path: Path) -> tuple[Any, Lines]:
    """Read a file and tell the line of each value by its key path."""
    node = _read(path)
    return node.value, dict(walk(node))


# --- text to values ---------------------------------------------------------------------------


def _read(path: Path) -> Node:
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise LantuError(
            "file_not_found",
            Text(f"无法读取文件 {path.name}", f"Cannot read the file {path.name}"),
            Text("请核对文件路径与权限", "Check the path and its permissions"),
            where=path.name,
        ) from error
    if size > MAX_BYTES:
        raise bad_file(
            Text(
                f"文件有 {size} 字节，超过上限 {MAX_BYTES} 字节",
                f"The file has {size} bytes, more than {MAX_BYTES}",
            ),
            path.name,
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise bad_file(
            Text(
                f"不是 UTF-8 编码（第 {error.start + 1} 个字节）",
                f"The text is not UTF-8 (byte {error.start + 1})",
            ),
            f"{path.name}:{line}",
            hint=Text("请另存为 UTF-8 编码", "Save the file as UTF-8"),
        ) from error
    return build(text, path.name)


# --- pydantic's faults in words ---------------------------------------------------------------


def _bad_values(
    errors: Sequence[ErrorDetails], where: str, lines: Lines, inside: str | None
) -> LantuError:
    """One refusal that names up to five faults; the place is that of the first."""
    shown = [fault_text(error) for error in errors[:5]]
    more = len(errors) - len(shown)
    zh = "；".join(text.zh for text in shown) + (f"；另有 {more} 处" if more else "")
    en = "; ".join(text.en for text in shown) + (f"; {more} more" if more else "")
    line = _line_of(tuple(errors[0]["loc"]), lines)
    place = f"{where}:{line}" if line else where
    return bad_file(Text(zh, en), f"{place}: {inside}" if inside else place, hint=_hint(errors[0]))


def _line_of(loc: KeyPath, lines: Lines) -> int | None:
    """Line of the deepest value known along `loc`: names of union members are not in the file."""
    known: KeyPath = ()
    for step in loc:
        if (*known, step) in lines:
            known = (*known, step)
    return lines.get(known)


def fault_text(error: ErrorDetails) -> Text:
    """Say in words what a value does wrong, after its key path."""
    path = ".".join(str(step) for step in error["loc"]) or "(file)"
    found = _short(error["input"])
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "missing":
            return Text(f"缺少键“{path}”", f"Missing key {path}")
        case "extra_forbidden":
            return Text(f"未知的键“{path}”", f"Unknown key {path}")
        case "literal_error" | "enum":
            allowed = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
            return Text(
                f"“{path}”的值 {found} 不在可选范围：{allowed}",
                f"{path}: {found} is not one of {allowed}",
            )
        case "value_error":
            cause = context.get("error")
            text = cause.args[0] if isinstance(cause, ValueError) and cause.args else None
            if isinstance(text, Text):
                return Text(f"“{path}”：{text.zh}", f"{path}: {text.en}")
    wanted = _WANTED.get(kind.split("_")[0])
    if wanted is not None:
        return Text(
            f"“{path}”的值 {found} 应为{wanted.zh}", f"{path}: {found} should be {wanted.en}"
        )
    return Text(f"“{path}”的值 {found} 无效（{error['msg']}）", f"{path}: {found}: {error['msg']}")


_WANTED = {
    "string": Text("文字", "text"),
    "int": Text("整数", "a whole number"),
    "float": Text("数字", "a number"),
    "finite": Text("有限数字", "a finite number"),
    "bool": Text("true 或 false", "true or false"),
    "date": Text("日期，如 2026-01-31", "a date such as 2026-01-31"),
    "list": Text("列表", "a list"),
    "tuple": Text("列表", "a list"),
    "dict": Text("键值表", "a mapping"),
    "mapping": Text("键值表", "a mapping"),
    "model": Text("键值表", "a mapping"),
}


def _hint(error: ErrorDetails) -> Text:
    if error["type"] == "extra_forbidden":
        return Text("请删除该键或核对其拼写", "Remove the key or check its spelling")
    if error["type"] == "missing":
        return Text("请补上该键", "Add the key")
    return Text(
        "请按所述修改该值；文件中的值都按文字读取，再按声明转换",
        "Change the value as stated; all values are read as text and converted as declared",
    )


def _short(value: object) -> str:
    text = repr(value) if value is not None else "null"
    return text if len(text) <= 60 else text[:57] + "..."
