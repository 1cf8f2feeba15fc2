"""The logo: a whole PNG or JPEG and nothing else.

SVG is refused because it may hold scripts; a broken picture because it would stop a whole batch of letters.
"""

from __future__ import annotations

import struct
import zlib

from django.utils.translation import gettext as _

LARGEST_BYTES = 512 * 1024
LARGEST_SIDE = 2000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})


class LogoInvalid(ValueError):
    """The file cannot be the logo; the message says why and what to do."""


def checked_logo(content: bytes) -> str:
    """Return the media type of the picture. Raises LogoInvalid unless it is a whole, small PNG or JPEG."""
    if len(content) > LARGEST_BYTES:
        raise LogoInvalid(_("The logo is larger than 512 KB: make the picture smaller"))
    if content.startswith(_PNG):
        media_type, size = "image/png", _png_size(content)
    elif content.startswith(b"\xff\xd8\xff"):
        media_type, size = "image/jpeg", _jpeg_size(content)
    else:
        raise LogoInvalid(_("The logo must be a PNG or JPEG picture"))
    if size is None:
        raise LogoInvalid(_("The picture is damaged: save it again as PNG or JPEG"))
    if not all(0 < side <= LARGEST_SIDE for side in size):
        raise LogoInvalid(
            _("The picture is too large: at most %(most)s pixels wide and high") % {"most": LARGEST_SIDE}
        )
    return media_type


def _png_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a whole PNG (checksums right, pixels unpack); None when damaged."""
    place, size, pixels = len(_PNG), None, bytearray()
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        body = content[place + 8 : place + 8 + length]
        end = place + 12 + length
        if end > len(content) or zlib.crc32(kind + body) != int.from_bytes(content[end - 4 : end], "big"):
            return None
        if kind == b"IHDR" and length == 13:
            size = struct.unpack_from(">II", body)
        elif kind == b"IDAT":
            pixels += body
        elif kind == b"IEND":
            return size if size and _unpacks(bytes(pixels)) else None
        place = end
    return None


def _unpacks(pixels: bytes) -> bool:
    """Return whether the compressed pixels are whole and no bomb (four bytes of 16 bit per pixel at most)."""
    unpacker = zlib.decompressobj()
    try:
        unpacker.decompress(pixels, LARGEST_SIDE * LARGEST_SIDE * 8)
    except zlib.error:
        return False
    return unpacker.eof


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG that begins and ends as it should; None when damaged."""
    if not content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return None
    place, size = 2, None
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _JPEG_WITHOUT_LENGTH:
            place += 2
            continue
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        if marker in _JPEG_FRAMES and place + 9 <= len(content):
            height, width = struct.unpack_from(">HH", content, place + 5)
            size = (width, height)
        elif marker == 0xDA:
            return size
        place += 2 + length
    return None
