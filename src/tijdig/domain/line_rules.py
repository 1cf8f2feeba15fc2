"""Rules a person makes for bank movements that are no payments of customers: "set these aside from now on"."""

from __future__ import annotations

from dataclasses import dataclass

_SHORTEST_TEXT = 4


class RuleInvalid(ValueError):
    """The rule would set too much aside, or nothing; the message says what to do."""


@dataclass(frozen=True, slots=True)
class LineRule:
    """What a movement must be like to be set aside: all that is filled in must fit. Raises RuleInvalid.

    `account` is that of the other side, `name` theirs as the bank writes it, `text` a part of the
    description; capitals and spaces do not matter. `only_in` limits it to money that came in, or (False)
    that went out; None: both.
    """

    account: str = ""
    name: str = ""
    text: str = ""
    only_in: bool | None = None

    def __post_init__(self) -> None:
        if not (self.account or self.name or self.text):
            raise RuleInvalid("say which account, name or text the rule is about")
        if self.text and len(plain(self.text)) < _SHORTEST_TEXT and not (self.account or self.name):
            raise RuleInvalid(
                "a text of so few letters would fit too much; write more of it, or add the account"
            )

    def fits(self, *, account: str, name: str, text: str, amount_minor: int) -> bool:
        """Return whether a movement is of this kind."""
        if self.only_in is not None and (amount_minor > 0) is not self.only_in:
            return False
        return (
            (not self.account or plain(self.account) == plain(account))
            and (not self.name or plain(self.name) == plain(name))
            and (not self.text or plain(self.text) in plain(text))
        )


def plain(text: str) -> str:
    """Return a text without spaces and capitals, as rules compare them."""
    return "".join(text.split()).casefold()
