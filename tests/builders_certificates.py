"""Certificates and badges for tests, and a press like a sandbox's."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from adapters.certificates.authority import sandbox_chain
from adapters.certificates.press import Press
from adapters.certificates.signing import PURPOSE, seals_of_provider
from adapters.keys import FileKeyProvider
from domain.certificates.model import BadgeFace, Certificate, PaperSize

BADGE = BadgeFace(
    program="CPOM",
    program_title="Certified Pharmacy Operations Manager",
    issuer="Council for Pharmacy Standards",
)
NAMES = {
    "latin": "Adaeze Ngozi Okafor",
    "latin, stacked marks": "Nguyễn Thị Hường-Ặng O\u0328\u0301gonek",
    "greek": "Παναγιώτης Ἀλεξόπουλος",
    "cyrillic": "Володимир Ґжицький Ёлкин",
    "arabic": "محمد عبد الرحمٰن الشَّرِيف",
    "hebrew": "יִצְחָק בֶּן־דָּוִד",
    "devanagari": "श्रीकृष्ण त्र्यंबकेश्वर",
    "han": "王小明",
    "kana": "渡邉 さくら",
    "hangul": "김하늘",
    "both directions": "فاطمة (Fatima) الزهراء",
    "armenian": "Արամ Խաչատրյան",
    "thai": "สมชาย ใจดี",
}


def a_certificate(**fields: Any) -> Certificate:
    """A certificate of CPOM, awarded on 2 March 2026."""
    good = Certificate(
        number="7K3M-Q0DV-2XHT-9PE4",
        name=NAMES["latin"],
        program=BADGE.program,
        program_title=BADGE.program_title,
        edition="cpom-2026",
        scheme="CPOM rules, edition of 2026",
        issuer=BADGE.issuer,
        awarded_on=date(2026, 3, 2),
        valid_from=date(2026, 3, 2),
        valid_until=date(2029, 3, 2),
        ends_at=datetime(2029, 3, 3, 5, tzinfo=UTC),
        zone="America/New_York",
        address="https://certs.example/registry/7K3M-Q0DV-2XHT-9PE4",
        paper=PaperSize.A4,
    )
    return replace(good, **fields)


def a_press(folder: Path, **how: Any) -> Press:
    """A press whose key and authority lie in `folder`."""
    keys = FileKeyProvider(folder)
    return Press(
        seals_of_provider(keys, lambda key: sandbox_chain(folder, key, "CPS")), base_url="https://certs.example", **how
    )


def chain_in(folder: Path) -> bytes:
    """The chain of that press: its own certificate, then its authority's, PEM."""
    return sandbox_chain(folder, FileKeyProvider(folder).current(PURPOSE), "CPS")
