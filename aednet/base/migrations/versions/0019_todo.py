"""Not yet written."""

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Take the step."""
