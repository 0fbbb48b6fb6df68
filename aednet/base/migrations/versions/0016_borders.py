"""Not yet written."""

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Take the step."""
