"""Not yet written."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Take the step."""
