"""Shapes: the same places out of elements of the same and of other shapes."""

from __future__ import annotations

import pytest
from lxml import etree

from tijdig.formats import shapes


def made() -> shapes.Shapes:
    return shapes.Shapes(
        single=(("a/b", "a/c"), ("d",)),
        attributed=(("d",),),
        attribute="kind",
        repeated=(("e/f", "g"),),
        rare=(("r", "s/r"), ("t",)),
        transparent=frozenset({"wrap"}),
    )


@pytest.mark.parametrize(
    "xml, picked",
    [
        ("<x><a><b> 1 </b></a><d kind='k'>2</d></x>", (["1", "2"], ["k"], [[]], ())),
        ("<x><a><c>1</c></a></x>", (["1", ""], [""], [[]], ())),
        ("<x><a><c>1</c><b>2</b></a></x>", (["2", ""], [""], [[]], ())),
        ("<x><wrap><a><b>1</b></a></wrap><a><b>2</b></a></x>", (["1", ""], [""], [[]], ())),
        ("<x><e><f>1</f></e><g>2</g><e><f>3</f><f/></e></x>", (["", ""], [""], [["1", "2", "3", ""]], ())),
        (
            "<x><s><r kind='k'> 1 </r></s><r/></x>",
            (["", ""], [""], [[]], [[("1", "k"), ("", "")], []]),
        ),
        ("<x/>", (["", ""], [""], [[]], ())),
    ],
)
def test_wanted_places_are_picked(xml: str, picked: shapes.Picked) -> None:
    assert made().pick(etree.fromstring(xml)) == picked


def test_a_shape_is_learnt_once_and_forgotten_with_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "_MOST_SHAPES", 3)
    known = made()
    for count in range(10):
        for text in ("1", "2"):
            element = etree.fromstring(f"<x><a><b>{text}</b></a>{'<d/>' * count}</x>")
            assert known.pick(element)[0][0] == text
        assert len(known._recipes) <= 3


def test_an_element_that_must_be_alone_is_refused_in_company() -> None:
    single = shapes.Shapes(single=(("a/b",),), alone="a")
    assert single.pick(etree.fromstring("<x><a><b>1</b></a></x>"))[0] == ["1"]
    for _ in range(2):
        with pytest.raises(shapes.NotAlone):
            single.pick(etree.fromstring("<x><a><b>1</b></a><a/></x>"))
