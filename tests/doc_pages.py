"""Writes the generated pages: `python -m tests.doc_pages` (make docs).

`docs/command-line.md` comes from the commands themselves, `docs/errors.md` from the refusals in the
source, the rule reference, `docs/scenarios.md` and `docs/project-facts.md` from the rules that ship.
`tests/test_docs.py` and `tests/checks/test_rulebook_docs.py` hold them to the code.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROOMS = ("gis", "layers", "maps", "checks", "sample_data", "api")

_DUMP = """
import json, sys, click
from api.cli.main import main
def walk(command, path, context):
    options = [
        {"kind": p.param_type_name, "names": list(p.opts), "metavar": p.make_metavar(context),
         "help": getattr(p, "help", "") or ""}
        for p in command.params
    ]
    yield {"path": path, "help": command.help or "", "params": options}
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            yield from walk(child, [*path, name], click.Context(child, parent=context))
json.dump(list(walk(main, ["lantu"], click.Context(main))), sys.stdout)
"""

# --- command line --------------------------------------------------------------------------------


def commands(language: str) -> list[dict[str, Any]]:
    """Every command with its parameters, told in one language by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _DUMP],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "LANTU_LANG": language, "PYTHONUTF8": "1"},
    )
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


def command_page() -> str:
    """Return docs/command-line.md."""
    lines = [_COMMAND_HEAD]
    for zh, en in zip(commands("zh"), commands("en"), strict=True):
        arguments = [p["metavar"] for p in zh["params"] if p["kind"] == "argument"]
        lines.append(f"## {' '.join([*zh['path'], *arguments])}\n")
        lines.append(f"{_one_line(zh['help'])}\n\n{_one_line(en['help'])}\n")
        options = [
            (p, q)
            for p, q in zip(zh["params"], en["params"], strict=True)
            if p["kind"] == "option" and p["names"][0] not in {"-w", "--json", "--version"}
        ]
        if options:
            lines.append("| option | 中文 | English |\n|---|---|---|")
            lines += [
                f"| `{_option(p)}` | {_cell(p['help'])} | {_cell(q['help'])} |" for p, q in options
            ]
            lines.append("")
    return "\n".join(lines)


def _option(parameter: dict[str, Any]) -> str:
    metavar = parameter["metavar"]
    flag = metavar in {"BOOLEAN", ""}
    return ", ".join(parameter["names"]) + ("" if flag else f" {_cell(metavar)}")


_COMMAND_HEAD = """# Command line 命令行

Made from the commands themselves by `make docs`; `lantu COMMAND --help` says the same.

Every command takes `-w, --workspace WORKSPACE` (or `LANTU_WORKSPACE`; default `./lantu-workspace`) and `--json`, before or after its
name. `LANTU_LANG=zh|en` chooses the language of help, messages and pages (zh). Messages and progress go to stderr; with `--json`, stdout is
one JSON document.

每条命令都可带 `-w`（工作区）和 `--json`，写在命令名之前或之后。`LANTU_LANG=zh|en` 选择帮助、提示与报告页面的语言。进度与提示写到标准错误；带 `--json` 时标准输出
只有一份 JSON。

| exit code 退出码 | meaning | 含义 |
|---|---|---|
| 0 | done, whatever the colour | 完成，不论红黄绿灰 |
| 1 | at least one input was refused; the others are done | 至少一个输入被拒绝，其余已完成 |
| 2 | wrong usage | 用法有误 |
| 3 | internal fault: an id is printed, the trace lies in `logs/` of the workspace | 程序内部故障：打印编号，详情在工作区 `logs/` |

A refusal is `{"error": {"code", "fact", "hint": {"zh", "en"}, "where"}}`; all codes: [errors](errors.md).

`lantu check` writes `DIR/<n>/report.<ext>`, n counting the sites of all inputs in their order, and `DIR/index.json` with one row for each:
`{n, site, number, path, colour, complete, error}`. A refused site has a row too. Without `--issue` a check is a precheck and has no number.
"""

# --- errors --------------------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Refusal:
    """One place in the source that refuses: its code and, where they stand there, its words."""

    code: str
    room: str
    fact_zh: str = ""
    fact_en: str = ""
    hint_zh: str = ""
    hint_en: str = ""


_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_RAISERS = re.compile(r"(LantuError|Error|Refusal|Fault)$|^_?(refus|bad|fault|wrong|deny|reject)")


def refusals() -> list[Refusal]:
    """Every refusal in the source, by code."""
    found: set[Refusal] = set()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            found.update(_refusals_of(ast.parse(path.read_text(encoding="utf-8")), room))
    return sorted(found)


