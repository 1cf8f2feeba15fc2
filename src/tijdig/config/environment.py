"""What the environment decides: where Tijdig lives, its secret, and which PostgreSQL it talks to."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from tijdig.infra import database_url, embedded_postgres
from tijdig.infra.tenancy import APPLICATION_ROLE


def home() -> Path:
    """Return the folder of the embedded database and of files: TIJDIG_HOME, or `var` where Tijdig is started."""
    return Path(os.environ.get("TIJDIG_HOME") or "var").absolute()


def secret_key(folder: Path) -> str:
    """Return TIJDIG_SECRET_KEY, or the one made for this folder the first time it was asked for."""
    given = os.environ.get("TIJDIG_SECRET_KEY")
    if given:
        return given
    path = folder / "secret-key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"secret-key.{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # the first process wins, whatever starts beside it
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


def database_options(folder: Path) -> dict[str, Any]:
    """Return Django's settings for DATABASE_URL, or for the embedded server of `folder`.

    Raises DatabaseUrlInvalid for an address that is not `postgres://` or `postgresql://`.
    """
    url = os.environ.get("DATABASE_URL")
    if url:
        where = database_url.settings_of(url)
    else:
        where = {"NAME": "tijdig", "USER": "tijdig", "HOST": str(embedded_postgres.socket_folder(folder))}
    where["OPTIONS"] = {**where.get("OPTIONS", {}), "options": f"-c role={APPLICATION_ROLE}"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        **where,
    }
