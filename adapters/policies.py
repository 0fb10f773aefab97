"""Policies as YAML files: a small, bounded part of YAML, in which every fault has its path and its line.

Read are mappings, lists and scalars of YAML 1.2's core schema; `no` and `on` are words and dates stay text. Anchors,
aliases, tags, a key given twice, several documents, and anything too large or too deep are faults.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from domain.errors import Fault, Invalid
from domain.programs.clauses import Provider
from domain.programs.policy import Policy
from domain.programs.reading import read_and_lint

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 50_000

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class LocatedFault(Fault):
    """A fault of a policy file, with the line it is on (from 1)."""

    line: int = 1


def load_policy(path: Path) -> Policy:
    """The policy in a YAML file, as far as its shape goes; `check_policy` also lints.

    Raises:
        Invalid: where its shape is wrong, with every fault that `check_policy` finds, as `LocatedFault`.

    """
    return parse_policy(_bounded(path))


def parse_policy(content: bytes) -> Policy:
    """The policy in YAML; raises as `load_policy`."""
    policy, faults = _checked(content)
    if policy is None:
        raise Invalid(*faults, detail="The policy file is not valid.")
    return policy


def check_policy(
    path: Path, others: Iterable[Policy] = (), providers: Iterable[Provider] = ()
) -> tuple[Policy | None, list[LocatedFault]]:
    """The policy in a file with everything that stands against publishing it, line by line.

    There is no policy where its shape is wrong; what can be read of it is linted all the same.
    """
    return _checked(_bounded(path), others, providers)


def _checked(
    content: bytes, others: Iterable[Policy] = (), providers: Iterable[Provider] = ()
) -> tuple[Policy | None, list[LocatedFault]]:
    reader = _Reader()
    document = reader.mapping(content)
    if document is None:
        return None, reader.faults
    policy, faults = read_and_lint(document, others, providers, unread=reader.unread)
    located = sorted((_located(fault, reader.lines) for fault in faults), key=lambda fault: fault.line)
    return None if reader.faults else policy, [*reader.faults, *located]


def _bounded(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def read_yaml(content: bytes) -> tuple[dict[str, object], dict[str, int]]:
    """The mapping in a bounded YAML file, and the line of each place in it (a JSON Pointer).

    Raises:
        Invalid: with every fault, as `LocatedFault`.

    """
    reader = _Reader()
    document = reader.mapping(content)
    if reader.faults or document is None:
        raise Invalid(*reader.faults, detail="The file is not valid.")
    return document, reader.lines


def _located(fault: Fault, lines: dict[str, int]) -> LocatedFault:
    """The fault with the line of its place, or of the nearest place around it."""
    place = fault.pointer
    while place and place not in lines:
        place = place.rpartition("/")[0]
    return LocatedFault(fault.pointer, fault.code, fault.detail, lines.get(place, 1))


_NO_KEY = "\0"
"""Stands for a key that is none. No key of a file can be this one: YAML allows no NUL."""


@dataclass(slots=True)
class _Level:
    """An open mapping or list; `key` is the mapping's key whose value comes next.

    One that `is_key` stands where a key should: what it holds, and its value, are dropped.
    """

    value: dict[str, object] | list[object]
    pointer: str
    key: str | None = None
    is_key: bool = False

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None

    def next_pointer(self) -> str:
        step = str(len(self.value)) if isinstance(self.value, list) else _escaped(self.key or "")
        return f"{self.pointer}/{step}"

    def put(self, value: object) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is not None:
            if self.key is not _NO_KEY:
                self.value[self.key] = value
            self.key = None


class _Stop(Exception):
    """Reading on would make no sense."""


@dataclass(slots=True)
class _Reader:
    """Builds JSON values from YAML events without recursion, and remembers the line of each.

    `unread` are the places whose value nobody can know: an alias, a tag, a key given twice.
    """

    lines: dict[str, int] = field(default_factory=lambda: {"": 1})
    faults: list[LocatedFault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    _whole: bool = False
    _levels: list[_Level] = field(default_factory=list)
    _root: object = None
    _documents: int = 0

    def mapping(self, content: bytes) -> dict[str, object] | None:
        """The mapping in a file, or None where it cannot be read to its end; what is wrong with it is in `faults`."""
        self._read(content)
        if not self._whole:
            return None
        if not isinstance(self._root, dict):
            self.refuse("", "not_a_mapping", "A mapping of keys to values is expected.", 1)
            return None
        return self._root

    def _read(self, content: bytes) -> None:
        try:
            self._walk(content)
            self._whole = True
        except _Stop:
            pass
        except UnicodeDecodeError:
            self.refuse("", "not_utf_8", "The file is not UTF-8 text.", 1)
        except yaml.MarkedYAMLError as error:
            line = _line(error.problem_mark)
            self.refuse("", "yaml_syntax", f"The file is not YAML: {error.problem or 'it cannot be read'}.", line)
        except yaml.YAMLError:
            self.refuse("", "yaml_syntax", "The file holds characters that YAML does not allow.", 1)

    def refuse(self, pointer: str, code: str, detail: str, line: int) -> None:
        """Note a fault."""
        self.faults.append(LocatedFault(pointer, code, detail, line))

    def _walk(self, content: bytes) -> None:
        if len(content) > MAX_BYTES:
            self._stop("", "too_large", f"The file is larger than {MAX_BYTES} bytes.", 1)
        for event in yaml.parse(content.decode("utf-8-sig"), Loader=_LOADER):
            line = _line(event.start_mark)
            self._refuse_tricks(event, line)
            match event:
                case yaml.DocumentStartEvent():
                    self._documents += 1
                    if self._documents > 1:
                        self._whole = True
                        self._stop("", "several_documents", "The file holds more than one document.", line)
                case yaml.MappingStartEvent():
                    self._open({}, line)
                case yaml.SequenceStartEvent():
                    self._open([], line)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._close()
                case yaml.ScalarEvent():
                    self._scalar(event, line)
                case yaml.AliasEvent():
                    self._alias(line)
                case _:
                    pass

    def _refuse_tricks(self, event: yaml.Event, line: int) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.refuse(self._here(), "anchor_or_alias", "Anchors and aliases are not read; write it out.", line)
        explicit = getattr(event, "tag", None)
        if explicit and not isinstance(event, yaml.DocumentStartEvent) and explicit != "!":
            self.refuse(self._here(), "tag", "Tags are not read.", line)
            if not (self._levels and self._levels[-1].wants_key):
                self.unread.add(self._here())

    def _open(self, value: dict[str, object] | list[object], line: int) -> None:
        if len(self._levels) >= MAX_DEPTH:
            self._stop(self._here(), "too_deep", f"Nested deeper than {MAX_DEPTH} levels.", line)
        pointer = self._here()
        if self._levels and self._levels[-1].wants_key:
            self._refuse_key(line)
            self._levels.append(_Level(value, pointer, is_key=True))
            return
        self._place(value, line)
        self._levels.append(_Level(value, pointer))

    def _close(self) -> None:
        if self._levels.pop().is_key:
            self._levels[-1].key = _NO_KEY

    def _alias(self, line: int) -> None:
        if self._levels and self._levels[-1].wants_key:
            self._levels[-1].key = _NO_KEY
            return
        self.unread.add(self._here())
        self._place(None, line)

    def _refuse_key(self, line: int) -> None:
        self.refuse(self._levels[-1].pointer, "key_not_text", "A key must be plain text.", line)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        level = self._levels[-1] if self._levels else None
        if level is None or not level.wants_key:
            self._place(_resolved(event), line)
            return
        if isinstance(level.value, dict) and event.value in level.value:
            pointer = f"{level.pointer}/{_escaped(event.value)}"
            self.refuse(pointer, "duplicate_key", "This key is given twice.", line)
            self.unread.add(pointer)
        level.key = event.value

    def _place(self, value: object, line: int) -> None:
        pointer = self._here()
        self.lines.setdefault(pointer, line)
        if len(self.lines) > MAX_NODES:
            self._stop(pointer, "too_large", f"The file holds more than {MAX_NODES} values.", line)
        if self._levels:
            self._levels[-1].put(value)
        else:
            self._root = value

    def _here(self) -> str:
        if not self._levels:
            return ""
        level = self._levels[-1]
        return level.pointer if level.wants_key or level.key is _NO_KEY else level.next_pointer()

    def _stop(self, pointer: str, code: str, detail: str, line: int) -> None:
        self.refuse(pointer, code, detail, line)
        raise _Stop


def _resolved(event: yaml.ScalarEvent) -> object:
    """A plain scalar's value in YAML 1.2's core schema, less its exotic numbers; a quoted one is text."""
    text: str = event.value
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _line(mark: object) -> int:
    return int(getattr(mark, "line", 0)) + 1


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
