"""The registry for people: one small page without a script, for whoever scans the code on a certificate.

The style is part of the page and named by its hash in the page's content security policy, so that nothing else on
earth may be loaded or run.
"""

import json
from base64 import b64encode
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jinja2 import Template

_HERE: Final = files(__package__)
_STYLE: Final = _HERE.joinpath("registry.css").read_text("utf-8")
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()

POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

SENTENCES: Final = {
    ("active", True): "This certification is in good standing.",
    ("expired", True): "This certification is past its last day and still counts while its renewal is completed.",
    ("expired", False): "This certification has expired and has not been renewed.",
    ("lapsed", False): "This certification was not renewed in time and is no longer in force.",
    ("suspended", False): "This certification is suspended. The title may not be used until that ends.",
    ("revoked", False): "This certification was withdrawn by the certifying body.",
    ("retired", False): "This certification was given up by its holder and is no longer in force.",
}


def day(value: str) -> str:
    """An ISO date as people write it: `1 March 2029`."""
    then = date.fromisoformat(value)
    return f"{then.day} {then:%B} {then.year}"


@cache
def _template(name: str) -> "Template":
    """One of the pages. jinja2 is loaded with the first that is shown: most processes show none."""
    from jinja2 import DictLoader, Environment, StrictUndefined  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    names = ("layout.html.j2", "credential.html.j2", "history.html.j2", "refusal.html.j2")
    templates = {name: _HERE.joinpath(name).read_text("utf-8") for name in names}
    environment = Environment(
        loader=DictLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["day"] = day
    environment.globals["style"] = Markup(_STYLE)  # noqa: S704 - our own file, whose hash the policy names
    return environment.get_template(name)


def credential_page(body: bytes) -> bytes:
    """The page of a credential, from the same JSON that programs get."""
    shown = json.loads(body)
    sentence = SENTENCES.get(
        (shown["status"], shown["valid"]),
        "This certification is valid." if shown["valid"] else "This certification is not valid.",
    )
    return _template("credential.html.j2").render(shown=shown, sentence=sentence, issuer=shown["issuer"]).encode()


def history_page(issuer: str, body: bytes) -> bytes:
    """The page of how a credential stood over time, from the same JSON that programs get."""
    shown = json.loads(body)
    return _template("history.html.j2").render(number=shown["number"], stood=shown["standings"], issuer=issuer).encode()


def refusal_page(issuer: str, heading: str, sentence: str) -> bytes:
    """The page that shows no credential: the empty form, a mistyped number, an unknown one, a service that is away."""
    return _template("refusal.html.j2").render(issuer=issuer, heading=heading, sentence=sentence).encode()
