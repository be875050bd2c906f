"""`lantu backup` and `lantu restore`: workspace and records in one file, and back."""

from __future__ import annotations

import os
from pathlib import Path

import click

from api.cli import output
from api.cli.language import say
from api.cli.session import WORKPLACE, common_options, current


@click.command(
    help=say(
        "把工作区和业务数据（用户、项目、报告、审计）备份到一个文件；服务可以照常运行。文件含密钥与"
        "口令散列，须妥善保管。",
        "Back up workspace and records (users, projects, reports, audit) into one file while the "
        "service runs. It holds secrets and password hashes: keep it safe.",
    )
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@common_options
def backup(file: Path) -> None:
    """Write the backup and say what is in it."""
    from api.clock import now
    from api.operations.backup import make_backup
    from api.settings import read_settings

    os.environ["LANTU_WORKSPACE"] = current().place
    manifest = make_backup(read_settings(os.environ), file, at=now())
    size, count = file.stat().st_size, len(manifest["entries"])
    if current().as_json:
        told = {name: value for name, value in manifest.items() if name != "entries"}
        output.print_json({"path": str(file), "bytes": size, "entries": count, **told})
        return
    output.result(str(file))
    output.message(
        say(
            f"修订号 {manifest['revision']}，{count} 个文件，{size / 1e6:.1f} MB",
            f"revision {manifest['revision']}, {count} files, {size / 1e6:.1f} MB",
        )
    )


@click.command(
    help=say(
        "从备份恢复到新的文件夹或空的数据库；先逐一核对校验值，不覆盖任何内容。",
        "Restore a backup into a new folder or an empty database; every file is verified first, "
        "nothing is overwritten.",
    )
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("place", metavar="WORKSPACE", type=WORKPLACE)
@click.option(
    "--records",
    metavar="ADDRESS",
    help=say(
        "业务数据恢复到别处（默认在工作区旁）",
        "where the records go, if not beside the workspace",
    ),
)
@common_options
def restore(file: Path, place: str, records: str | None) -> None:
    """Restore, and say what is there now."""
    from api.operations.restore import restore_backup
    from layers.places import shown

    manifest = restore_backup(file, place, records)
    if current().as_json:
        output.print_json({"workspace": shown(place), "revision": manifest["revision"]})
        return
    output.message(
        say(
            f"已恢复到 {shown(place)}：{manifest['made_at']} 的备份，修订号 {manifest['revision']}",
            f"Restored to {shown(place)}: backup of {manifest['made_at']}, revision "
            f"{manifest['revision']}",
        )
    )
