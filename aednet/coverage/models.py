"""Tables of the coverage room."""

from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Day
from aednet.base.revisions import Counter


class PublishedResponders(Base):
    """How many responders the public is told of; moves seldom, so that nobody's coming or going shows."""

    __tablename__ = "published_responders"
    __revision__: ClassVar[Counter] = Counter.NETWORK

    scope: Mapped[str] = mapped_column(primary_key=True)  # an area's slug, or `rules.TOTAL`
    responders: Mapped[int]
    refreshed_on: Mapped[Day]
