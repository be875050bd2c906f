"""`lantu users`: accounts from the command line, for whoever runs the machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from api.auth.roles import Role
from api.cli import output
from api.cli.language import say
from api.cli.office import CONSOLE, open_office
from api.cli.session import common_options, current

if TYPE_CHECKING:
    from api.records.tables import User

_FIELDS = ("id", "login", "name", "role", "parks", "department", "district", "confidential")

_from_stdin = click.option(
    "--password-stdin",
    "from_stdin",
    is_flag=True,
    help=say(
        "从标准输入读取密码；否则生成一次性密码",
        "read the password from stdin; else a one-time one is made",
    ),
)


@click.group(help=say("用户帐号。", "Accounts."))
@common_options
def users() -> None:
    """Hold the commands."""


@users.command("add", help=say("新建用户。", "Make an account."))
@click.argument("login", metavar="LOGIN")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in Role]),
    help=say("角色", "role"),
)
@click.option("--name", default="", metavar="TEXT", help=say("姓名或单位", "name"))
@click.option(
    "--park",
    "parks",
    multiple=True,
    metavar="CODE",
    help=say("片区管理机构所辖片区，可重复", "park of a park body, may be repeated"),
)
@click.option("--department", default="", metavar="TEXT", help=say("所属部门", "department"))
@click.option(
    "--district",
    default="",
    metavar="TEXT",
    help=say("所属区；空为全市", "district; empty is the whole city"),
)
@click.option(
    "--confidential",
    is_flag=True,
    help=say("可看涉密图层的命中", "may see hits on confidential layers"),
)
@_from_stdin
@common_options
def add(
    login: str,
    role: str,
    name: str,
    parks: tuple[str, ...],
    department: str,
    district: str,
    *,
    confidential: bool,
    from_stdin: bool,
) -> None:
    """Make an account and print a one-time password unless one was given."""
    from api.auth.accounts import add_user

    fields: dict[str, Any] = {
        "parks": list(parks),
        "department": department,
        "district": district,
        "confidential": confidential,
    }
    if name:
        fields["name"] = name
    with open_office() as services:
        user, told = add_user(
            services,
            CONSOLE,
            login=login,
            role=Role(role),
            password=_given(from_stdin=from_stdin),
            fields=fields,
        )
    _show_password(user, told)


@users.command("list", help=say("列出用户。", "List the accounts."))
@common_options
def list_users() -> None:
    """Print all accounts by login."""
    from api.auth.accounts import users as all_users

    with open_office() as services:
        found = all_users(services)
    if current().as_json:
        output.print_json([_said(user) for user in found])
        return
    for user in found:
        bound = "、".join([*user.parks, user.department, user.district]).strip("、")
        state = "" if user.active else say("（停用）", " (closed)")
        output.result(f"{user.login}\t{user.role}\t{user.name}\t{bound}{state}")


@users.command(
    "password",
    help=say(
        "重设密码；该用户的会话与令牌全部失效。",
        "Set a new password; all sessions and tokens of the account end.",
    ),
)
@click.argument("login", metavar="LOGIN")
@_from_stdin
@common_options
def password(login: str, *, from_stdin: bool) -> None:
    """Give an account another password."""
    from api.auth.accounts import reset_password, set_password, user_by_login
    from api.auth.passwords import require_good

    with open_office() as services:
        user = user_by_login(services, login)
        given = _given(from_stdin=from_stdin)
        told = None
        if given is None:
            told = reset_password(services, CONSOLE, user.id)
        else:
            require_good(given, login=user.login)
            set_password(services, CONSOLE, user.id, given, must_change=False)
    _show_password(user, told)


@users.command("lock", help=say("停用用户。", "Close an account."))
@click.argument("login", metavar="LOGIN")
@common_options
def lock(login: str) -> None:
    """Close an account; its sessions end."""
    _set_active(login, active=False)


@users.command("unlock", help=say("重新启用用户。", "Open a closed account again."))
@click.argument("login", metavar="LOGIN")
@common_options
def unlock(login: str) -> None:
    """Open an account again."""
    _set_active(login, active=True)


def _set_active(login: str, *, active: bool) -> None:
    from api.auth.accounts import change_user, user_by_login

    with open_office() as services:
        user = user_by_login(services, login)
        user = change_user(services, CONSOLE, user.id, {"active": active})
    if current().as_json:
        output.print_json(_said(user))
        return
    zh, en = ("已启用", "is open") if active else ("已停用", "is closed")
    output.message(say(f"用户 {user.login} {zh}", f"Account {user.login} {en}"))


def _given(*, from_stdin: bool) -> str | None:
    """Return the password of the first line of stdin; never one of the command line."""
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else None


def _said(user: User) -> dict[str, Any]:
    kept = {name: getattr(user, name) for name in _FIELDS}
    return {**kept, "active": user.active, "must_change": user.must_change}


def _show_password(user: User, told: str | None) -> None:
    if current().as_json:
        output.print_json({"login": user.login, "one_time_password": told})
        return
    output.message(say(f"用户 {user.login} 可登录", f"Account {user.login} may sign in"))
    if told is not None:
        output.result(say(f"一次性密码：{told}", f"one-time password: {told}"))
