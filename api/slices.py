"""Every slice of the API: where its routes are declared, and beneath which paths they lie.

A slice is loaded when something beneath one of its paths is first asked for. All of them, with the tables, models and
rules behind them, would be half of the start of a process. The document is built from all (`contract`), and a test
compares what each claims here with what it declares.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from api.addresses import HOST, V1
from api.routing import Routes


@dataclass(frozen=True, slots=True)
class Slice:
    """Routes that lie beneath some paths, and what loads them."""

    paths: tuple[str, ...]
    routes: Callable[[], Routes]


def _slice(module: str, *segments: str, name: str = "routes") -> Slice:
    """The routes that `api.<module>` calls `name`, beneath each of `segments`."""
    return Slice(tuple(f"{V1}/{segment}" for segment in segments), partial(_declared, module, name))


def _declared(module: str, name: str = "routes") -> Routes:
    routes: Routes = getattr(import_module(f"api.{module}"), name)
    return routes


SLICES: tuple[Slice, ...] = (
    _slice("access", "api-keys", "me", "role-grants"),
    _slice("candidates", "candidates", "education", "invitations", "licences", "me"),
    _slice("programs", "programs"),
    _slice("publishing", "programs", "providers"),
    _slice("eligibility", "programs"),
    _slice("applications", "appeals", "applications", "candidates"),
    _slice("evidence", "applications", "evidence"),
    _slice("reviews", "appeals", "applications", "audit-draws", "conflicts-of-interest", "determinations"),
    _slice("exams", "exam-administrations", "sessions"),
    _slice("authorizations", "applications", "authorizations", "candidates"),
    _slice("registrations", "authorizations", "candidates", "registrations"),
    _slice("accommodations", "accommodations", "applications", "candidates"),
    _slice("forms", "conversions", "form-keys", "forms"),
    _slice("scores", "exam-administrations", "response-imports", "score-releases"),
    _slice("attempts", "attempts", "candidates", "exam-administrations", "holds"),
    _slice("items", "item-enemies", "item-versions", "items"),
    _slice("item_sets", "item-readings", "item-set-versions", "item-sets"),
    _slice("item_statistics", "item-exposures", "item-statistics", "items"),
    _slice("item_exchange", "attempts", "exam-administrations", "item-exports", "item-imports"),
    _slice("assemblies", "assemblies"),
    _slice("practice", "candidates", "practice-exams", "programs"),
    _slice("standard_settings", "forms", "standard-settings"),
    _slice("analyses", "analyses", "exam-administrations", "groupings", "statistics-sheets"),
    _slice("equating", "equating-runs", "exam-administrations"),
    _slice("rescores", "attempts", "forms", "rescores"),
    _slice(
        "irregularities",
        "exam-administrations",
        "irregularity-flags",
        "irregularity-reviews",
        "irregularity-screenings",
    ),
    _slice("test_centres", "test-centre-files", "test-centre-rows", "test-centres"),
    _slice("credentials", "registry", name="registry_routes"),
    _slice("registry_bulk", "registry"),
    _slice("credentials", "awards", "candidates", "credentials"),
    _slice("badges", "badges", "credentials", "programs"),
    _slice("status_lists", "status-lists"),
    _slice("certificates", "credentials", "programs"),
    _slice("renewals", "activities", "approved-activities", "credentials", "cycles"),
    _slice("payments", "candidates", "charges", "payments"),
    _slice("files", "candidates", "files"),
    _slice("notices", "candidates", "notices"),
    _slice("verification", "registry"),
    _slice("wallets", "credentials", "wallet-offers", "wallets"),
    Slice((HOST,), partial(_declared, "badge_host")),
    _slice("watch_lists", "events", "watch-lists", "watches"),
    _slice("webhooks", "webhook-deliveries", "webhook-endpoints"),
    _slice("jobs", "jobs"),
    _slice("journal", "journal"),
)
SANDBOX = _slice("sandbox_clock", "sandbox")
"""What only a sandbox serves, and no document names."""