def _refusals_of(tree: ast.Module, room: str) -> Iterator[Refusal]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from (Refusal(code, room) for code in _default_codes(node))
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else _identifier(node.func)
        if not _RAISERS.search(name):
            continue
        for code in _codes(node):
            yield Refusal(code, room, *_words(node)[:4])


def _words(call: ast.Call) -> list[str]:
    """Fact and hint in both languages, as `Text(zh, en)` or as two plain sentences."""
    words: list[str] = []
    plain = [arg for arg in call.args if isinstance(arg, ast.JoinedStr | ast.Constant)]
    for item in [*call.args, *(key.value for key in call.keywords)]:
        words += _two_languages(item)
    sentences = [text for text in map(_shape, plain) if not _CODE.fullmatch(text)]
    return sentences[:2] + words if len(sentences) >= 2 else words


def _default_codes(function: ast.FunctionDef) -> list[str]:
    """Codes that a refusing helper uses where its caller names none: `code: str = "bad_rule"`."""
    args = function.args
    positional = [*args.posonlyargs, *args.args]
    pairs = [
        *zip(positional[len(positional) - len(args.defaults) :], args.defaults, strict=True),
        *zip(args.kwonlyargs, args.kw_defaults, strict=True),
    ]
    return [
        default.value
        for argument, default in pairs
        if argument.arg == "code"
        and isinstance(default, ast.Constant)
        and isinstance(default.value, str)
        and _CODE.fullmatch(default.value)
    ]


def _codes(call: ast.Call) -> list[str]:
    """Codes that a raising call names: first argument or `code=`, also both sides of an `if`."""
    named = [key.value for key in call.keywords if key.arg == "code"]
    first = [*call.args[:1], *named]
    strings = [
        node.value
        for item in first
        for node in ([item.body, item.orelse] if isinstance(item, ast.IfExp) else [item])
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [text for text in strings if _CODE.fullmatch(text)]


def _two_languages(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Call) and _identifier(node.func) == "Text" and len(node.args) == 2:
        return [_shape(node.args[0]), _shape(node.args[1])]
    return []


def _identifier(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _shape(node: ast.expr) -> str:
    """Return a sentence with … where a value goes."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _shape(part) if isinstance(part, ast.Constant) else "…" for part in node.values
        )
    if isinstance(node, ast.IfExp):
        return f"{_shape(node.body)} / {_shape(node.orelse)}"
    if isinstance(node, ast.BinOp):
        return _shape(node.left) + _shape(node.right)
    return "…"


def error_page() -> str:
    """Return docs/errors.md."""
    lines = [_ERROR_HEAD]
    by_code: dict[str, Refusal] = {}
    for refusal in refusals():
        held = by_code.get(refusal.code)
        if held is None or (refusal.hint_zh and not held.hint_zh):
            by_code[refusal.code] = refusal
    for code, refusal in sorted(by_code.items()):
        cells = (refusal.fact_zh, refusal.fact_en, refusal.hint_zh, refusal.hint_en)
        zh, en, todo_zh, todo_en = map(_cell, cells)
        lines.append(
            f"| `{code}` | {zh or '见当时的提示'} | {en or 'as the message says'} | {'<br>'.join(filter(None, (todo_zh, todo_en)))} |"
        )
    return "\n".join(lines) + "\n"


_ERROR_HEAD = """# Errors 错误代码

Made from the source by `make docs`. Every refusal states a fact with its value, and what to do; `…` stands for the value. Codes are for life.

| code | 含义 | meaning | 怎么办 what to do |
|---|---|---|---|"""


def _cell(text: str) -> str:
    return _one_line(text).replace("|", "\\|")


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- rules ---------------------------------------------------------------------------------------


def rule_pages() -> dict[str, str]:
    """Return the rule reference in both languages, docs/scenarios.md and docs/project-facts.md."""
    from checks.classes.words import class_reference
    from checks.facts import fact_specs
    from checks.rulebook.load import load_rulebook
    from checks.rulebook.pages import facts_page, reference, scenarios_page
    from layers.catalog import shipped_specs

    book = load_rulebook(["cn-base"], {}, layer_specs=shipped_specs())
    packs = ("cn-base", "xiamen-haicang", "yangjiang", "zhejiang")
    books = [load_rulebook([name], {}, layer_specs=shipped_specs()) for name in packs]
    return {
        "class-reference.md": class_reference(books),
        "rule-reference.md": reference(book, shipped_specs(), "zh"),
        "rule-reference.en.md": reference(book, shipped_specs(), "en"),
        "scenarios.md": scenarios_page(book, shipped_specs()),
        "project-facts.md": facts_page(fact_specs()),
    }


def write() -> None:
    """Write all generated pages."""
    pages = {"command-line.md": command_page(), "errors.md": error_page(), **rule_pages()}
    for name, page in pages.items():
        (ROOT / "docs" / name).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    write()
