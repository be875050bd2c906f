"""`lantu publish` and `lantu publish-package`: files become checked editions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli import output
from api.cli.audited import note_act
from api.cli.language import say
from api.cli.session import DAY, common_options, current
from api.documents import edition_document
from gis.errors import LantuError

if TYPE_CHECKING:
    from layers.ingest import PublishResult


@click.command(
    help=say(
        "把 FILE 检查后发布为图层 LAYER 的一个数据版本，并打印问题日志。",
        "Check FILE and publish it as an edition of LAYER; print the issue log.",
    )
)
@click.argument("layer")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--edition", required=True, metavar="KEY", help=say("数据版本名", "edition key"))
@click.option(
    "--currency", required=True, type=DAY, metavar="DATE", help=say("数据基准日", "currency date")
)
@click.option(
    "--valid-from",
    type=DAY,
    metavar="DATE",
    help=say("有效期起（默认数据基准日）", "valid from (default: the currency date)"),
)
@click.option(
    "--valid-to", type=DAY, metavar="DATE", help=say("有效期止（含当日）", "last day valid")
)
@click.option(
    "--coverage",
    required=True,
    metavar="FILE|workspace|features",
    help=say(
        "数据覆盖范围：文件、整个工作区、或要素之并（仅限无缝覆盖的图层）",
        "coverage: a file, the whole workspace, or the features' union (tiling layers only)",
    ),
)
@click.option(
    "--accuracy",
    required=True,
    type=click.FloatRange(min=0),
    metavar="M",
    help=say("平面精度（米）", "positional accuracy (metres)"),
)
@click.option("--accuracy-source", metavar="TEXT", help=say("精度的依据", "source of the accuracy"))
@click.option(
    "--part",
    metavar="NAME",
    help=say(
        "分片名，例如区名；各分片并列有效", "part, such as a district; parts hold side by side"
    ),
)
@click.option("--table", metavar="NAME", help=say("文件中的图层或表名", "table within the file"))
@click.option(
    "--crs",
    metavar="CRS",
    help=say("文件的坐标系（文件未写明时）", "the file's CRS, where it names none"),
)
@click.option("--class-field", metavar="F", help=say("分类字段", "field that holds the class"))
@click.option(
    "--accept-repair",
    is_flag=True,
    help=say("接受面积变化超过 1% 的修复", "accept repairs that change an area by over 1 %"),
)
@click.option(
    "--accept-loss",
    is_flag=True,
    help=say(
        "接受有要素读不出；版本标为不完整，缺失处不作“未压占”结论",
        "accept features that cannot be read: marked incomplete, nothing is clear there",
    ),
)
@common_options
def publish(layer: str, file: Path, accuracy: float, **options: Any) -> None:
    """Publish one file as an edition of a layer."""
    from api.clock import now
    from layers.ingest import PublishOptions
    from layers.ingest import publish as publish_layer

    workspace = current().open()
    with output.steps(layer) as progress:
        wanted = PublishOptions(**options, accuracy_m=accuracy, at=now(), progress=progress)
        published = publish_layer(workspace, layer, file, wanted)
    _note(published)
    _show([published])


@click.command(
    "publish-package",
    help=say(
        "按 MAPPING.yaml 一次发布一张盘或一个地理数据库中的多个图层，一份问题日志。",
        "Publish many layers of one disk or geodatabase by MAPPING.yaml; one issue log.",
    ),
)
@click.argument("mapping", metavar="MAPPING.yaml", type=click.Path(path_type=Path))
@common_options
def publish_package(mapping: Path) -> int:
    """Publish all layers of a mapping; refused ones do not stop the others."""
    from api.clock import now
    from layers.package import publish_package as publish_mapping

    workspace = current().open()
    with output.steps(mapping.name) as progress:
        results = publish_mapping(workspace, mapping, at=now(), progress=progress)
    for item in results:
        if not isinstance(item, LantuError):
            _note(item)
    _show(results)
    return output.REFUSED if any(isinstance(item, LantuError) for item in results) else output.DONE


def _note(published: PublishResult) -> None:
    edition = published.edition
    detail = {"checksum": edition.checksum, "revision": edition.revision}
    note_act("layer.publish", f"layer:{edition.layer}@{edition.id}", detail)


def _show(results: list[PublishResult | LantuError] | list[PublishResult]) -> None:
    if current().as_json:
        documents = [_document(item) for item in results]
        single = click.get_current_context().command.name == "publish"
        output.print_json(documents[0] if single else documents)
        return
    for item in results:
        if isinstance(item, LantuError):
            output.message(output.refusal_text(item))
        else:
            _show_one(item)


def _document(item: PublishResult | LantuError) -> dict[str, Any]:
    if isinstance(item, LantuError):
        return dict(item.as_dict())
    return {"edition": edition_document(item.edition), "log": item.log}


def _show_one(item: PublishResult) -> None:
    from layers.issue_text import log_texts

    edition = item.edition
    output.message(
        say(
            f"{edition.layer} 数据版本 {edition.id} 已发布：{edition.feature_count} 个要素，"
            f"数据基准日 {edition.currency.isoformat()}",
            f"{edition.layer} edition {edition.id} published: {edition.feature_count} features, "
            f"currency {edition.currency.isoformat()}",
        )
    )
    for text in log_texts(item.log):
        output.message("  " + say(text.zh, text.en))
