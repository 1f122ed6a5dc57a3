"""The national minute: as many observers as a country has report within a minute, to a whole room on this machine."""
