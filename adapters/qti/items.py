"""One `qti-assessment-item` read as this bank holds items; what it cannot hold without loss is refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from adapters.qti.markup import inside, read_from
from adapters.qti.names import ASI, MAP_RESPONSE, MATCH_CORRECT, XML_LANG, code_of
from adapters.qti.writing import response_processing
from adapters.qti.xml import Source, children, local, namespace, text_of
from domain.errors import Contradiction
from domain.items import rules
from domain.items.model import ItemContent, Option

CODE_LENGTH = 64
_INTERACTION = "-interaction"
_SEEN_BY_CANDIDATES = frozenset({"candidate", "candidates", "testConstructor-candidate"})
_READ = frozenset(
    {
        "qti-response-declaration",
        "qti-outcome-declaration",
        "qti-assessment-stimulus-ref",
        "qti-stylesheet",
        "qti-item-body",
        "qti-response-processing",
        "qti-modal-feedback",
    }
)
"""What an item may hold; a stylesheet is passed over, since texts show here in one way."""


@dataclass(frozen=True, slots=True)
class ReadItem:
    """An item as its file tells it, and the address of its stimulus, with the element that names it."""

    code: str
    content: ItemContent
    stimulus: str | None
    reference: "etree._Element | None"


@dataclass(slots=True)
class _Body:
    """What the body of an item holds, on the way."""

    before: list["etree._Element | str"] = field(default_factory=list)
    interaction: "etree._Element | None" = None
    notes: list[str] = field(default_factory=list)


def read_item(source: Source) -> ReadItem:
    """The item in a file; raises Faulty."""
    root = source.root
    for child in root:
        if namespace(child) != ASI or local(child) not in _READ:
            raise source.faulty(child, "unsupported_element", "Items here do not hold this element.")
    if root.get("adaptive", "false") not in ("false", "0"):
        raise source.faulty(root, "adaptive_item", "Adaptive items are not held here.")
    body = _body(source)
    interaction = body.interaction
    if interaction is None:
        raise source.faulty(root, "no_interaction", "The item asks nothing.")
    declared = _declaration(source, interaction)
    letters, options = _options(source, interaction)
    multiple = _multiple(source, declared)
    choose = _choose(source, interaction, len(options)) if multiple else 1
    prompt = source.only(interaction, "qti-prompt")
    content = ItemContent(
        title=source.needed(root, "title").strip(),
        stem=_stem(source, body, prompt),
        options=_explained(source, letters, options),
        key=_key(source, declared, letters, multiple=multiple),
        choose=choose,
        shuffle=interaction.get("shuffle", "false") in ("true", "1"),
        language=root.get(XML_LANG) or "en",
        notes="\n".join(body.notes),
    )
    if multiple and choose == 1 and len(content.key) > 1:
        raise source.faulty(interaction, "fewer_than_key", "Fewer may be marked than are right.")
    reference = source.only(root, "qti-assessment-stimulus-ref")
    return ReadItem(
        code=code_in(source),
        content=_sound(source, content),
        stimulus=None if reference is None else source.needed(reference, "href"),
        reference=reference,
    )


def code_in(source: Source) -> str:
    """The code that a file's identifier stands for; raises Faulty."""
    code = code_of(source.needed(source.root, "identifier"))
    ours = code.isascii() and code[0].isalnum() and all(one.isalnum() or one in "._-" for one in code)
    if not ours or len(code) > CODE_LENGTH:
        raise source.faulty(
            source.root, "bad_identifier", "An identifier is at most 64 letters, digits, '.', '_', '-'."
        )
    return code


def _sound(source: Source, content: ItemContent) -> ItemContent:
    """The content as the bank would store it; what the bank's own rules say against it is told with its place."""
    try:
        return rules.sound(content)
    except Contradiction as refusal:
        first = refusal.faults[0]
        raise source.faulty(source.root, first.code, f"{first.pointer.lstrip('/')}: {first.detail}") from None


# --- the body


def _body(source: Source) -> _Body:
    found = source.only(source.root, "qti-item-body")
    if found is None:
        raise source.faulty(source.root, "missing_element", "The qti-item-body is missing.")
    body = _Body()
    _gather(source, list(inside(found)), body)
    return body


