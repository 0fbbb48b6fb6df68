"""Not yet written."""

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Take the step."""
