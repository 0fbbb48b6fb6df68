"""The words of the reply grammar: what each can mean, in Dutch and English, as people really spell it.

Whatever is not listed is unknown, and what holds an unknown word is not understood. So this list errs on
the short side: a word belongs here only if it means the same wherever it stands.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from aednet.base.texts import folded


class Meaning(StrEnum):
    """What a word or phrase of a reply can mean."""

    OK = "ok"
    FINE = "fine"  # says that something is well; of what, only with a number
    DEFECT = "defect"
    YES = "yes"
    NO = "no"
    STOP = "stop"
    STOP_ALONE = "stop_alone"  # the provider's opt-outs that mean much else inside a sentence
    START = "start"
    POLITE = "polite"  # changes nothing
    OF_CABINETS = "of_cabinets"  # changes nothing beside OK or DEFECT
    OF_MESSAGES = "of_messages"  # changes nothing beside STOP or START
    OF_COMING = "of_coming"  # changes nothing beside a yes or a no
    OF_REFUSING = "of_refusing"  # changes nothing beside a no
    MENDED = "mended"  # takes a defect back
    AGAINST = "against"  # a sign such as a thumb down: contradicts all but a defect or a no
    SIGNS = "signs"  # what follows is a name


VOCABULARY: Final[Mapping[Meaning, str]] = {
    Meaning.OK: """
        ok; oke; okee; okey; okeej; okej; okay; okaay; okk; okie; oki; okido; okidoki; okidokie; okeh; o k;
        o k e; 0 k; 0 ke
    """,
    Meaning.FINE: """
        in orde; inorde; in order; prima; goed; is goed; alles goed; top; akkoord; fine; good; all good; klopt
    """,
    Meaning.DEFECT: """
        defect; defekt; deffect; defct; deffekt; defecte; defecct; difect; kapot; kappot; kapod; stuk;
        broken; faulty; out of order; buiten werking; buiten gebruik; werkt niet; doet het niet
    """,
    Meaning.YES: """
        ja; jaa; jah; jao; joa; jazeker; ja zeker; jawel; jep; jup; yes; yep; yeah; yess; ik kom; kom ik;
        ik ben erbij; ik ben er bij; ben erbij; ben er bij; ik doe mee; doe mee; count me in; i am coming
    """,
    Meaning.NO: """
        nee; neen; nee niet; nope; no; nah; helaas niet; kan niet; kan helaas niet; kan dan niet;
        kan die dag niet; lukt niet; lukt helaas niet; can not; cannot; cant; can t; cant make it;
        can t make it; cannot make it; ik kom niet; kom niet
    """,
    Meaning.STOP: """
        stop; stopp; stopall; stop all; unsubscribe; unsubscribed; afmelden; afmeldn; afmeldne; meld mij af;
        meld me af; mij afmelden; me afmelden; optout; opt out
    """,
    Meaning.STOP_ALONE: "cancel; end; quit; revoke",
    Meaning.START: "start; unstop",
    Meaning.POLITE: """
        hoor; heur; hoar; bedankt; dank; dank je; dank je wel; dank u; dank u wel; dankjewel; dankje;
        dankuwel; thanks; thank you; thx; tnx; ty; merci; alvast; hallo; hoi; hai; hey; hi; hello;
        goedemorgen; goedemiddag; goedenavond; goedendag; goede morgen; goede middag;
        goeden avond; moi; moin; please; pls;
        aub; a u b; svp; s v p; alsjeblieft; alstublieft; graag; graag gedaan; sorry; mooi; mooi zo; fijn;
        fijne dag; fijne avond; prettige dag; fijn weekend; xx; xxx; x; doei; en; and; antwoord
    """,
    Meaning.OF_CABINETS: """
        aed; aeds; de aed; aed kast; kast; kastje; kasten; cabinet; nr; nummer; number; num; van; voor;
        bij; de; het; t; is; are; zijn; was; alles; allemaal; all; everything; checked; check; gecheckt;
        gechecked; gecheckd; gecontroleerd; gecontoleerd; nagekeken; bekeken; gekeken; controle; gedaan; done;
        vandaag; today; net; zojuist; lampje; lamp; led; groen; green; light; brandt; staat op; beide; both
    """,
    Meaning.OF_MESSAGES: """
        sms; smsjes; sms jes; smsen; sms en; sms sen; bericht; berichten; berichtjes; melding; meldingen;
        herinnering; herinneringen; message; messages; text; texts; texting; texting me; sending; appjes; met;
        deze; die; dit; mij; me; de; het; these; the; this; sturen; versturen; te sturen; wil; ik; ik wil;
        wil ik; mee; ermee; er mee; nu; voor; van; to
    """,
    Meaning.OF_COMING: """
        ik; i; ll; will; be; there; kom; graag; leuk; natuurlijk; tuurlijk; uiteraard; sure; of course; wil;
        wil ik; er; zeker; coming; kan; dat kan; can
    """,
    Meaning.OF_REFUSING: """
        helaas; unfortunately; ik; i; m; am; ben; heb; dan; die dag; die avond; deze keer; dit keer;
        this time; op vakantie; met vakantie; vakantie; ziek; weg; verhinderd; moet werken; aan het werk;
        werken; geen tijd; druk; te druk; busy; away; on holiday; ill; dat; er; gaat; gaat niet; zal;
        zal niet; niet; not
    """,
    Meaning.MENDED: """
        opgelost; verholpen; gerepareerd; gemaakt; hersteld; vervangen; fixed; repaired; replaced; solved;
        weer ok; weer goed
    """,
    Meaning.SIGNS: """
        gr; grt; grtjs; grtjes; groet; groeten; groetjes; groetjes van; groet van; mvg; m v g; vr gr; vrgr;
        met vriendelijke groet; met vriendelijke groeten; vriendelijke groet; vriendelijke groeten;
        hartelijke groet; hartelijke groeten; liefs; regards; kind regards; best regards; cheers
    """,
}
AGAINST: Final = "👎❌✖🚫⛔⚠"

# What a telephone or a mail program puts below a text: `Verzonden vanaf mijn iPhone`.
SENT: Final = frozenset({"verzonden", "verstuurd", "gestuurd", "sent"})
FROM: Final = frozenset({"vanaf", "vanuit", "via", "met", "from", "with"})
MOST_OF_DEVICE: Final = 5  # words after those two
# No name, though it might follow a greeting: `groet hij piept nog`.
NOT_A_NAME: Final = frozenset(
    re.findall(
        r"\w+",
        """
        hij zij ze het dit dat er is was niet geen maar wel toch nog weer bijna heel erg en of want dus als
        piept knippert rookt brandt mist weg leeg rood vies nat open dicht batterij accu elektroden pads lamp
        it its he she not but still beeps beeping missing empty red battery ik wij we i my mijn
        """,
    )
)
MOST_NAMES: Final = 3  # words, as in `Ans van Voorbeeld`


def _phrases() -> Iterator[tuple[tuple[str, ...], Meaning]]:
    for meaning, listed in VOCABULARY.items():
        for phrase in listed.split(";"):
            yield tuple(folded(phrase).split()), meaning


def _by_phrase() -> dict[tuple[str, ...], frozenset[Meaning]]:
    found: dict[tuple[str, ...], frozenset[Meaning]] = {}
    for phrase, meaning in _phrases():
        found[phrase] = found.get(phrase, frozenset()) | {meaning}
    return found


MEANINGS: Final[Mapping[tuple[str, ...], frozenset[Meaning]]] = _by_phrase()
LONGEST: Final = max(map(len, MEANINGS))


def plain(word: str) -> str:
    """Return a word as it is looked up: without case and accents, a drawn-out end cut short (`jaaaa`)."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    for kept in (r"\1\1", r"\1"):
        shorter = re.sub(r"(.)\1{2,}$", kept, bare)
        if (shorter,) in MEANINGS:
            return shorter
    return bare
