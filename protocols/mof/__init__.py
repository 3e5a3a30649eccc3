"""Ball-milled metal-organic frameworks [Ru2Cu4(btc)4Cl]: what the analyser knows of their phases, as data."""
