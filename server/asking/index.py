"""What queries need on the board to be quick: indexes, and nothing that facts would change."""

from server.sections.section import Section


class Asking(Section):
    """Kept behind all sections that add columns to the cards."""

    TABLES = "asked.sql"
