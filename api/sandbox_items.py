"""A sandbox's item bank: made-up items of arithmetic that a pharmacy's manager does, most of them retired for practice.

Each template makes one item per number, so that a practice exam can be drawn in the blueprint's proportions; one case
with three items is a set, and a few items are operational, which no practice exam shows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from api import sandbox_story as told
from domain.items import actions, actions_sets
from domain.items.actions import NewItem
from domain.items.actions_sets import NewSet
from domain.items.model import Item, ItemContent, Option
from domain.ports import UnitOfWork, UnitsOfWork

PROGRAM = "CPOM"
OPERATIONAL = 2
"""So many items of each template's numbers stay operational: the last ones."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its figures filled in: what is right and why, and three answers of usual mistakes."""

    stem: str
    right: str
    why: str
    wrong: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of question: where in the outline it belongs, and the question for each number from 0."""

    domain: str
    objective: str
    title: str
    asked: Callable[[int], Asked]


def _turnover(number: int) -> Asked:
    inventory, turns = 200 + 50 * number, 10 + number
    cost = inventory * turns
    return Asked(
        f"<p>Cost of goods sold was ${cost},000 in the year, and the average inventory ${inventory},000. "
        "How often did the inventory turn over?</p>",
        f"{turns} times",
        "Turnover is the cost of goods sold over the average inventory.",
        (
            (f"{turns * 2} times", "This halves the inventory once too often."),
            (f"{365 // turns} times", "These are the days that the inventory lasts."),
            (f"{turns - 3} times", "This takes the inventory from the cost three times."),
        ),
    )


def _margin(number: int) -> Asked:
    revenue, percent = 1_000 * (number + 2), 18 + number
    cost = revenue * (100 - percent) // 100
    return Asked(
        f"<p>A pharmacy sold for ${revenue},000 what had cost ${cost},000. What is its gross margin?</p>",
        f"{percent} %",
        "Gross margin is revenue less cost of goods sold, over revenue.",
        (
            (f"{100 - percent} %", "This is the share of the cost."),
            (f"{percent + 7} %", "This is above what revenue less cost gives."),
            (f"{max(percent - 9, 1)} %", "This is below what revenue less cost gives."),
        ),
    )


def _variance(number: int) -> Asked:
    budget, over = 400 + 100 * number, 4 + number
    actual = budget * (100 + over) // 100
    return Asked(
        f"<p>The drug budget of a month was ${budget},000, and ${actual},000 were spent. What is the variance?</p>",
        f"{over} % over budget",
        "The variance is what was spent beyond the budget, over the budget.",
        (
            (f"{over} % under budget", "More was spent than planned."),
            (f"{over + 10} % over budget", "The difference is smaller."),
            ("None", "What was spent differs from the budget."),
        ),
    )


def _payer(number: int) -> Asked:
    paid, fee, cost = 60 + 10 * number, 2 + number, 50 + 8 * number
    return Asked(
        f"<p>A payer reimburses ${paid} for a claim, takes ${fee} of DIR fees afterwards, and the drug cost ${cost}. "
        "What remains before dispensing costs?</p>",
        f"${paid - fee - cost}",
        "What a payer takes back later counts against the claim.",
        (
            (f"${paid - cost}", "This forgets the fees that are taken afterwards."),
            (f"${paid - fee}", "This forgets what the drug cost."),
            (f"${paid - cost + fee}", "The fees are taken, not given."),
        ),
    )


def _full_time(number: int) -> Asked:
    people = 4 + number
    return Asked(
        f"<p>A week asks for {people * 40} hours of technicians. A full-time technician works 40 hours a week. "
        "How many full-time equivalents is that?</p>",
        f"{people}.0",
        "Hours asked for, over the hours of one full-time equivalent.",
        (
            (f"{people * 2}.0", "A week of 20 hours is half an equivalent."),
            (f"{people + 3}.5", "This adds people that the hours do not ask for."),
            (f"{people - 1}.5", "This leaves hours without anybody."),
        ),
    )


def _overtime(number: int) -> Asked:
    rate, hours = 20 + 2 * number, 44 + number
    pay = 40 * rate + (hours - 40) * rate * 3 // 2
    return Asked(
        f"<p>A non-exempt technician earns ${rate} an hour and worked {hours} hours in the week. "
        "What is due under the Fair Labor Standards Act?</p>",
        f"${pay}",
        "Hours beyond 40 in a week are paid at one and a half times the rate.",
        (
            (f"${hours * rate}", "This pays overtime at the plain rate."),
            (f"${40 * rate}", "Hours worked are hours paid."),
            (f"${hours * rate * 3 // 2}", "Only the hours beyond 40 are overtime."),
        ),
    )


def _leavers(number: int) -> Asked:
    staff, left = 200, 2 * (11 + number)
    return Asked(
        f"<p>{left} of an average of {staff} employees left in the year. What is the turnover of staff?</p>",
        f"{100 * left // staff} %",
        "Those who left, over the average number of employees.",
        (
            (f"{100 * left // staff + 5} %", "This counts against fewer employees than there were."),
            (f"{100 - 100 * left // staff} %", "This is the share of those who stayed."),
            (f"{left} %", "This is how many left, not their share."),
        ),
    )


def _throughput(number: int) -> Asked:
    rate, hours = 25 + 5 * number, 8
    return Asked(
        f"<p>A station verifies {rate} prescriptions an hour. How many does it verify in a shift of {hours} hours, "
        "of which one is a break?</p>",
        str(rate * (hours - 1)),
        "The rate times the hours worked.",
        (
            (str(rate * hours), "Nothing is verified in the break."),
            (str(rate * (hours + 1)), "The break shortens the shift."),
            (str(rate + hours), "A rate is multiplied by hours."),
        ),
    )


def _accuracy(number: int) -> Asked:
    filled, errors = 20_000, 2 * (number + 3)
    return Asked(
        f"<p>Of {filled:,} prescriptions {errors} were dispensed with an error. What is the rate per 10,000?</p>",
        str(errors // 2),
        "Errors over prescriptions, times 10,000.",
        (
            (str(errors * 5), "This is the rate per 100,000."),
            (str(errors / 20), "This is the rate per 1,000."),
            (str(errors), "This is how many errors there were, among 20,000."),
        ),
    )


def _reorder(number: int) -> Asked:
    daily, lead, safety = 10 + 2 * number, 3, 25
    return Asked(
        f"<p>{daily} units are used a day, the wholesaler takes {lead} days, and {safety} units are kept for safety. "
        "At how many units is to be ordered?</p>",
        str(daily * lead + safety),
        "What is used until the delivery comes, and the safety stock.",
        (
            (str(daily * lead), "This leaves no safety stock."),
            (str(daily + safety), "The delivery takes longer than a day."),
            (str(daily * (lead + safety)), "Safety stock is units, not days."),
        ),
    )


def _payback(number: int) -> Asked:
    saved, years = 50 + 10 * number, 3
    return Asked(
        f"<p>A robot costs ${saved * years},000 and saves ${saved},000 a year. When is it paid back?</p>",
        f"After {years} years",
        "What it costs, over what it saves in a year.",
        (
            ("After 1 year", "It saves a third of its price in a year."),
            (f"After {years * 2} years", "It saves twice as fast as this."),
            ("Never", "Savings add up."),
        ),
    )


def _audit(number: int) -> Asked:
    charts, good = 50 * (number + 1), 46 * (number + 1)
    return Asked(
        f"<p>An audit found {good} of {charts} compounding records complete. The threshold is 95 %. What follows?</p>",
        "92 % is below the threshold: find the cause and correct it",
        "92 of 100 are complete; a result below the threshold asks for a root cause and a correction.",
        (
            ("92 % meets the threshold: nothing", "92 is less than 95."),
            ("98 % meets the threshold: nothing", "More records than that are incomplete."),
            ("No rate can be told from so few", "The share of complete records is a rate."),
        ),
    )


def _priority(number: int) -> Asked:
    severity, occurrence, detection = 7 + number % 3, 3 + number % 4, 4
    product = severity * occurrence * detection
    return Asked(
        f"<p>A failure mode has severity {severity}, occurrence {occurrence} and detection {detection}. "
        "What is its risk priority number?</p>",
        str(product),
        "The product of severity, occurrence and detection.",
        (
            (str(severity + occurrence + detection), "The three are multiplied."),
            (str(severity * occurrence), "Detection counts too."),
            (str(product + 10), "No product of these is that."),
        ),
    )


TEMPLATES = (
    Template("financial-management", "inventory", "Inventory turnover", _turnover),
    Template("financial-management", "financial-statements", "Gross margin", _margin),
    Template("financial-management", "budgeting", "Budget variance", _variance),
    Template("financial-management", "payers", "Net reimbursement", _payer),
    Template("personnel-leadership", "workforce", "Full-time equivalents", _full_time),
    Template("personnel-leadership", "labor-law", "Overtime pay", _overtime),
    Template("personnel-leadership", "human-resources", "Turnover of staff", _leavers),
    Template("operations-workflow", "workflow-design", "Throughput of a shift", _throughput),
    Template("operations-workflow", "productivity", "Dispensing accuracy", _accuracy),
    Template("operations-workflow", "supply-chain", "Reorder point", _reorder),
    Template("operations-workflow", "automation", "Payback of automation", _payback),
    Template("compliance-quality", "quality-improvement", "A compounding audit", _audit),
    Template("compliance-quality", "risk", "Risk priority", _priority),
)
EACH = 8


def fill_items(units: UnitsOfWork) -> int:
    """Write the bank by the verbs that people use, each step by another of them; returns how many items it holds."""
    with units.begin(told.MANAGER) as uow:
        items = [*_of_templates(uow), *_of_the_case(uow)]
    with units.begin(told.PSYCHOMETRICIAN) as uow:
        for item in items:
            actions.review(uow, told.PSYCHOMETRICIAN, item.id)
            actions.propose(uow, told.PSYCHOMETRICIAN, item.id)
    with units.begin(told.SECOND_PSYCHOMETRICIAN) as uow:
        for place, item in enumerate(items):
            actions.approve(uow, told.SECOND_PSYCHOMETRICIAN, item.id)
            if item.set_id is not None or place % EACH < EACH - OPERATIONAL:
                reason = "Made for the sandbox's practice exams."
                actions.retire(uow, told.SECOND_PSYCHOMETRICIAN, item.id, reason, for_practice=True)
    return len(items)


def _of_templates(uow: UnitOfWork) -> Iterator[Item]:
    for kind, template in enumerate(TEMPLATES):
        for number in range(EACH):
            code = f"DEMO-{template.domain[0].upper()}{kind + 1:02}-{number + 1}"
            title = f"{template.title} {number + 1}"
            yield _written(uow, code, template.domain, template.objective, title, template.asked(number), kind + number)


def _of_the_case(uow: UnitOfWork) -> Iterator[Item]:
    """One case that three items share."""
    case = NewSet(
        program=PROGRAM,
        code="DEMO-CASE-1",
        title="A community pharmacy's year",
        stimulus=(
            "<p>A community pharmacy tells its year:</p><table><tr><th>Revenue</th><td>$4,000,000</td></tr>"
            "<tr><th>Cost of goods sold</th><td>$3,200,000</td></tr>"
            "<tr><th>Average inventory</th><td>$320,000</td></tr>"
            "<tr><th>Payroll</th><td>$480,000</td></tr></table>"
        ),
    )
    set_id = actions_sets.create_set(uow, told.MANAGER, case).id
    for number, (objective, asked) in enumerate(_CASE, start=1):
        title = f"A pharmacy's year, question {number}"
        yield _written(uow, f"DEMO-CASE-1-{number}", "financial-management", objective, title, asked, number, set_id)


_CASE = (
    (
        "financial-statements",
        Asked(
            "<p>What is the gross margin?</p>",
            "20 %",
            "$800,000 of $4,000,000.",
            (
                ("80 %", "This is the share of the cost."),
                ("12 %", "This is payroll."),
                ("8 %", "Payroll is not in it."),
            ),
        ),
    ),
    (
        "inventory",
        Asked(
            "<p>How often did the inventory turn over?</p>",
            "10 times",
            "$3,200,000 over $320,000.",
            (("12.5 times", "This takes revenue."), ("36 times", "These are days."), ("4 times", "This is too few.")),
        ),
    ),
    (
        "budgeting",
        Asked(
            "<p>Which share of the gross profit does payroll take?</p>",
            "60 %",
            "$480,000 of $800,000.",
            (("12 %", "This is its share of revenue."), ("15 %", "This is of the cost."), ("40 %", "This remains.")),
        ),
    ),
)


def _written(
    uow: UnitOfWork,
    code: str,
    domain: str,
    objective: str,
    title: str,
    asked: Asked,
    turn: int,
    set_id: UUID | None = None,
) -> Item:
    """A draft; where the right option stands turns from item to item."""
    wrong = [Option(text=text, rationale=why) for text, why in asked.wrong]
    place = turn % (len(wrong) + 1)
    options = (*wrong[:place], Option(text=asked.right, rationale=asked.why), *wrong[place:])
    content = ItemContent(title=title, stem=asked.stem, options=options, key=(place + 1,))
    new = NewItem(program=PROGRAM, code=code, domain=domain, objective=objective, content=content, set_id=set_id)
    return actions.create(uow, told.MANAGER, new)
