"""`lantu rules`: rule packs of the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli import output
from api.cli.audited import note_act
from api.cli.language import say, speak
from api.cli.session import DAY, NATIONAL_PACK, common_options, current
from api.cli.stored_report import whole_report
from api.cli.workspace_commands import names_list
from api.documents import rule_document
from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from checks.rule import Rulebook
    from layers.catalog import LayerSpec
    from layers.store.workspace import Workspace

_PACKS = click.option(
    "--packs",
    metavar="LIST",
    help=say("只看这些检测规则库", "only these rule packs"),
)


@click.group(
    help=say("检测规则库：登记、检查、列出、解释、试算。", "Rule packs: add, check, list, explain.")
)
@common_options
def rules() -> None:
    """Hold the commands on rule packs."""


@rules.command(
    help=say(
        "登记本单位自己的检测规则库（文件夹）；有错不登记。",
        "Register an office's own pack (a folder); one with faults is refused.",
    )
)
@click.argument("pack", metavar="PACKDIR", type=click.Path(path_type=Path))
@common_options
def add(pack: Path) -> None:
    """Check a pack and register it with the workspace."""
    from api.clock import now

    workspace = current().open()
    name = _check_pack(pack, workspace)
    workspace.add_pack(pack, at=now())
    if name not in workspace.packs:
        workspace.set_packs([*workspace.packs, name], at=now())
    note_act("pack.add", f"pack:{name}", {"packs": list(workspace.packs)})
    if current().as_json:
        output.print_json({"pack": name, "packs": list(workspace.packs)})
        return
    output.message(
        say(
            f"规则库 {name} 已登记；工作区现用 {'、'.join(workspace.packs)}",
            f"Pack {name} registered; the workspace uses {', '.join(workspace.packs)}",
        )
    )


@rules.command(
    help=say(
        "检查工作区的检测规则库，或尚未登记的 PACKDIR，能否读通。",
        "Check that the workspace's packs, or a PACKDIR not yet registered, read strictly.",
    )
)
@click.argument("pack", metavar="[PACKDIR]", required=False, type=click.Path(path_type=Path))
@_PACKS
@common_options
def check(pack: Path | None, packs: str | None) -> None:
    """Read all packs strictly and print what they hold, and what is doubtful in them."""
    from api.clock import today
    from checks.classes.contradictions import UNSEEN, contradictions, told
    from checks.rulebook.tools import review

    if pack is not None:
        packs = _check_pack(pack, current().open())
        book = load(packs, {packs: pack})
    else:
        book = load(packs)
    names = [item.name for item in book.packs]
    doubts = review(book, ground()[2], day=today())
    clashes = [told(found) for found in contradictions(book)]
    held = book.catalogue
    document = {
        "packs": names,
        "rules": len(book.rules),
        "scenarios": list(book.scenarios),
        "shadowed": [
            {
                "what": item.what,
                "code": item.code,
                "pack": item.pack,
                "over": item.over,
                "changed": item.changed,
                "milder": item.milder,
            }
            for item in book.shadowed
        ],
        "entries": len(held.entries) if held else 0,
        "items": len(held.items) if held else 0,
        "doubts": [note.as_dict() for note in doubts],
        "contradictions": [note.as_dict() for note in clashes],
        "unseen": UNSEEN.as_dict(),
        "digest": book.digest,
    }
    if current().as_json:
        output.print_json(document)
        return
    for note in (*doubts, *clashes):
        output.message(say(f"请核对 {note.text.zh}", f"look at {note.text.en}"))
    output.message(speak(UNSEEN.text))
    output.message(
        say(
            f"规则库 {'、'.join(names)}：规则 {len(book.rules)} 条，"
            f"场景 {len(book.scenarios)} 个，无误",
            f"Packs {', '.join(names)}: {len(book.rules)} rules, "
            f"{len(book.scenarios)} scenarios, no fault",
        )
    )


@rules.command(
    "test",
    help=say(
        "按案例试算规则：PATH 为案例文件或文件夹，默认为各规则库的 tests 文件夹。",
        "Run cases: PATH is a file or a folder of cases, by default the packs' own tests folders.",
    ),
)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@_PACKS
@common_options
def test_rules(paths: tuple[Path, ...], packs: str | None) -> int:
    """Run cases in planners' words against the rules in force."""
    from checks.rulebook.cases import case_files, run_cases

    _, folders, specs = ground()
    book = load(packs)
    named = {pack.name for pack in book.packs}
    tests = [path / "tests" for name, path in folders.items() if name in named]
    own = [folder for folder in tests if folder.is_dir()]
    results = [item for path in case_files(paths or own) for item in run_cases(path, book, specs)]
    failed = [item for item in results if not item.passed]
    if current().as_json:
        output.print_json(
            {
                "cases": len(results),
                "failed": [
                    {
                        "file": i.file,
                        "case": i.case,
                        "rule": i.rule,
                        "expected": i.expected,
                        "state": i.state,
                        "wrong": list(i.wrong),
                    }
                    for i in failed
                ],
            }
        )
    for item in failed if not current().as_json else ():
        seen = "; ".join((item.state, *item.wrong))
        output.result(
            say(
                f"{item.file}：{item.case}：{item.rule} 应为 {item.expected}，实为 {seen}",
                f"{item.file}: {item.case}: {item.rule} is {seen}, not {item.expected}",
            )
        )
    output.message(
        say(
            f"案例 {len(results)} 个，不符 {len(failed)} 个",
            f"{len(results)} cases, {len(failed)} not as expected",
        )
    )
    return output.REFUSED if failed else output.DONE


