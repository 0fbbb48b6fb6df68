"""What messages need to know of the network, as its settings have it."""

from datetime import date

from aednet.alerts.wording.texts import Setting
from aednet.config import Settings


def setting_of(settings: Settings, *, today: date, language: str | None = None) -> Setting:
    """Return in which setting a message is worded; without a language, in the network's own."""
    return Setting(
        language=language or settings.language,
        today=today,
        zone=settings.zone,
        desk=f"{settings.public_base_url}/desk",
    )
