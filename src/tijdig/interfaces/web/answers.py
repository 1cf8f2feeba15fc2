"""Answers that are no page of ours: what a customer reads, and files to keep."""

from __future__ import annotations

from django.http import HttpResponse

# No script, no form, no way out; pictures are inside, for the frame has no session to fetch them with.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


def sheet(html: str) -> HttpResponse:
    """Return somebody's HTML as an answer that is safe to show inside a page of ours."""
    return HttpResponse(html, headers={"Content-Security-Policy": _POLICY})


def download(content: bytes, name: str, content_type: str, *, inline: bool = False) -> HttpResponse:
    """Return a file to keep; with `inline`, the browser may show it. The name is made plain."""
    how = "inline" if inline else "attachment"
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'{how}; filename="{_plain(name)}"'},
    )


def _plain(name: str) -> str:
    return "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in ".-_") else "_" for letter in name
    )
