"""The beginning of XML files: names, encodings, and the document type that is refused."""

from __future__ import annotations

import pytest

from tijdig.formats import prolog


def test_the_first_elements_are_named() -> None:
    assert prolog.elements(b"<a xmlns='u'><b/></a>") == [prolog.Element("u", "a"), prolog.Element("u", "b")]


def test_no_more_is_read_than_is_needed() -> None:
    found = prolog.elements(b"<a>" + b"<b/>" * 10_000 + b"</wrong>")
    assert 1 < len(found) < 10_000


def test_a_document_type_is_refused_with_its_place() -> None:
    with pytest.raises(prolog.PrologRefused, match="DOCTYPE") as refused:
        prolog.elements(b"<?xml version='1.0'?>\n<!DOCTYPE a><a/>")
    assert refused.value.where.startswith("line 2")


@pytest.mark.parametrize("content", [b"<a/>", b"\xef\xbb\xbf\n <a/>", "<a/>".encode("utf-16")])
def test_what_looks_like_xml(content: bytes) -> None:
    assert prolog.looks_like_xml(content)


@pytest.mark.parametrize("content", [b"", b"a<b", b"\xff\xfea", b"PK"])
def test_what_does_not(content: bytes) -> None:
    assert not prolog.looks_like_xml(content)


def test_good_bytes_are_left_alone() -> None:
    good = "<?xml version='1.0' encoding='UTF-8'?><a>é</a>".encode()
    assert prolog.trusted(good) == good
    assert prolog.trusted(b"\xef\xbb\xbf" + good + b"\n\x1a") == good


def test_latin_lines_become_utf8_and_the_others_stay() -> None:
    assert prolog.trusted(b"<a>\n\xc3\xa9\n\xe9 \xa4\n</a>").decode() == "<a>\né\né €\n</a>"
