"""Files are kept once per organisation and come back byte by byte."""

from __future__ import annotations

import pytest

from tijdig.infra import files, tenancy
from tijdig.infra.models import StoredFile
from tijdig.organisations.operations import create_organisation

pytestmark = pytest.mark.django_db

EVERY_BYTE = bytes(range(256)) * 3


def an_organisation(name: str) -> int:
    return create_organisation(name=name, country="NL", language="nl", actor="cli")


def test_the_same_bytes_are_kept_once_and_come_back_as_they_were() -> None:
    with tenancy.within(an_organisation("Een")):
        stored, created = files.keep(name="a.bin", content=EVERY_BYTE, content_type="application/x")
        again, created_again = files.keep(name="b.bin", content=EVERY_BYTE)
        assert (created, created_again, again.pk) == (True, False, stored.pk)
        assert (stored.name, stored.size, stored.content_type) == ("a.bin", 768, "application/x")
        assert files.content_of(stored.pk) == EVERY_BYTE == bytes(files.read(stored.pk).content)


def test_a_file_without_content_is_a_file() -> None:
    with tenancy.within(an_organisation("Een")):
        stored, _ = files.keep(name="empty", content=b"")
        assert files.content_of(stored.pk) == b""


def test_another_organisation_has_its_own_copy_and_cannot_read_ours() -> None:
    with tenancy.within(an_organisation("Een")):
        ours, _ = files.keep(name="a", content=EVERY_BYTE)
    with tenancy.within(an_organisation("Twee")):
        with pytest.raises(StoredFile.DoesNotExist):
            files.content_of(ours.pk)
        theirs, created = files.keep(name="a", content=EVERY_BYTE)
        assert created
        assert theirs.pk != ours.pk
