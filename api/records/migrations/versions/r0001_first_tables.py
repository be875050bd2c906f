"""The first form of the records: all tables, and an audit that cannot be rewritten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None

_SHORT, _MOMENT, _DAY, _DIGEST = sa.String(200), sa.String(32), sa.String(10), sa.String(64)


def upgrade() -> None:
    """Make the tables, each after those it points to."""
    _audit()
    _idempotency()
    _import_map()
    _report()
    _setting()
    _user()
    _import()
    _job()
    _project()
    _session()
    _token()
    _site_version()
    _task()
    _report_use()
    _append_only()


def _audit() -> None:
    op.create_table(
        "app_audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", _SHORT, nullable=False),
        sa.Column("act", _SHORT, nullable=False),
        sa.Column("subject", sa.String(400), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("before", _DIGEST, nullable=False),
        sa.Column("hash", _DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )


def _idempotency() -> None:
    op.create_table(
        "app_idempotency",
        sa.Column("key", _SHORT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("request", _DIGEST, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", "user_id"),
    )


def _import_map() -> None:
    op.create_table(
        "app_import_map",
        sa.Column("name", _SHORT, nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _report() -> None:
    op.create_table(
        "app_report",
        sa.Column("id", _MOMENT, nullable=False),
        sa.Column("digest", _DIGEST, nullable=False),
        sa.Column("document", _DIGEST, nullable=False),
        sa.Column("number", _SHORT, nullable=True),
        sa.Column("site", _SHORT, nullable=False),
        sa.Column("scenario", _SHORT, nullable=False),
        sa.Column("colour", _SHORT, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("worst", sa.Text(), nullable=False),
        sa.Column("as_of", _DAY, nullable=False),
        sa.Column("known_at", sa.Integer(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sa.UniqueConstraint("number"),
    )


def _setting() -> None:
    op.create_table(
        "app_setting",
        sa.Column("name", _SHORT, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _user() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", _SHORT, nullable=False),
        sa.Column("name", _SHORT, nullable=False),
        sa.Column("role", _SHORT, nullable=False),
        sa.Column("parks", sa.JSON(), nullable=False),
        sa.Column("department", _SHORT, nullable=False),
        sa.Column("district", _SHORT, nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", _MOMENT, nullable=True),
        sa.Column("subject", sa.String(400), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
        sa.UniqueConstraint("subject"),
    )


def _import() -> None:
    op.create_table(
        "app_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("map", _SHORT, nullable=False),
        sa.Column("file", _SHORT, nullable=False),
        sa.Column("document", _DIGEST, nullable=False),
        sa.Column("state", _SHORT, nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _job() -> None:
    op.create_table(
        "app_job",
        sa.Column("id", _MOMENT, nullable=False),
        sa.Column("kind", _SHORT, nullable=False),
        sa.Column("state", _SHORT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.Column("worker", _SHORT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("app_job_waiting", "app_job", ["state", "id"])


def _project() -> None:
    op.create_table(
        "app_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", _SHORT, nullable=False),
        sa.Column("code", _SHORT, nullable=True),
        sa.Column("name", _SHORT, nullable=False),
        sa.Column("district", _SHORT, nullable=False),
        sa.Column("park", _SHORT, nullable=False),
        sa.Column("lead", _SHORT, nullable=False),
        sa.Column("owner", _SHORT, nullable=False),
        sa.Column("phase", _SHORT, nullable=False),
        sa.Column("stage", _SHORT, nullable=False),
        sa.Column("stage_since", _DAY, nullable=True),
        sa.Column("stage_days", sa.Integer(), nullable=True),
        sa.Column("next_step", _SHORT, nullable=False),
        sa.Column("next_due", _DAY, nullable=True),
        sa.Column("key_project", sa.Boolean(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_app_project_district", "app_project", ["district"])


def _session() -> None:
    op.create_table(
        "app_session",
        sa.Column("key", _DIGEST, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("csrf", _DIGEST, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_app_session_user_id", "app_session", ["user_id"])


def _token() -> None:
    op.create_table(
        "app_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", _DIGEST, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", _SHORT, nullable=False),
        sa.Column("actions", sa.JSON(), nullable=True),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_app_token_user_id", "app_token", ["user_id"])


def _site_version() -> None:
    op.create_table(
        "app_site_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", _SHORT, nullable=False),
        sa.Column("name", _SHORT, nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("wkb", sa.LargeBinary(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=True),
        sa.Column("surveyor", _SHORT, nullable=False),
        sa.Column("surveyed_on", _DAY, nullable=True),
        sa.Column("document", _DIGEST, nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["app_project.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "no"),
    )
    op.create_index("ix_app_site_version_project_id", "app_site_version", ["project_id"])


def _task() -> None:
    op.create_table(
        "app_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _SHORT, nullable=False),
        sa.Column("subject", sa.String(400), nullable=False),
        sa.Column("department", _SHORT, nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", _SHORT, nullable=False),
        sa.Column("due", _DAY, nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["app_project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("app_task_of", "app_task", ["department", "state"])
    op.create_index("ix_app_task_project_id", "app_task", ["project_id"])
    op.create_index("ix_app_task_subject", "app_task", ["subject"])


def _report_use() -> None:
    op.create_table(
        "app_report_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", _MOMENT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("site_version_id", sa.Integer(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["app_project.id"]),
        sa.ForeignKeyConstraint(["report_id"], ["app_report.id"]),
        sa.ForeignKeyConstraint(["site_version_id"], ["app_site_version.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("app_report_use_of", "app_report_use", ["user_id", "at"])
    op.create_index("ix_app_report_use_project_id", "app_report_use", ["project_id"])
    op.create_index("ix_app_report_use_report_id", "app_report_use", ["report_id"])


def _append_only() -> None:
    """Let the database itself refuse to change or remove what the audit holds."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION app_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'app_audit is append-only'; END $$"
        )
        for name, acts, each in (
            ("row", "UPDATE OR DELETE", "ROW"),
            ("all", "TRUNCATE", "STATEMENT"),
        ):
            op.execute(
                f"CREATE TRIGGER app_audit_no_{name} BEFORE {acts} ON app_audit "
                f"FOR EACH {each} EXECUTE FUNCTION app_audit_refuse()"
            )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER app_audit_no_{act.lower()} BEFORE {act} ON app_audit "
            "BEGIN SELECT RAISE(ABORT, 'app_audit is append-only'); END"
        )
