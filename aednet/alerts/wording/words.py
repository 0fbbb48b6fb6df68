"""The words of the messages, in Dutch and English. Only signs that an SMS writes in seven bits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from aednet.alerts.planning.rules import Occasion, Rule

DUTCH, ENGLISH = "nl", "en"
DUTCH_MONTHS: Final = "jan feb mrt apr mei juni juli aug sep okt nov dec".split()  # noqa: SIM905 twelve words
ENGLISH_MONTHS: Final = "Jan Feb Mar Apr May June July Aug Sept Oct Nov Dec".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one language has. Names in braces are filled in by `texts.py`."""

    day: Callable[[date], str]
    hour: Callable[[datetime], str]
    and_: str
    more: str  # cabinets that are not named
    more_to_hear: str
    more_at_desk: str
    today: str
    used: str
    used_brief: str
    check: str
    late: str
    answer: str
    answer_with: str
    and_numbers: str  # instead of many
    answer_brief: str
    expiring: Mapping[Rule, str]
    replace: str
    replace_as_coordinator: str
    device: str
    certificate: str
    certificate_today: str
    certificate_lapsed: str
    next_training: str
    renew: str
    trainings: Mapping[Rule | Occasion, str]
    digest: str
    unguarded: tuple[str, str]  # of one, and of more
    unread: tuple[str, str]
    in_doubt: tuple[str, str]
    held: tuple[str, str]
    logged: str
    defect: str
    reported: str
    booked: str
    waiting: str
    declined: str
    resumed: str
    not_understood: str
    not_understood_one: str
    which_cabinet: str
    no_such_cabinet: str
    no_question: str
    which_question: str
    whose: str


def _dutch_day(day: date) -> str:
    return f"{day.day} {DUTCH_MONTHS[day.month - 1]}"


def _dutch_hour(at: datetime) -> str:
    return f"{at:%H.%M} uur"


def _english_day(day: date) -> str:
    return f"{day.day} {ENGLISH_MONTHS[day.month - 1]}"


def _english_hour(at: datetime) -> str:
    return f"{at:%H:%M}"


