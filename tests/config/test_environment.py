"""What the environment decides."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tijdig.config import environment
from tijdig.infra import database_url
from tijdig.infra.tenancy import APPLICATION_ROLE


def test_home_is_where_the_environment_says_else_var_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIJDIG_HOME", str(tmp_path))
    assert environment.home() == tmp_path
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIJDIG_HOME")
    assert environment.home() == tmp_path / "var"


def test_the_secret_is_made_once_for_all_who_start_together_and_nobody_else_can_read_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TIJDIG_SECRET_KEY", raising=False)
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(environment.secret_key, [tmp_path] * 4))
    assert made == {environment.secret_key(tmp_path)}
    assert len(made.pop()) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("TIJDIG_SECRET_KEY", "given")
    assert environment.secret_key(tmp_path) == "given"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "postgresql://me:p%40ss@db.example:5433/books?sslmode=require",
            {"NAME": "books", "USER": "me", "PASSWORD": "p@ss", "HOST": "db.example", "PORT": "5433"},
        ),
        ("postgres:///books?host=/run/pg", {"NAME": "books", "HOST": "/run/pg", "PORT": ""}),
        ("postgresql://db.example", {"NAME": "tijdig", "HOST": "db.example"}),
    ],
)
def test_a_database_address_is_read_and_the_role_is_always_the_application(
    url: str, wanted: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    found = environment.database_options(tmp_path)
    assert {name: found[name] for name in wanted} == wanted
    assert found["OPTIONS"]["options"] == f"-c role={APPLICATION_ROLE}"
    assert found["OPTIONS"].get("sslmode") == ("require" if "sslmode" in url else None)


def test_another_kind_of_database_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///books.db")
    with pytest.raises(database_url.DatabaseUrlInvalid, match="postgresql://"):
        environment.database_options(tmp_path)
