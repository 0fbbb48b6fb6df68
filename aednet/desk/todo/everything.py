"""All stocks as one list."""

from collections import Counter
from collections.abc import Collection
from typing import Final

from aednet.base.paging import Page
from aednet.desk.todo.cabinet_stock import CabinetStock
from aednet.desk.todo.certificate_stock import CertificateStock
from aednet.desk.todo.ledger_stock import LedgerStock
from aednet.desk.todo.message_stock import MessageStock
from aednet.desk.todo.open_stock import OpenStock
from aednet.desk.todo.stock import Line, Scope, Stock
from aednet.desk.todo.urgency import Kind, Place, page_of_all

STOCKS: Final[tuple[Stock, ...]] = (
    OpenStock(),
    MessageStock(),
    CabinetStock(),
    LedgerStock(),
    CertificateStock(),
)


def list_lines(
    scope: Scope, *, kind: Kind | None = None, after: Place | None, limit: int
) -> Page[Line, Place]:
    """Return the most urgent `limit` lines behind a place, of one kind where one is given."""
    shelves = [shelf for stock in STOCKS for shelf in stock.shelves(scope) if kind in {None, shelf.kind}]
    return page_of_all(shelves, after=after, limit=limit)


def count_by_kind(scope: Scope) -> Counter[Kind]:
    """Return how many lines there are of each kind, counting to `MOST`."""
    counts: Counter[Kind] = Counter()
    for stock in STOCKS:
        counts += stock.count(scope)
    return counts


def count_by_area(scope: Scope, area_ids: Collection[int]) -> Counter[int]:
    """Return how many lines there are in each of some areas."""
    counts: Counter[int] = Counter()
    for stock in STOCKS:
        counts += stock.count_by_area(scope, area_ids)
    return counts