DUTCH_WORDS: Final = Words(
    day=_dutch_day,
    hour=_dutch_hour,
    and_="en",
    more="nog {count}",
    more_to_hear="Er is meer: bel uw coördinator.",
    more_at_desk="Er is meer: zie {address}",
    today="vandaag",
    used=(
        "{cabinets}: de AED is gebruikt. Haal hem op, plaats nieuwe elektroden, kijk de batterij na en "
        "hang hem terug. Klaar? Meld het uw coördinator."
    ),
    used_brief="{cabinets}: de AED is gebruikt. Haal hem op en maak hem klaar.",
    check="{cabinets}: graag deze week controleren.",
    late="{cabinets}: al lang niet gecontroleerd. Kunt u gaan kijken?",
    and_numbers="en de nummers",
    answer_brief="Antwoord OK {numbers}, of DEFECT, nummer en wat er is.",
    answer="In orde? Antwoord OK {number}. Iets mis? Antwoord DEFECT {number} en wat er is.",
    answer_with="In orde? Antwoord OK {numbers}. Iets mis? Antwoord DEFECT, het nummer en wat er is.",
    expiring={
        Rule.PADS: "Elektroden verlopen: {cabinets}.",
        Rule.CHILD_PADS: "Kinderelektroden verlopen: {cabinets}.",
        Rule.BATTERY: "Batterij verloopt: {cabinets}.",
    },
    replace="Vervang op tijd en geef de nieuwe datum door aan uw coördinator.",
    replace_as_coordinator="Zorg voor nieuwe en noteer de nieuwe datum.",
    device="AED wordt 10 jaar: {cabinets}. Plan een nieuwe.",
    certificate="Uw reanimatiecertificaat verloopt op {day}.",
    certificate_today="Uw reanimatiecertificaat verloopt vandaag.",
    certificate_lapsed="Uw reanimatiecertificaat is verlopen op {day}.",
    next_training="Cursus in de buurt: {day} om {hour}, {place}.",
    renew="Doe op tijd een herhalingscursus. Vragen? Bel uw coördinator.",
    trainings={
        Rule.TRAINING: "Cursus reanimatie op {day} om {hour}, {place}. Verhinderd? Meld het uw coördinator.",
        Occasion.INVITATION: (
            "Cursus reanimatie op {day} om {hour}, {place}. Doet u mee? Antwoord JA of NEE."
        ),
        Occasion.SEAT: (
            "Er is een plek vrij: u doet mee aan de cursus reanimatie op {day} om {hour}, {place}. "
            "Verhinderd? Meld het uw coördinator."
        ),
        Occasion.TRAINING_CHANGED: (
            "Let op, uw cursus reanimatie is veranderd: {day} om {hour}, {place}. Verhinderd? Meld het uw "
            "coördinator."
        ),
        Occasion.CALLED_OFF: "De cursus reanimatie op {day} om {hour}, {place} gaat niet door.",
    },
    digest="AED-netwerk: {things}. Zie {address}",
    unguarded=("1 kast zonder beheerder", "{count} kasten zonder beheerder"),
    unread=("1 ongelezen antwoord", "{count} ongelezen antwoorden"),
    in_doubt=("1 sms te beoordelen", "{count} sms'jes te beoordelen"),
    held=("1 sms wacht op budget", "{count} sms'jes wachten op budget"),
    logged="Dank u wel. {cabinets}: controle genoteerd.",
    defect="Dank u wel. {cabinets} staat nu buiten gebruik. Een coördinator neemt het op.",
    reported="Dank u wel. Uw bericht over {cabinets} ligt bij de coördinator.",
    booked="U bent aangemeld: cursus reanimatie op {day} om {hour}, {place}. Tot dan!",
    waiting="De cursus op {day} is vol. U staat op de wachtlijst; komt er een plek vrij, dan hoort u het.",
    declined="Genoteerd: u doet niet mee aan de cursus op {day}.",
    resumed="U krijgt weer berichten van het AED-netwerk. Stoppen? Antwoord STOP.",
    not_understood=(
        "Dat begrijpen wij niet. In orde? Antwoord OK en het nummer van de AED. Iets mis? Antwoord "
        "DEFECT, het nummer en wat er is. Geen berichten meer? Antwoord STOP."
    ),
    not_understood_one=(
        "Dat begrijpen wij niet. AED in orde? Antwoord OK {number}. Iets mis? Antwoord DEFECT {number} "
        "en wat er is. Geen berichten meer? Antwoord STOP."
    ),
    which_cabinet="Over welke AED gaat het? Antwoord OK of DEFECT met het nummer, zoals OK {number}.",
    no_such_cabinet=(
        "Die AED kennen wij niet. Het nummer staat op de kast. Antwoord OK of DEFECT met het nummer."
    ),
    no_question=(
        "Wij hebben nu geen vraag aan u waarop JA of NEE past. Gaat het over een AED? Antwoord OK of "
        "DEFECT met het nummer."
    ),
    which_question=(
        "Wij weten niet waarop u antwoordt. Bel uw coördinator, of noem bij een AED het nummer: OK {number}."
    ),
    whose=(
        "Meer mensen gebruiken dit nummer. Van wie is dit antwoord? Stuur het nog eens met uw naam erbij."
    ),
)

