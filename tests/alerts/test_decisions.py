import pytest

from aednet.alerts.reading.decisions import (
    AnswerableCabinet,
    AnswerQuestion,
    Ask,
    Context,
    Doubt,
    HandOver,
    LogInspections,
    OpenQuestion,
    OpenReport,
    Person,
    ReportDefect,
    Resume,
    ShowOnce,
    Suppress,
    decide,
)
from aednet.alerts.reading.replies import Defect, No, Ok, Reading, Start, Stop, Unclear, Why, Yes
from aednet.messaging.rules import RecipientKind

ANS = Person(kind=RecipientKind.VOLUNTEER, id=1)
BERT = Person(kind=RecipientKind.VOLUNTEER, id=2)
COORDINATOR = Person(kind=RecipientKind.ACCOUNT, id=1)


def make_cabinet(number: int, *keepers: Person, ref: str | None = None) -> AnswerableCabinet:
    return AnswerableCabinet(
        id=number,
        ref=ref or f"HGV-{number:03d}",
        looked_after_by=frozenset(keepers),
        coordinated_by=frozenset({COORDINATOR}),
    )


SEVENTEEN, THIRTY_ONE, OTHERS = make_cabinet(17, ANS), make_cabinet(31, ANS), make_cabinet(40, BERT)
QUESTION = OpenQuestion(id=7, to=ANS)
OK, OK_17 = Ok(cabinets=()), Ok(cabinets=("17",))
DEFECT_17 = Defect(cabinet="17", text="piept")


def known(*cabinets: AnswerableCabinet, by: Person = ANS, **facts: object) -> Context:
    return Context(senders=(by,), cabinets=cabinets, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reading", "context", "action"),
    [
        (OK_17, known(SEVENTEEN), LogInspections(cabinet_ids=(17,), by=ANS)),
        (OK_17, known(SEVENTEEN, THIRTY_ONE), LogInspections(cabinet_ids=(17,), by=ANS)),
        (OK, known(SEVENTEEN), LogInspections(cabinet_ids=(17,), by=ANS)),
        (
            Ok(cabinets=("17", "31")),
            known(SEVENTEEN, THIRTY_ONE),
            LogInspections(cabinet_ids=(17, 31), by=ANS),
        ),
        (OK_17, known(SEVENTEEN, by=COORDINATOR), LogInspections(cabinet_ids=(17,), by=COORDINATOR)),
        (DEFECT_17, known(SEVENTEEN), ReportDefect(cabinet_id=17, text="piept", by=ANS)),
        (
            Defect(cabinet=None, text="piept"),
            known(SEVENTEEN),
            ReportDefect(cabinet_id=17, text="piept", by=ANS),
        ),
        (DEFECT_17, known(SEVENTEEN, by=BERT), OpenReport(cabinet_ids=(17,))),
        (OK_17, known(SEVENTEEN, by=BERT), OpenReport(cabinet_ids=(17,))),
        (Yes(), known(questions=(QUESTION,)), AnswerQuestion(question_id=7, is_yes=True, by=ANS)),
        (No(), known(SEVENTEEN, questions=(QUESTION,)), AnswerQuestion(question_id=7, is_yes=False, by=ANS)),
        (OK_17, known(SEVENTEEN, questions=(QUESTION,)), LogInspections(cabinet_ids=(17,), by=ANS)),
        (Stop(), known(SEVENTEEN, questions=(QUESTION,)), Suppress()),
        (Stop(), Context(senders=()), Suppress()),
        (Start(), Context(senders=(ANS, BERT)), Resume(people=(ANS, BERT))),
    ],
)
def test_what_can_mean_one_thing_is_done(reading: Reading, context: Context, action: object) -> None:
    assert decide(reading, context) == action


@pytest.mark.parametrize(
    ("reading", "context", "doubt"),
    [
        (OK, known(SEVENTEEN, THIRTY_ONE), Doubt.WHICH_CABINET),
        (OK, known(), Doubt.WHICH_CABINET),
        (OK, known(SEVENTEEN, by=COORDINATOR), Doubt.WHICH_CABINET),
        (OK, known(SEVENTEEN, questions=(QUESTION,)), Doubt.WHICH_QUESTION),
        (Ok(cabinets=("99",)), known(SEVENTEEN), Doubt.NO_SUCH_CABINET),
        (Ok(cabinets=("17", "40")), known(SEVENTEEN, OTHERS), Doubt.WHICH_CABINET),
        (OK_17, known(SEVENTEEN, make_cabinet(99, ANS, ref="BEI-017")), Doubt.WHICH_CABINET),
        (Yes(), known(SEVENTEEN), Doubt.NO_QUESTION),
        (Yes(), known(questions=(QUESTION, OpenQuestion(id=8, to=ANS))), Doubt.WHICH_QUESTION),
        (
            Yes(),
            Context(senders=(ANS, BERT), questions=(QUESTION, OpenQuestion(id=7, to=BERT))),
            Doubt.WHICH_QUESTION,
        ),
        (OK_17, Context(senders=(ANS, BERT), cabinets=(make_cabinet(17, ANS, BERT),)), Doubt.WHOSE),
        (OK, Context(senders=(ANS, BERT), cabinets=(SEVENTEEN, OTHERS)), Doubt.WHICH_CABINET),
        (Unclear(why=Why.EMPTY), known(SEVENTEEN), Doubt.NOT_UNDERSTOOD),
        (Unclear(why=Why.NUMBER_ALONE), known(SEVENTEEN), Doubt.WHICH_CABINET),
    ],
)
def test_what_is_in_doubt_is_asked_once_and_then_a_person_takes_over(
    reading: Reading, context: Context, doubt: Doubt
) -> None:
    assert decide(reading, context) == Ask(doubt=doubt)
    again = Context(
        senders=context.senders, cabinets=context.cabinets, questions=context.questions, was_asked=True
    )
    assert decide(reading, again) == HandOver(doubt=doubt)


@pytest.mark.parametrize("reading", [OK, OK_17, DEFECT_17, Yes(), No(), Start(), Unclear(why=Why.EMPTY)])
def test_an_unknown_number_gets_no_answer_and_is_shown_once(reading: Reading) -> None:
    assert decide(reading, Context(senders=(), cabinets=(SEVENTEEN,))) == ShowOnce()


def test_on_a_shared_telephone_it_is_whoever_alone_can_mean_it() -> None:
    shared = Context(senders=(ANS, BERT), cabinets=(SEVENTEEN, OTHERS), questions=(QUESTION,))
    assert decide(OK_17, shared) == LogInspections(cabinet_ids=(17,), by=ANS)
    assert decide(Yes(), shared) == AnswerQuestion(question_id=7, is_yes=True, by=ANS)


def test_a_coordinator_who_is_a_guardian_besides_answers_as_guardian() -> None:
    both = Context(senders=(ANS, COORDINATOR), cabinets=(SEVENTEEN,))
    assert decide(OK_17, both) == LogInspections(cabinet_ids=(17,), by=ANS)


def test_of_two_cabinets_of_one_number_the_own_one_is_meant() -> None:
    other = make_cabinet(99, BERT, ref="BEI-017")
    other = AnswerableCabinet(
        id=other.id, ref=other.ref, looked_after_by=other.looked_after_by, coordinated_by=frozenset()
    )
    assert decide(OK_17, known(SEVENTEEN, other)) == LogInspections(cabinet_ids=(17,), by=ANS)
