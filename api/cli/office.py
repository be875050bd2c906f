"""What commands share that work on the records: settings, the open service, who acts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.auth.roles import Principal
from api.cli.session import current

if TYPE_CHECKING:
    from api.services import Services
    from api.settings import Settings

CONSOLE = Principal(login="console")
"""Who acts on the command line: somebody with access to the machine, not an account."""


def office_settings() -> Settings:
    """Return the settings of the environment, with the workspace of the command line."""
    from api.settings import read_settings

    return read_settings(os.environ).model_copy(update={"workspace": current().place})


@contextmanager
def open_office() -> Iterator[Services]:
    """Open workspace and records, and close them."""
    from api.services import Services

    services = Services.open(office_settings())
    try:
        yield services
    finally:
        services.close()
