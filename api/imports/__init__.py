"""Project lists of an office: read, mapped once, compared each week, confirmed by a person."""
