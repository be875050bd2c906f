"""`lantu layers`: what the office knows: declare a layer, list layers, show one, its editions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from api.cli import output
from api.cli.audited import note_act
from api.cli.language import LANGUAGE, say, speak
from api.cli.session import common_options, current
from api.documents import edition_document, known_spec, spec_document


@click.group(help=say("图层：登记、列出、查看、数据版本。", "Layers: add, list, show, editions."))
@common_options
def layers() -> None:
    """Hold the commands on layers."""


@layers.command(
    help=say(
        "按 SPEC.yaml 的声明登记一个图层。",
        "Add a layer to the workspace as SPEC.yaml declares it.",
    )
)
@click.argument("spec", metavar="SPEC.yaml", type=click.Path(path_type=Path))
@common_options
def add(spec: Path) -> None:
    """Add a layer to the workspace."""
    from api.clock import now

    added = current().open().add_spec(spec, at=now())
    note_act("layer.add", f"layer:{added.key}")
    if current().as_json:
        output.print_json(spec_document(added))
        return
    output.message(
        say(
            f"图层 {added.key}（{added.title.zh}）已登记",
            f"Layer {added.key} ({added.title.en}) added",
        )
    )


@layers.command(
    "list",
    help=say(
        "列出工作区的全部图层；--all 连没有数据版本的也列出。",
        "List the workspace's layers; --all also those without an edition.",
    ),
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=say("没有数据版本的也列出", "also layers without an edition"),
)
@common_options
def list_layers(everything: bool) -> None:
    """List layers with the number of their editions and the newest one."""
    workspace = current().open()
    rows = [(spec, workspace.editions(key)) for key, spec in sorted(workspace.specs().items())]
    if current().as_json:
        output.print_json(
            [
                spec_document(spec) | {"editions": [edition.id for edition in editions]}
                for spec, editions in rows
                if everything or editions
            ]
        )
        return
    shown = [row for row in rows if everything or row[1]]
    for spec, editions in shown:
        newest = editions[-1].id if editions else "-"
        output.result(f"{spec.key:<44}{len(editions):>3}  {newest:<16} {speak(spec.title.text())}")
    output.message(
        say(
            f"{len(shown)} 个图层（共登记 {len(rows)} 个）",
            f"{len(shown)} layers ({len(rows)} declared)",
        )
    )


@layers.command(help=say("查看一个图层的声明。", "Show how a layer is declared."))
@click.argument("key")
@common_options
def show(key: str) -> None:
    """Show a layer's declaration."""
    document = spec_document(known_spec(current().open(), key))
    if current().as_json:
        output.print_json(document)
        return
    for name, value in document.items():
        output.result(f"{name:<16} {_plain(value)}")


@layers.command(help=say("列出一个图层的数据版本。", "List the editions of a layer."))
@click.argument("key")
@common_options
def editions(key: str) -> None:
    """List a layer's editions, oldest first."""
    workspace = current().open()
    known_spec(workspace, key)
    rows = [edition_document(edition) for edition in workspace.editions(key)]
    if current().as_json:
        output.print_json(rows)
        return
    for row in rows:
        span = f"{row['valid_from']} .. {row['valid_to'] or ''}"
        flags = say("不完整", "incomplete") if row["incomplete"] else ""
        output.result(
            f"r{row['revision']:<5} {row['id']:<24} {row['currency']}  {span:<26} "
            f"±{row['accuracy_m']:g} m  {row['feature_count']:>8}  {flags}"
        )
    output.message(say(f"{len(rows)} 个数据版本", f"{len(rows)} editions"))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            return str(value[LANGUAGE])
        return "; ".join(f"{key}: {_plain(item)}" for key, item in value.items() if item)
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value) or "-"
    return "-" if value is None else str(value)
