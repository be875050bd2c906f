"""`lantu`: the command line. Command modules are light; each imports its work when it runs."""

from __future__ import annotations

import importlib

import click

from api.cli.click_words import speak_chinese
from api.cli.language import say
from api.cli.session import GuardedGroup, common_options

speak_chinese()

_COMMANDS = {
    "demo": "api.cli.demo_command:demo",
    "init": "api.cli.workspace_commands:init",
    "upgrade": "api.cli.workspace_commands:upgrade",
    "layers": "api.cli.layer_commands:layers",
    "publish": "api.cli.publish_commands:publish",
    "publish-package": "api.cli.publish_commands:publish_package",
    "check": "api.cli.site_commands:check",
    "inherit": "api.cli.inherit_command:inherit",
    "assessments": "api.cli.assessment_commands:assessments",
    "compare-reports": "api.cli.papers_command:compare_reports",
    "papers": "api.cli.papers_command:papers",
    "reserve": "api.cli.ledger_commands:reserve",
    "commit": "api.cli.ledger_commands:commit",
    "release": "api.cli.ledger_commands:release",
    "indicators": "api.cli.indicator_commands:indicators",
    "verify": "api.cli.verify_command:verify",
    "rules": "api.cli.rule_diff_command:rules",  # which adds `diff` to the group
    "releases": "api.cli.releases_command:releases",
    "conditions": "api.cli.condition_commands:conditions",
    "park": "api.cli.park_commands:park",
    "grids": "api.cli.grid_commands:grids",
    "serve": "api.cli.serve_command:serve",
    "backup": "api.cli.backup_commands:backup",
    "restore": "api.cli.backup_commands:restore",
    "users": "api.cli.user_commands:users",
    "audit": "api.cli.audit_command:audit",
}


class _LateGroup(GuardedGroup):
    """Imports a command's module only when the command is asked for, or for the list of help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of work."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command by name, None when there is none."""
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, name = place.split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(
    cls=_LateGroup,
    name="lantu",
    help=say(
        "蓝图：一键得出用地条件检测报告。\n\n"
        "退出码：0 完成；1 有输入被拒绝（其余已完成）；2 用法有误；3 程序内部故障。",
        "Lantu: what all the plans say about a site.\n\n"
        "Exit codes: 0 done; 1 some input refused (the others are done); 2 wrong usage; "
        "3 internal fault.",
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="lantu", prog_name="lantu")
@common_options
def main() -> None:
    """Hold the commands; the options are kept in the session."""


if __name__ == "__main__":
    main()
