"""What a database's tables look like, for comparing them."""

from sqlalchemy import Engine, inspect


def shape(engine: Engine) -> dict[str, object]:
    """Describe tables, columns, keys and indexes; order means nothing."""
    found = inspect(engine)

    def told(items: object) -> list[str]:
        assert isinstance(items, list)
        return sorted(
            str(sorted((key, str(value)) for key, value in each.items()))
            for each in items
        )

    return {
        table: (
            told(found.get_columns(table)),
            str(found.get_pk_constraint(table)),
            told(found.get_foreign_keys(table)),
            told(found.get_unique_constraints(table)),
            told(found.get_indexes(table)),
        )
        for table in found.get_table_names()
    }