ENGLISH_WORDS: Final = Words(
    day=_english_day,
    hour=_english_hour,
    and_="and",
    more="{count} more",
    more_to_hear="There is more: call your coordinator.",
    more_at_desk="There is more: see {address}",
    today="today",
    used=(
        "{cabinets}: the AED was used. Fetch it, put in new pads, check the battery and hang it back. "
        "Done? Tell your coordinator."
    ),
    used_brief="{cabinets}: the AED was used. Fetch it and make it ready.",
    check="{cabinets}: please check this week.",
    late="{cabinets}: not checked for long. Could you have a look?",
    and_numbers="and the numbers",
    answer_brief="Reply OK {numbers}, or DEFECT, number and what it is.",
    answer="In order? Reply OK {number}. Something wrong? Reply DEFECT {number} and what it is.",
    answer_with="In order? Reply OK {numbers}. Something wrong? Reply DEFECT, the number and what it is.",
    expiring={
        Rule.PADS: "Pads expire: {cabinets}.",
        Rule.CHILD_PADS: "Child pads expire: {cabinets}.",
        Rule.BATTERY: "Battery expires: {cabinets}.",
    },
    replace="Please replace in time and tell your coordinator the new date.",
    replace_as_coordinator="Please arrange new ones and note the new date.",
    device="AED turns 10 years: {cabinets}. Please plan a new one.",
    certificate="Your CPR certificate expires on {day}.",
    certificate_today="Your CPR certificate expires today.",
    certificate_lapsed="Your CPR certificate expired on {day}.",
    next_training="Course near you: {day} at {hour}, {place}.",
    renew="Please take a refresher in time. Questions? Call your coordinator.",
    trainings={
        Rule.TRAINING: "CPR course on {day} at {hour}, {place}. Cannot make it? Tell your coordinator.",
        Occasion.INVITATION: "CPR course on {day} at {hour}, {place}. Will you join? Reply YES or NO.",
        Occasion.SEAT: (
            "A place came free: you join the CPR course on {day} at {hour}, {place}. Cannot make it? Tell "
            "your coordinator."
        ),
        Occasion.TRAINING_CHANGED: (
            "Please note, your CPR course has changed: {day} at {hour}, {place}. Cannot make it? Tell your "
            "coordinator."
        ),
        Occasion.CALLED_OFF: "The CPR course on {day} at {hour}, {place} does not take place.",
    },
    digest="AED network: {things}. See {address}",
    unguarded=("1 cabinet without guardian", "{count} cabinets without guardian"),
    unread=("1 unread reply", "{count} unread replies"),
    in_doubt=("1 SMS to review", "{count} SMS to review"),
    held=("1 SMS waits for budget", "{count} SMS wait for budget"),
    logged="Thank you. {cabinets}: check noted.",
    defect="Thank you. {cabinets} is now out of service. A coordinator takes it up.",
    reported="Thank you. Your message about {cabinets} is with the coordinator.",
    booked="You have a place: CPR course on {day} at {hour}, {place}. See you there!",
    waiting=(
        "The course on {day} is full. You are on the waiting list and hear from us if a place comes free."
    ),
    declined="Noted: you will not join the course on {day}.",
    resumed="You get messages from the AED network again. To stop them, reply STOP.",
    not_understood=(
        "We do not understand that. In order? Reply OK and the number of the AED. Something wrong? Reply"
        " DEFECT, the number and what it is. No more messages? Reply STOP."
    ),
    not_understood_one=(
        "We do not understand that. AED in order? Reply OK {number}. Something wrong? Reply DEFECT "
        "{number} and what it is. No more messages? Reply STOP."
    ),
    which_cabinet="Which AED is it about? Reply OK or DEFECT with the number, such as OK {number}.",
    no_such_cabinet=(
        "We do not know that AED. The number is on the cabinet. Reply OK or DEFECT with the number."
    ),
    no_question=(
        "We have no question for you now that YES or NO answers. Is it about an AED? Reply OK or DEFECT "
        "with the number."
    ),
    which_question=(
        "We do not know what you answer. Call your coordinator, or name the AED's number: OK {number}."
    ),
    whose="Several people use this number. Whose answer is this? Send it once more with your name.",
)

WORDS: Final[Mapping[str, Words]] = {DUTCH: DUTCH_WORDS, ENGLISH: ENGLISH_WORDS}


def words_of(language: str) -> Words:
    """Return the words of a language, Dutch where we have none of it."""
    return WORDS.get(language, DUTCH_WORDS)


def listed(things: Sequence[str], and_: str) -> str:
    """Return things in a row: `AED 17, AED 31 en AED 40`."""
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} {and_} {things[-1]}"
