"""`lantu serve`: the service for a whole office, or for one person's browser."""

from __future__ import annotations

import os

import click

from api.cli import output
from api.cli.language import say
from api.cli.session import common_options, current


@click.command(
    help=say(
        "启动网页与接口服务；Ctrl+C 停止。设置取自环境变量 LANTU_*，见 docs/operations.md。",
        "Serve pages and interface; Ctrl+C ends it. Settings are LANTU_* variables, see "
        "docs/operations.md.",
    )
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help=say("监听地址；0.0.0.0 向本机以外开放", "address; 0.0.0.0 opens it to other machines"),
)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help=say("端口；0 任取一个空闲端口", "port; 0 takes a free one"),
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help=say("服务进程数", "server processes"),
)
@common_options
def serve(host: str, port: int, workers: int) -> int:
    """Check what the service needs, say what to open, serve."""
    from api.auth.accounts import announce_first_administrator
    from api.operations.server import address_of, listen, run
    from api.services import Services
    from api.settings import read_settings

    session = current()
    if session.workspace is not None:
        os.environ["LANTU_WORKSPACE"] = str(session.workspace)
    settings = read_settings(os.environ)
    services = Services.open(settings)  # what is wrong is said here, before a process starts
    announce_first_administrator(services)
    services.close()
    with listen(host, port) as taken:
        address = address_of(taken, settings)
        if session.as_json:
            output.print_json({"address": address, "workers": workers})
        else:
            output.result(say(f"请打开 {address}", f"Open {address}"))
        run(taken, settings, workers=workers)
    return output.DONE
