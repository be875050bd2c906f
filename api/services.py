"""What every request needs: workspace, rules, records; opened once a process, closed at its end."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from api.auth.identities import Identities
from api.auth.passwords import Passwords
from api.auth.throttle import Throttle
from api.records.audit import AuditLog
from api.records.database import Records, records_address
from api.rendered import Rendered
from api.settings import Settings
from checks.rule import Rulebook
from checks.rulebook.load import load_rulebook
from layers.places import is_url
from layers.store import open_workspace

if TYPE_CHECKING:
    from api.auth.provider import Provider
    from api.jobs.runner import JobRunner
    from layers.store.workspace import Workspace


class Services:
    """The open parts of the service; safe to use from many threads."""

    def __init__(self, settings: Settings, workspace: Workspace, records: Records) -> None:
        self.settings = settings
        self.workspace = workspace
        self.records = records
        self.audit = AuditLog(records)
        self.rendered = Rendered()
        self.identities = Identities(records, session_hours=settings.session_hours)
        self.passwords = Passwords()
        self.throttle = Throttle()
        self.provider = _provider_of(settings)
        self.spool = _spool_of(settings)
        self.jobs: JobRunner | None = None
        self._lock = threading.Lock()
        self._rulebook: tuple[int, tuple[str, ...], Rulebook] | None = None

    @classmethod
    def open(cls, settings: Settings) -> Services:
        """Open workspace and records as the settings name them.

        Raises
        ------
        LantuError
            What opening the workspace refuses; `records_unreachable`.
        """
        workspace = open_workspace(settings.workspace)
        records = Records(records_address(settings))
        records.create()
        return cls(settings, workspace, records)

    def rulebook(self, packs: tuple[str, ...] | None = None) -> Rulebook:
        """The rules of the workspace's packs, or of others; read again after each revision."""
        revision = self.workspace.revision
        names = tuple(self.workspace.packs) if packs is None else packs
        with self._lock:
            held = self._rulebook
            if held is not None and held[:2] == (revision, names):
                return held[2]
            book = load_rulebook(
                names, self.workspace.pack_folders(), layer_specs=self.workspace.specs()
            )
            if packs is None:
                self._rulebook = (revision, names, book)
            return book

    def close(self) -> None:
        """Close everything."""
        self.audit.close()
        if self.provider is not None:
            self.provider.close()
        self.workspace.close()
        self.records.close()


def _provider_of(settings: Settings) -> Provider | None:
    """Return the identity provider where one is configured."""
    if not settings.oidc_issuer:
        return None
    from api.auth.provider import Provider

    return Provider(settings)


def _spool_of(settings: Settings) -> Path:
    """Folder of the files that wait for jobs: as set, else in the workspace's folder or at home."""
    if settings.spool:
        return Path(settings.spool)
    if is_url(settings.workspace):
        return Path.home() / ".lantu" / "spool"
    return Path(settings.workspace) / "spool"