def _gather(source: Source, parts: list["etree._Element | str"], body: _Body) -> None:
    """Sort what a body holds, going into divisions around the interaction."""
    for part in parts:
        if isinstance(part, str) or not _is_ours(part):
            _take_text(source, part, body)
        elif local(part) == "qti-rubric-block":
            body.notes.append(_notes(source, part))
        elif local(part) == "qti-choice-interaction":
            if body.interaction is not None:
                raise source.faulty(part, "several_interactions", "An item here asks one thing.")
            body.interaction = part
        elif local(part).endswith(_INTERACTION):
            raise source.faulty(part, "unsupported_interaction", "Items here are answered by choosing options.")
        elif local(part) == "div" and _holds_more(part):
            _gather(source, list(inside(part)), body)
        else:
            _take_text(source, part, body)


def _take_text(source: Source, part: "etree._Element | str", body: _Body) -> None:
    if body.interaction is None:
        body.before.append(part)
    elif not isinstance(part, str):
        raise source.faulty(part, "text_after_options", "Nothing may stand after the options.")
    elif part.strip():
        raise source.faulty(body.interaction, "text_after_options", "Nothing may stand after the options.")


def _is_ours(part: "etree._Element") -> bool:
    return isinstance(part.tag, str) and namespace(part) == ASI


def _holds_more(part: "etree._Element") -> bool:
    """Whether an interaction or a rubric stands somewhere within."""
    tags = (one.tag for one in part.iterdescendants() if isinstance(one.tag, str))
    return any(str(tag).endswith((_INTERACTION, "}qti-rubric-block")) for tag in tags)


def _notes(source: Source, rubric: "etree._Element") -> str:
    views = set(rubric.get("view", "").split())
    if not views or views & _SEEN_BY_CANDIDATES:
        raise source.faulty(rubric, "rubric_for_candidates", "A rubric here is for staff; candidates read the stem.")
    return read_from(source, list(inside(_content_body(source, rubric))))


def _content_body(source: Source, element: "etree._Element") -> "etree._Element":
    found = source.only(element, "qti-content-body")
    return element if found is None else found


def _stem(source: Source, body: _Body, prompt: "etree._Element | None") -> str:
    """What stands before the interaction, and its prompt."""
    said = read_from(source, body.before)
    if prompt is None:
        return said
    asked = read_from(source, list(inside(prompt)))
    return f"<div>{said}</div><div>{asked}</div>" if said and asked else said or asked


# --- options


def _options(source: Source, interaction: "etree._Element") -> tuple[list[str], list["etree._Element"]]:
    """The identifiers of the choices, and the choices."""
    letters, found = [], []
    for child in interaction:
        if local(child) == "qti-prompt":
            continue
        if local(child) != "qti-simple-choice" or child.get("template-identifier") is not None:
            raise source.faulty(child, "unsupported_element", "Options here are plain choices.")
        letter = source.needed(child, "identifier")
        if letter in letters:
            raise source.faulty(child, "duplicate_identifier", "Another choice has this identifier.")
        letters.append(letter)
        found.append(child)
    return letters, found


def _explained(source: Source, letters: list[str], choices: list["etree._Element"]) -> tuple[Option, ...]:
    """The options with their rationale: a modal feedback of the choice's identifier, or a feedback within it."""
    modal = dict(_modal_feedback(source, letters))
    options = []
    for letter, choice in zip(letters, choices, strict=True):
        parts = list(inside(choice))
        feedback = [part for part in parts if not isinstance(part, str) and _is_feedback(part)]
        for one in feedback:
            if one.get("identifier") != letter or letter in modal:
                raise source.faulty(one, "unsupported_feedback", "A choice has one rationale, of its own identifier.")
            modal[letter] = read_from(source, list(inside(one)))
        said = [part for part in parts if isinstance(part, str) or part not in feedback]
        options.append(Option(text=read_from(source, said), rationale=modal.get(letter, "")))
    return tuple(options)


def _is_feedback(part: "etree._Element") -> bool:
    return _is_ours(part) and local(part) in ("qti-feedback-inline", "qti-feedback-block")


