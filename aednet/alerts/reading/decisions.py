"""What is done about a reply: pure, on what is known of whoever sent it.

A telephone may be shared, so a number stands for one person or several. What the reply can mean is worked
out for each of them; only where all that comes to one and the same deed, it is done. Else the sender is
asked, once, and after that a coordinator takes over.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from aednet.alerts.reading.parts import names_cabinet
from aednet.alerts.reading.replies import Defect, No, Ok, Reading, Start, Stop, Unclear, Why, Yes
from aednet.messaging.rules import RecipientKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whose number it is: a volunteer, or a coordinator by their account."""

    kind: RecipientKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerableCabinet:
    """A cabinet that a reply may be about: who looks after it, and who coordinates its area."""

    id: int
    ref: str
    looked_after_by: frozenset[Person]  # guardian and deputies
    coordinated_by: frozenset[Person]

    @property
    def answered_by(self) -> frozenset[Person]:
        """Those whose OK or DEFECT counts."""
        return self.looked_after_by | self.coordinated_by


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A question that a message put to somebody, such as a place in a training."""

    id: int
    to: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of the sender of a reply, and of what it names.

    `questions` are open, `seats` those that a sender said yes to and may think better of. `cabinets` are
    those that a sender looks after and those that the reply names; `was_asked` says that a reply of theirs
    was asked about and nothing understood since.
    """

    senders: tuple[Person, ...]
    cabinets: tuple[AnswerableCabinet, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    seats: tuple[OpenQuestion, ...] = ()
    was_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInspections:
    """Log a check that found these cabinets in order."""

    cabinet_ids: tuple[int, ...]
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDefect:
    """Take a cabinet out of service and open a task."""

    cabinet_id: int
    text: str = field(repr=False)
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReport:
    """Keep as a problem report what somebody said who does not look after these cabinets."""

    cabinet_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    """Take the answer to an open question."""

    question_id: int
    is_yes: bool
    by: Person


@dataclass(frozen=True, slots=True)
class Suppress:
    """Send nothing more to the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Send to the number again, and record that these consent."""

    people: tuple[Person, ...]


class Doubt(StrEnum):
    """What is asked about, and what a coordinator is told if that does not help."""

    NOT_UNDERSTOOD = "not_understood"
    WHICH_CABINET = "which_cabinet"
    NO_SUCH_CABINET = "no_such_cabinet"
    NO_QUESTION = "no_question"
    WHICH_QUESTION = "which_question"
    WHOSE = "whose"  # several people share the number


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Ask the sender, once."""

    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Leave the reply to a coordinator."""

    doubt: Doubt


@dataclass(frozen=True, slots=True)
class ShowOnce:
    """Answer nothing, and show a coordinator once that an unknown number wrote."""


Deed = LogInspections | ReportDefect | AnswerQuestion
Action = Deed | OpenReport | Suppress | Resume | Ask | HandOver | ShowOnce


def decide(reading: Reading, context: Context) -> Action:
    """Return what is done about a reply that was read so, from a sender of whom this is known."""
    if isinstance(reading, Stop):
        return Suppress()
    if not context.senders:
        return ShowOnce()
    if isinstance(reading, Start):
        return Resume(people=context.senders)
    found = _unless_in_doubt(reading, context)
    if isinstance(found, Doubt):
        return HandOver(doubt=found) if context.was_asked else Ask(doubt=found)
    return found


def _unless_in_doubt(
    reading: Ok | Defect | Yes | No | Unclear, context: Context
) -> Deed | OpenReport | Doubt:
    if isinstance(reading, Unclear):
        return Doubt.WHICH_CABINET if reading.why is Why.NUMBER_ALONE else Doubt.NOT_UNDERSTOOD
    if isinstance(reading, Yes | No):
        return _about_question(reading, context)
    if isinstance(reading, Ok):
        return _about_cabinets(reading, reading.cabinets, context)
    return _about_cabinets(reading, (reading.cabinet,) if reading.cabinet else (), context)


def _about_question(reading: Yes | No, context: Context) -> AnswerQuestion | Doubt:
    questions = context.questions or context.seats
    if not questions:
        return Doubt.NO_QUESTION
    if len(questions) > 1:
        return Doubt.WHICH_QUESTION
    question = questions[0]
    return AnswerQuestion(question_id=question.id, is_yes=isinstance(reading, Yes), by=question.to)


def _about_cabinets(
    reading: Ok | Defect, named: tuple[str, ...], context: Context
) -> Deed | OpenReport | Doubt:
    if not named:
        return _about_own_cabinet(reading, context)
    cabinets = []
    for name in named:
        matching = [cabinet for cabinet in context.cabinets if names_cabinet(name, cabinet.ref)]
        own = [one for one in matching if one.answered_by & frozenset(context.senders)]
        if len(own or matching) != 1:
            return Doubt.WHICH_CABINET if matching else Doubt.NO_SUCH_CABINET
        cabinets += own or matching
    answering = [bool(cabinet.answered_by & frozenset(context.senders)) for cabinet in cabinets]
    if not any(answering):
        return OpenReport(cabinet_ids=tuple(cabinet.id for cabinet in cabinets))
    return _deed(reading, cabinets, context) if all(answering) else Doubt.WHICH_CABINET


def _about_own_cabinet(reading: Ok | Defect, context: Context) -> Deed | Doubt:
    """Take a reply that names none to be about the one they look after, if it can mean nothing else."""
    own = [one for one in context.cabinets if one.looked_after_by & frozenset(context.senders)]
    if len(own) != 1:
        return Doubt.WHICH_CABINET
    if isinstance(reading, Ok) and context.questions:
        return Doubt.WHICH_QUESTION
    return _deed(reading, own, context)


def _deed(reading: Ok | Defect, cabinets: list[AnswerableCabinet], context: Context) -> Deed | Doubt:
    senders = frozenset(context.senders)
    by = senders.intersection(*(one.looked_after_by for one in cabinets)) or senders.intersection(
        *(one.answered_by for one in cabinets)
    )  # a coordinator who is a guardian besides answers as guardian
    if len(by) != 1:
        return Doubt.WHOSE
    if isinstance(reading, Defect):
        return ReportDefect(cabinet_id=cabinets[0].id, text=reading.text, by=next(iter(by)))
    return LogInspections(cabinet_ids=tuple(dict.fromkeys(one.id for one in cabinets)), by=next(iter(by)))