@rules.command("list", help=say("列出检测规则。", "List the rules."))
@_PACKS
@common_options
def list_rules(packs: str | None) -> None:
    """List the rules by code."""
    book = load(packs)
    if current().as_json:
        output.print_json([rule_document(rule) for rule in book.rules.values()])
        return
    for rule in book.rules.values():
        output.result(f"{rule.code:<14}{rule.severity:<18}{rule.layer:<40}{speak(rule.title)}")
    output.message(say(f"{len(book.rules)} 条规则", f"{len(book.rules)} rules"))


@rules.command(
    help=say(
        "解释一条规则：检验、当日的数值、依据、用语；或用 --report 只凭已存报告解释其中一项结果。",
        "Explain a rule: test, values of a date, basis, wording; or, by --report, one finding of a "
        "stored report from that report alone.",
    )
)
@click.argument("code")
@click.option(
    "--report",
    metavar="REPORT.json",
    type=click.Path(path_type=Path),
    help=say("已存的 report.json，不需要工作区", "a stored report.json; no workspace is needed"),
)
@click.option("--as-of", type=DAY, metavar="DATE", help=say("日期（默认今天）", "date"))
@_PACKS
@common_options
def explain(code: str, report: Path | None, as_of: date | None, packs: str | None) -> None:
    """Explain one rule as it stands on a date, or one finding of a stored report."""
    if report is not None:
        _explain_finding(code, report)
        return
    from api.clock import today
    from checks.rulebook.tools import explain as in_words
    from checks.rulebook.tools import find_rule, values_on

    book, day, specs = load(packs), as_of or today(), ground()[2]
    held = book.catalogue
    if held is not None and (code in held.entries or code in held.items):
        from checks.classes.words import explain_entry, explain_item

        in_catalogue = explain_entry if code in held.entries else explain_item
        told = in_catalogue(book, code, day=day)
        if current().as_json:
            output.print_json({"code": code, "text": told.as_dict()})
        else:
            output.result(speak(told))
        return
    if current().as_json:
        values = values_on(book, code, specs, day=day)
        output.print_json(rule_document(find_rule(book, code)) | {"values": values})
        return
    output.result(speak(in_words(book, code, specs, day=day)))


def _explain_finding(code: str, path: Path) -> None:
    """Explain a finding from its report; say so where the report was changed after it was made."""
    from checks.report.explain import explain_finding, find_finding

    stored = whole_report(path)
    document = stored.document
    if not stored.sealed:
        output.message(
            say("报告内容与其校验码不符，已被改动", "the report does not match its digest: changed")
        )
    if current().as_json:
        output.print_json({**find_finding(document, code)[1], "unchanged": stored.sealed})
        return
    output.result(speak(explain_finding(document, code)))


def load(packs: str | None, more: Mapping[str, Path] | None = None) -> Rulebook:
    """Load the workspace's rulebook, or only the packs named; `more` are folders not registered."""
    from checks.rulebook.load import load_rulebook

    in_force, folders, specs = ground()
    names = names_list(packs) if packs is not None else in_force
    return load_rulebook(names, {**folders, **(more or {})}, layer_specs=specs)


def ground() -> tuple[tuple[str, ...], Mapping[str, Path], Mapping[str, LayerSpec]]:
    """Return packs in force, folders of an office's packs, and layers.

    They are the workspace's; where none is named and there is none by default, what the program
    ships: its rules can be read before any office has a workspace.
    """
    if current().is_nowhere:
        from layers.catalog import shipped_specs

        return (NATIONAL_PACK,), {}, shipped_specs()
    workspace = current().open()
    return workspace.packs, workspace.pack_folders(), workspace.specs()


def _check_pack(folder: Path, workspace: Workspace) -> str:
    """Read a pack strictly, over those in force, before it is registered; return its name."""
    from checks.rulebook.load import load_rulebook

    name = pack_name(folder)
    folders = {**workspace.pack_folders(), name: folder}
    names = dict.fromkeys([*workspace.packs, name])
    load_rulebook(list(names), folders, layer_specs=workspace.specs())
    return name


def pack_name(folder: Path) -> str:
    """Return the name that a folder's pack.yaml gives.

    Raises
    ------
    LantuError
        `bad_pack` without a name; what `read_yaml` refuses.
    """
    from layers.yaml_file import read_yaml

    content = read_yaml(folder / "pack.yaml")
    name = content.get("name") if isinstance(content, dict) else None
    if not isinstance(name, str):
        raise LantuError(
            "bad_pack",
            Text("pack.yaml 缺少规则库名称 name", "pack.yaml has no name"),
            Text("请在 pack.yaml 中写明 name", "Write a name into pack.yaml"),
            where=f"{folder.name}/pack.yaml",
        )
    return name
