"""What a command changed, written into the audit of the workspace: who is `cli:NAME`.

    workspace.add_pack(pack, at=now())
    note_act("pack.add", f"pack:{name}")

The records are opened by the first act of a command and closed as it ends; a command that changes
nothing neither opens nor makes them.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from api.records.database import Records

_KEY = "lantu.records"


def system_user() -> str:
    """Return the login name at the machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def note_act(
    act: str, subject: str, detail: Mapping[str, Any] | None = None, *, by: str | None = None
) -> None:
    """Write an act that was just done; `by` is who was named by `--by`.

    Raises
    ------
    LantuError
        `records_unreachable`.
    """
    from api.auth.roles import Principal
    from api.records.audit import append, entry

    who = Principal(login=f"cli:{by or system_user()}")
    with _records().writing() as session:
        append(session, [entry(act, subject, who, detail)])


def _records() -> Records:
    """Open the records of this command's workspace; they are made where there are none."""
    context = click.get_current_context()
    held: Records | None = context.meta.get(_KEY)
    if held is not None:
        return held
    from sqlalchemy import inspect

    from api.cli.office import office_settings
    from api.records.database import Records, records_address
    from api.records.tables import Audit

    records = Records(records_address(office_settings()))
    context.meta[_KEY] = records
    context.call_on_close(records.close)
    if not inspect(records.engine).has_table(Audit.__tablename__):
        records.create()
    return records
