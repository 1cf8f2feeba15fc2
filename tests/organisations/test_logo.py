"""Only a whole PNG or JPEG becomes the logo."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from tijdig.infra import tenancy
from tijdig.organisations import operations, queries
from tijdig.organisations.logo import LARGEST_BYTES, LogoInvalid, checked_logo


def picture(kind: str, size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "#336699").save(stream, kind, **options)
    return stream.getvalue()


def bomb() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(60 * 1024 * 1024), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("JPEG", progressive=True), "image/jpeg"),
        (picture("JPEG") + b"\x00\x00", "image/jpeg"),
    ],
)
def test_a_whole_picture_is_taken(content: bytes, media_type: str) -> None:
    assert checked_logo(content) == media_type


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "PNG or JPEG"),
        (picture("GIF"), "PNG or JPEG"),
        (b"", "PNG or JPEG"),
        (picture("PNG")[:-10], "damaged"),
        (picture("PNG")[:40] + b"\xff\xff" + picture("PNG")[42:], "damaged"),
        (picture("JPEG")[:-2], "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (bomb(), "damaged"),
        (picture("PNG", (2001, 1)), "too large"),
        (b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_BYTES), "larger than"),
    ],
)
def test_anything_else_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(LogoInvalid, match=why):
        checked_logo(content)


@pytest.mark.django_db
def test_the_logo_is_kept_and_can_be_taken_away() -> None:
    made = operations.create_organisation(name="Logo", country="NL", language="nl", actor="cli")
    with tenancy.within(made):
        assert queries.logo() is None
        operations.set_logo(content=picture("PNG"), actor="cli")
        assert queries.logo() == (picture("PNG"), "image/png")
        assert queries.current().logo_type == "image/png"
        operations.set_logo(content=b"", actor="cli")
        assert queries.logo() is None
