"""Not yet written."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Take the step."""
