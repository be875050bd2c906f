"""Rule packs: read strictly, merged, explained, compared, tried on cases."""
