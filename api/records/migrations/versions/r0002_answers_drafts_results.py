"""Answers to tasks as rows of their own, drafts of forms, and which report uses which result."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"

_SHORT, _MOMENT = sa.String(200), sa.String(32)


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "app_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("act", _SHORT, nullable=False),
        sa.Column("outcome", _SHORT, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("who", _SHORT, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["app_task.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_app_answer_task_id", "app_answer", ["task_id"])
    op.create_table(
        "app_draft",
        sa.Column("id", _MOMENT, nullable=False),
        sa.Column("kind", _SHORT, nullable=False),
        sa.Column("park", _SHORT, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("who", _SHORT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_app_draft_park", "app_draft", ["park"])
    op.create_table(
        "app_report_result",
        sa.Column("report_id", _MOMENT, nullable=False),
        sa.Column("kind", _SHORT, nullable=False),
        sa.Column("code", _SHORT, nullable=False),
        sa.Column("version", _SHORT, nullable=False),
        sa.Column("outcome", _SHORT, nullable=False),
        sa.Column("project", _SHORT, nullable=False),
        sa.Column("project_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["app_report.id"]),
        sa.PrimaryKeyConstraint("report_id", "kind"),
    )
    op.create_index("app_report_result_of", "app_report_result", ["code"])
