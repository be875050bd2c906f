"""The server processes: one socket, one or several workers, an end that loses nothing."""

from __future__ import annotations

import errno
import faulthandler
import gc
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.operations.ending import end_now, watch_signals
from api.operations.logs import set_up_logs
from api.operations.metrics import SHARED_FOLDER, measure_memory
from api.services import Services
from api.settings import Settings, read_settings
from gis.errors import LantuError, Text

_BACKLOG = 2048
_HANGS_AFTER_S = 60
"""A worker that says nothing for so long is replaced; one that starts on a busy machine is not."""
_KEEP_ALIVE_S = 75
"""Longer than a proxy in front keeps a connection: it is the proxy that closes it."""
_CLOSING_S = 60
"""Jobs come to their next step, the audit is written, files are closed."""
_FACTORY = "api.operations.server:application"


def application() -> FastAPI:
    """Return the application of a server process, set by the environment; warm before it listens.

    Called by the server in each of its processes.
    """
    faulthandler.enable()  # a fault of a native library tells which thread did what
    settings = read_settings(os.environ)
    set_up_logs(settings.log)
    app = create_app(settings)
    opened = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        watch_signals(settings.drain_seconds)
        async with opened(served) as state:
            warm(served.state.services)
            yield state

    app.router.lifespan_context = lifespan
    return app


def warm(services: Services) -> None:
    """Read what every check reads, and take it out of the sight of the garbage collector."""
    services.rulebook()
    gc.collect()
    gc.freeze()
    measure_memory()


def listen(host: str, port: int) -> socket.socket:
    """Take the address; port 0 takes a free one.

    Raises
    ------
    LantuError
        `port_taken`, `bad_address`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.set_inheritable(True)
    except OSError as error:
        taken.close()
        raise _no_address(host, port, error) from error
    return taken


def _no_address(host: str, port: int, error: OSError) -> LantuError:
    if error.errno == errno.EADDRINUSE:
        return LantuError(
            "port_taken",
            Text(f"端口 {port} 已被占用", f"Port {port} is taken"),
            Text(
                "请用 --port 另选端口，或先停止占用它的程序",
                "Choose another with --port, or end the program that holds it",
            ),
            where=f"{host}:{port}",
        )
    reason = error.strerror or type(error).__name__
    return LantuError(
        "bad_address",
        Text(f"无法监听 {host}:{port}：{reason}", f"Cannot listen on {host}:{port}: {reason}"),
        Text("请核对 --host 与 --port", "Check --host and --port"),
        where=f"{host}:{port}",
    )


def address_of(taken: socket.socket, settings: Settings) -> str:
    """Return the address that people open."""
    if settings.base_url:
        return settings.base_url
    host, port = taken.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not listened on
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(taken: socket.socket, settings: Settings, *, workers: int) -> None:
    """Serve until a signal ends it. Workers share the socket and the databases, nothing else."""
    config = uvicorn.Config(
        _FACTORY,
        factory=True,
        workers=workers,
        backlog=_BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=settings.request_seconds,
        timeout_worker_healthcheck=_HANGS_AFTER_S,
    )
    set_up_logs(settings.log)
    if workers == 1:
        try:
            uvicorn.Server(config).run(sockets=[taken])
        except KeyboardInterrupt:  # Ctrl+C, after all was closed
            end_now(signal.SIGINT)
        return
    from api.operations.supervisor import Supervisor

    longest = settings.drain_seconds + settings.request_seconds + _CLOSING_S
    with tempfile.TemporaryDirectory(prefix="lantu-figures-") as folder:
        os.environ[SHARED_FOLDER] = folder
        Supervisor(config, [taken], figures=Path(folder), longest_s=longest).run()
