"""workbench.toml: its schema, reading, changing and following."""

from workbench.config.at_hand import servers_at_hand
from workbench.config.opening import open_config
from workbench.config.reading import (
    DEMO,
    FILE_NAME,
    ConfigError,
    demo_server,
    find,
    is_server_name,
    load,
    parse,
)
from workbench.config.schema import (
    KEYS,
    AtHand,
    Config,
    HistorySettings,
    Key,
    Origin,
    ServerSettings,
    ServeSettings,
    UiSettings,
)

__all__ = [
    "DEMO",
    "FILE_NAME",
    "KEYS",
    "AtHand",
    "Config",
    "ConfigError",
    "HistorySettings",
    "Key",
    "Origin",
    "ServeSettings",
    "ServerSettings",
    "UiSettings",
    "demo_server",
    "find",
    "is_server_name",
    "load",
    "open_config",
    "parse",
    "servers_at_hand",
]
