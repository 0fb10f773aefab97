"""Reference numbers that people read out: a letter, nine digits and a check digit."""

DIGITS = 9


def reference(prefix: str, random: bytes) -> str:
    """A fresh reference such as `A4821093417`; `random` is at least eight unpredictable bytes.

    The last digit is the Luhn check digit (ISO/IEC 7812-1, annex B), which finds every single wrong digit.
    """
    body = str(int.from_bytes(random, "big") % 10**DIGITS).zfill(DIGITS)
    return f"{prefix}{body}{_luhn(body)}"


def _luhn(body: str) -> str:
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    return str(-sum(number // 10 + number % 10 for number in doubled) % 10)
