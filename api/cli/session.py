"""What every command shares: the root group with its guard, the workspace, common options."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from api.cli import output
from api.cli.language import say
from gis.errors import LantuError
from layers.places import is_url

if TYPE_CHECKING:
    from layers.store.workspace import Workspace

DEFAULT_WORKSPACE = "lantu-workspace"
NATIONAL_PACK = "cn-base"
"""The pack that a workspace has unless told otherwise."""

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Session:
    """Settings of one run, wherever on the command line they were given."""

    workspace: str | None = None
    as_json: bool = False

    @property
    def place(self) -> str:
        """Folder or URL: the option, else `LANTU_WORKSPACE`, else the default folder."""
        return self.workspace or os.environ.get("LANTU_WORKSPACE") or DEFAULT_WORKSPACE

    @property
    def folder(self) -> Path | None:
        """Folder of the workspace, None for one in a database."""
        return None if is_url(self.place) else Path(self.place)

    @property
    def is_nowhere(self) -> bool:
        """Whether no workspace was named and the default one does not exist."""
        named = self.workspace is not None or bool(os.environ.get("LANTU_WORKSPACE"))
        return not named and not Path(DEFAULT_WORKSPACE).exists()

    def open(self) -> Workspace:
        """Open the workspace.

        Raises
        ------
        LantuError
            As `open_workspace` does when there is none or it is broken.
        """
        from layers.store import open_workspace

        return open_workspace(self.place)


def current() -> Session:
    """Return the session of the command that runs."""
    return click.get_current_context().ensure_object(Session)


def _keep_workspace(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Session).workspace = value


def _keep_json(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Session).as_json = True


class Workplace(click.Path):
    """A folder, completed by the shell, or the address of a database."""

    name = "workspace"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take an address as it is."""
        return str(value) if is_url(str(value)) else str(super().convert(value, param, ctx))


WORKPLACE = Workplace()


def common_options(command: Command) -> Command:
    """Add `-w/--workspace` and `--json`, which may stand before or after the subcommand."""
    command = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_keep_json,
        help=say("stdout 只输出一份 JSON", "print one JSON document on stdout"),
    )(command)
    return click.option(
        "-w",
        "--workspace",
        type=WORKPLACE,
        expose_value=False,
        callback=_keep_workspace,
        metavar="WORKSPACE",
        help=say(
            "工作区：文件夹，或 postgresql:// 地址（或环境变量 LANTU_WORKSPACE；"
            f"默认 ./{DEFAULT_WORKSPACE}）",
            "workspace folder, or a postgresql:// address (or LANTU_WORKSPACE;"
            f" default ./{DEFAULT_WORKSPACE})",
        ),
    )(command)


class Day(click.ParamType[date | None]):
    """A whole day, `YYYY-MM-DD`."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date | None:
        """Read a day, or complain with what was given."""
        if value is None or isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(
                say(
                    f"“{value}”不是日期，请写成 2026-11-20",
                    f"{value!r} is no date, write 2026-11-20",
                ),
                param,
                ctx,
            )


DAY = Day()


class GuardedGroup(click.Group):
    """The root group: every fault ends in a clear answer and one of the four exit codes."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line; `standalone_mode` False returns the code instead of exiting."""
        arguments = list(sys.argv[1:] if args is None else args)
        session = Session()
        code = self._guarded(arguments, prog_name, complete_var, session, extra)
        if standalone_mode:
            sys.exit(code)
        return code

    def _guarded(
        self,
        arguments: list[str],
        prog_name: str | None,
        complete_var: str | None,
        session: Session,
        extra: dict[str, Any],
    ) -> int:
        wants_json = "--json" in arguments
        try:
            value = super().main(
                arguments,
                prog_name or "lantu",
                complete_var,
                standalone_mode=False,
                obj=session,
                **extra,
            )
        except click.UsageError as error:
            if error.ctx is not None and not wants_json:
                output.message(error.ctx.get_usage())
            return output.show_refusal(output.usage_error(error), as_json=wants_json)
        except (click.Abort, KeyboardInterrupt):
            output.message(say("已中断", "interrupted"))
            return 130
        except LantuError as error:
            return output.show_refusal(error, as_json=wants_json)
        except OSError as error:
            if error.errno == errno.EPIPE:
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return output.REFUSED
            return output.show_refusal(output.file_system_refusal(error), as_json=wants_json)
        except Exception as error:  # noqa: BLE001 - the last guard: id and log, no traceback
            return output.show_fault(error, session.folder, as_json=wants_json)
        return value if isinstance(value, int) else output.DONE
