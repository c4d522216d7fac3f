"""Sources as people write them: as TOML, and with patterns made from examples."""