def _modal_feedback(source: Source, letters: list[str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for feedback in children(source.root, "qti-modal-feedback"):
        letter = source.needed(feedback, "identifier")
        if letter not in letters or letter in seen or feedback.get("show-hide", "show") != "show":
            raise source.faulty(feedback, "unsupported_feedback", "Feedback here is one rationale for each choice.")
        seen.add(letter)
        yield letter, read_from(source, list(inside(_content_body(source, feedback))))


# --- the key


def _declaration(source: Source, interaction: "etree._Element") -> "etree._Element":
    """The declaration of what the interaction answers; any other response is one that nobody could give."""
    declared = source.only(source.root, "qti-response-declaration")
    if declared is None:
        raise source.faulty(source.root, "missing_element", "The qti-response-declaration is missing.")
    if source.needed(declared, "identifier") != source.needed(interaction, "response-identifier"):
        raise source.faulty(interaction, "unknown_response", "No response of this identifier is declared.")
    if declared.get("base-type") != "identifier":
        raise source.faulty(declared, "unsupported_response", "Responses here are identifiers of choices.")
    return declared


def _multiple(source: Source, declared: "etree._Element") -> bool:
    cardinality = source.needed(declared, "cardinality")
    if cardinality not in ("single", "multiple"):
        raise source.faulty(declared, "unsupported_response", "Responses here are single or multiple.")
    return cardinality == "multiple"


def _choose(source: Source, interaction: "etree._Element", options: int) -> int:
    """How many may be marked; 0, as QTI has it, is as many as there are."""
    said = interaction.get("max-choices", "0")
    if not (said.isascii() and said.isdigit() and len(said) <= 3):  # noqa: PLR2004 - nobody has a thousand options
        raise source.faulty(interaction, "bad_attribute", "max-choices is a whole number.")
    return int(said) or options


def _key(source: Source, declared: "etree._Element", letters: list[str], *, multiple: bool) -> tuple[int, ...]:
    mapped = _is_mapped(source)
    if mapped and multiple:
        raise source.faulty(declared, "partial_credit", "An answer here scores one point or none.")
    found = _mapped_key(source, declared) if mapped else _correct(source, declared)
    for element, letter in found:
        if letter not in letters:
            raise source.faulty(element, "unknown_option", "There is no choice of this identifier.")
    if not found:
        raise source.faulty(declared, "no_key", "No choice is declared as right.")
    return tuple(sorted({letters.index(letter) + 1 for _, letter in found}))


def _correct(source: Source, declared: "etree._Element") -> list[tuple["etree._Element", str]]:
    correct = source.only(declared, "qti-correct-response")
    return [] if correct is None else [(value, text_of(value)) for value in children(correct, "qti-value")]


def _mapped_key(source: Source, declared: "etree._Element") -> list[tuple["etree._Element", str]]:
    """The choices that the mapping gives the one point; raises Faulty where it gives anything else."""
    mapping = source.only(declared, "qti-mapping")
    if mapping is None:
        raise source.faulty(declared, "missing_element", "The qti-mapping is missing.")
    found = []
    for entry in children(mapping, "qti-map-entry"):
        points = _number(source, entry, source.needed(entry, "mapped-value"))
        if points not in (0, 1):
            raise source.faulty(entry, "partial_credit", "An answer here scores one point or none.")
        if points == 1:
            found.append((entry, source.needed(entry, "map-key")))
    if _number(source, mapping, mapping.get("default-value", "0")) != 0:
        raise source.faulty(mapping, "partial_credit", "What is not mapped scores nothing here.")
    return found


def _number(source: Source, element: "etree._Element", text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise source.faulty(element, "bad_attribute", "A number is expected.") from None


def _is_mapped(source: Source) -> bool:
    """Whether the score comes of the mapping; raises Faulty for processing that says anything unheard of."""
    found = source.only(source.root, "qti-response-processing")
    if found is None:
        return False
    template = found.get("template")
    if template is not None and not len(found):
        name = template.rstrip("/").rpartition("/")[2].removesuffix(".xml")
        if name in (MATCH_CORRECT, MAP_RESPONSE):
            return bool(name == MAP_RESPONSE)
    for mapped in (False, True):
        known = [_shape(response_processing(mapped=mapped, explained=explained)) for explained in (False, True)]
        if _shape(found) in known:
            return mapped
    raise source.faulty(found, "unsupported_processing", "Responses are scored by match_correct or map_response here.")


def _shape(element: "etree._Element") -> tuple[object, ...]:
    """What an element says, without the spaces between."""
    attributes = tuple(sorted(element.attrib.items()))
    return (element.tag, attributes, text_of(element), tuple(_shape(child) for child in element))
