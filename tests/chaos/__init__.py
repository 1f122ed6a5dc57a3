"""A whole room, broken in every way that an election day may break it: `make chaos`."""
