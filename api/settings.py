"""Settings of the service, read once at the start from the environment (`LANTU_…`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from gis.errors import LantuError, Text

PREFIX = "LANTU_"


class Settings(BaseModel):
    """All that an operator may set; each field is `LANTU_<NAME>` in the environment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workspace: str = Field("./lantu-workspace", description="folder, or postgresql:// address")
    records: str | None = Field(
        None, description="address of the records; default: beside the workspace"
    )
    base_url: str = Field("", description="address under which people reach the service")
    spool: str = Field(
        "",
        description="folder of files that wait for jobs; default: in the workspace or ~/.lantu",
    )
    job_lease_seconds: Annotated[int, Field(ge=2, le=3600)] = Field(
        30, description="a job whose worker is silent for so long is taken over by another"
    )
    office: str = Field("", description="name of the office, on pages and covers")
    secure_cookies: bool = Field(default=False, description="cookies over HTTPS only")
    session_hours: Annotated[int, Field(ge=1, le=720)] = 12
    admin_password: SecretStr | None = Field(None, description="of the first administrator")
    max_upload_mb: Annotated[int, Field(ge=1, le=4096)] = 200
    request_seconds: Annotated[int, Field(ge=1, le=600)] = 60
    drain_seconds: Annotated[float, Field(ge=0, le=300)] = Field(
        0, description="from the signal to end until requests are refused; for a balancer"
    )
    requests_per_minute: Annotated[int, Field(ge=1)] = 1200
    log: Literal["json", "text"] = "text"
    base_map: str = Field("", description="address template of a tile service; off by default")
    base_map_attribution: str = ""
    oidc_issuer: str = Field("", description="OpenID Connect issuer; off by default")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_role_claim: str = "lantu_role"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; an empty variable counts as not set.

    Raises
    ------
    LantuError
        `bad_setting`, with the variable's name; never with its value, which may be a secret.
    """
    given = {
        name: value
        for name in Settings.model_fields
        if (value := environment.get(PREFIX + name.upper(), "")) != ""
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        name = PREFIX + str(fault["loc"][0]).upper()
        raise LantuError(
            "bad_setting",
            Text(f"环境变量 {name} 的值不可用", f"The value of {name} cannot be used"),
            Text(f"要求：{fault['msg']}", f"It must fit: {fault['msg']}"),
            where=name,
        ) from None
