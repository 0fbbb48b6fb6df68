"""What Alembic runs for every upgrade; the caller hands over its connection and owns the transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
