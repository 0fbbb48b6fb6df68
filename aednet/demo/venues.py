"""The venues at which the example cabinets hang, each with its hours and habits. All invented."""

from dataclasses import dataclass
from typing import Final

from aednet.areas.models import AreaKind
from aednet.cabinets.rules import Access

ALWAYS: Final = "24/7"
OFFICE: Final = "Mo-Fr 09:00-17:00; PH off"
PRACTICE: Final = "Mo-Fr 08:00-12:00,13:00-17:00; PH off"
SHOP: Final = "Mo-Fr 08:00-20:00; Sa 08:00-18:00; Su,PH off"
STATION: Final = "Mo-Su 06:00-22:00"
CLUB: Final = "Mo-Fr 18:00-23:00; Sa-Su 09:00-18:00"
PUB: Final = "We-Th 16:00-24:00; Fr-Sa 16:00-02:00, Su 14:00-22:00"
SEASON: Final = "Apr-Oct 00:00-24:00; Nov-Mar off"
UNREADABLE: Final = "tijdens kantooruren, bel aan bij de balie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """A place such as many neighbourhoods have; `{}` in its name stands for the neighbourhood's.

    None is what nobody has written down. A cabinet that is `locked` has an access code.
    """

    name: str
    location: str | None
    hours: str | None = ALWAYS
    access: Access | None = Access.YES
    indoor: bool | None = False
    locked: bool | None = False
    has_address: bool = True


SCHOOL: Final = Venue(
    name="Basisschool {}",
    location="op het schoolplein, naast de fietsenstalling",
    access=Access.PERMISSIVE,
    locked=True,
)
CHURCH: Final = Venue(name="Kerkgebouw {}", location="aan de zijgevel, onder de lamp")

IN_TOWN: Final = (
    Venue(name="Buurthuis {}", location="buiten, links naast de hoofdingang"),
    Venue(name="Sporthal {}", location="aan de gevel, rechts van de schuifdeuren"),
    Venue(
        name="Supermarkt {}",
        location="bij de ingang, tegenover de kassa's",
        hours=SHOP,
        access=Access.CUSTOMERS,
        indoor=True,
    ),
    SCHOOL,
    Venue(name="Apotheek {}", location="aan de voorgevel, naast de brievenbus"),
    Venue(
        name="Woonzorgcentrum {}",
        location="in de hal, naast de receptie",
        access=Access.PERMISSIVE,
        indoor=True,
    ),
    Venue(
        name="Tennisvereniging {}",
        location="in de kantine, naast de bar",
        hours=CLUB,
        access=Access.PERMIT,
        indoor=True,
        locked=True,
    ),
    CHURCH,
    Venue(
        name="Tankstation {}",
        location="in de winkel, naast de kassa",
        hours=STATION,
        access=Access.CUSTOMERS,
        indoor=True,
    ),
    Venue(
        name="Flatgebouw {}",
        location="in het portiek, naast de brievenbussen",
        access=Access.PERMISSIVE,
        locked=True,
    ),
    Venue(
        name="Huisartsenpraktijk {}",
        location="in de hal, achter de balie",
        hours=PRACTICE,
        access=Access.CUSTOMERS,
        indoor=True,
        locked=True,
    ),
    Venue(name="Speeltuin {}", location="aan het hek bij de ingang", has_address=False),
    Venue(name="Wijkkantoor {}", location="bij de balie op de begane grond", hours=OFFICE, indoor=True),
    Venue(name="Kinderopvang {}", location="aan de muur naast het hek", access=Access.PERMISSIVE),
    Venue(
        name="Buurtcafé {}",
        location="in de gang naar de toiletten",
        hours=PUB,
        access=Access.CUSTOMERS,
        indoor=True,
    ),
    Venue(
        name="Kantoorgebouw {}",
        location="achter de balie",
        hours=UNREADABLE,
        access=Access.PRIVATE,
        indoor=True,
        locked=True,
    ),
    Venue(name="Werkplaats {}", location=None, hours=None, access=None, indoor=None, locked=None),
)
IN_A_VILLAGE: Final = (
    Venue(name="Dorpshuis {}", location="buiten, naast de hoofdingang"),
    Venue(name="Brandweerpost {}", location="rechts van de roldeuren"),
    CHURCH,
    Venue(name="Dorpswinkel {}", location="aan de voorgevel, onder de luifel"),
    SCHOOL,
    Venue(
        name="Voetbalvereniging {}",
        location="in de kantine, bij de achterdeur",
        hours=CLUB,
        access=Access.PERMIT,
        indoor=True,
        locked=True,
    ),
    Venue(name="IJsbaan {}", location="aan de kantine, aan de kant van de weg", has_address=False),
    Venue(
        name="Camping {}",
        location="aan het toiletgebouw",
        hours=SEASON,
        access=Access.CUSTOMERS,
        has_address=False,
    ),
)
VENUES: Final = {AreaKind.NEIGHBOURHOOD: IN_TOWN, AreaKind.VILLAGE: IN_A_VILLAGE}
