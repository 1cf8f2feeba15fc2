"""Money: whole minor units (cents) with a currency. Never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

# ISO 4217, minor units of the currencies that differ from the usual two.
_EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
    "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip

# Fits PostgreSQL's bigint with room for sums of a million rows.
LARGEST_MINOR = 10**15


class AmountInvalid(ValueError):
    """The text is not an amount of this currency. The message says why, in words for a user."""


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were added or compared."""


def exponent(currency: str) -> int:
    """Return the number of decimals of `currency` (ISO 4217), 2 unless the standard says otherwise."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in whole minor units; `Money(12345, "EUR")` is 123.45 euro."""

    minor: int
    currency: str

    @classmethod
    def of(cls, text: str | Decimal, currency: str) -> Money:
        """Return the amount written as a plain decimal ("1234.50", "-7"); trailing zeros are fine.

        Raises AmountInvalid when it is no number, too large, or finer than the currency's minor unit.
        """
        try:
            value = Decimal(text)
        except (InvalidOperation, ValueError, TypeError) as error:
            raise AmountInvalid(f"“{text}” is not an amount") from error
        if not value.is_finite() or abs(value) >= LARGEST_MINOR:
            raise AmountInvalid(f"“{text}” is not an amount that can be booked")
        scaled = value.scaleb(exponent(currency))
        if scaled != scaled.to_integral_value():
            raise AmountInvalid(f"“{text}” has more decimals than {currency} has")
        if abs(scaled) >= LARGEST_MINOR:
            raise AmountInvalid(f"“{text}” is too large an amount")
        return cls(int(scaled), currency)

    @classmethod
    def rounded(cls, value: Decimal, currency: str) -> Money:
        """Return `value` (in major units) rounded half up to the minor unit."""
        return cls(int(value.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP)), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units with the currency's own number of decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        """The amount in major units as plain text: "-123.45"."""
        return f"{self.decimal:f}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be put together")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0
